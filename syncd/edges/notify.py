"""Tells systemd how the service is doing: one datagram to the socket it named.

Refuses to matter: without systemd, or with its socket gone, nothing happens.
"""

import os
import socket
from contextlib import suppress

_PATIENCE_S = 1.0
"""A full socket must not hold the loop up for longer; the next word to systemd replaces the lost one."""


def notify(text: str) -> None:
    """Given "READY=1", "STATUS=2 files wait" or other lines of sd_notify(3), send them. Never raises."""
    address = os.fsencode(os.environ.get("NOTIFY_SOCKET", ""))
    if not address:
        return
    if address.startswith(b"@"):  # how systemd writes the abstract namespace, which has no file
        address = b"\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.settimeout(_PATIENCE_S)
        channel.sendto(text.encode(errors="backslashreplace"), address)


def watchdog_seconds() -> float | None:
    """Return within how many seconds systemd wants "WATCHDOG=1" again; None where it does not watch us."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    our_id = str(os.getpid())
    # The watched process may be our parent, whose environment we inherited.
    if os.environ.get("WATCHDOG_PID", our_id) != our_id or not microseconds.isdecimal():
        return None
    return int(microseconds) / 1_000_000 or None
