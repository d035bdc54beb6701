"""The ledger's ground: one SQLite file, its version, its commits.

Everything that must survive a crash is written here, in WAL mode with `synchronous=FULL`; it gathers until `commit`,
or `durable`, which lets all who wait at the same time share one commit. The tables' own words stand in `ledger_files`,
`ledger_orders`, `ledger_calls` and `ledger_stock`; what is asked over all of them in `ledger_status` and
`ledger_story`. No exception of SQLite leaves these rooms.
"""

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd.edges.clock import Clock, Timer
from syncd.edges.spool import check_folder_writable, list_inbox
from syncd.edges.storage import find_refusal, write_cure
from syncd.errors import LedgerError, LedgerLostError, StorageError

if TYPE_CHECKING:
    import asyncio

LEDGER_NAME = "ledger.sqlite3"
MIGRATIONS = ("ledger.sql", "ledger_stock.sql", "ledger_turns.sql", "ledger_counts.sql")
"""One script a version; never changed once released."""
GROUP_S = 0.002
"""How long a commit waits for more to share it, while several do: a disk takes a few hundred commits a second."""
CHECKPOINT_PAGES = 4000
"""How long the write-ahead log grows, 16 MB, before its pages go to where they belong: most by then only once."""
DAMAGED = ("malformed", "not a database", "Could not decode")
"""What SQLite says of pages, of a file and of a text that hold what nobody wrote."""
LOCKED_S = 1.0
"""How long a locked ledger is waited for; the loop stands still for so long, and all is tried again later."""


@contextmanager
def say_plainly(path: Path, *, read_only: bool = False) -> Iterator[None]:
    """Turn what SQLite raises into a sentence for the operator."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(path, error, read_only=read_only) from error


def _explain(path: Path, error: sqlite3.Error, *, read_only: bool) -> LedgerError:
    """Return an exception with the cure. SQLite does not tell what the system said, so the folder is asked itself.

    A disk that fails can look to SQLite like a damaged ledger: nobody may be told to move away a good one.
    """
    what = str(error).partition(" with text ")[0]  # behind it stands what was read, whatever that is
    said = f"The ledger {path} cannot be used: {what}"
    if "is full" in what:
        return LedgerError(f"{said}. {write_cure(errno.ENOSPC, path.parent)}")
    refusal = _ask(path.parent, read_only=read_only)
    if refusal is not None:
        return LedgerError(f"{said}. {refusal}")
    if any(sign in what for sign in DAMAGED):
        return LedgerLostError(
            f"{said}; see whether its disk is sound, then restore it from a backup, or move it aside and begin anew."
        )
    return LedgerError(f"{said}; syncd tries again.")


def _ask(folder: Path, *, read_only: bool) -> str | None:
    """Return what a folder refuses, or None. The ledger itself is not opened: closing it would drop SQLite's locks."""
    try:
        if not read_only:
            check_folder_writable(folder)
        return find_refusal(folder) or next((None for _ in list_inbox(folder)), None)
    except StorageError as refusal:
        return str(refusal)
    except OSError as refusal:  # one without a cure of ours: to explain must never fail, or nothing would be undone
        return f"{refusal.strerror}: {folder}."


