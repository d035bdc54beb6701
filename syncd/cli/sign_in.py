"""One sign-in outside the daemon, under the same quota: its call is in the ledger before its first byte leaves.

Where a daemon runs, the ledger is that one's alone: then the call goes uncounted, and that is said.
"""

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from syncd.config.model import Config
from syncd.core.decide import describe_reply
from syncd.edges.api import Api
from syncd.edges.clock import Clock
from syncd.edges.governor import Governor, Lane
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import begin_call, end_call, restore_calls
from syncd.edges.lock import acquire_lock
from syncd.edges.spool import prepare_folder
from syncd.errors import AlreadyRunningError


@dataclass(frozen=True, slots=True)
class SignIn:
    """What came of it."""

    good: bool
    text: str
    counted: bool  #: the call stands in the ledger
    server_time: datetime | None  #: what the answer says the time is
    at: datetime  #: what our clock said then


async def sign_in(config: Config, clock: Clock) -> SignIn:
    """Sign in once, as soon as the quota has room. Raise LedgerError or StorageError if the machine refuses."""
    api = Api(
        base_url=config.api.base_url,
        client_id=config.api.client_id.read,
        client_secret=config.api.client_secret.read,
        timeout_s=config.api.timeout_seconds,
        clock=clock,
        transport=None,
    )
    try:
        with _open_ledger(config, clock) as ledger:
            number = None if ledger is None else await _begin(config, ledger, clock)
            reply = await api.login(secrets.token_hex(8))
            if ledger is not None and number is not None:
                end_call(ledger, number, clock.monotonic())
                ledger.commit()
        text = "signed in" if api.has_token() else f"POST /auth/login: {describe_reply(reply)}"
        return SignIn(api.has_token(), text, ledger is not None, reply.server_time, clock.now())
    finally:
        await api.close()


@contextlib.contextmanager
def _open_ledger(config: Config, clock: Clock) -> Iterator[Ledger | None]:
    """Hold the state folder as a daemon would; None where one does."""
    prepare_folder(config.state_dir, mode=0o700)
    try:
        lock = acquire_lock(config.state_dir)
    except AlreadyRunningError:
        yield None
        return
    with lock, closing(Ledger(config.state_dir, clock)) as ledger:
        yield ledger


async def _begin(config: Config, ledger: Ledger, clock: Clock) -> int:
    """Wait for room in the quota and note the call."""
    limit = config.api.rate_limit
    governor = Governor(clock, limit.requests, limit.per_seconds)
    now, boot_id = clock.monotonic(), clock.boot_id()
    governor.restore(restore_calls(ledger, now, limit.requests, limit.per_seconds, boot_id))
    await governor.acquire(Lane.ORDERS)
    number = begin_call(ledger, clock.monotonic())
    ledger.commit()
    return number
