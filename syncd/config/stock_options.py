"""The options about stock that need more than a shape: a calendar of polls, how stock is checked before sending."""

from typing import Any

from syncd.config.model import StockCheckConfig
from syncd.config.options import Options


def check_calendar(inventory: Options) -> str | None:
    """Given the block `inventory`, return its calendar, which takes the interval's place."""
    text = inventory.text("cron")
    if text is None:
        return None
    from syncd.edges.scheduler import explain_cron  # noqa: PLC0415  40 ms, which only a calendar needs

    problem = explain_cron(text)
    if problem:
        inventory.refuse("cron", problem)
    elif inventory.has("interval_seconds"):
        inventory.refuse("cron", "takes the place of interval_seconds; give one of the two")
    return text


def choose_stock_check(source: Options, *, inventory: bool) -> StockCheckConfig:
    """Given a source, whose option is a word or a block, and whether there is an inventory, return its check."""
    own = source.inner("stock_check")
    given: dict[str, Any] = own.given("mode", "max_age_seconds", "hold_limit_seconds")
    if word := source.text("stock_check"):
        given["mode"] = word
    match own.block.get("locations"):
        case str(location):
            given["locations"] = (location,)
        case list(locations):
            given["locations"] = tuple(locations)
    check = StockCheckConfig(**given)
    if check.mode != "off" and not inventory:
        source.refuse("stock_check", "needs the block inventory: without it there is no stock to check against")
    return check
