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

from syncd.config.model import Config, SourceConfig
from syncd.config.schema_files import read_schema
from syncd.core.intake import Reading
from syncd.core.reference import ReferenceRule
from syncd.core.validate import OrderChecker, compile_checker
from syncd.edges.api import Api, Transport
from syncd.edges.clock import Clock
from syncd.edges.governor import Governor
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import restore_calls
from syncd.edges.ledger_files import FileRow
from syncd.edges.ledger_orders import doubt_deliveries
from syncd.edges.spool import prepare_folder, same_mount
from syncd.errors import ConfigError
from syncd.flows.calls import Caller
from syncd.flows.carry import Carrier
from syncd.flows.desk import Desk
from syncd.flows.errands import Errands
from syncd.flows.filing import Filing
from syncd.flows.orders import Orders
from syncd.flows.recovery import adopt_strays, recover_files
from syncd.flows.taking import RESCAN_S, Taker


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


def build_readings(config: Config) -> dict[str, Reading]:
    """Given the config, return how each source's files are read. Raise ConfigError for a schema of no use."""
    problems: list[str] = []
    usual = compile_checker(read_schema("order.schema.json"))
    readings = {}
    for source in config.sources:
        checker = usual if source.schema is None else _compile_own_schema(source.schema, problems)
        if checker is not None:
            readings[source.name] = build_reading(source, checker, config.api.environment)
    if problems:
        raise ConfigError(problems)
    return readings


def build_reading(source: SourceConfig, checker: OrderChecker, environment: Literal["production", "test"]) -> Reading:
    """Given a source and its compiled schema, return how its files are read."""
    generate = source.reference
    return Reading(
        checker=checker,
        format=source.format,
        encoding=source.encoding,
        delimiter=source.delimiter,
        final_newline_required=source.final_newline == "required",
        zone=source.timezone,
        generate=None if generate is None else ReferenceRule(generate.prefix, environment),
        limits=source.limits,
    )


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
    limit = config.api.rate_limit
    governor = Governor(clock, limit.requests, limit.per_seconds)
    governor.restore(
        restore_calls(ledger, clock.monotonic(), limit.requests, limit.per_seconds, clock.boot_id()),
    )
    # Assumed by the API's page: what was in flight when we died is finished or dropped within the time-out.
    doubt_deliveries(ledger, clock.monotonic() + config.api.timeout_seconds)
    api = Api(
        base_url=config.api.base_url,
        client_id=config.api.client_id.read,
        client_secret=config.api.client_secret.read,
        timeout_s=config.api.timeout_seconds,
        clock=clock,
        transport=transport,
    )
    first_s, cap_s = config.api.retry.first_seconds, config.api.retry.cap_seconds
    caller = Caller(api, governor, ledger, clock, random, first_s=first_s, cap_s=cap_s)
    desk = Desk(ledger, config.sources)
    errands = Errands(
        ledger,
        desk,
        clock,
        random,
        account=name_account(config.api.environment, config.api.client_id.read()),
        timeout_s=config.api.timeout_seconds,
        first_s=first_s,
        cap_s=cap_s,
    )
    carrier = Carrier(caller, errands, ledger, clock)
    filing = Filing(
        ledger,
        desk,
        clock,
        readings=readings,
        environment=config.api.environment,
        show_values=config.show_values,
    )
    takers = [Taker(source, ledger, clock, random, rescan_s) for source in config.sources]
    orders = Orders(
        takers=takers,
        carrier=carrier,
        filing=filing,
        desk=desk,
        ledger=ledger,
        clock=clock,
        readings=readings,
        adopt=partial(adopt_strays, ledger=ledger, clock=clock, random=random),
        workers=config.api.max_in_flight,
    )
    rows = recover_files(config.sources, ledger, clock, random)
    return App(config, clock, ledger, governor, api, caller, orders, rows)
