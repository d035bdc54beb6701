"""Which values of a column may stand in a comment: a few codes such as PAID, never what a person typed or is called.

And which columns no line of a draft reads. Refuses to show a value where its column's name may mean a person.
"""

import re
from collections.abc import Iterator

from syncd.core.draft.choose import ENOUGH
from syncd.core.draft.model import Column, Layout, Line
from syncd.core.draft.synonyms import PEOPLE, STATES
from syncd.core.draft.values import Writer
from syncd.core.draft.words import fold, list_part, score_name
from syncd.core.draft.yaml import quote_text

_CODE = re.compile(r"(?!.*\d{3})[^\W\d_][\w-]{0,23}(?: [\w-]{1,16}){0,2}")
_PLAIN = re.compile(r"[\w .*/()\[\]%-]*")  # needs no quotes in a comment
_MOST_CODES = 8
_MOST_SHOWN = 4
_TIMES = 1.5  # a value comes so often on average, or it is no code
_PEOPLE = frozenset(map(fold, PEOPLE.split()))
_STATES = frozenset(map(fold, STATES.split()))
_PLAINLY = {"Way", "Payment"}  # how an order is sent and paid is no person's name
_PRIVATE = {"Person", "Note", "TaxNumber", "Document"}
_LONGEST = 100


def list_codes(column: Column) -> list[str]:
    """Given a column, return its values, sorted, if they are a few codes and no person's; else none."""
    values = sorted(set(column.filled))
    if len(values) > _MOST_CODES or not all(map(_CODE.fullmatch, values)) or _is_private(column):
        return []
    fields = [field for field in list_part("other") if field.name in _PLAINLY]
    plainly = _STATES.intersection(column.words) or any(score_name(column.words, field) >= ENOUGH for field in fields)
    if not plainly and not all(value.isupper() or value.islower() for value in values):
        return []
    often = len(column.filled) >= _TIMES * len(values)
    return values if often or _STATES.intersection(column.words) else []


def write_unused(writer: Writer) -> Iterator[Line]:
    """Given a writer that has written all lines, yield the columns that none of them reads."""
    layout = writer.seen.layout
    order = [column for column in layout.order if not _is_used(writer, column) and not _is_parent(column, layout)]
    names = [_say(column, layout) for column in order]
    if not layout.one_table:
        inner = f"{layout.items_path}[*]." if layout.items_path else ""
        names += [_say(column, layout, inner) for column in layout.item if not _is_used(writer, column)]
    partners = dict.fromkeys(column for _, _, columns in layout.partners for column in columns)
    names += [_say(column, layout) for column in partners if not _is_used(writer, column)]
    names += [_say(column, layout) for column in layout.beside]
    line = "# Not used:"
    for at, name in enumerate(names, 1):
        entry = f" {name}" + ("," if at < len(names) else "")
        if len(line + entry) > _LONGEST and line not in {"# Not used:", "#  "}:
            yield line, ""
            line = "#  "
        line += entry
    if names:
        yield line, ""


def _is_used(writer: Writer, column: Column) -> bool:
    layout = writer.seen.layout
    if layout.one_table:
        return column.name in layout.fixed or column.name in {each.name for each in writer.used}
    key = column.name, column.values
    return column.name in layout.fixed or key in {(each.name, each.values) for each in writer.used}


def _is_parent(column: Column, layout: Layout) -> bool:
    """Tell whether a key of JSON is null here and holds other keys elsewhere."""
    inner = (f"{column.name}.", f"{column.name}[")
    return not column.filled and any(each.name.startswith(inner) for each in layout.order)


def _say(column: Column, layout: Layout, inner: str = "") -> str:
    codes = [] if layout.by_look else list_codes(column)
    name = (
        f"{inner}{column.name}"
        if _PLAIN.fullmatch(inner) and _PLAIN.fullmatch(column.name)
        else quote_text(inner + column.name)
    )
    if not column.filled:
        return f"{name} (empty)"
    return f"{name} ({', '.join(codes)})" if 0 < len(codes) <= _MOST_SHOWN else name


def _is_private(column: Column) -> bool:
    if not _PEOPLE.isdisjoint(column.words):
        return True
    fields = [*list_part("address"), *(field for field in list_part("other") if field.name in _PRIVATE)]
    fields += [field for field in list_part("order") if field.look == "person"]
    return not _STATES.intersection(column.words) and any(score_name(column.words, field) >= ENOUGH for field in fields)
