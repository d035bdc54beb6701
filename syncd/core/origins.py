"""Where each field of an order was read: line and column, for people who want to see what a layout makes of a file.

Works for every layout. Refuses to judge: an order is shown as it was read and converted, good or bad.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syncd.core.intake import Draft, Reading, open_tail, read_drafts
from syncd.core.model import FileDamagedError, Notice
from syncd.core.places_json import write_pointer
from syncd.core.source_records import list_leaves


@dataclass(frozen=True, slots=True)
class Origin:
    """A field of an order, its value, and where it stands in the file."""

    field: str  #: JSON pointer into what is sent
    value: object
    column: str | None  #: as the sender names it, of several "First + Last"; None where no cell is its own
    line: int | None  #: None where the value is the mapping's own: a constant, a count


def find_origins(chunks: Iterable[bytes], name: str, reading: Reading) -> Iterator[tuple[Origin, ...]]:
    """Given a file's bytes and name and how it is read, yield the origins of each order's fields, in file order.

    An order that is left out, or whose cells cannot be told apart, has none. Ends where the file is damaged.
    """
    try:
        for draft in read_drafts(chunks, name, reading, open_tail(name, reading)):
            if not isinstance(draft, Notice):
                yield tuple(_trace(draft, reading)) if isinstance(draft, Draft) else ()
    except FileDamagedError:
        return


def _trace(draft: Draft, reading: Reading) -> Iterator[Origin]:
    locate = draft.open_places()
    for path, value in list_leaves(reading.checker.convert(draft.raw, reading.zone)):
        pointer = write_pointer(path)
        if draft.stands(pointer):
            place = locate(pointer)
            columns = " + ".join(draft.list_columns(pointer)) or place.column
            yield Origin(pointer, value, columns, place.line)
        else:
            yield Origin(pointer, value, None, None)
