"""What commands are called, and how their results are put into words."""

from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner

from syncd.cli import COMMANDS, program
from syncd.cli.text import align_columns, count_words, draw_table, place_sentence, show_lines
from syncd.core.names import retried_name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_takes_a_config(name):
    command = program.get_command(click.Context(program), name)
    for words in [[name, inner] for inner in command.commands] if isinstance(command, click.Group) else [[name]]:
        told = CliRunner().invoke(program, [*words, "--help"])
        assert told.exit_code == 0
        assert "-c, --config FILE" in told.stdout


def test_the_help_lists_every_command():
    told = CliRunner().invoke(program, ["--help"])
    assert all(f"  {name}" in told.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), ""),
        ((4,), "line 4"),
        ((2, 3), "lines 2-3"),
        ((2, 3, 4, 9), "lines 2-4, 9"),
        (tuple(range(1, 40, 2)), "lines 1, 3, 5, 7, 9, 11, ..."),
    ],
)
def test_lines_are_told_in_ranges(lines, words):
    assert show_lines(lines) == words


def test_a_sentence_stands_behind_its_place():
    assert place_sentence("It is bad", 3, "Qty") == "line 3, Qty: It is bad"
    assert place_sentence("It is bad", None, "Qty") == "Qty: It is bad"
    assert place_sentence("It is bad", None, None) == "It is bad"
    assert place_sentence("Menge: Qty is bad", 3, "Menge") == "line 3: Menge: Qty is bad"
    assert place_sentence("Menge is bad", None, "Menge") == "Menge is bad"
    assert place_sentence(f"{'x' * 79}… is bad", 3, "x" * 90) == f"line 3: {'x' * 79}… is bad"


def test_columns_stand_below_each_other():
    assert list(align_columns([("a", "bb"), ("ccc", "d")])) == ["a    bb", "ccc  d"]


def test_columns_stand_below_each_other_whatever_the_script():
    assert list(align_columns([("注文", "x"), ("e\u0301", "y"), ("abcd", "z")])) == [
        "注文  x",
        "e\u0301     y",
        "abcd  z",
    ]


def test_a_table_on_a_terminal_has_a_bold_header_a_rule_and_words_in_their_colour():
    drawn = list(draw_table([("file", "outcome"), ("a.csv", "done"), ("failed.csv", "failed")], 80))
    assert drawn == [
        f"{click.style('file      ', bold=True)}  {click.style('outcome', bold=True)}",
        "──────────  ───────",
        f"a.csv       {click.style('done   ', 'green')}",
        f"failed.csv  {click.style('failed ', 'red')}",
    ]


@pytest.mark.parametrize("width", [80, 30, 20, 10])
def test_a_table_is_folded_to_the_width_of_the_terminal_and_loses_nothing(width):
    rows = [
        ("name", "orders"),
        ("orders of today.csv", "2 accepted, 1 invalid"),
        ("注文書-2026-01-15.csv", ""),
        ("-", "1"),
    ]
    drawn = [click.unstyle(line) for line in draw_table(rows, width)]
    assert max(len(line) + sum(each in "注文書" for each in line) for line in drawn) <= width
    shown = "".join(drawn).replace(" ", "").replace("─", "")
    assert sorted(shown) == sorted("".join(map("".join, rows)).replace(" ", ""))


def test_counts_leave_out_what_is_not_there():
    assert count_words({"done": 2, "failed": 0, "open": 1}) == "2 done, 1 open"
    assert count_words({}) == "none"


def test_what_stays_of_a_retried_file_is_named_after_the_time():
    at = datetime(2026, 1, 15, 10, tzinfo=UTC)
    assert retried_name("orders.csv", at) == "orders.retried-20260115T100000Z.csv"


@pytest.mark.parametrize(
    "fault", ["reset", "post:reset_after", "put:reset_after=0.1", "reset_after=2", "nonsense=0.1", "reset_after=x"]
)
def test_a_fault_that_is_none_is_told_with_all_there_are(fault):
    told = CliRunner().invoke(program, ["sandbox", "--fault", fault])
    assert told.exit_code == 2
    assert "reset_after" in told.stderr


def test_chances_that_sum_to_more_than_1_are_refused():
    told = CliRunner().invoke(program, ["sandbox", "--fault", "drip=0.6", "--fault", "post:cut_off=0.6"])
    assert told.exit_code == 2
    assert "sum to more than 1" in told.stderr


def test_a_latency_the_wrong_way_round_is_refused():
    assert CliRunner().invoke(program, ["sandbox", "--latency", "2", "1"]).exit_code == 2
