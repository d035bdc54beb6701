"""The set of exports that drafts are measured by: shops, marketplaces, accounting, and files kept by hand."""
# ruff: noqa: E501

import json
from functools import cache

from support.exports import ORDERS, Export, comma, expect, german, make_table

_GERMAN = (
    "Bestellnr.=ref|Bestelldatum=date|Versand bis=ship|Währung=cur|Vorname=dfirst|Nachname=dlast|Firma=dcomp|"
    "Straße=droad|Hausnr.=dhouse|Adresszusatz=d2|PLZ=dzip|Ort=dtown|Land=dland|Telefon=dphone|E-Mail=dmail|"
    "Artikelnr.=sku|Bezeichnung=title|Menge=qty|Stückpreis brutto=price|MwSt=rate|Versandkosten=cost|Bemerkung=~"
)
_ENGLISH = (
    "Order No=ref|Order Date=date|Ship By=ship|Currency=cur|Customer Name=buyer|Address 1=dstreet|Address 2=d2|City=dtown|"
    "Postcode=dzip|Country=dland|Phone=dphone|Email=dmail|SKU=sku|Description=title|Quantity=qty|Unit Price=price|"
    "VAT Rate=rate|Shipping=cost|Notes=~"
)
_LANDS = {"DE": "Deutschland", "FR": "Frankreich", "PL": "Polen"}


@cache
def list_exports() -> list[Export]:
    return [*_tables(), *_packed(), *_classes(), *_records(), *_blocks(), *_objects()]


