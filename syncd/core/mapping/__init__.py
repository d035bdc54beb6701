"""The mapping wing: a sender's own layout, described in YAML, read into orders.

    compile (data -> Mapping)   csv_rows, grouping, records, blocks, trees (file -> trees)   orders (tree -> payload)

`compile_mapping` makes a `Mapping` once, `read_mapped` reads a file by it. Refuses to run a sender's or an
operator's code: what the YAML keys cannot say, one bounded expression can.
"""

from syncd.core.mapping.compile import compile_mapping
from syncd.core.mapping.model import Fault, Mapping, MappingRefusedError

__all__ = ["Fault", "Mapping", "MappingRefusedError", "compile_mapping"]
