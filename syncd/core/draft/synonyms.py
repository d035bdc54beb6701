"""What senders call the fields of an order, in English, German, French, Polish and Spanish: a table and nothing else.

`order`, `item`, `address`, `state` and `row` are parts of an order; `other` are columns that no field is made of: they
are here so that they are not taken for one. The likelier names stand first; `words` folds them.
"""
# ruff: noqa: E501

TABLE = """\
order ReferenceNumber id: order number, order id, order reference, order ref, order code, id order, sales order number, sales order, sales document, reference number, increment id, sales record number, document number, doc no, purchase order number, po number, transaction no, tranid, bestellnummer, bestell nr, bestell id, bestellung, auftragsnummer, auftrag, auftrags id, belegnummer, beleg, vorgangsnummer, numero commande, id commande, ref commande, reference commande, commande, numer zamowienia, id zamowienia, zamowienie, numero pedido, id pedido, ref pedido, referencia pedido, pedido, bestelling, bestelnummer, order, number, reference, name, id
order ReceivedDate date: order date, date order, order placed, ordered at, ordered on, order created, order created at, date ordered, purchase date, purchased on, purchased at, date placed, placed at, placed on, bought at, bought, sale date, date created gmt, date created, created at, created on, created, creation date, ts created iso, received date, received, document date, doc date, transaction date, bestelldatum, bestell datum, bestellt am, auftragsdatum, belegdatum, kaufdatum, erfasst am, erstellt am, date commande, commande le, date creation, date achat, data zamowienia, data utworzenia, data zlozenia, data zakupu, fecha pedido, fecha creacion, fecha compra, besteld op, besteldatum, orderdatum, datum, date, fecha, data
order DispatchBy date: dispatch by, dispatch date, dispatch until, dispatch before, ship before, send by, ship by, ship by date, ship until, must ship by, latest ship date, shipping deadline, ship date, shipping date, requested ship date, requested date, requested delivery date, promised date, dispatch deadline, shipment deadline, delivery deadline, dispatch due, dispatch due date, shipping due date, latest dispatch date, latest shipping date, latest dispatch, handover by, commitment date, expected date, expected ship date, delivery time expires, delivery time expires iso, expected delivery date, due date, deadline, delivery date, required date, date required, dispatch to, versand bis, versenden bis, versanddatum, versandtermin, liefertermin, lieferdatum, wunschtermin, wunschlieferdatum, date expedition, date limite expedition, date expedition au plus tard, expedition au plus tard, expedier avant, date livraison, date livraison prevue, data wysylki, wysylka do, termin wysylki, wyslac do, termin realizacji, data dostawy, fecha envio, enviar antes, fecha limite envio, fecha entrega, uiterste verzenddatum, verzenddatum
order Currency currency: currency, currency code, order currency, order currency code, payment currency, currency iso, currency id, curr, ccy, price currency, base currency code, waehrung, wahrung, wrg, waehrungscode, devise, monnaie, code devise, waluta, moneda, divisa
order ChannelBuyerName person: buyer name, buyer display name, buyer username, buyer login, buyer, buyer id, customer name, customer, bill name, billing name, purchaser, ordered by, partner, kundenname, kunde, kaeufer, besteller, auftraggeber, client, nom client, acheteur, klient, kupujacy, nabywca, login kupujacego, cliente, nombre cliente, comprador, klant, klantnaam, koper
order PostalServiceCost number: shipping cost, shipping costs, shipping price, shipping price minor, shipping total, shipping amount, shipping fee, shipping rate, shipping paid, shipping charge, shipping charges, shipping handling, shipping and handling, shipping cost incl tax, shipping net, shipping cost net, shipping price net, delivery cost net, delivery net, shipping gross, shipping cost gross, delivery cost gross, delivery gross, versandkosten netto, porto netto, frais port ht, shipping price amount, postage, postage packing, freight, freight cost, delivery cost, delivery price, delivery cost amount, delivery charge, delivery fee, carriage, total shipping, shipping, versandkosten, versand kosten, versandkosten brutto, porto, fracht, frachtkosten, lieferkosten, frais port, frais livraison, frais expedition, port ttc, koszt wysylki, koszt dostawy, koszty wysylki, cena dostawy, gastos envio, verzendkosten, coste envio, portes
order PostalServiceTaxRate rate: shipping tax rate, shipping vat rate, shipping vat bp, shipping tax percent, shipping vat, shipping cost vat, shipping cost vat rate, delivery vat, delivery vat rate, delivery cost vat, delivery cost vat rate, delivery tax rate, versand mwst, versandkosten mwst, mwst versand
order OrderTime clock: order time, time, created time, purchase time, bestellzeit, uhrzeit, zeit, heure, heure commande, godzina, czas, godzina zamowienia, hora, hora pedido
order DispatchTime clock: ship by time, dispatch time, delivery time
item OrderLineNumber text: line number, line id, line item id, order item id, order line number, order line id, order line, order unit id, item id, item line, line, position, positionsnummer, position item id, posnr, pos, zeile, zeilennummer, numero ligne, ligne, lp, pozycja, numer pozycji, linea, numero linea, id
item SKU id: sku, external sku, custom label, seller sku, merchant sku, offer sku, external id, offer external id, item sku, lineitem sku, product sku, variant sku, product reference, sku number, item number, item code, item no, item reference, article number, article no, article code, article id, article, product code, product number, product no, product id, part number, part no, stock code, custom label, internal reference, default code, offer id, material number, material, item, artikelnummer, artikel nr, artikel id, artikelcode, artikel, art nr, produktnummer, bestellartikel, haendler artikelnummer, reference article, reference produit, reference vendeur, ref article, ref produit, code article, code produit, reference, ref, kod produktu, kod towaru, symbol produktu, symbol, indeks, indeks towaru, sygnatura, numer katalogowy, referencia articulo, referencia producto, codigo articulo, codigo producto, codigo, referencia, artikelcode, product, code, ean, gtin, ean code, ean 13
item ItemTitle text: item title, item name, part description, part name, item description, product name, product title, product description, product desc, article name, lineitem name, line description, order line description, offer name, offer title, title, description, desc, bezeichnung, artikelbezeichnung, artikelname, artikeltext, produktname, produktbezeichnung, produkttitel, artikelbeschreibung, beschreibung, kurztext, designation, libelle, libelle produit, nom produit, nom article, description produit, nazwa produktu, nazwa towaru, nazwa, tytul, tytul oferty, nazwa przedmiotu, opis, descripcion, titulo, omschrijving, nombre producto, nombre articulo, denominacion, product, name, text
item Qty quantity: quantity, qty, quantity ordered, quantity purchased, qty ordered, ordered quantity, order quantity, order qty, item quantity, item qty, item count, lineitem quantity, product uom qty, product quantity, product qty, units, pieces, pcs, number of items, menge, bestellmenge, anzahl, stueckzahl, stueck, stk, auftragsmenge, quantite, quantite commandee, qte, qte commandee, ilosc, ilosc sztuk, liczba sztuk, sztuk, szt, cantidad, cantidad pedida, cant, uds, unidades, aantal, count, amount ordered
item PricePerUnit number: unit price, unit price incl tax, unit price incl vat, unit price gross, gross unit price, price per unit, price each, each, price incl tax, price incl vat, price gross, gross price, gross, lineitem price, item price, item price incl tax, item value gross price amount, unit price minor, unit price amount, unit price cents, unit amount, price unit, sale price, selling price, sold for, item rate, price amount, original price amount, price, stueckpreis, stueckpreis brutto, einzelpreis, einzelpreis brutto, e preis, ep brutto, preis brutto, bruttopreis, vk preis, vk brutto, preis stueck, preis, prix unitaire, prix unitaire ttc, prix ttc, pu ttc, prix vente, prix, cena jednostkowa, cena jednostkowa brutto, cena brutto, cena sztuki, cena, precio unitario, precio unitario con iva, precio con iva, precio, pvp, prijs, stuksprijs, prijs per stuk, rate
item NetPrice number: net price, net unit price, unit price net, price net, unit price excl tax, unit price excl vat, unit price ex vat, unit price excluding tax, price excl tax, price excl vat, price ex vat, price without tax, item price excl tax, einzelpreis netto, stueckpreis netto, ep netto, preis netto, nettopreis, vk netto, netto, net, prix unitaire ht, prix ht, pu ht, ht, cena netto, cena jednostkowa netto, precio neto, precio sin iva, precio unitario sin iva
item LineTotal number: line total, row total, row total incl tax, item total, line amount, extended price, total price, line price, line value, total incl tax, line subtotal, gross amount, order line subtotal, price total, gesamtpreis, positionsbetrag, positionssumme, zeilensumme, zeilenbetrag, gesamt, gesamtpreis brutto, betrag, bruttobetrag, montant, montant ligne, montant ttc, total ligne, total ttc, wartosc, wartosc brutto, kwota, importe, importe linea, total linea, amount
item NetTotal number: net amount, line total net, net total, line net, row total excl tax, line total excl tax, amount net, nettobetrag, nettowert, gesamtpreis netto, netto gesamt, montant ht, total ht, wartosc netto, importe neto, base imponible
item TaxRate rate: tax rate, vat rate, vat percent, tax percent, vat percentage, tax percentage, vat bp, tax rate percent, rate percent, vat, tax name, tax 1 name, tax lines 1 rate percent, item tax rate, tax code, vat code, gst, mwst, mwst satz, mehrwertsteuer, ust, ust satz, umsatzsteuer, steuersatz, steuer, steuer prozent, mwst prozent, taux tva, tva, tx tva, stawka vat, vat stawka, stawka, podatek, podatek vat, iva, tipo iva, porcentaje iva, btw, btw percentage, tax
address FullName person: full name, deliver to, ship to, bill to, sold to, consignee, fullname, name, recipient name, recipient, addressee, contact, contact name, contact person, attention, attn, person, receiver, empfaenger, empfaengername, name empfaenger, ansprechpartner, zu haenden, name 1, destinataire, nom complet, nom destinataire, nom prenom, nom, odbiorca, imie nazwisko, nazwa odbiorcy, destinatario, nombre completo, nombre apellidos, nombre
address FirstName person: first name, firstname, forename, given name, name first, first, vorname, prenom, imie, nombre
address LastName person: last name, lastname, surname, family name, name last, last, nachname, familienname, zuname, nom famille, nom, nazwisko, apellidos, apellido
address Company text: company, company name, organisation, organization, business name, firma, firmenname, unternehmen, name 2, societe, entreprise, raison sociale, nazwa firmy, empresa, razon social
address Address1 text: address 1, address line 1, addr 1, street 1, line 1, street, street address, street name, address, addr, address street, strasse, anschrift, strasse hausnummer, strasse 1, adresse 1, adresse ligne 1, adresse, adresse rue, rue, voie, ulica, ulica numer, ulica nr, adres, adres 1, calle, direccion, direccion 1, domicilio, lines 1, lines, straat, adres straat
address HouseNumber text: house number, house, no, huisnummer, street number, building number, hausnummer, hausno, hnr, numero rue, numero voie, numer domu, nr domu, numero calle
address Address2 text: address 2, address line 2, addr 2, street 2, line 2, address addition, additional address, floor, building, adresszusatz, zusatz, adress zusatz, anschrift 2, strasse 2, adresse 2, adresse ligne 2, complement, complement adresse, adres 2, direccion 2, piso
address Flat text: flat number, flat, apartment number, apartment, apt, suite, suite number, unit number, door number, wohnungsnummer, wohnung, top, numero appartement, appartement, numer mieszkania, mieszkanie, numer lokalu, lokal, numero piso, puerta
address Address3 text: address 3, address line 3, addr 3, street 3, line 3, adresse 3, strasse 3, adres 3, direccion 3
address Town text: town, city, city name, town city, city town, suburb, ort, stadt, wohnort, ville, commune, localite, miasto, miejscowosc, ciudad, poblacion, localidad, municipio, plaats, woonplaats
address Region text: region, state, province, county, state province, province name, region code, bundesland, kanton, departement, wojewodztwo, provincia, comunidad autonoma
address PostCode text: post code, postcode, postal code, post codes, zip, zip code, zipcode, zip postal code, plz, postleitzahl, code postal, cp, kod pocztowy, codigo postal, cod postal
address Country country: country, country code, country name, country iso, country id, country iso code, land, laendercode, lkz, landkz, laenderkennzeichen, staat, pays, code pays, kraj, kod kraju, panstwo, pais, codigo pais
address PhoneNumber text: phone number, phone, phone no, telephone, telephone no, tel, tel no, mobile, mobile phone, mobile number, cell, contact phone, telefon, telefonnummer, mobil, handy, mobiltelefon, rufnummer, numero telephone, portable, numer telefonu, nr telefonu, komorka, telefono, movil
address EmailAddress email: email, e mail, email address, e mail address, mail, mail address, mailadresse, courriel, adresse email, adres email, correo, correo electronico, contact email
state Paid word: financial status, payment status, payment state, paid, is paid, order status, order state, status, state, bezahlt, zahlungsstatus, bezahlstatus, paye, payee, statut paiement, statut, oplacone, zaplacone, status platnosci, status zamowienia, pagado, estado pago, estado
state Cancelled text: cancelled at, canceled at, cancelled on, cancelled, canceled, is cancelled, cancellation date, storniert am, storniert, stornodatum, storno, annule, annulee, annule le, date annulation, anulowane, anulowano, data anulowania, cancelado, anulado
row Class text: line type, row type, record type, item type, type, entry type, kind, class, satzart, positionsart, positionstyp, zeilentyp, zeilenart, typ, art, type ligne, typ pozycji, rodzaj, tipo, tipo linea
row TaxIncluded text: prices include tax, price includes tax, prices includes tax, tax included, taxes included, tax inclusive, is gross, inkl mwst, tva incluse, iva incluido
row Package text: items, products, line items, order items, articles, item list, skus, contents, positionen, artikelliste, produkte, produits, articles commandes, produkty, pozycje, articulos, productos, lineas
other Total text: total, grand total, order total, order value, order amount, total amount, total paid, total gross, total net, total qty, total quantity, sum, gesamtbetrag, gesamtsumme, summe, rechnungsbetrag, endbetrag, bestellwert, auftragswert, warenwert, zahlbetrag, montant total, total commande, suma, razem, wartosc zamowienia, do zaplaty, importe total, total pedido, subtotal, sub total, cart subtotal, zwischensumme, sous total, outstanding balance
other Discount text: discount, discount amount, discount code, discount percent, line discount, item discount, item promotion discount, ship promotion discount, promotion discount, coupon, coupon code, voucher, voucher code, rebate, rabatt, rabattcode, gutschein, gutscheincode, remise, code promo, rabat, kod rabatowy, descuento, cupon
other TaxAmount text: tax amount, vat amount, item tax, shipping tax, taxes, total tax, tax total, tax value, tax 1 value, line tax, sales tax, steuerbetrag, mwst betrag, ust betrag, mehrwertsteuerbetrag, montant tva, kwota vat, wartosc vat, importe iva, cuota iva
other TaxNumber text: vat id, vat no, vat number, tax id, tax number, is vat exempt, ust id, ustid, ust idnr, steuernummer, umsatzsteuer id, numero tva, tva intracommunautaire, nip, nif, cif, vat registration
other Article text: gtin 13, upc, isbn, asin, barcode, bar code, code barre, kod kreskowy, codigo barras, variation id, variant id, variant, variation, variante, colour, color, farbe, couleur, kolor, size, groesse, taille, rozmiar, talla, product type, category, kategorie, categorie, kategoria, categoria, brand, vendor, hersteller, marke, marque, marka, marca, supplier, lieferant, item image, image url, url
other Measure text: weight, item weight, total weight, gewicht, poids, waga, peso, volume, width, height, length, unit, uom, unit measure, einheit, mengeneinheit, me, unite, jednostka, jm, unidad, price unit quantity, stock, bestand, inventory, backordered, qty shipped, quantity shipped, shipped quantity, qty invoiced, qty delivered, qty cancelled, qty refunded, quantity fulfilled, gelieferte menge, liefermenge
other Person text: customer id, customer no, customer code, customer account, customer account reference, account reference, account number, account, account no, client id, user id, customer group, kundennummer, kunden nr, kunden id, kundencode, debitor, debitorennummer, numero client, code client, id klienta, numer klienta, numero cliente, codigo cliente, id cliente, salutation, anrede, gender, civilite, birthday, language, sprache, langue, sales person, salesperson, verkaeufer, bearbeiter, sachbearbeiter, handlowiec, vendedor, agent, created by
other Payment text: payment method, payment type, payment terms, payment id, payment reference, payment ref, payment gateway, transaction id, transaction number, zahlungsart, zahlungsweise, zahlart, zahlungsbedingung, zahlungsziel, mode paiement, moyen paiement, conditions paiement, forma platnosci, sposob platnosci, metodo pago, forma pago, card, iban, payment date, payments date, paid at, paid on, date paid, date paid gmt, zahlungsdatum, bezahlt am, date paiement, data platnosci, fecha pago, payment due date, due date payment, next payment due at
other Way text: shipping method, shipping service, ship service level, ship via, shipping type, shipping carrier, delivery method, delivery type, delivery note, delivery note number, carrier, tracking number, tracking code, tracking, tracking id, shipment id, versandart, versandmethode, lieferart, lieferbedingung, spediteur, sendungsnummer, lieferschein, lieferscheinnummer, mode livraison, transporteur, numero suivi, sposob wysylki, sposob dostawy, kurier, przewoznik, numer przesylki, metodo envio, forma envio, transportista, incoterm, incoterms, fulfillment status, fulfilment status, shipped at, shipped on, fulfilled at, date shipped, versandt am, warehouse, lager, lagerort, entrepot, magazyn, almacen, location
other Document text: invoice number, invoice no, invoice id, invoice date, invoice, rechnungsnummer, rechnungs nr, rechnungsdatum, numero facture, date facture, numer faktury, data faktury, numero factura, fecha factura, customer reference, your reference, their reference, customer po, buyer reference, ihre referenz, kundenreferenz, external reference, client order ref, project, projekt, cost center, kostenstelle, purchase order, quote number, version, revision, checksum, parent id, transaction type, document type, belegart, auftragsart
other Time text: updated at, modified at, last modified, date modified, date updated, exported at, export date, exportdatum, printed at, geaendert am, date modification, data modyfikacji, fecha modificacion, completed at, date completed, earliest ship date, earliest delivery date, latest delivery date, delivery start date, delivery end date, valid until, delivered at, expires at, processed at, confirmed at, refunded at
other Note text: note, notes, order note, customer note, buyer note, comment, comments, remark, remarks, memo, message, gift message, delivery instructions, bemerkung, bemerkungen, kommentar, anmerkung, hinweis, notiz, commentaire, commentaires, remarque, uwagi, komentarz, notatka, comentario, comentarios, observaciones, nota, tags, risk level, attributes, note attributes, internal note, marketing, accepts marketing, sales channel, channel, source, store, store id, store name, shop, shop name, shop id, website, marketplace, site, kanal, sklep, tienda, boutique, ip address, browser, session id, device id, legal entity, subsidiary, branch, department
other Refund text: refunded amount, refund, refund amount, refunds, cost, cost price, unit cost, purchase price, einkaufspreis, ek preis, prix achat, cena zakupu, precio compra, list price, compare at price, lineitem compare at price, rrp, uvp, msrp, margin, commission, fee, fees, provision, prowizja, comision, tip, duties, deposit, pfand, points, balance due, price list, preisliste
"""