def _tables():
    yield make_table(
        "shop_first_row",
        "Name=ref|Email=dmail|Financial Status=~paid|Currency=cur|Subtotal=~9|Shipping=cost|Taxes=~1|Total=~10|"
        "Created at=date|Lineitem quantity=qty|Lineitem name=title|Lineitem price=price|Lineitem sku=sku|"
        "Billing Name=bname|Billing Street=bstreet|Billing Company=bcomp|Billing City=btown|Billing Zip=bzip|"
        "Billing Country=bland|Shipping Name=dname|Shipping Street=dstreet|Shipping Company=dcomp|Shipping City=dtown|"
        "Shipping Zip=dzip|Shipping Country=dland|Shipping Phone=dphone|Cancelled at=~|Payment Method=~card|Vendor=~x",
        delimiter=",", first=True, date="%Y-%m-%d %H:%M:%S +0100",
    )  # fmt: skip
    yield make_table(
        "odoo",
        "Order Reference=ref|Order Date=date|Commitment Date=ship|Currency=cur|Customer=buyer|"
        "partner_shipping_id/street=dstreet|partner_shipping_id/city=dtown|partner_shipping_id/zip=dzip|"
        "partner_shipping_id/country_id=dland|order_line/product_id/default_code=sku|order_line/name=title|"
        "order_line/product_uom_qty=qty|order_line/price_unit=price|Salesperson=~Tom",
        delimiter=",", first=True, carry=True,
    )  # fmt: skip
    yield make_table("key_first_row_only", _ENGLISH, delimiter=",", first=True, carry=True)
    yield make_table("by_hand_german", _GERMAN, number=german, rate="{:.0f} %".format, encoding="cp1252",
                     date="%d.%m.%Y %H:%M", country=_LANDS.get, before="sep=;\n",
                     after="Summe;;;;;;;;;;;;;;;;;21;;;;\n")  # fmt: skip
    yield make_table("by_hand_preamble", _GERMAN, number=lambda value: f"{german(value)} €",
                     date="%d.%m.%Y %H:%M", before="Bestellexport Januar 2026\nErstellt von: Meier;;\n\n",
                     after=";;;;;;;;;;;;;;;;;;;;;\nAnzahl Bestellungen: 3;;;;;;;;;;;;;;;;;;;;;\n")  # fmt: skip
    yield make_table("thousands_dollar", _ENGLISH, delimiter=",", number="€{:,.2f}".format, rate="{:.1f}%".format,
                     date="%b %d, %Y %I:%M %p")  # fmt: skip
    yield make_table(
        "french", "N° de commande=ref|Date de commande=date|Date limite d'expédition=ship|Devise=cur|Client=buyer|"
        "Nom du destinataire=dname|Adresse de livraison=dstreet|Complément=d2|Ville=dtown|Code postal=dzip|Pays=dland|"
        "Téléphone=dphone|Référence article=sku|Désignation=title|Qté=qty|Prix unitaire TTC=price|TVA=rate|"
        "Frais de port=cost",
        number=lambda value: f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",") + " €", rate="{:.0f}%".format,
        date="%d/%m/%Y %H:%M", encoding="utf-16", delimiter="\t",
    )  # fmt: skip
    yield make_table(
        "allegro_polish", "Numer zamówienia=ref|Data zamówienia=date|Wysłać do=ship|Waluta=cur|Login kupującego=buyer|"
        "Imię i nazwisko=dname|Firma=dcomp|Ulica i numer=dstreet|Kod pocztowy=dzip|Miejscowość=dtown|Kraj=dland|"
        "Nr telefonu=dphone|E-mail=dmail|Sygnatura=sku|Nazwa produktu=title|Liczba sztuk=qty|Cena brutto=price|"
        "Stawka VAT=rate|Koszt dostawy=cost|Uwagi=~brak",
        number=lambda value: f"{value:,.2f}".replace(",", " ").replace(".", ","), rate="{:.0f}%".format,
        date="%Y-%m-%d %H:%M", country={"DE": "Niemcy", "FR": "Francja", "PL": "Polska"}.get,
    )  # fmt: skip
    yield make_table(
        "spanish", "Número de pedido=ref|Fecha de pedido=date|Enviar antes de=ship|Moneda=cur|Cliente=buyer|"
        "Nombre del destinatario=dname|Dirección=dstreet|Ciudad=dtown|Código postal=dzip|País=dland|Teléfono=dphone|"
        "Correo electrónico=dmail|Referencia=sku|Descripción=title|Cantidad=qty|Precio con IVA=price|% IVA=rate|"
        "Gastos de envío=cost|Observaciones=~",
        number=comma, date="%d-%m-%Y %H:%M", country={"DE": "Alemania", "FR": "Francia", "PL": "Polonia"}.get,
    )  # fmt: skip
    yield make_table("two_digit_years", _ENGLISH, date="%d.%m.%y %H:%M", delimiter="|", empty="NULL")
    yield make_table("null_words", _ENGLISH, delimiter=",", empty="n/a", between=",,,,,,,,,,,,,Subtotal {ref},,,,,")
    yield make_table("date_and_clock", _ENGLISH.replace("Order Date=date", "Order Date=day|Order Time=clock"),
                     date="%d.%m.%Y %H:%M")  # fmt: skip
    yield make_table("epoch", _ENGLISH, delimiter="\t", date="epoch", suffix="txt")
    yield make_table("am_pm", _ENGLISH, delimiter=",", date="%m/%d/%Y %I:%M %p")
    yield make_table("month_names", _ENGLISH, delimiter=",", date="%d-%b-%Y %H:%M")
    yield make_table(
        "netsuite", "Document Number=ref|Date=date|Ship Date=ship|Currency=cur|Name=buyer|Shipping Addressee=dname|"
        "Shipping Address 1=dstreet|Shipping Address 2=d2|Shipping City=dtown|Shipping Zip=dzip|Shipping Country=dland|"
        "Item=sku|Memo=~|Quantity=qty|Item Rate=price|Amount=total|Tax Rate=rate|Shipping Cost=cost|Type=~Sales Order",
        delimiter=",", rate="{:.1f}%".format, date="%m/%d/%Y %I:%M %p",
    )  # fmt: skip
    yield make_table(
        "sage", "Order Number=ref|Order Date=date|Requested Date=ship|Currency=cur|Customer Account Reference=~C1|"
        "Customer Name=buyer|Delivery Name=dname|Delivery Address 1=dstreet|Delivery Address 2=d2|Delivery Town=dtown|"
        "Delivery Postcode=dzip|Delivery Country=dland|Stock Code=sku|Item Description=title|Qty Ordered=qty|"
        "Net Unit Price=net|VAT Rate=rate|Carriage=cost",
        delimiter=",", number="{:.4f}".format, date="%d/%m/%Y %H:%M",
    )  # fmt: skip
    yield make_table(
        "magento", "increment_id=ref|created_at=date|order_currency_code=cur|status=~processing|customer_email=dmail|"
        "customer_name=buyer|shipping_firstname=dfirst|shipping_lastname=dlast|shipping_company=dcomp|"
        "shipping_street=dstreet|shipping_city=dtown|shipping_postcode=dzip|shipping_country_id=dland|"
        "shipping_telephone=dphone|billing_name=bname|billing_street=bstreet|"
        "billing_city=btown|billing_postcode=bzip|billing_country_id=bland|item_sku=sku|item_name=title|"
        "item_qty_ordered=qty|item_price_incl_tax=price|item_tax_percent=rate|shipping_amount=cost|grand_total=~9|"
        "store_name=~Main|updated_at=~2026-03-01 10:00:00",
        delimiter=",", quantity="{:.4f}".format, number="{:.4f}".format,
    )  # fmt: skip
    yield make_table(
        "ebay", "Sales Record Number=~7|Order Number=ref|Buyer Username=~annie|Buyer Name=buyer|Ship To Name=dname|"
        "Ship To Phone=dphone|Ship To Address 1=dstreet|Ship To Address 2=d2|Ship To City=dtown|Ship To Zip=dzip|"
        "Ship To Country=dland|Item Number=~334455|Item Title=title|Custom Label=sku|Quantity=qty|Sold For=price|"
        "Shipping And Handling=cost|Sale Date=date|Ship By Date=ship|Payment Method=~PayPal|Paid On Date=~Jan-15-26",
        delimiter=",", number="{:.2f} EUR".format, date="%b-%d-%y %H:%M", before="\n",
        after="\n3,record(s) downloaded\nSeller ID: shop\n",
    )  # fmt: skip
    yield make_table(
        "kaufland", "id_order=ref|ts_created=date|delivery_time_expires=ship|currency=cur|shipping_address_first_name=dfirst|"
        "shipping_address_last_name=dlast|shipping_address_company=dcomp|shipping_address_street=droad|"
        "shipping_address_house_number=dhouse|shipping_address_postcode=dzip|shipping_address_city=dtown|"
        "shipping_address_country=dland|shipping_address_phone=dphone|buyer_email=dmail|id_order_unit=~|id_offer=sku|"
        "product_title=title|product_ean=~4001234567890|quantity=qty|price=price|vat=rate|shipping_rate=cost",
        date="%Y-%m-%dT%H:%M:%S", number=comma,
    )  # fmt: skip
    yield make_table(
        "cdiscount", "Numéro de commande=ref|Date de création=date|Date d'expédition au plus tard=ship|Statut=~Payée|"
        "Référence vendeur=sku|Libellé produit=title|Quantité=qty|Prix de vente unitaire=price|Taux TVA=rate|"
        "Frais d'expédition=cost|Nom client=buyer|Livraison nom=dlast|Livraison prénom=dfirst|"
        "Livraison adresse=dstreet|Livraison complément=d2|Livraison code postal=dzip|Livraison ville=dtown|"
        "Livraison pays=dland|Livraison téléphone=dphone|Facturation nom complet=bname|Facturation adresse=bstreet|"
        "Facturation code postal=bzip|Facturation ville=btown|Facturation pays=bland",
        number=lambda value: f"{comma(value)} EUR", rate=lambda value: f"{comma(value)} %", date="%d/%m/%Y %H:%M:%S",
    )  # fmt: skip
    yield make_table("net_prices", _GERMAN.replace("Stückpreis brutto=price", "Einzelpreis netto=net"), number="{:.6f}".format,
                     date="%d.%m.%Y %H:%M")  # fmt: skip
    yield make_table("line_totals", _ENGLISH.replace("Unit Price=price", "Line Total=total"), delimiter=",")
    yield make_table("compound_words", "AuftragsNr=ref|AuftragsDatum=date|Liefertermin=ship|Währung=cur|Lieferfirma=dcomp|"
                     "Liefername=dname|Lieferstrasse=dstreet|LieferPLZ=dzip|Lieferort=dtown|Lieferland=dland|"
                     "Rechnungsname=bname|Rechnungsstrasse=bstreet|RechnungsPLZ=bzip|Rechnungsort=btown|"
                     "Rechnungsland=bland|ArtikelNr=sku|ArtikelBezeichnung=title|Menge=qty|Einzelpreis=price",
                     number=comma, quantity="{:.0f} Stk".format, date="%d.%m.%Y %H:%M Uhr")  # fmt: skip
    yield _without_header()


