"""The benchmark's verdicts: a goal that is missed must never be written down as met."""

from bench.book import Book
from bench.goals import GOALS, judge_goals
from bench.page import BATCHES

TIMES = "\N{MULTIPLICATION SIGN}"


class Paper(Book):
    """A book that is written nowhere."""

    def __init__(self):
        self._rounds = {}

    def add(self, work, who, number, figures):
        self._rounds.setdefault((work, who), {})[number] = figures


def judge(**measured):
    book = Paper()
    for work, figures in measured.items():
        book.add(work, "syncd", 0, figures)
    return {row[0]: row[1:] for row in judge_goals(book)}


def test_what_was_not_measured_is_neither_met_nor_missed():
    assert judge() == {}
    assert list(judge(status={"status_ms": 100.0})) == ["`syncd status` to the prompt"]


def test_a_bar_itself_is_met():
    rows = [judge(status={"status_ms": value})["`syncd status` to the prompt"] for value in (150.1, 150, 80)]
    assert [row[3] for row in rows] == ["**no**", "yes", "and the aim"]
    assert rows[0] == ["150 ms", "≤ 150 ms", "≤ 80 ms", "**no**"]


def test_at_least_is_not_at_most():
    def used(percent):
        return judge(strict={"refused": 0, "used_percent": percent})["the same: used"][3]

    assert used(96.9) == "**no**"
    assert used(97) == "yes"


def test_ratios_are_of_the_same_rounds():
    book = Paper()
    for number, (ours, theirs) in enumerate([(20, 10), (300, 100), (4, 1)]):
        book.add("csv20k", "syncd", number, {"orders_per_s": ours})
        book.add("csv20k", "script", number, {"orders_per_s": theirs})
    book.add("csv20k", "syncd", 3, {"orders_per_s": 1000})  # the script's round went wrong
    assert book.find_ratio("csv20k", "syncd", "orders_per_s") == 3
    assert book.find_ratio("csv20k", "syncd", "cpu_s") is None
    assert book.find("csv20k", "syncd", "orders_per_s") == 160


def test_the_worst_round_counts_for_fairness():
    book = Paper()
    for number, calls in enumerate([0, 7, 0]):
        book.add("fairness", "syncd", number, {"since_taken": calls})
    assert judge_goals(book)[0][1:] == ["7", "≤ 3", "", "**no**"]


def test_growth_and_headroom_are_of_different_works():
    book = Paper()
    book.add("csv20k", "syncd", 0, {"peak_mb": 50, "orders_per_s": 1000})
    book.add("csv200k", "syncd", 0, {"peak_mb": 60})
    book.add("server", "server", 0, {"orders_per_s": 9000})
    rows = {row[0]: row[1:] for row in judge_goals(book)}
    assert rows["peak memory, CSV of 200,000, beside it"] == [f"1.20 {TIMES}", f"≤ 1.1 {TIMES}", "", "**no**"]
    assert rows["the mock server beside the fastest contender"][0] == f"9.0 {TIMES}"


def test_every_aim_lies_beyond_its_goal():
    for goal in GOALS:
        if goal.aim is not None:
            assert goal.is_met(goal.aim, goal.goal), goal.what
            assert not goal.is_met(goal.goal, goal.aim), goal.what
    assert {"csv20k", "json2000", "json20k", "csv200k", "array200k"} <= BATCHES.keys()
