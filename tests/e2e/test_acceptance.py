"""52 orders in 7 files, some there before the start, through the installed daemon to the sandbox."""

import json
import re
import signal
from decimal import Decimal
from itertools import chain

from e2e.installed import SECRET, finish, read_log, until
from support.orders import make_order, write_csv, write_json, write_ndjson

PERSON = {
    "FullName": "Wilhelmina Geheim",
    "Address1": "Verborgene Gasse 7",
    "Town": "Klandorf",
    "PostCode": "99111",
    "Country": "Germany",
    "EmailAddress": "wilhelmina@geheim.example",
    "PhoneNumber": "+49 351 5550123",
}
PRICES = (19.9, 0.01, 1234567.89, 0.1, 7, 33.333)


def make(prefix, count, **changes):
    return [
        make_order(
            f"{prefix}-{number}",
            lines=1 + number % 3,
            price=PRICES[number % len(PRICES)],
            ChannelBuyerName="Wilhelmina Geheim",
            DeliveryAddress=PERSON,
            BillingAddress=PERSON,
            **changes,
        )
        for number in range(1, count + 1)
    ]


def as_sent(order):
    """Return an order with every fraction exact."""
    return json.loads(json.dumps(order), parse_float=Decimal)


async def test_52_orders_in_7_files(shop):
    bad = make("BAD", 3, Currency="EURO")
    mixed = make("MIX", 5)
    good = {
        "one.csv": make("ONE", 12),
        "two.csv": make("TWO", 10),
        "three.json": make("THREE", 1),
        "four.json": make("FOUR", 9),
        "five.ndjson": make("FIVE", 8),
    }
    files = {
        "one.csv": write_csv(*good["one.csv"]),
        "two.csv": b"\xef\xbb\xbf" + write_csv(*good["two.csv"]).replace(b",", b";"),
        "three.json": json.dumps(good["three.json"][0]).encode(),
        "four.json": write_json(*good["four.json"]),
        "five.ndjson": write_ndjson(*good["five.ndjson"]),
        "six.csv": write_csv(*mixed[:2], *bad, *mixed[2:]),
        "seven.json": write_json(*make("TORN", 4))[:-40],
    }
    names = list(files)
    for name in names[:3]:
        shop.drop(name, files[name])
    async with shop.running() as daemon:
        for name in names[3:]:
            shop.drop(name, files[name])
        await until(lambda: len(shop.filed(shop.done)) + len(shop.filed(shop.failed)) == 7)
        daemon.send_signal(signal.SIGTERM)
        ended = await finish(daemon)

    assert ended.code == 0
    assert shop.filed(shop.done) == sorted(good)
    assert shop.filed(shop.failed) == ["seven.json", "six.csv"]
    assert all((shop.done / name).read_bytes() == files[name] for name in good)
    expected = {order["ReferenceNumber"]: order for order in chain(*good.values(), mixed)}
    assert set(shop.sandbox.orders) == set(expected)
    for reference, order in expected.items():
        stored = shop.sandbox.orders[reference]
        assert stored.times_created == 1
        assert {key: stored.record[key] for key in order} == as_sent(order)
    assert shop.sandbox.stats()["logins"] == 1
    assert shop.sandbox.stats()["too_many"] == 0
    check_log(ended.err)
    rejected = (shop.failed / "six.rejected.csv").read_text(encoding="utf-8")
    assert set(re.findall(r"\w+-\d(?=,2026)", rejected)) == {"BAD-1", "BAD-2", "BAD-3"}


def check_log(log):
    """Nothing personal and nothing secret is in it, and every line is a fact with a name."""
    assert {"started", "file_claimed", "file_judged", "order_accepted", "file_done", "file_failed", "stopped"} <= {
        line["action"] for line in read_log(log)
    }
    assert len(read_log(log)) == len(log.splitlines())
    for word in (*PERSON.values(), SECRET, "eyJ", "Bearer"):
        assert word not in log


async def test_numbers_reach_the_api_as_they_were_written(shop):
    order = make_order("EXACT-1")
    text = json.dumps(order).replace("19.9", "19.90").replace('"Qty": 2', '"Qty": 2.0')
    shop.drop("exact.json", text.encode())
    assert (await shop.call("run", "--once")).code == 0
    item = shop.sandbox.orders["EXACT-1"].record["OrderItems"][0]
    assert (str(item["PricePerUnit"]), str(item["Qty"])) == ("19.9", "2")
