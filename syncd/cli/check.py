"""`syncd check`: is all in place for `syncd run`? A line for each thing looked at, with the cure where it is not.

Makes no folder and takes no file; with --online it also signs in, by one call that counts against the quota.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from syncd.build import build_readings, list_mount_problems
from syncd.cli.options import config_option, read_config
from syncd.cli.self_test import Finding, check_disks, compare_clocks, try_folders
from syncd.cli.sign_in import SignIn, sign_in
from syncd.cli.text import STYLES
from syncd.config.model import Config, InventoryConfig, SourceConfig
from syncd.core.inventory import explain_misfit
from syncd.core.names import show_name
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import LEDGER_NAME, Ledger
from syncd.edges.ledger_status import check_integrity
from syncd.edges.lock import is_locked
from syncd.edges.snapshots import SnapshotFolder
from syncd.edges.spool import check_folder_writable
from syncd.errors import LedgerError, StorageError


@click.command()
@config_option
@click.option("--online", is_flag=True, help="Sign in as well: one call, which counts against the quota.")
@click.pass_context
def command(ctx: click.Context, config_path: Path | None, online: bool) -> None:
    """Check config, schemas, folders and their rights, credentials, and the ledger.

    Run it as the account that runs the daemon. Exit code 2 if the configuration is at fault, 1 if anything else is.
    """
    config = read_config(config_path)
    build_readings(config)
    found = []
    for finding in check_all(config, online=online):
        found.append(finding)
        word = "ok" if finding.good else "problem"
        click.echo(f"{click.style(word.ljust(7), STYLES[word])}  {finding.subject}: {finding.text}")
    wrong = [finding for finding in found if not finding.good]
    if wrong:
        ctx.exit(2 if any(finding.config for finding in wrong) else 1)


def check_all(config: Config, *, online: bool) -> Iterator[Finding]:
    """Given a config that could be loaded, yield what is found, one by one."""
    api = config.api
    names = ", ".join(source.name for source in config.sources)
    yield Finding("config", True, f"{show_name(str(config.path))}, environment {api.environment}, sources {names}")
    yield Finding("credentials", True, f"client id from {api.client_id.origin}, secret from {api.client_secret.origin}")
    own = sum(source.schema is not None for source in config.sources)
    yield Finding("schemas", True, f"the one that ships with syncd, and {own} of your own")
    for source in config.sources:
        yield from _check_source(config, source)
    if config.inventory is not None:
        yield _check_folder("inventory", config.inventory.directory)
        yield from _check_pace(config, config.inventory)
    yield _check_folder("state", config.state_dir)
    yield _check_ledger(config)
    yield from check_disks(config)
    if online:
        yield from _check_sign_in(config)


def _check_source(config: Config, source: SourceConfig) -> Iterator[Finding]:
    folders = {"inbox": source.inbox, "work": source.work, "done": source.done, "failed": source.failed}
    found = [_check_folder(f"{source.name} {name}", path) for name, path in folders.items()]
    yield from found
    if all(finding.good for finding in found):
        problems = list_mount_problems(config, source, find_standing)
        yield from (Finding(f"{source.name} mount", False, problem, config=True) for problem in problems)
        if not problems:
            yield Finding(f"{source.name} mount", True, "one for all its folders")
            if all(path.is_dir() for path in folders.values()):
                yield from try_folders(source)


def _check_folder(subject: str, path: Path) -> Finding:
    standing = find_standing(path)
    shown = show_name(str(path))
    if not standing.is_dir():
        return Finding(subject, False, f"{show_name(str(standing))} is a file, where a folder has to stand")
    try:
        check_folder_writable(standing)
    except StorageError as error:
        return Finding(subject, False, str(error))
    return Finding(subject, True, shown if standing == path else f"{shown}, which syncd run will make")


def _check_pace(config: Config, inventory: InventoryConfig) -> Iterator[Finding]:
    """Look whether the pages of the last snapshot fit the interval and the share, where there is one."""
    if inventory.cron is not None or not inventory.directory.is_dir():
        return
    try:
        entries = SnapshotFolder(inventory.directory, SystemClock()).read_manifest()
    except StorageError as error:
        yield Finding("inventory pace", False, str(error))
        return
    known = [entry for entry in entries if "pages" in entry]
    if known:
        limit = config.api.rate_limit
        problem = explain_misfit(
            known[-1]["pages"],
            known[-1]["took_seconds"],
            interval_s=inventory.interval_seconds,
            requests=limit.requests,
            per_s=limit.per_seconds,
            reserve_share=inventory.reserve_share,
        )
        yield Finding("inventory pace", True, f"warning: {problem}" if problem else "a poll fits its interval")


def find_standing(path: Path) -> Path:
    """Return the path itself, or what stands nearest above it."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _check_ledger(config: Config) -> Finding:
    try:
        pid = is_locked(config.state_dir)
        daemon = "no daemon runs" if pid is None else f"a daemon runs (process {pid})"
        if not (config.state_dir / LEDGER_NAME).exists():
            return Finding("ledger", True, f"will be made at the first start; {daemon}")
        with closing(Ledger(config.state_dir, SystemClock(), read_only=True)) as ledger:
            check_integrity(ledger)
    except (LedgerError, StorageError) as error:
        return Finding("ledger", False, str(error))
    return Finding("ledger", True, f"whole; {daemon}")


def _check_sign_in(config: Config) -> Iterator[Finding]:
    try:
        signed: SignIn = asyncio.run(sign_in(config, SystemClock()))
    except (LedgerError, StorageError) as error:
        yield Finding("sign-in", False, str(error))
        return
    counted = "" if signed.counted else "; this call is not in the running daemon's count of the quota"
    yield Finding("sign-in", signed.good, f"{config.api.base_url}: {signed.text}{counted}")
    yield compare_clocks(signed.at, signed.server_time)