DELIVERY = "ship shipto shipping delivery deliver deliverto recipient receiver consignee leveradres levering verzend dest destination liefer lieferadresse lieferanschrift lieferung versand empfaenger expedition livraison destinataire dostawa dostawy wysylka wysylki odbiorca odbiorcy envio entrega destinatario"
BILLING = "bill billto billing invoice invoicing sold soldto payer rechnung rechnungs rechnungsadresse rechnungsanschrift facturation facture facturer faktura faktury fakturowania platnika platnik factura facturacion"
NEUTRAL = "address addresses adresse adres anschrift direccion addr data dane id partner buyer customer kunde kunden kaeufer client acheteur klient klienta kupujacy kupujacego cliente comprador account contact info details order default user"
SAME = {
    "nr": "no",
    "n": "no",
    "num": "no",
    "number": "no",
    "numer": "no",
    "numero": "no",
    "nummer": "no",
    "numeru": "no",
    "№": "no",
    "qnty": "quantity",
    "shipment": "shipping",
    "pct": "percent",
    "including": "incl",
    "inc": "incl",
    "excluding": "excl",
    "ex": "excl",
    "colour": "color",
    "tél": "tel",
}
STOP = "de la le les du des del of the l d der die das dem den el los las do to et a i am an und and y w z od für pour para dla"
PREFIXES = "lieferadress lieferanschrift lieferungs liefer rechnungsadress rechnungsanschrift rechnungs rechnung versand kunden empfaenger artikel bestell auftrags shipto billto shipping ship billing bill delivery recipient customer buyer order item product invoice unit line"
ITEM_HEADS = "line item|lineitem|lineitems|line items|order line|order lines|order item|order items|order row|order rows|item|items|row|lines|artikel|article|product|products|position|positions|position items|positionen|produit|ligne|produkt|pozycja|pozycje|producto|articulo|linea|offer|goods"
ORDER_HEADS = (
    "sale order|sales order|order|orders|bestellung|auftrag|commande|zamowienie|zamowienia|pedido|document|head|header"
)

