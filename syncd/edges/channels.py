"""Carries alerts to people: a program, a webhook, and mail and chat through apprise where that is installed.

Each channel says whether it worked; none raises, and none ever names its address, which may hold a secret.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

PATIENCE_S = 30.0
"""How long a channel may take for one message."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a channel fared with a message."""

    channel: str
    problem: str | None = None  #: half a sentence; None where it went well


class Channel(Protocol):
    """One way to tell people."""

    name: str

    async def send(self, message: Mapping[str, object]) -> str | None:
        """Send a message; return what went wrong, or None."""


class CommandChannel:
    """Starts a program for each message, which stands as JSON on its standard input."""

    name = "command"

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)

    async def send(self, message: Mapping[str, object]) -> str | None:
        """Start the program and wait for its end."""
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet
        )
        try:
            await process.communicate(json.dumps(message).encode() + b"\n")
        finally:
            if process.returncode is None:  # it took too long, or we stop
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return None if process.returncode == 0 else f"the program ended with exit code {process.returncode}"


class WebhookChannel:
    """Posts each message as JSON; any answer of 2xx is well."""

    name = "webhook"

    def __init__(self, read_url: Callable[[], str]) -> None:
        self._read_url = read_url

    async def send(self, message: Mapping[str, object]) -> str | None:
        """Post the message once."""
        import httpx  # noqa: PLC0415  40 ms, which only who has a webhook needs

        try:
            async with httpx.AsyncClient(timeout=PATIENCE_S, follow_redirects=False) as client:
                answer = await client.post(self._read_url(), json=dict(message))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"no answer ({type(error).__name__})"  # httpx's own words may hold the address
        return None if answer.is_success else f"it answered {answer.status_code}"


class AppriseChannel:
    """Hands each message to apprise, which knows mail and chat services by their addresses."""

    name = "apprise"

    def __init__(self, read_urls: Sequence[Callable[[], str]]) -> None:
        self._read_urls = tuple(read_urls)

    async def send(self, message: Mapping[str, object]) -> str | None:
        """Send the message to every address."""
        try:
            apprise = import_module("apprise")
        except ImportError:
            return "apprise is not installed: pip install 'syncd[notify]'"
        notifier = apprise.Apprise()
        understood = [notifier.add(read()) for read in self._read_urls]
        if not all(understood):
            return "apprise does not understand one of the addresses"
        title = f"syncd ({message['environment']}): {message['alert']} {message['state']}"
        sent = await notifier.async_notify(title=title, body=str(message["text"]))
        return None if sent else "apprise could not deliver it"


async def deliver(channel: Channel, message: Mapping[str, object]) -> Delivered:
    """Given a channel and a message, send it in bounded time. Never raises but for a cancellation."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            problem = await channel.send(message)
    except TimeoutError:
        problem = f"it took longer than {PATIENCE_S:.0f} seconds"
    except Exception as error:  # noqa: BLE001  what a program or a library does wrong is told, and stops nothing
        problem = f"it could not be reached ({type(error).__name__})"
    return Delivered(channel.name, problem)
