"""The ledger's ground: one SQLite file, its version, its commits.

Everything that must survive a crash is written through here, in WAL mode with `synchronous=FULL`. Writes
gather in one transaction until `commit`, or `durable`, which lets all who wait in the same turn of the
loop share one commit. The tables' own words stand in `ledger_files`, `ledger_orders` and `ledger_calls`.
"""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from syncd.edges.clock import Clock
from syncd.errors import LedgerError

LEDGER_NAME = "ledger.sqlite3"
MIGRATIONS = ("ledger.sql", "ledger_stock.sql")
"""One script a version; never changed once released."""


@contextmanager
def say_plainly(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a sentence for the operator."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        cure = "restore it from a backup or move it aside" if "malformed" in str(error) else "syncd tries again"
        raise LedgerError(f"The ledger {path} cannot be used: {error}; {cure}.") from error


class Ledger:
    """One connection to the ledger of a state folder.

    Opened with `read_only` it takes no lock and changes nothing, so that `status` works beside a daemon.
    Raise LedgerError where the file is damaged, locked, or of a newer syncd.
    """

    def __init__(self, state_dir: Path, clock: Clock, *, read_only: bool = False) -> None:
        self.path = state_dir / LEDGER_NAME
        self._clock = clock
        self.undone = 0  #: commits that failed: what was written since the last good one is gone
        self._waiting: asyncio.Future[None] | None = None
        with say_plainly(self.path):
            where = f"file:{self.path.as_posix().replace('?', '%3f').replace('#', '%23')}"
            self._connection = sqlite3.connect(
                f"{where}?mode={'ro' if read_only else 'rwc'}", uri=True, isolation_level=None, timeout=5
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._version = self._read_version()
            if not read_only:
                self.path.chmod(0o600)
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._migrate()

    def _read_version(self) -> int:
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise LedgerError(
                f"The ledger {self.path} was written by a newer syncd (version {version}, this one knows "
                f"{len(MIGRATIONS)}); install that syncd again."
            )
        return version

    def _migrate(self) -> None:
        for number, script in enumerate(MIGRATIONS[self._version :], start=self._version + 1):
            text = Path(__file__).with_name(script).read_text(encoding="utf-8")
            self._connection.executescript(f"BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {number};\nCOMMIT;")

    def write(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement that changes something; it lasts from the next commit on."""
        with say_plainly(self.path):
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            return self._connection.execute(statement, values)

    def read(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a query; it sees what was written, committed or not."""
        with say_plainly(self.path):
            return self._connection.execute(statement, values)

    def commit(self) -> None:
        """Make everything written so far survive a crash; where that fails, all of it is undone."""
        with say_plainly(self.path):
            try:
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
            except sqlite3.DatabaseError:
                self.undone += 1
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    async def durable(self) -> None:
        """Wait until everything written so far survives a crash; all who wait in one turn share one commit."""
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().create_future()
            self._clock.call_later(0, self._commit_for_all)
        await asyncio.shield(self._waiting)

    def _commit_for_all(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        try:
            self.commit()
        except LedgerError as error:
            waiting.set_exception(error)
        else:
            waiting.set_result(None)

    def read_meta(self, key: str) -> str | None:
        """Return a remembered word, or None."""
        row = self.read("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row["value"])

    def write_meta(self, key: str, value: str) -> None:
        """Remember a word."""
        self.write(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        self._connection.close()
