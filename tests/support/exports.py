"""Exports of many systems, rendered from the same three orders: what a draft has to understand.

A table names its columns and what stands in them; the orders that must come out follow from that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
_COUNTRIES = {"DE": "Germany", "FR": "France", "PL": "Poland", "GB": "United Kingdom", "ES": "Spain"}


@dataclass(frozen=True)
class Export:
    """A file and the orders it must give, as far as it tells them."""

    name: str
    content: bytes
    expected: list[dict]


def _order(ref, date, ship, cost, person, items, bill=None):
    first, last, company, street, house, second, town, code, country, phone, mail = person.split("|")
    bill_first, bill_last, *rest = (bill or person).split("|")
    values = {
        "ref": ref,
        "date": datetime.fromisoformat(date),
        "ship": datetime.fromisoformat(ship),
        "cost": Decimal(cost),
    }
    values |= {
        "cur": "EUR",
        "buyer": f"{first} {last}",
        "dfirst": first,
        "dlast": last,
        "dname": f"{first} {last}",
        "dcomp": company,
    }
    values |= {
        "droad": street,
        "dhouse": house,
        "dstreet": f"{street} {house}",
        "d2": second,
        "dtown": town,
        "dzip": code,
    }
    values |= {"dland": country, "dphone": phone, "dmail": mail, "bname": f"{bill_first} {bill_last}", "bcomp": rest[0]}
    values |= {
        "broad": rest[1],
        "bstreet": f"{rest[1]} {rest[2]}",
        "b2": rest[3],
        "btown": rest[4],
        "bzip": rest[5],
        "bland": rest[6],
    }
    values["items"] = []
    for line, text in enumerate(items, 1):
        sku, title, qty, price, rate = text.split("|")
        each = {
            "line": str(line),
            "sku": sku,
            "title": title,
            "qty": Decimal(qty),
            "price": Decimal(price),
            "rate": Decimal(rate),
        }
        net = each["price"] / (1 + each["rate"] / 100)
        values["items"].append(each | {"total": each["qty"] * each["price"], "net": net, "nettotal": each["qty"] * net})
    return values


ORDERS = [
    _order(
        "10001", "2026-01-15T09:30:00", "2026-01-17T16:00:00", "5.90",
        "Ann|Smith|Smith Ltd|Hauptstr.|5||Berlin|10115|DE|+49 30 1234567|ann@example.com",
        ["A-100|Oak chair|2|1249.50|20", "B-200|Lamp, dimmable|1|60.00|20"],
        "Zoe|Fox|Fox GmbH|Nebenweg|7|Hof|Ulm|89073|DE|+49 30 7654321|zoe@example.com",
    ),
    _order(
        "10002", "2026-02-03T14:05:00", "2026-02-05T16:00:00", "0.00",
        "Jean|Petit||rue Verte|12|Apt 4|Lyon|69001|FR|+33 4 12345678|jean@example.com",
        ["C-300|Table|1|300.00|20"],
    ),
    _order(
        "10003", "2026-02-20T18:45:00", "2026-02-24T16:00:00", "12.50",
        "Ewa|Nowak|Nowak SA|ulica Nowa|3||Gdynia|81-368|PL|+48 500 123456|ewa@example.com",
        ["A-100|Oak chair|1|1249.50|20", "D-400|Shelf|4|24.00|20", "E-500|Bolt|12|1.20|20"],
    ),
]  # fmt: skip


def comma(value):
    return f"{value:.2f}".replace(".", ",")


def german(value):
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a system writes what it exports."""

    delimiter: str = ";"
    number: Callable[[Decimal], str] = "{:.2f}".format
    quantity: Callable[[Decimal], str] = "{:.0f}".format
    rate: Callable[[Decimal], str] = "{:.0f}".format
    date: str = "%Y-%m-%d %H:%M:%S"
    country: Callable[[str], str] = str
    empty: str = ""
    first: bool = False  #: the order's cells stand on its first row only, but for the key
    carry: bool = False  #: so does the key
    before: str = ""
    between: str = ""  #: a row behind each order
    after: str = ""
    encoding: str = "utf-8"

    def write(self, code, order, item):
        """Return a cell: the code is a word of `_order`, or ~ and a text."""
        if code.startswith("~"):
            return code[1:]
        value = item.get(code, order.get(code))
        match code:
            case "date" | "ship":
                return self.write_date(value)
            case "day":
                return order["date"].strftime("%d.%m.%Y")
            case "clock":
                return order["date"].strftime("%H:%M")
            case "qty":
                return self.quantity(value)
            case "rate":
                return self.rate(value)
            case "dland" | "bland":
                return self.country(value)
        return (self.number(value) if isinstance(value, Decimal) else value) or self.empty

    def write_date(self, value):
        if self.date == "epoch":
            return str(int(value.replace(tzinfo=ZONE).timestamp()))
        return value.strftime(self.date)


