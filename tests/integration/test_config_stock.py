"""The options of the inventory and of the stock check."""

import pytest
from support.configs import API, SOURCE

from syncd.config.model import Guard, Keep, StockCheckConfig

INVENTORY = "inventory: {directory: stock}\n"


@pytest.mark.parametrize("mode", ["off", "warn", "hold", "reject"])
def test_a_stock_check_may_be_a_word(load, mode):
    config = load(API + SOURCE + f"    stock_check: {mode}\n" + INVENTORY)
    assert config.sources[0].stock_check == StockCheckConfig(mode)


def test_a_stock_check_may_be_a_block(load):
    block = "{mode: hold, max_age_seconds: 900, locations: [One, Two], hold_limit_seconds: 60}"
    config = load(API + SOURCE + f"    stock_check: {block}\n" + INVENTORY)
    assert config.sources[0].stock_check == StockCheckConfig("hold", 900, ("One", "Two"), 60)
    config = load(API + SOURCE + "    stock_check: {mode: reject, locations: One}\n" + INVENTORY)
    assert config.sources[0].stock_check.locations == ("One",)


def test_every_option_of_the_inventory_arrives(load, tmp_path):
    config = load(
        API
        + SOURCE
        + "inventory: {directory: stock, cron: '*/15 6-20 * * mon-fri', page_size: 50, reserve_share: 0.25,"
        + " keep: {count: 5, days: 0.5}, guard: {max_lost_share: 0.9}}\n"
    )
    inventory = config.inventory
    assert inventory.directory == tmp_path / "stock"
    assert (inventory.cron, inventory.page_size, inventory.reserve_share) == ("*/15 6-20 * * mon-fri", 50, 0.25)
    assert (inventory.keep, inventory.guard) == (Keep(5, 0.5), Guard(0.9))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (SOURCE + "    stock_check: hold\n", "stock_check needs the block inventory"),
        (SOURCE + "    stock_check: maybe\n" + INVENTORY, "sources[0].stock_check must be off or reject"),
        (SOURCE + "    stock_check: {max_age_seconds: 5}\n" + INVENTORY, "mode"),
        (SOURCE + "inventory: {directory: stock, cron: '* *'}\n", "must have five fields"),
        (SOURCE + "inventory: {directory: stock, cron: '5 * * * *', interval_seconds: 5}\n", "takes the place"),
        (SOURCE + "inventory: {directory: stock, reserve_share: 10}\n", "must be 1 or less"),
        (SOURCE + "inventory: {directory: stock, guard: {max_lost_share: 30}}\n", "must be 1 or less"),
    ],
)
def test_what_makes_no_sense_is_refused(refuse, text, why):
    (problem,) = refuse(API + text)
    assert why in problem
