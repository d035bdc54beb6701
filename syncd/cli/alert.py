"""`syncd alert test`: does every channel of the config reach somebody?"""

import asyncio
from pathlib import Path

import click

from syncd.build import build_channels
from syncd.cli.options import config_option, read_config
from syncd.cli.text import STYLES
from syncd.core.alerts import AlertKind, build_event, write_message
from syncd.edges.channels import Channel, Delivered, deliver
from syncd.edges.clock import SystemClock


@click.group()
def command() -> None:
    """Try the channels that alerts go through."""


@command.command("test")
@config_option
@click.pass_context
def try_channels(ctx: click.Context, config_path: Path | None) -> None:
    """Send a test message through every channel.

    Exit code 1 if one of them does not take it.
    """
    config = read_config(config_path, credentials=False)
    channels = build_channels(config.alerts)
    if not channels:
        click.echo("No channel is configured: alerts go to the log alone. See `alerts` in config.example.yaml.")
        return
    event = build_event(AlertKind.TEST, "alerts", "This is a test; nothing is wrong.", SystemClock().now())
    results = asyncio.run(_send_all(channels, write_message(event, config.api.environment)))
    for result in results:
        word = "ok" if result.problem is None else "problem"
        click.echo(f"{click.style(word.ljust(7), STYLES[word])}  {result.channel}: {result.problem or 'delivered'}")
    if any(result.problem is not None for result in results):
        ctx.exit(1)


async def _send_all(channels: list[Channel], message: dict[str, object]) -> list[Delivered]:
    return list(await asyncio.gather(*(deliver(channel, message) for channel in channels)))
