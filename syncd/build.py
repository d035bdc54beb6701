"""The composition root: from a Config to everything that runs. The only file that knows every class."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal

from syncd.config.mapping_files import list_open_questions, load_mapping
from syncd.config.model import AlertsConfig, ApiConfig, Config, InventoryConfig, SourceConfig
from syncd.config.schema_files import read_schema
from syncd.core.intake import WORKBOOK_ENDING, Reading
from syncd.core.mapping.model import Mapping as OrderMapping
from syncd.core.reference import ReferenceRule
from syncd.core.validate import OrderChecker, compile_checker
from syncd.core.xlsx.worksheet import NEEDS_EXTRA, is_installed
from syncd.edges.api import Api, Transport
from syncd.edges.channels import AppriseChannel, Channel, CommandChannel, WebhookChannel
from syncd.edges.clock import Clock
from syncd.edges.governor import Governor
from syncd.edges.holds import is_on_hold
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import restore_calls
from syncd.edges.ledger_files import FileRow
from syncd.edges.ledger_orders import doubt_deliveries
from syncd.edges.scheduler import Scheduler
from syncd.edges.snapshots import SnapshotFolder
from syncd.edges.spool import prepare_folder, same_mount
from syncd.edges.syncs import Syncs
from syncd.errors import ConfigError
from syncd.flows.alerts import Alerts
from syncd.flows.calls import Caller
from syncd.flows.carry import Carrier
from syncd.flows.desk import Desk
from syncd.flows.errands import Errands
from syncd.flows.filing import Filing
from syncd.flows.inventory import Inventory
from syncd.flows.orders import Orders
from syncd.flows.polling import Polling
from syncd.flows.recovery import adopt_strays, recover_files
from syncd.flows.retention import Retention
from syncd.flows.sealing import Sealing
from syncd.flows.stock import StockCheck
from syncd.flows.taking import RESCAN_S, Taker

PATIENCE_S = 300.0
"""So long a poll may stand still between two pages; then what it has read is too old to go on with."""


@dataclass(frozen=True, slots=True)
class App:
    """One daemon, wired and recovered, ready to run."""

    config: Config
    clock: Clock
    ledger: Ledger
    governor: Governor
    api: Api
    caller: Caller
    orders: Orders
    rows: list[FileRow]  #: the open files that recovery found
    polling: Polling | None = None  #: None without the block inventory


def build_readings(config: Config, *, drafts: bool = False) -> dict[str, Reading]:
    """Given the config, return how each source's files are read. Raise ConfigError for a bad schema or mapping.

    A mapping in which a draft's questions still stand is good for trying out, `drafts`, and for nothing else.
    """
    problems: list[str] = []
    usual = compile_checker(read_schema("order.schema.json"), accelerated=True)
    readings = {}
    for source in config.sources:
        checker = usual if source.schema is None else _compile_own_schema(source.schema, problems)
        if checker is not None:
            try:
                readings[source.name] = build_reading(source, checker, config.api.environment)
                if source.mapping is not None and not drafts:
                    problems += list_open_questions(source.mapping)
            except ConfigError as error:
                problems += error.problems
    if problems:
        raise ConfigError(problems)
    return readings


def build_reading(source: SourceConfig, checker: OrderChecker, environment: Literal["production", "test"]) -> Reading:
    """Given a source and its compiled schema, return how its files are read. Raise ConfigError for a bad mapping."""
    generate = source.reference
    mapping = None if source.mapping is None else load_mapping(source.mapping, checker)
    if mapping is not None and not is_installed() and _reads_workbooks(source, mapping):
        raise ConfigError([f"{source.mapping}: {NEEDS_EXTRA}."])
    return Reading(
        checker=checker,
        format=source.format,
        encoding=source.encoding,
        delimiter=source.delimiter,
        final_newline_required=source.final_newline == "required",
        zone=source.timezone,
        generate=None if generate is None else ReferenceRule(generate.prefix, environment),
        limits=source.limits,
        evidence=source.complete,
        mapping=mapping,
    )


def _reads_workbooks(source: SourceConfig, mapping: OrderMapping) -> bool:
    """Tell whether a source is meant for Excel files: its mapping says so, or a pattern of its own ends so."""
    named = any(pattern.casefold().endswith(WORKBOOK_ENDING) for pattern in source.match)
    return mapping.rules.format == "xlsx" or (mapping.rules.by_ending and named)


def _compile_own_schema(path: Path, problems: list[str]) -> OrderChecker | None:
    try:
        return compile_checker(json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
    except OSError as error:
        problems.append(f"{path}: the schema cannot be read: {error.strerror}.")
    except ValueError as error:
        problems.append(f"{path}: the schema cannot be used: {error}.")
    return None


def check_mounts(config: Config) -> None:
    """Make missing folders; raise ConfigError where a source's folders lie on different mounts.

    A file moves between them by one rename, and that works within one mount only.
    """
    problems = []
    for source in config.sources:
        for folder in (source.inbox, source.done, source.failed):
            prepare_folder(folder)
        prepare_folder(source.work, mode=0o700)
        problems += list_mount_problems(config, source)
    if problems:
        raise ConfigError(problems)


def list_mount_problems(
    config: Config, source: SourceConfig, find: Callable[[Path], Path] = lambda folder: folder
) -> list[str]:
    """Return a sentence for each folder of a source that lies on another mount than its work folder.

    `find` says which folder to try, where one is not made yet. Raise StorageError if a folder refuses.
    """
    folders = {"inbox": source.inbox, "done": source.done, "failed": source.failed}
    return [
        f"{config.path}: sources.{source.name}: {name} {folder} and work {source.work} lie on different mounts; "
        "put inbox, work, done and failed of a source on one."
        for name, folder in folders.items()
        if not same_mount((find(source.work), find(folder)))
    ]


def name_account(environment: str, client_id: str) -> str:
    """Return what the ledger files a reference under: references are unique per client, and test is not production."""
    return hashlib.sha256(f"{environment}\0{client_id}".encode()).hexdigest()[:16]


def build_app(
    config: Config,
    readings: Mapping[str, Reading],
    ledger: Ledger,
    clock: Clock,
    random: Random,
    transport: Transport | None = None,
    rescan_s: float = RESCAN_S,
) -> App:
    """Given a config and an open ledger, recover what an earlier process left and return what is ready to run.

    Must be called on the running loop. Raise StorageError or LedgerError if the machine refuses.
    """
    governor, api, caller = build_caller(config, ledger, clock, random, transport)
    # Assumed by the API's page: what was in flight when we died is finished or dropped within the time-out.
    doubt_deliveries(ledger, clock.monotonic() + config.api.timeout_seconds)
    desk = Desk(ledger, config.sources)
    checks_stock = any(source.stock_check.mode != "off" for source in config.sources)
    stock = StockCheck(ledger, desk, clock) if checks_stock else None
    errands = Errands(
        ledger,
        desk,
        clock,
        random,
        account=name_account(config.api.environment, config.api.client_id.read()),
        timeout_s=config.api.timeout_seconds,
        first_s=config.api.retry.first_seconds,
        cap_s=config.api.retry.cap_seconds,
        stock=stock,
    )
    carrier = Carrier(caller, errands, ledger, clock)
    syncs = Syncs(clock)
    filing = Filing(
        ledger,
        desk,
        clock,
        syncs,
        readings=readings,
        environment=config.api.environment,
        reports=config.reports,
    )
    takers = [Taker(source, ledger, clock, random, rescan_s) for source in config.sources]
    for taker in takers:
        taker.is_on_hold = partial(is_on_hold, config.state_dir, taker.source.name)
    orders = Orders(
        takers=takers,
        carrier=carrier,
        filing=filing,
        desk=desk,
        ledger=ledger,
        clock=clock,
        syncs=syncs,
        readings=readings,
        adopt=partial(adopt_strays, ledger=ledger, clock=clock, random=random),
        workers=config.api.max_in_flight,
    )
    rows = recover_files(config.sources, ledger, clock, random)
    polling = build_polling(config, caller, ledger, clock, stock, carrier)
    return App(config, clock, ledger, governor, api, caller, orders, rows, polling)


def build_caller(
    config: Config, ledger: Ledger, clock: Clock, random: Random, transport: Transport | None = None
) -> tuple[Governor, Api, Caller]:
    """Given a config and an open ledger, return what every call goes through. Must be called on the running loop."""
    limit, share = config.api.rate_limit, config.inventory.reserve_share if config.inventory else 1.0
    governor = Governor(clock, limit.requests, limit.per_seconds, share)
    governor.restore(
        restore_calls(ledger, clock.monotonic(), limit.requests, limit.per_seconds, clock.boot_id()),
    )
    api = Api(
        base_url=config.api.base_url,
        client_id=config.api.client_id.read,
        client_secret=config.api.client_secret.read,
        timeout_s=config.api.timeout_seconds,
        clock=clock,
        transport=transport,
    )
    retry = config.api.retry
    caller = Caller(api, governor, ledger, clock, random, first_s=retry.first_seconds, cap_s=retry.cap_seconds)
    return governor, api, caller


def build_channels(config: AlertsConfig) -> list[Channel]:
    """Given the block alerts, return every way to tell people, besides the log."""
    channels: list[Channel] = []
    if config.command:
        channels.append(CommandChannel(config.command))
    if config.webhook is not None:
        channels.append(WebhookChannel(config.webhook.read))
    if config.apprise:
        channels.append(AppriseChannel([url.read for url in config.apprise]))
    return channels


def build_alerts(app: App) -> Alerts:
    """Given a daemon, return what tells people what is wrong with it."""
    inventory = None if app.polling is None else app.polling.inventory
    channels = build_channels(app.config.alerts)
    return Alerts(app.config, app.orders, app.caller, inventory, app.ledger, app.clock, channels)


def build_asides(app: App) -> tuple[Alerts, Retention, Sealing]:
    """Given a daemon, return what goes on beside its work, begun now and then by the upkeep."""
    retention = Retention(app.config, app.ledger, app.clock)
    return build_alerts(app), retention, Sealing(app.config, app.ledger, app.clock)


def build_inventory(config: InventoryConfig, api: ApiConfig, caller: Caller, ledger: Ledger, clock: Clock) -> Inventory:
    """Given the block inventory and what calls go through, return what polls."""
    limit = api.rate_limit
    slowest_page_s = limit.per_seconds / max(1.0, limit.requests * config.reserve_share)
    patience_s = max(PATIENCE_S, 3 * slowest_page_s)
    return Inventory(config, caller, ledger, clock, SnapshotFolder(config.directory, clock), patience_s=patience_s)


def build_polling(
    config: Config, caller: Caller, ledger: Ledger, clock: Clock, stock: StockCheck | None, carrier: Carrier
) -> Polling | None:
    """Given what an inventory needs, return what polls it on its schedule; None without the block inventory."""
    if config.inventory is None:
        return None
    inventory = build_inventory(config.inventory, config.api, caller, ledger, clock)
    if stock is not None:
        stock.on_loaded = carrier.look_again
        inventory.on_published = stock.load
    interval_s, cron = config.inventory.interval_seconds, config.inventory.cron
    make_scheduler = partial(Scheduler, clock, interval_s=interval_s, cron=cron)
    return Polling(inventory, clock, config.state_dir, make_scheduler, stock)
