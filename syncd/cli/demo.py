"""`syncd demo`: the real sandbox, the real daemon and a few sample files in a temporary folder, told step by step."""

import asyncio
import csv
import io
import json
import shutil
import tempfile
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any

import click

from syncd.cli.filed import Filed, list_filed
from syncd.cli.options import config_option
from syncd.cli.text import place_sentence, print_indented, print_order
from syncd.config import load_config
from syncd.config.model import Config
from syncd.core.names import rejected_name, report_name
from syncd.daemon import Daemon, Ending
from syncd.edges.clock import Clock, SystemClock
from syncd.sandbox import Sandbox, SandboxSettings

CONFIG = """\
version: 1
api:
  base_url: {base_url}
  client_id: {client_id}
  client_secret: {client_secret}
  environment: test
sources:
  - name: orders
    inbox: inbox
    done: done
    failed: failed
    settle_seconds: 0.2
"""
SAMPLES = ("webshop.csv", "marketplace.json", "erp.ndjson", "telephone.csv", "torn.json")
MENDED = {"OrderItems.Qty": {"0": "2"}, "Currency": {"EURO": "EUR"}}
"""What a clerk would write instead, by column."""
LONGEST_WAIT_S = 15.0


@click.command()
@config_option
@click.option("--keep", is_flag=True, help="Leave the folder with all files in place.")
@click.pass_context
def command(ctx: click.Context, config_path: Path | None, keep: bool) -> None:
    """See it all work: sample files, the daemon, and an emulated API, in a temporary folder.

    Needs no account and no network, and ends by itself. It brings a configuration of its own; -c is not looked at.
    """
    del config_path
    folder = Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    try:
        well = asyncio.run(_tell(folder.resolve(), SystemClock()))
    finally:
        if not keep:
            shutil.rmtree(folder)
    if keep:
        click.echo(f"All of it stands in {folder}")
    if not well:
        click.echo("The demo did not go as it should: see above.", err=True)
        ctx.exit(1)


async def _tell(folder: Path, clock: Clock) -> bool:
    """Play the whole story; return whether it came out as it should."""
    async with Sandbox(SandboxSettings(latency=(0.02, 0.1))) as sandbox:
        config = _write_config(folder, sandbox)
        click.echo(f"An emulated API answers at {sandbox.base_url}")
        click.echo(f"A daemon watches {folder}/inbox")

        _say_step(f"Dropped into inbox/: {', '.join(SAMPLES)}")
        for name in SAMPLES:
            _drop(config, name, resources.files("syncd.cli").joinpath("demo_files", name).read_bytes())
        well = await _run(config, clock)

        rejected = config.sources[0].failed / rejected_name("telephone.csv")
        content = rejected.read_text(encoding="utf-8")
        _say_step(f"What failed of telephone.csv came back as failed/{rejected.name}, with what is wrong at the end:")
        click.echo(content.rstrip("\n"))

        _say_step(f"Mended ({_describe_mending()}) and dropped again, just what was missing is sent:")
        _drop(config, rejected.name, _mend(content))
        well &= await _run(config, clock)

        _say_step("Somebody drops webshop.csv once more; nothing is sent twice:")
        _drop(config, "webshop.csv", resources.files("syncd.cli").joinpath("demo_files", "webshop.csv").read_bytes())
        well &= await _run(config, clock)

        stats = sandbox.stats()
        _say_step("What the emulated API saw:")
        click.echo(f"  {stats['orders']} orders, {stats['doubled']} of them twice")
        click.echo(f"  {stats['logins']} sign-ins: the last run had nothing to send")
        click.echo(f"  {stats['calls']} calls, {stats['too_many']} of them over the quota")
        return well and stats["orders"] == len(sandbox.orders) == 11 and not stats["doubled"]


def _write_config(folder: Path, sandbox: Sandbox) -> Config:
    settings = sandbox.settings
    path = folder / "config.yaml"
    path.write_text(
        CONFIG.format(base_url=sandbox.base_url, client_id=settings.client_id, client_secret=settings.client_secret),
        encoding="utf-8",
    )
    return load_config(path, {})


def _drop(config: Config, name: str, content: bytes) -> None:
    inbox = config.sources[0].inbox
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_bytes(content)


async def _run(config: Config, clock: Clock) -> bool:
    """Let the daemon settle what is there and tell of it; return whether it did."""
    since = clock.now()
    ending = await Daemon(config, clock, Random()).run(once=True, max_wait_s=LONGEST_WAIT_S)  # noqa: S311  no secrets
    filed = list_filed(config, since, clock)
    for file in sorted(filed, key=_order_of_samples):
        _tell_file(file)
    return ending is Ending.SETTLED


def _order_of_samples(file: Filed) -> int:
    return SAMPLES.index(file.row.claim.name) if file.row.claim.name in SAMPLES else 0


def _tell_file(file: Filed) -> None:
    """Tell what the report beside a file says."""
    where = f"{file.path.parent.name}/{file.path.name}"
    click.echo(f"\n{click.style(file.row.claim.name, bold=True)} -> {where}")
    report: dict[str, Any] = json.loads((file.path.parent / report_name(file.path.name)).read_bytes())
    for order in report["orders"]:
        sentences = [place_sentence(error["message"], error["line"], error["column"]) for error in order["errors"]]
        print_order(order["reference"], order["lines"], order["outcome"], sentences)
    for error in report["errors"]:
        print_indented(place_sentence(error["message"], error.get("line"), error.get("column")), "  ")


def _say_step(sentence: str) -> None:
    click.echo()
    click.secho(sentence, fg="cyan")


def _describe_mending() -> str:
    return ", ".join(
        f"{column} {wrong} is now {right}" for column, cure in MENDED.items() for wrong, right in cure.items()
    )


def _mend(content: str) -> bytes:
    """Given the text of a rejected file, return it as a clerk would mend it: only the wrong cells are changed."""
    reader = csv.DictReader(io.StringIO(content))
    text = io.StringIO()
    writer = csv.DictWriter(text, reader.fieldnames or [], lineterminator="\n")
    writer.writeheader()
    for row in reader:
        writer.writerow({column: MENDED.get(column, {}).get(cell, cell) for column, cell in row.items()})
    return text.getvalue().encode()
