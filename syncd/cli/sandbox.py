"""`syncd sandbox`: an emulator of the API on this machine, with its quota, and with faults on request."""

import asyncio
import contextlib
import errno
import re
import signal
from pathlib import Path
from typing import Literal

import click

from syncd.cli.options import config_option, read_config
from syncd.errors import UsageError
from syncd.sandbox import FaultKind, Faults, InventorySettings, SandboxSettings, run_sandbox
from syncd.sandbox.settings import DEFAULT_SECRET

DEFAULT_PORT = 8265
CALLS = ("login", "post", "get")


def _read_faults(_: click.Context, __: click.Parameter, written: tuple[str, ...]) -> Faults:
    """Given texts like `post:error_after=0.1`, return the chances of faults. Raise BadParameter."""
    chances: dict[str, dict[FaultKind | str, float]] = {call: {} for call in CALLS}
    for text in written:
        found = re.fullmatch(r"(?:(login|post|get):)?([a-z_]+)=([0-9]*\.?[0-9]+)", text)
        if found is None or found[2] not in set(FaultKind) or float(found[3]) > 1:
            raise click.BadParameter(
                f"{text!r} is no fault; write [CALL:]KIND=CHANCE, such as post:error_after=0.1. "
                f"CALL is one of {', '.join(CALLS)}, KIND one of {', '.join(FaultKind)}, CHANCE lies in 0 to 1."
            )
        chances[found[1] or "post"][FaultKind(found[2])] = float(found[3])
    if any(sum(of_call.values()) > 1 for of_call in chances.values()):
        raise click.BadParameter("the chances for one kind of call sum to more than 1.")
    return Faults(**chances)


@click.command()
@config_option
@click.option(
    "--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0 takes any free one."
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same faults.")
@click.option("--quota", metavar="N", type=click.IntRange(min=1), help="Calls allowed ...  [default: 100]")
@click.option(
    "--per",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="... in any window of so long.  [default: 60]",
)
@click.option(
    "--latency",
    metavar="MIN MAX",
    type=click.FloatRange(min=0),
    nargs=2,
    default=(0.05, 0.25),
    show_default=True,
    help="Seconds a call takes.",
)
@click.option(
    "--fault",
    "faults",
    metavar="[CALL:]KIND=CHANCE",
    callback=_read_faults,
    multiple=True,
    help="Let calls fail by chance, such as post:reset_after=0.1; may be given several times. "
    f"CALL: {', '.join(CALLS)}. KIND: {', '.join(FaultKind)}.",
)
@click.option(
    "--retry-after",
    type=click.Choice(["none", "seconds", "date"]),
    default="none",
    show_default=True,
    help="What comes with an answer 429.",
)
@click.option(
    "--dialect",
    type=click.Choice(["now", "old"]),
    default="now",
    show_default=True,
    help="Which edition of the documentation it follows.",
)
@click.option("--skus", type=click.IntRange(min=0), default=50, show_default=True, help="SKUs in the inventory.")
@click.option("--locations", type=click.IntRange(min=0), default=2, show_default=True, help="Locations with stock.")
@click.option("--shifting", is_flag=True, help="Let SKUs move between the pages while they are read.")
@click.option("--slow-pages", is_flag=True, help="Let a page of inventory take 2 to 5 s, as the real one does.")
@click.option("--take-duplicates", is_flag=True, help="Take a repeated reference again, instead of answering 409.")
def command(
    config_path: Path | None,
    port: int,
    seed: int,
    quota: int | None,
    per: float | None,
    latency: tuple[float, float],
    faults: Faults,
    retry_after: Literal["none", "seconds", "date"],
    dialect: Literal["now", "old"],
    take_duplicates: bool,
    skus: int,
    locations: int,
    shifting: bool,
    slow_pages: bool,
) -> None:
    """Emulate the API on this machine until stopped: documented answers, its quota, and faults on request.

    Without -c it takes the credentials it prints; with -c, those and the quota of that configuration.
    """
    client_id, secret, requests, per_seconds = "sandbox", DEFAULT_SECRET, 100, 60.0
    if config_path is not None:
        api = read_config(config_path).api
        client_id, secret = api.client_id.read(), api.client_secret.read()
        requests, per_seconds = api.rate_limit.requests, api.rate_limit.per_seconds
    if latency[0] > latency[1]:
        raise click.UsageError("--latency: the least comes first.")
    settings = SandboxSettings(
        inventory=InventorySettings(skus, locations, shifting, (2.0, 5.0) if slow_pages else None),
        port=port,
        client_id=client_id,
        client_secret=secret,
        requests=quota or requests,
        per_seconds=per or per_seconds,
        latency=latency,
        seed=seed,
        faults=faults,
        retry_after=retry_after,
        dialect=dialect,
        refuse_duplicates=not take_duplicates,
    )
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_serve(settings))


async def _serve(settings: SandboxSettings) -> None:
    """Serve until SIGINT or SIGTERM. Raise UsageError if the port is taken."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  asyncio.run made it
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    hints = ["Stop it with Ctrl-C."]

    def announce(line: str) -> None:
        click.echo(line)
        while hints:  # behind the first line: the port is open by then
            click.echo(hints.pop(), err=True)

    try:
        await run_sandbox(settings, announce)
    except OSError as error:
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise UsageError(f"Port {settings.port} cannot be used; name another with --port, or 0 for any.") from None
        raise