class Ledger:
    """One connection to the ledger of a state folder.

    Opened with `read_only` it takes no lock and changes nothing, so that `status` works beside a daemon.
    Raise LedgerError where the file is damaged, locked, or of a newer syncd.
    """

    def __init__(self, state_dir: Path, clock: Clock, *, read_only: bool = False) -> None:
        self.path = state_dir / LEDGER_NAME
        self._read_only = read_only
        self._clock = clock
        self.undone = 0  #: commits that failed: what was written since the last good one is gone
        self._begun = False  #: something was written since the last commit
        self._lost: LedgerError | None = None  #: SQLite undid by itself what was written
        self._waiting: list[asyncio.Future[None]] = []  # each has its own: a shared one would need a shield
        self._timer: Timer | None = None
        self._due = False  #: a commit is on its way
        self._company = 0  #: how many shared the last one
        with say_plainly(self.path, read_only=read_only):
            where = f"file:{self.path.as_posix().replace('?', '%3f').replace('#', '%23')}"
            self._connection = sqlite3.connect(
                f"{where}?mode={'ro' if read_only else 'rwc'}", uri=True, isolation_level=None, timeout=LOCKED_S
            )
            with ExitStack() as undo:
                undo.callback(self._connection.close)
                self._prepare()
                undo.pop_all()

    def _prepare(self) -> None:
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._version = self._read_version()
        if not self._read_only:
            self.path.chmod(0o600)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._migrate()

    def _read_version(self) -> int:
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise LedgerLostError(
                f"The ledger {self.path} was written by a newer syncd (version {version}, this one knows "
                f"{len(MIGRATIONS)}); install that syncd again."
            )
        if self._read_only and version < len(MIGRATIONS):
            raise LedgerError(
                f"The ledger {self.path} is of an older syncd: start this one, which brings it up to date."
            )
        return version

    def _migrate(self) -> None:
        for number, script in enumerate(MIGRATIONS[self._version :], start=self._version + 1):
            text = Path(__file__).with_name(script).read_text(encoding="utf-8")
            self._connection.executescript(f"BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {number};\nCOMMIT;")

    def write(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement that changes something; it lasts from the next commit on."""
        try:  # without a context manager: this runs ten times for each order
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
                self._begun = True
            return self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise self._fail(error) from error

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query, which sees what was written, committed or not.

        Fetched here, as a damaged page is met only on the way to its row. Where there may be many, ask for a page.
        """
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._fail(error) from error

    def read_one(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        try:
            row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
        except sqlite3.Error as error:
            raise self._fail(error) from error
        return row

    def _fail(self, error: sqlite3.Error) -> LedgerError:
        """Say plainly what failed. With a full or failing disk SQLite undoes all that is not committed, unasked.

        Whoever wrote some of it waits for a commit yet: that has to fail, and what came after goes with it.
        """
        explained = _explain(self.path, error, read_only=self._read_only)
        if self._begun and not self._connection.in_transaction:
            self._begun, self._lost = False, explained
        return explained

    def commit(self) -> None:
        """Make everything written so far survive a crash; where that fails, all of it is undone."""
        refusal, self._lost, self._begun = self._lost, None, False
        if refusal is None:
            try:
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                refusal = _explain(self.path, error, read_only=self._read_only)
        if refusal is not None:
            self._undo(refusal)
            raise refusal

    def _undo(self, refusal: LedgerError) -> None:
        """Undo what is not committed, and say so to whoever waits for that: the next commit holds nothing of theirs."""
        self.undone += 1
        self._answer(refusal)
        with say_plainly(self.path):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    async def durable(self) -> None:
        """Wait until everything written so far survives a crash; who waits at the same time shares one commit."""
        import asyncio  # noqa: PLC0415 - 20 ms that `syncd status` saves

        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self.commit_soon()
        if len(self._waiting) == self._company > 1 and self._timer is not None:  # all of last time are here again
            self._timer.cancel()
            self._timer = self._clock.call_later(0, self._commit_for_all)
        await waiting

    def commit_soon(self) -> None:
        """Have everything written so far committed within moments; for what may also be lost in a crash."""
        if not self._due:
            self._due = True
            self._timer = self._clock.call_later(GROUP_S if self._company > 1 else 0, self._commit_for_all)

    def _commit_for_all(self) -> None:
        self._due, self._company = False, len(self._waiting)
        with suppress(LedgerError):  # who waits is told
            self.commit()
            self._answer(None)

    def _answer(self, refusal: LedgerError | None) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if future.done():  # its waiter went away
                continue
            if refusal is None:
                future.set_result(None)
            else:
                future.set_exception(refusal)

    def read_meta(self, key: str) -> str | None:
        """Return a remembered word, or None."""
        row = self.read_one("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row["value"])

    def write_meta(self, key: str, value: str) -> None:
        """Remember a word."""
        self.write(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def close(self) -> None:
        """Close the file; what was not committed is gone, and nobody waits for it any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._begun = False
        self._connection.close()
