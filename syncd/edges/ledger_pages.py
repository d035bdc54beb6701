"""The rows of a poll that is under way: a SQLite file of its own that lasts no longer than the poll.

Keeps any number of rows in order outside the memory, and notices a row that comes twice. Nothing here is part
of the ledger, and nothing of it is ever durable: a poll that ends early leaves no trace.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from syncd.core.inventory import Line
from syncd.edges.spool import choose_temporary
from syncd.edges.storage import show_path
from syncd.errors import StorageError

_BATCH = 500


class PollPages(AbstractContextManager["PollPages"]):
    """Rows by SKU and location, gone when the poll ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        path = choose_temporary(directory)
        with self._say_plainly(), ExitStack() as undo:
            self._connection = sqlite3.connect(path, isolation_level=None)
            undo.callback(self._connection.close)
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(
                "CREATE TABLE rows (sku TEXT, location TEXT, text TEXT, PRIMARY KEY (sku, location)) WITHOUT ROWID"
            )
            self._connection.execute("BEGIN")
            path.unlink()  # it stays readable for us, and even a crash leaves nothing behind
            undo.pop_all()

    def add(self, lines: Iterable[Line]) -> bool:
        """Add a page's rows; return False if one of them is there already."""
        with self._say_plainly():
            try:
                rows = ((line.sku, line.location, line.text) for line in lines)
                self._connection.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
            except sqlite3.IntegrityError:
                return False
        return True

    def count_skus(self) -> int:
        """Return how many SKUs there are, each counted once."""
        with self._say_plainly():
            return int(self._connection.execute("SELECT count(DISTINCT sku) FROM rows").fetchone()[0])

    def lines(self) -> Iterator[Line]:
        """Yield all rows by SKU, then location."""
        with self._say_plainly():
            cursor = self._connection.execute("SELECT sku, location, text FROM rows ORDER BY sku, location")
        while True:
            with self._say_plainly():
                batch = cursor.fetchmany(_BATCH)
            if not batch:
                return
            yield from (Line(*row) for row in batch)

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def _say_plainly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(
                f"The rows of an inventory poll cannot be kept at {show_path(self._directory)}: {error}; "
                "see whether the disk is full or read-only."
            ) from error
