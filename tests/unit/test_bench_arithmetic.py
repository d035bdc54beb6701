"""The benchmark's own arithmetic: a wrong ratio would be worse than none."""

import json
from random import Random

from bench.tables import build_table, count_most_in_window, find_percentile, measure_use, median_ratio
from bench.workloads import COLUMNS, build_order
from syncd.config.schema_files import read_schema
from syncd.core.intake import Reading, judge
from syncd.core.model import Order
from syncd.core.validate import compile_checker


def test_rounds_are_compared_with_themselves():
    assert median_ratio([10, 200, 30], [5, 100, 10]) == 2
    assert median_ratio([3], [4]) == 0.75


def test_a_percentile_is_a_value_that_was_measured():
    values = list(range(1, 101))
    Random(1).shuffle(values)
    assert [find_percentile(values, percent) for percent in (0, 50, 95, 100)] == [1, 50, 95, 100]
    assert find_percentile([7], 95) == 7


def test_a_window_is_half_open():
    assert count_most_in_window([0, 5, 10], 10) == 2
    assert count_most_in_window([0, 5, 9, 10, 11], 10) == 4
    assert count_most_in_window([], 10) == 0


def test_use_is_counted_between_whole_quotas():
    assert measure_use([0, 1, 2, 10, 11, 12, 20], limit=3, window=10) == 1.0
    assert measure_use([0, 1, 2, 20, 21, 22, 40], limit=3, window=10) == 0.5
    assert measure_use([0, 1], limit=3, window=10) is None
    assert measure_use([], limit=3, window=10) is None


def test_a_table_is_markdown():
    assert build_table(["work", "orders/s"], [["csv", "1"]]) == "| work | orders/s |\n| --- | ---: |\n| csv | 1 |"


def test_an_order_is_the_same_for_the_same_number_and_one_that_syncd_takes():
    assert build_order("CSV", 7, 2) == build_order("CSV", 7, 2) != build_order("CSV", 8, 2)
    reading = Reading(checker=compile_checker(read_schema("order.schema.json"), accelerated=True))
    found = list(judge([json.dumps(build_order("X", 1, 2)).encode()], "x.json", reading))
    assert [type(judged) for judged in found] == [Order]
    assert set(COLUMNS) <= reading.checker.known_columns
