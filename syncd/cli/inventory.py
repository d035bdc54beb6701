"""`syncd inventory`: take a snapshot now, look at one, compare two, publish one that is held back.

Where a daemon runs, it is asked to poll, for the quota is one; where none runs, this process stands in for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import click

from syncd.build import build_caller, build_inventory
from syncd.cli.options import config_option, read_config
from syncd.cli.text import print_table
from syncd.config.model import Config, InventoryConfig
from syncd.core.canonical import write_number
from syncd.core.changes import Change, Comparison, write_change, write_changes_head
from syncd.core.decide import describe_reply
from syncd.core.inventory import Item, compose, parse_item
from syncd.core.model import Reply, ReplyKind
from syncd.core.names import show_name
from syncd.core.times import write_time
from syncd.edges.asks import Answer, take_answer, write_ask
from syncd.edges.clock import Clock, SystemClock
from syncd.edges.ledger import Ledger
from syncd.edges.lock import acquire_lock, is_locked
from syncd.edges.snapshots import LATEST, Snapshot, SnapshotFolder, open_snapshot
from syncd.edges.spool import prepare_folder
from syncd.errors import AlreadyRunningError, UsageError
from syncd.flows.inventory import Inventory, PollOutcome, PollResult

LOOK_S = 0.25
"""How often it is looked whether the daemon has answered, or the API refuses us."""

_REFUSED = describe_reply(Reply(ReplyKind.ANSWERED, 400))
DOCUMENTED_PAGE_SIZE = 200
"""The largest size of a page (documented; an older edition of the documentation said 1000)."""


@click.group()
def command() -> None:
    """Take, show and compare snapshots of the inventory."""


@command.command()
@config_option
@click.option("--max-wait", "max_wait_s", type=float, default=1800.0, metavar="SECONDS", show_default=True)
@click.pass_context
def pull(ctx: click.Context, config_path: Path | None, max_wait_s: float) -> None:
    """Take one snapshot now. Exit code 1 if none was published; the last one then stays as it was."""
    _act(ctx, config_path, "pull", max_wait_s)


@command.command()
@config_option
@click.option("--max-wait", "max_wait_s", type=float, default=1800.0, metavar="SECONDS", show_default=True)
@click.pass_context
def confirm(ctx: click.Context, config_path: Path | None, max_wait_s: float) -> None:
    """Publish the snapshot that was held back because it lost too much."""
    _act(ctx, config_path, "confirm", max_wait_s)


@command.command()
@config_option
@click.argument("sku", required=False)
@click.pass_context
def show(ctx: click.Context, config_path: Path | None, sku: str | None) -> None:
    """Show the stock of one SKU, or what the newest snapshot holds. Exit code 1 if there is no such SKU."""
    config = read_config(config_path, credentials=False)
    snapshot = _find_snapshot(_require_inventory(config), LATEST)
    items = (parse_item(line.text) for line in snapshot.lines())
    if sku is None:
        _print_summary(snapshot, items)
        return
    rows = [_list_cells(item) for item in items if item.sku == sku]
    if not rows:
        click.echo(f"The snapshot of {write_time(snapshot.taken_at)} has no SKU {show_name(sku)}.", err=True)
        ctx.exit(1)
    print_table(("sku", "location", "on hand", "reserved", "available", "updated"), rows)
    click.echo(f"Taken at {write_time(snapshot.taken_at)}.", err=True)


@command.command()
@config_option
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="As a changes file has it.")
def diff(config_path: Path | None, before: str, after: str, as_json: bool) -> None:
    """Show what changed from one snapshot to another: files, names in the inventory folder, or latest."""
    inventory = _require_inventory(read_config(config_path, credentials=False))
    old, new = _find_snapshot(inventory, before), _find_snapshot(inventory, after)
    comparison = Comparison(old.lines(), new.lines())
    changes = (change for change in comparison.walk() if change is not None)
    if as_json:
        for piece in compose(write_changes_head(old.taken_at, new.taken_at), map(write_change, changes)):
            click.echo(piece, nl=False)
        return
    rows = [_list_change_cells(change) for change in changes]
    if rows:
        print_table(("what", "sku", "location", "on hand", "reserved", "available"), rows)
    counted = ", ".join(f"{count} {kind}" for kind, count in comparison.counts.items())
    click.echo(f"{counted}, from {write_time(old.taken_at)} to {write_time(new.taken_at)}.", err=True)


def _act(ctx: click.Context, config_path: Path | None, word: str, max_wait_s: float) -> None:
    config = read_config(config_path, credentials=False)
    inventory = _require_inventory(config)
    if is_locked(config.state_dir) is None:  # nobody to ask: this process signs in itself
        config = read_config(config_path)
    prepare_folder(config.state_dir, mode=0o700)
    clock = SystemClock()
    try:
        answer = asyncio.run(_stand_in(config, inventory, word, max_wait_s, clock))
    except AlreadyRunningError:
        if is_locked(config.state_dir) is None:
            raise
        answer = asyncio.run(_ask_daemon(config.state_dir, word, max_wait_s, clock))
    click.echo(answer.sentence, err=not answer.well)
    if not answer.well:
        if _REFUSED in answer.sentence and inventory.page_size > DOCUMENTED_PAGE_SIZE:
            click.echo(
                f"inventory.page_size is {inventory.page_size}; the API documents {DOCUMENTED_PAGE_SIZE} at most: "
                "lower it and try again.",
                err=True,
            )
        ctx.exit(1)


async def _ask_daemon(state_dir: Path, word: str, max_wait_s: float, clock: Clock) -> Answer:
    token = write_ask(state_dir, word)
    give_up_at = clock.monotonic() + max_wait_s
    while clock.monotonic() < give_up_at:
        if (answer := take_answer(state_dir, token)) is not None:
            return answer
        await clock.sleep(LOOK_S)
    return Answer(False, f"The daemon has not answered within {max_wait_s:g} s; see `syncd status`.")


async def _stand_in(
    config: Config, inventory_config: InventoryConfig, word: str, max_wait_s: float, clock: Clock
) -> Answer:
    """Do it in this process, holding the state folder as a daemon would. Raise AlreadyRunningError if one does."""
    with acquire_lock(config.state_dir), closing(Ledger(config.state_dir, clock)) as ledger:
        _, api, caller = build_caller(config, ledger, clock, Random())  # noqa: S311  jitter, no secrets
        inventory = build_inventory(inventory_config, config.api, caller, ledger, clock)
        inventory.folder.prepare()
        act: Callable[[], Awaitable[PollResult]] = inventory.poll if word == "pull" else inventory.confirm

        def find_refusal() -> str | None:
            hold = caller.gate.hold
            return hold.reason if hold is not None and hold.tries > 0 else None

        try:
            result = await _wait(act, inventory, find_refusal, max_wait_s, clock)
        finally:
            await api.close()
            ledger.commit()
        return Answer(result.outcome is PollOutcome.PUBLISHED, result.sentence)


async def _wait(
    act: Callable[[], Awaitable[PollResult]],
    inventory: Inventory,
    find_refusal: Callable[[], str | None],
    max_wait_s: float,
    clock: Clock,
) -> PollResult:
    """Wait for a poll, but not while calls are held: a person waits too."""
    task = asyncio.ensure_future(act())
    give_up_at = clock.monotonic() + max_wait_s
    while not task.done():
        refusal = find_refusal()
        if refusal is not None or clock.monotonic() >= give_up_at:
            inventory.stop()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            why = refusal or f"it was not done within {max_wait_s:g} s"
            return PollResult(PollOutcome.GIVEN_UP, f"No snapshot was taken: {why}.")
        await clock.sleep(LOOK_S)
    return task.result()


def _require_inventory(config: Config) -> InventoryConfig:
    if config.inventory is None:
        raise UsageError(f"{show_name(str(config.path))} has no block inventory: add one with its directory.")
    return config.inventory


def _find_snapshot(inventory: InventoryConfig, name: str) -> Snapshot:
    """Given a path, a name in the folder or the word latest, return the snapshot. Raise UsageError for none."""
    folder = SnapshotFolder(inventory.directory, SystemClock()).directory
    for path in (folder / name, folder / f"{name}.json", Path(name)):
        if path.is_file():
            return open_snapshot(path)
    raise UsageError(f"There is no snapshot {show_name(name)} in {show_name(str(folder))}; see `syncd inventory pull`.")


def _print_summary(snapshot: Snapshot, items: Iterator[Item]) -> None:
    stock: dict[str, list[int]] = {}
    totals: dict[str, list[int]] = {}
    skus, last = 0, None
    for item in items:
        skus += item.sku != last
        last = item.sku
        counts = stock.setdefault(item.location or "-", [0, 0])
        counts[0] += 1
        counts[1] += item.available > 0
        sums = totals.setdefault(item.location or "-", [0, 0, 0])
        for index, number in enumerate((item.on_hand, item.reserved, item.available)):
            sums[index] += number  # type: ignore[assignment]  # exact, whole or not
    rows = [
        (show_name(name), str(count), str(there), *map(write_number, totals[name]))
        for name, (count, there) in sorted(stock.items())
    ]
    if rows:
        print_table(("location", "SKUs", "in stock", "on hand", "reserved", "available"), rows)
    click.echo(f"{skus} SKUs, taken at {write_time(snapshot.taken_at)} in {snapshot.took_s:g} s.", err=True)


def _list_cells(item: Item) -> tuple[str, ...]:
    numbers = map(write_number, (item.on_hand, item.reserved, item.available))
    return (show_name(item.sku), show_name(item.location or "-"), *numbers, item.updated_at or "-")


def _list_change_cells(change: Change) -> tuple[str, ...]:
    item = change.after or change.before
    if item is None:
        raise ValueError("a change of nothing")
    before, after = (_list_numbers(one) for one in (change.before, change.after))
    cells = (f"{old} → {new}" for old, new in zip(before, after, strict=True))
    return (str(change.kind), show_name(item.sku), show_name(item.location or "-"), *cells)


def _list_numbers(item: Item | None) -> tuple[str, ...]:
    if item is None:
        return ("-", "-", "-")
    return tuple(map(write_number, (item.on_hand, item.reserved, item.available)))