def _without_header():
    table = make_table("no_header", "a=ref|b=date|c=ship|d=cur|e=sku|f=title|g=qty|h=price")
    return Export("no_header.csv", table.content.partition(b"\n")[2], table.expected)


def _lines(order, template):
    return [template.format(**item) for item in order["items"]]


def _packed():
    head = "Order No;Order Date;Ship By;Currency;Customer;Street;City;Zip;Country"
    base = "{ref};{date};{ship};{cur};{buyer};{dstreet};{dtown};{dzip};{dland}"
    codes = ["ref", "date", "ship", "cur", "buyer", "dstreet", "dtown", "dzip", "dland", "dname", "sku", "qty"]

    def make(name, more, cells, extra=()):
        rows = [f"{head};{more}", *(f"{base.format(**order)};{cells(order)}" for order in ORDERS)]
        return Export(f"{name}.csv", ("\n".join(rows) + "\n").encode(), expect([*codes, *extra]))

    def number(order, names, most=3):
        items = order["items"]
        return ";".join(str(items[at][name]) if at < len(items) else "" for at in range(most) for name in names.split())

    three = ("title", "price")
    yield make("numbered_line_items", ";".join(
        f"line_item_{at}_sku;line_item_{at}_name;line_item_{at}_quantity;line_item_{at}_price" for at in (1, 2, 3)
    ), lambda order: number(order, "sku title qty price"), three)  # fmt: skip
    yield make("numbered_german", ";".join(f"Artikel{at};Menge{at};Preis{at}" for at in (1, 2, 3)),
               lambda order: number(order, "sku qty price"), ("price",))  # fmt: skip
    yield make("numbered_behind", ";".join(f"sku_{at};qty_{at};price_{at}" for at in (1, 2, 3)),
               lambda order: number(order, "sku qty price"), ("price",))  # fmt: skip
    yield make("cell_times", "Items", lambda order: '"' + "; ".join(_lines(order, "{sku} x{qty}")) + '"')
    yield make("cell_price", "Products", lambda order: ", ".join(_lines(order, "{qty}x {sku} @ {price}")), ("price",))
    yield make("cell_colons", "Positionen", lambda order: "|".join(_lines(order, "{sku}:{qty}:{price}")), ("price",))
    yield make("parallel_lists", "SKU;Quantity;Unit price;Item name",
               lambda order: ";".join("|".join(_lines(order, f"{{{name}}}")) for name in ("sku", "qty", "price", "title")),
               three)  # fmt: skip


