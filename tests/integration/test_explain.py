import pytest
from click.testing import CliRunner
from support.house import open_house
from support.orders import make_order, write_ndjson

from syncd.cli import program
from syncd.edges.holds import write_holds


def explain(house, what):
    return CliRunner().invoke(program, ["explain", "-c", str(house.root / "config.yaml"), what])


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        house.drop("a.ndjson", write_ndjson(make_order("A-1"), make_order("A-2", qty=0)))
        await house.settle()
        yield house


async def test_a_file_is_explained_by_its_name(house):
    told = explain(house, "a.ndjson")
    assert told.exit_code == 0
    assert "taken from the inbox of orders" in told.output
    assert "2 orders: 1 accepted, 1 invalid" in told.output
    assert "order A-2, record 2" in told.output
    assert "filed in failed as a.ndjson" in told.output


async def test_an_order_is_explained_by_its_reference_through_all_its_files(house):
    house.drop("b.ndjson", write_ndjson(make_order("A-1")))
    await house.settle()
    told = explain(house, "A-1").output
    assert told.index("a.ndjson") < told.index("b.ndjson")
    assert "already_accepted" in told


async def test_the_same_bytes_under_another_name_are_told(house):
    content = (house.root / "failed/a.ndjson").read_bytes()
    house.drop("again.ndjson", content)
    await house.settle()
    assert "the same bytes came as claim" in explain(house, "again.ndjson").output


async def test_a_file_in_the_inbox_is_explained_by_why_it_is_there(house):
    for name in ("x.csv", "x.csv.part", "x.pdf"):
        (house.root / "inbox" / name).write_bytes(b"x")
    assert "waits to be taken" in explain(house, "x.csv").output
    assert "a temporary name" in explain(house, str(house.root / "inbox/x.csv.part")).output
    assert "no pattern of the source fits" in explain(house, "x.pdf").output


async def test_what_is_never_taken_is_explained_by_what_it_is(house):
    (house.root / "inbox/link.csv").symlink_to("x.csv")
    assert "but is a link, which is never taken" in explain(house, "link.csv").output


async def test_a_file_that_waits_for_the_end_of_a_hold_is_explained_by_it(house):
    (house.root / "inbox/x.csv").write_bytes(b"x")
    write_holds(house.root / "state", ["orders"])
    assert "the source is on hold: it waits for `syncd release orders`" in explain(house, "x.csv").output


@pytest.mark.parametrize("what", ["", ".", "..", "/", "inbox/..", "a" * 256])
async def test_what_can_be_no_file_is_unknown(house, what):
    told = explain(house, what)
    assert (told.exit_code, "Nothing is known of" in told.stderr) == (1, True)


async def test_what_is_unknown_is_said_to_be(house):
    told = explain(house, "nobody")
    assert told.exit_code == 1
    assert "Nothing is known of nobody" in told.stderr


async def test_a_file_that_was_taken_away_is_still_explained(house):
    for path in (house.root / "failed").iterdir():
        path.unlink()
    told = explain(house, "a.ndjson").output
    assert "no longer stands in" in told
    assert "its report cannot be read there" in told


async def test_a_file_with_many_bad_orders_is_cut_short(tmp_path):
    async with open_house(tmp_path) as house:
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{number}", qty=0) for number in range(30))))
        await house.settle()
        assert "and 10 more like these" in explain(house, "a.ndjson").output


async def test_an_order_that_waits_says_what_it_waits_for(tmp_path):
    async with open_house(tmp_path) as house:
        house.sandbox.fail_next("hang_before", path="/outbound")
        house.drop("a.json", write_ndjson(make_order("W-1")))
        await house.settle(max_wait_s=0.6)
        told = explain(house, "W-1").output
        assert "order W-1" in told
        assert "no clear answer" in told or "asks for it" in told
