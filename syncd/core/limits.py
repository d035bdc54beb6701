"""How large a file and its parts may be before they are refused with a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep a hostile or broken file from taking the machine down."""

    file_bytes: int = 2 * 1024**3
    record_bytes: int = 1024**2  #: one CSV record, one order of a JSON file
    depth: int = 32  #: nesting of JSON
    digits: int = 30  #: of one number
    columns: int = 1000  #: of a CSV file