CLASSES = {
    "item": "item items line lineitem line_item product products prod article artikel art position pos sku goods i l d p detail details produkt ware produit ligne producto articulo linea towar pozycja inventory normal standard hardgood invtpart simple",
    "shipping": "shipping ship shippingcost shipping_cost shipment delivery freight postage carriage handling s f versand versandkosten fracht porto port livraison frais envio transporte wysylka dostawa transport",
    "discount": "discount coupon voucher promotion promo rebate giftcard gift_card rabatt gutschein remise bon descuento cupon rabat kupon",
    "tax": "tax vat taxes mwst ust steuer tva taxe iva impuesto podatek",
    "order": "h hdr head header order o k kopf auftrag bestellung commande entete pedido cabecera zamowienie naglowek",
    "note": "note notes comment text n t c info hinweis kommentar bemerkung remarque nota uwaga subtotal total summe zwischensumme suma razem description subtotals fee payment zahlung",
}
"""What a cell that tells the type of a row may say."""

PARTNERS = {
    "delivery": "we sh st dp cn shipto ship_to ship ship-to delivery deliver_to deliverto lieferadresse liefer consignee livraison envio",
    "buyer": "ag by sp sb bu soldto sold_to sold-to buyer customer kunde kaeufer client cliente",
    "billing": "re rg iv bt bp py billto bill_to bill-to bill billing invoice invoicee rechnung facturation factura",
}
"""What a cell that tells the role of a partner may say: SAP, EDIFACT, X12 and plain words."""