def _classes():
    head = "OrderID,Line Type,Order Date,Ship By,Currency,Customer,Street,City,Postcode,Country,Code,Description,Qty,Unit Price"
    rows = [head]
    for order in ORDERS:
        start = "{ref},{{}},{date},{ship},{cur},{buyer},{dstreet},{dtown},{dzip},{dland}".format(**order)
        rows += [
            f'{start.format("item")},{item["sku"]},"{item["title"]}",{item["qty"]},{item["price"]}'
            for item in order["items"]
        ]
        rows += [f"{start.format('shipping')},SHIP,Shipping,1,{order['cost']}"]
        rows += [f"{start.format('discount')},VOUCHER,Welcome,1,-5.00", f"{start.format('tax')},TAX,VAT,1,3.00"]
    codes = [
        "ref",
        "date",
        "ship",
        "cur",
        "buyer",
        "dname",
        "dstreet",
        "dtown",
        "dzip",
        "dland",
        "sku",
        "title",
        "qty",
        "cost",
    ]
    yield Export("row_classes.csv", ("\n".join(rows) + "\n").encode(), expect([*codes, "price"]))
    rows = [
        "Type;Order No;Order Date;Ship By;Currency;Customer;Street;City;Postcode;Country;SKU;Description;Qty;Unit price gross"
    ]
    for order in ORDERS:
        rows.append("H;{ref};{date};{ship};{cur};{buyer};{dstreet};{dtown};{dzip};{dland};;;;".format(**order))
        rows += [
            f"L;{order['ref']};;;;;;;;;{item['sku']};{item['title']};{item['qty']};{item['price']}"
            for item in order["items"]
        ]
    yield Export("head_and_lines.csv", ("\n".join(rows) + "\n").encode(), expect([*(set(codes) - {"cost"}), "price"]))