_ITEM = {"line", "sku", "title", "qty", "price", "rate", "total", "net", "nettotal"}


def make_table(name, columns, suffix="csv", **style):
    """Given a name, columns as `Header=code|...` and a style, return a table with a row for each item."""
    how = Style(**style)
    pairs = [column.rsplit("=", 1) for column in columns.split("|")]
    mark = how.delimiter
    rows = [mark.join(f'"{head}"' if mark in head else head for head, _ in pairs)]
    for order in ORDERS:
        for number, item in enumerate(order["items"]):
            cells = []
            for _, code in pairs:
                repeated = (
                    code in _ITEM or not number or not (how.first or how.carry) or (not how.carry and code == "ref")
                )
                cell = how.write(code, order, item) if repeated else ""
                cells.append(f'"{cell}"' if mark in cell else cell)
            rows.append(mark.join(cells))
        if how.between:
            rows.append(how.between.format(**order))
    text = how.before + "\n".join(rows) + "\n" + how.after
    codes = [code for _, code in pairs]
    dates_count = how.date == "epoch" or "%H" in how.date or "%I" in how.date
    return Export(f"{name}.{suffix}", text.encode(how.encoding), expect(codes, dates=dates_count))


def expect(codes, *, dates=True, orders=ORDERS, zone=ZONE):
    """Given the codes of what a file tells, return the orders it must give."""
    return [_expect(order, set(codes), dates, zone) for order in orders]


def _expect(order, codes, dates, zone):
    def utc(value):
        return value.replace(tzinfo=zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    known = {"ReferenceNumber": order["ref"]}
    if "date" in codes and dates:
        known["ReceivedDate"] = utc(order["date"])
    if "clock" in codes:
        known["ReceivedDate"] = utc(order["date"])
    if "ship" in codes and dates:
        known["DispatchBy"] = utc(order["ship"])
    for code, name in (("cur", "Currency"), ("buyer", "ChannelBuyerName"), ("cost", "PostalServiceCost")):
        if code in codes:
            known[name] = order[code]
    delivery, billing = _address(order, codes, "d"), _address(order, codes, "b")
    known["DeliveryAddress"] = delivery or billing
    known["BillingAddress"] = billing or delivery
    names = {"sku": "SKU", "title": "ItemTitle", "qty": "Qty", "rate": "TaxRate"}
    items = []
    for item in order["items"]:
        own = {name: item[code] for code, name in names.items() if code in codes}
        if codes & {"price", "total", "net", "nettotal"}:
            own["PricePerUnit"] = item["price"]
        items.append(own)
    return known | {"OrderItems": items}


def _address(order, codes, role):
    names = {"name": "FullName", "comp": "Company", "street": "Address1", "2": "Address2", "town": "Town"}
    names |= {"zip": "PostCode", "phone": "PhoneNumber", "mail": "EmailAddress"}
    own = {name: order[role + code] for code, name in names.items() if role + code in codes and order[role + code]}
    if role + "road" in codes:
        own["Address1"] = order[role + "street"]
    if role + "last" in codes:
        own["FullName"] = order[role + "name"]
    if role + "land" in codes:
        code = order[role + "land"]
        own |= {"Country": _COUNTRIES[code], "CountryCode": code}
    return own
