"""The walk through the code names functions that exist."""

import importlib
import re
from pathlib import Path

import pytest

WALK = Path(__file__).parents[2] / "docs" / "walk.md"
NAMES = sorted(set(re.findall(r"`((?:[a-z_]+\.)+[A-Za-z_.]+)`", WALK.read_text(encoding="utf-8"))) - {"orders.csv"})


def resolve(name):
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(["syncd", *parts[:end]]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[end:]:
            found = getattr(found, attribute)
        return found
    raise LookupError(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_function_of_the_walk_exists(name):
    assert callable(resolve(name))


def test_the_walk_names_what_matters():
    assert len(NAMES) > 30
