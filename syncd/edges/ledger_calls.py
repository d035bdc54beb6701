"""What the ledger knows of calls: enough for the quota to survive a restart."""

from syncd.edges.ledger import Ledger


def begin_call(ledger: Ledger, now: float) -> int:
    """Note that a call is about to be made (boot-time seconds); return its number."""
    return int(ledger.write("INSERT INTO calls (started) VALUES (?)", (now,)).lastrowid or 0)


def end_call(ledger: Ledger, number: int, now: float) -> None:
    """Note that a call was answered or timed out."""
    ledger.write("UPDATE calls SET ended = ? WHERE id = ?", (now, number))


def drop_call(ledger: Ledger, number: int) -> None:
    """Forget a call of which no byte reached a server."""
    ledger.write("DELETE FROM calls WHERE id = ?", (number,))


def restore_calls(ledger: Ledger, now: float, limit: int, per_s: float, boot_id: str) -> list[float]:
    """After a start: return when each recent call ended, those in flight at the death counted as ending now.

    After a boot of the machine nothing is known of the time between, so the whole quota counts as just used, and
    is written down so: the next process of this boot has to know it, too. Due times of the old boot mean nothing
    either: everything is due.
    """
    known_boot = ledger.read_meta("boot_id")
    if known_boot != boot_id:
        ledger.write_meta("boot_id", boot_id)
        ledger.write("DELETE FROM calls")
        ledger.write("UPDATE orders SET due = 0 WHERE state = 'waiting' AND twin IS NULL")
        for _ in range(0 if known_boot is None else limit):
            end_call(ledger, begin_call(ledger, now), now)
    ledger.write("UPDATE calls SET ended = ? WHERE ended IS NULL OR ended > ?", (now, now))
    prune_calls(ledger, now - per_s)
    return [float(row["ended"]) for row in ledger.read("SELECT ended FROM calls ORDER BY ended")]


def prune_calls(ledger: Ledger, before: float) -> bool:
    """Forget the calls that ended before a time and so use up nothing any more; return whether there were any."""
    if ledger.read_one("SELECT 1 FROM calls WHERE ended < ? LIMIT 1", (before,)) is None:
        return False
    ledger.write("DELETE FROM calls WHERE ended < ?", (before,))
    return True