SUMMARY = "total totals grandtotal grand_total subtotal sum summe gesamt gesamtsumme zwischensumme endsumme somme sous-total suma razem łącznie totaal count anzahl records end ende eof fin koniec rows"
STATES = "status state statut estado stan payment paid zahlung paiement pago platnosc fulfillment fulfilment fulfilled"
"""Words in the names of columns that tell an order's state."""

UNSENT = "cancelled canceled cancellation storniert storno annule annulee anulowane anulowano cancelado unpaid unbezahlt offen open new neu pending draft refunded returned rejected failed expired void voided on_hold waiting"
"""What such a column says of an order that is hardly one to send."""

BUYERS = "buyer customer kunde kunden kaeufer client acheteur klient klienta kupujacy kupujacego cliente comprador"
PEOPLE = f"{BUYERS} login user username account person contact nick nickname employee staff operator clerk cashier owner author by assigned"
"""Words in the names of columns that are likely to hold a person's data."""

LOGINS = "login username user id nick nickname account"

NO = "no nein non nie false 0 n f"
PAID = "paid betaald ja yes true y j 1 x bezahlt paye payé payée oui opłacone zapłacone tak oplacone pagado si sí captured settled processing completed complete authorized_paid confirmed payment_received ready_for_processing ready unshipped sent"
NULLS = (
    "NULL",
    "null",
    "Null",
    "(null)",
    "N/A",
    "n/a",
    "NA",
    "None",
    "none",
    "nil",
    "-",
    "--",
    "---",
    "\\N",
    "<null>",
    "k.A.",
    "k. A.",
    "n.v.",
    "brak",
    "undefined",
)
"""Texts that stand for an empty cell."""
