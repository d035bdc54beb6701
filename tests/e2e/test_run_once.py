"""`syncd run --once`: what it shows and how it exits."""

from e2e.installed import SECRET
from support.orders import make_order, write_csv


async def test_all_good_is_exit_code_0_and_a_table(shop):
    shop.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2")))
    ended = await shop.call("run", "--once")
    assert ended.code == 0
    assert [line.split() for line in ended.out.splitlines()] == [
        ["file", "outcome", "accepted", "skipped", "not", "where", "it", "is"],
        ["a.csv", "done", "2", "0", "0", "done/a.csv"],
    ]


async def test_a_failed_file_is_exit_code_1(shop):
    shop.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2", qty=0)))
    ended = await shop.call("run", "--once")
    assert ended.code == 1
    assert ended.out.splitlines()[1].split() == ["a.csv", "failed", "1", "0", "1", "failed/a.csv"]


async def test_nothing_to_do_is_exit_code_0_and_says_nothing(shop):
    ended = await shop.call("run", "--once")
    assert (ended.code, ended.out) == (0, "")


async def test_what_is_left_in_the_inbox_is_named_and_the_exit_code_stays_0(shop):
    shop.drop("a.csv", write_csv(make_order("A-1")))
    shop.drop("empty.csv", b"")
    shop.drop("notes.docx", b"x")
    ended = await shop.call("run", "--once")
    assert ended.code == 0
    assert ended.err.splitlines()[-1] == (
        "Left in the inbox: empty.csv (0 bytes), notes.docx (no source takes files of this name)."
    )


async def test_a_hold_for_the_operator_ends_it_after_the_first_probe(shop):
    shop.drop("a.csv", write_csv(make_order("A-1")))
    ended = await shop.call("run", "--once", TEST_SECRET="wrong-" + SECRET)
    assert ended.code == 1
    assert "Held: POST /auth/login: the API refuses our sign-in (401); check client_id and client_secret" in ended.err
    assert ended.out.splitlines()[1].split()[:2] == ["a.csv", "in"]
    assert SECRET not in ended.err
    assert shop.filed(shop.failed) == []
    assert (await shop.call("run", "--once")).code == 0


async def test_max_wait_ends_it_while_the_api_is_down(shop):
    shop.drop("a.csv", write_csv(make_order("A-1")))
    shop.sandbox.fail_next("error_before", count=10_000)
    ended = await shop.call("run", "--once", "--max-wait", "0.8")
    assert ended.code == 1
    assert "Not everything was settled within 0.8 seconds." in ended.err


async def test_wrong_use_is_exit_code_2(shop):
    assert (await shop.call("run", "--max-wait", "3")).code == 2
    assert (await shop.call("run", "--twice")).code == 2
    assert (await shop.call("fly")).code == 2
    missing = await shop.call("run", "-c", "nowhere.yaml")
    assert missing.code == 2
    assert missing.err == f"{shop.root}/nowhere.yaml: the configuration cannot be read: No such file or directory\n"


async def test_a_terminal_sees_progress_and_a_drawn_table(shop):
    shop.drop("a.csv", write_csv(make_order("A-1")))
    ended = await shop.call_on_terminal("run", "--once")
    assert ended.code == 0
    for word in ("files", "orders", "calls left now", "────", "done/a.csv"):
        assert word in ended.out