def _records():
    rows = [
        "HH;Order No;Order Date;Ship By;Currency;Customer;Street;City;Zip;Country",
        "LL;SKU;Description;Qty;Unit price",
    ]
    for order in ORDERS:
        rows.append("H;{ref};{date};{ship};{cur};{buyer};{dstreet};{dtown};{dzip};{dland}".format(**order))
        rows += _lines(order, "L;{sku};{title};{qty};{price}")
    codes = [
        "ref",
        "date",
        "ship",
        "cur",
        "buyer",
        "dname",
        "dstreet",
        "dtown",
        "dzip",
        "dland",
        "sku",
        "title",
        "qty",
        "price",
    ]
    yield Export("records_named.csv", ("\n".join([*rows, "T;3"]) + "\n").encode(), expect(codes))
    rows = []
    for order in ORDERS:
        rows.append("H;{ref};{date};{ship};{cur}".format(**order))
        rows.append("A;ST;{dname};{dstreet};{dzip};{dtown};{dland};{dmail}".format(**order))
        rows.append("A;BT;{bname};{bstreet};{bzip};{btown};{bland};zoe@example.com".format(**order))
        rows += _lines(order, "D;{line};{sku};{title};{qty};{price}")
    names = ["dname", "dstreet", "dtown", "dzip", "dland", "bname", "bstreet", "btown", "bzip", "bland"]
    codes = [*["ref", "date", "ship", "cur", "sku", "title", "qty", "price"], *names]
    yield Export("records_bare.csv", ("\n".join([*rows, "T;3"]) + "\n").encode(), expect(codes))
    rows = ["EDI_DC40|100|ORDERS05"]
    for order in ORDERS:
        rows.append("E1EDK01|{ref}|{cur}|{date:%Y%m%d}".format(**order))
        rows.append("E1EDKA1|AG|{bname}|{bstreet}|{bzip}|{btown}|{bland}".format(**order))
        rows.append("E1EDKA1|WE|{dname}|{dstreet}|{dzip}|{dtown}|{dland}".format(**order))
        for item in order["items"]:
            rows.append("E1EDP01|{line}0|{qty}|{price}".format(**item))
            rows.append("E1EDP19|002|{sku}|{title}".format(**item))
    codes = [*["ref", "cur", "sku", "title", "qty", "price"], "dname", "dstreet", "dtown", "dzip", "dland"]
    yield Export("idoc.txt", ("\n".join(rows) + "\n").encode(), [
        {name: value for name, value in order.items() if name != "BillingAddress"} for order in expect(codes)
    ])  # fmt: skip


def _blocks():
    codes = [
        "ref",
        "date",
        "ship",
        "cur",
        "buyer",
        "dname",
        "dstreet",
        "dtown",
        "dzip",
        "dland",
        "sku",
        "title",
        "qty",
        "price",
        "rate",
    ]
    for name, titles in (("two_tables", ("", "")), ("two_tables_titled", ("[Orders]", "[Lines]"))):
        rows = [titles[0], "Order No,Order Date,Ship By,Currency,Customer,Street,City,Zip,Country"]
        rows += [
            "{ref},{date},{ship},{cur},{buyer},{dstreet},{dtown},{dzip},{dland}".format(**order) for order in ORDERS
        ]
        rows += ["", titles[1], "Order No,SKU,Description,Qty,Unit price,VAT rate"]
        for order in ORDERS:
            rows += [f"{order['ref']}," + line for line in _lines(order, '{sku},"{title}",{qty},{price},{rate}')]
        yield Export(f"{name}.csv", ("\n".join(rows) + "\n").encode(), expect(codes))


