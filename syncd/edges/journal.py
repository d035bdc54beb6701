"""Writes log lines to journald with a field each, so that `journalctl SYNCD_SOURCE=orders` finds them.

journald's own protocol: one datagram a line. Used only where systemd put standard error into the journal;
whatever goes wrong, the caller falls back to standard error.
"""

import os
import re
import socket
from collections.abc import Mapping

SOCKET = "/run/systemd/journal/socket"
_NO_NAME = re.compile(r"[^A-Z0-9_]")


def leads_to_journal(descriptor: int = 2) -> bool:
    """Return whether a descriptor is the one that systemd put into the journal, as it says in JOURNAL_STREAM."""
    try:
        facts = os.fstat(descriptor)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{facts.st_dev}:{facts.st_ino}"


def build_entry(message: str, priority: int, fields: Mapping[str, object]) -> bytes:
    """Given a line for people and its facts, return them as journald takes them; None becomes an empty field."""
    entry = {"MESSAGE": message, "PRIORITY": str(priority), "SYSLOG_IDENTIFIER": "syncd"}
    for name, value in fields.items():
        entry[f"SYNCD_{_NO_NAME.sub('_', name.upper())}"[:64]] = "" if value is None else str(value)
    return b"".join(_build_field(name.encode("ascii"), value) for name, value in entry.items())


def send_entry(entry: bytes, address: str = SOCKET) -> bool:
    """Given an entry, hand it to journald; return False where that fails (no journald, or an entry too large)."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.settimeout(1.0)
            channel.sendto(entry, address)
    except OSError:
        return False
    return True


def _build_field(name: bytes, value: str) -> bytes:
    data = value.encode("utf-8", errors="backslashreplace")
    if b"\n" not in data:
        return name + b"=" + data + b"\n"
    return name + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"