def _objects():
    codes = [
        "ref",
        "date",
        "ship",
        "cur",
        "buyer",
        "dname",
        "dstreet",
        "d2",
        "dtown",
        "dzip",
        "dland",
        "dphone",
        "dmail",
        "bname",
        "bstreet",
        "btown",
        "bzip",
        "bland",
    ]
    codes += ["sku", "title", "qty", "price", "rate", "cost"]
    orders = [_make_object(order) for order in ORDERS]
    wrapped = {"meta": {"count": 3, "shop": "x"}, "data": {"customers": [{"name": "Ann"}], "orders": orders}}
    yield Export("wrapped.json", json.dumps(wrapped).encode(), expect(codes))
    yield Export("lines.ndjson", "".join(json.dumps(each) + "\n" for each in orders).encode(), expect(codes))
    yield Export("one.json", json.dumps(orders[0], indent=1).encode(), expect(codes, orders=ORDERS[:1]))
    single = [{**order, "items": {"item": order["items"][0]}} for order in orders]
    first = [{**order, "items": order["items"][:1]} for order in ORDERS]
    yield Export("item_object.json", json.dumps({"order": single}).encode(), expect(codes, orders=first))
    yield Export("otto.json", json.dumps({"resources": [_make_otto(order) for order in ORDERS]}).encode(),
                 expect(["ref", "date", "ship", "cur", "dname", "dstreet", "dtown", "dzip", "dland", "dphone",
                         "sku", "title", "price", "rate"]))  # fmt: skip
    pairs = [_make_pairs(order) for order in ORDERS]
    yield Export("name_value.json", json.dumps(pairs).encode(),
                 expect(["ref", "date", "ship", "cur", "dname", "dstreet", "dtown", "dzip", "dland", "sku", "title", "qty", "price"]))  # fmt: skip
    boxes = [
        {**order, "items": None, "parcels": [{"weight": 1, "contents": [item]} for item in order["items"]]}
        for order in orders
    ]
    yield Export("parcels.json", json.dumps(boxes).encode(), expect(codes))


def _make_object(order):
    def place(role):
        names = {"name": "name", "street": "street", "city": "town", "postcode": "zip", "country": "land"}
        return {key: order[role + code] for key, code in names.items()}

    delivery = {**place("d"), "address_2": order["d2"] or None, "phone": order["dphone"]}
    return {
        "orderNumber": order["ref"], "createdAt": order["date"].isoformat(), "shipBy": order["ship"].isoformat(),
        "currency": order["cur"], "buyer": {"name": order["buyer"], "email": order["dmail"]}, "status": "paid",
        "shippingCost": float(order["cost"]), "shippingAddress": delivery, "billingAddress": place("b"),
        "items": [
            {"id": int(item["line"]), "sku": item["sku"], "name": item["title"], "quantity": int(item["qty"]),
             "unitPrice": float(item["price"]), "vatRate": int(item["rate"])} for item in order["items"]
        ],
    }  # fmt: skip


def _make_otto(order):
    items = []
    for item in order["items"]:
        product = {"sku": item["sku"], "productTitle": item["title"], "vatRate": float(item["rate"])}
        items.append({"positionItemId": f"p{item['line']}", "product": product,
                      "itemValueGrossPrice": {"amount": float(item["price"]), "currency": order["cur"]}})  # fmt: skip
    address = {"firstName": order["dfirst"], "lastName": order["dlast"], "street": order["droad"],
               "houseNumber": order["dhouse"], "zipCode": order["dzip"], "city": order["dtown"],
               "countryCode": order["dland"], "phoneNumber": order["dphone"]}  # fmt: skip
    return {
        "salesOrderId": f"s-{order['ref']}", "orderNumber": order["ref"],
        "orderDate": order["date"].isoformat() + "+01:00", "processableDate": order["date"].isoformat() + "+01:00",
        "expectedDeliveryDate": order["ship"].isoformat() + "+01:00", "positionItems": items, "deliveryAddress": address,
    }  # fmt: skip


def _make_pairs(order):
    attributes = [{"key": "ship_by", "value": order["ship"].isoformat()}, {"key": "gift", "value": "no"}]
    return {
        "id": order["ref"], "date_created": order["date"].isoformat(),
        "currency_code": order["cur"], "meta_data": attributes,
        "ship_to": {"full_name": order["dname"], "address_line_1": order["dstreet"], "city": order["dtown"],
                    "postal_code": order["dzip"], "country_code": order["dland"]},
        "line_items": [
            {"product_code": item["sku"], "title": item["title"], "qty": str(item["qty"]), "price": str(item["price"])}
            for item in order["items"]
        ],
    }  # fmt: skip
