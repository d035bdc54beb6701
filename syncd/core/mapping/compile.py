"""A mapping's YAML, as plain data, into a `Mapping`: compiled once, used for every file.

The shape was checked before against `schemas/mapping.schema.json`; here is found what a schema cannot see,
all of it at once: names that are not defined, broken patterns, forms and expressions.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from syncd.core.kinds import UNKNOWN, Plan
from syncd.core.mapping.build import Build, find_fields, is_plain, suggest
from syncd.core.mapping.items import compile_items
from syncd.core.mapping.known import list_unknown_fields
from syncd.core.mapping.misfits import list_misfits
from syncd.core.mapping.model import (
    ROWS,
    Block,
    Classes,
    Grouping,
    Header,
    Items,
    JoinedBlock,
    KeyPath,
    Leaf,
    Mapping,
    MappingRefusedError,
    Preamble,
    Read,
    RecordKind,
    Records,
    Rules,
    Test,
)
from syncd.core.mapping.numbers import round_half_up
from syncd.core.mapping.paths import fold_name
from syncd.core.mapping.sources import compile_nodes
from syncd.core.mapping.steps import compile_forms, exact, find_zone, make_number_rules
from syncd.core.mapping.texts import compile_regex
from syncd.core.mapping.values import compile_condition, compile_pair, compile_spec, normalise_spec
from syncd.core.xlsx.worksheet import SheetChoice

LIST_NAME = "OrderItems"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_NUMBERS = {"PostalServiceCost", "PostalServiceTaxRate", "Qty", "PricePerUnit", "TaxRate"}
_PRICES = {"PostalServiceCost", "PricePerUnit"}
_COUNTS = {"Qty"}
_TIMES = {"ReceivedDate", "DispatchBy"}
_DERIVED = {"expression", "sum", "template", "join"}
_Fields = tuple[tuple[str, Leaf | Block], ...]


def compile_mapping(data: dict[str, Any], plan: Plan = UNKNOWN, list_name: str = LIST_NAME) -> Mapping:
    """Given a mapping's data, which fits its schema, return it compiled.

    The plan is that of an order, with its list of items: a field that it does not know is a fault. Raise
    MappingRefusedError with every fault.
    """
    read = data.get("read", {})
    form = read.get("format", "csv")
    build = Build(
        fold=form in {"csv", "xlsx"},
        nulls=frozenset(map(str, read.get("null", []))),
        numbers=data.get("numbers", {}),
        dates=data.get("dates"),
        tables=data.get("tables", {}),
    )
    records = _compile_records(data["records"], build) if "records" in data else None
    blocks = tuple(_compile_joined(data["blocks"], build)) if "blocks" in data else ()
    build.order_kind = build.kind = records.order if records else blocks[0].name if blocks else ""
    header = _compile_header(read, build)
    if header.columns:
        build.kinds[""] = frozenset(map(fold_name, header.columns))
    build.numbered_columns = header.absent and not header.columns
    _note_names(data, build)
    compile_forms(data.get("dates", {}).get("formats", []), build, ("dates", "formats"))
    make_number_rules(True, build, ("numbers",))
    grouping = _compile_grouping(data.get("group", {}), build)
    mapping = Mapping(
        rules=_compile_rules(data, read, header, build),
        grouping=grouping,
        records=records,
        blocks=blocks,
        classes=_compile_classes(data, build),
        **_compile_order(data, build),
        list_name=list_name,
        used=build.used,
        order_columns=frozenset(build.order_columns - set(grouping.by)),
    )
    _check_delimiter(mapping, read, build)
    build.faults += (*list_misfits(data), *list_unknown_fields(data, plan, list_name))
    if build.faults:
        raise MappingRefusedError(list(dict.fromkeys(build.faults)))
    return mapping


def _note_names(data: dict[str, Any], build: Build) -> None:
    """Note what `of:`, `from:`, `over:` and `first_item:` may name."""
    build.item_fields = frozenset(data.get("items", {}).get("fields", {}))
    if not build.fold:
        return
    lists = data.get("classes", {}).get("lists", {})
    other = data.get("classes", {}).get("other", "refuse")
    rows = [ROWS] if not build.kinds.keys() - {""} else []
    build.lists = frozenset(map(fold_name, (*rows, *lists, *build.kinds))) | ({fold_name(other)} - {"refuse", "ignore"})
    build.lists -= {""}
    kinds = data.get("records", {}).get("kinds", {}).values()
    of_file = [kind for kind in kinds if kind.get("is") == "file"]
    if not any("header" in kind for kind in of_file):
        names = [*data.get("read", {}).get("preamble", {}), *(name for kind in of_file for name in kind["columns"])]
        build.file_names = frozenset(map(fold_name, map(str, names)))


def _compile_order(data: dict[str, Any], build: Build) -> dict[str, Any]:
    values = {}
    for name, spec in data.get("values", {}).items():
        values[name] = compile_spec(spec, build, ("values", name))
        build.names.add(name)
    before, build.order_columns = build.order_columns, set()
    keep = _compile_rules_named(data.get("keep", {}), build, ("keep",))
    keep_columns = frozenset(build.order_columns)
    build.order_columns |= before
    fields = compile_fields(data["order"], build, ("order",))
    items: Items | None = None
    if "items" in data:
        items = compile_items(data["items"], build, compile_fields)
    return {"keep": keep, "values": values, "fields": fields, "items": items, "keep_columns": keep_columns}


def compile_fields(fields: dict[str, Any], build: Build, key: KeyPath) -> _Fields:
    """Given a block of fields, return them compiled."""
    compiled: list[tuple[str, Leaf | Block]] = []
    for name, spec in fields.items():
        at = (*key, name)
        if find_fields(spec) is not None:
            compiled.append((name, _compile_block(spec, build, at, fields)))
        else:
            full = _fill_in(name, spec, build, at)
            read, own = compile_pair(full, build, at)
            compiled.append((name, Leaf(read, derived=bool(_DERIVED & full.keys()), own=own)))
    return tuple(compiled)


def _compile_block(spec: dict[str, Any], build: Build, key: KeyPath, siblings: dict[str, Any]) -> Block:
    if is_plain(spec):
        return Block(compile_fields(spec, build, key))
    nodes, kind = None, build.kind
    if "of" in spec:
        nodes, kind = compile_nodes(spec["of"], build, (*key, "of"))
    build.kind, outer = kind, build.kind
    when = compile_condition(spec["when"], build, (*key, "when")) if "when" in spec else None
    fields = compile_fields(spec.get("fields", {}), build, (*key, "fields"))
    build.kind = outer
    otherwise = spec.get("otherwise")
    own: tuple[Read, ...] = ()
    if otherwise is not None:
        _check_otherwise(spec, build, key, siblings)
        leaves = list(_list_leaves(fields))
        if any(leaf.own is not leaf.read for leaf in leaves):
            own = tuple(leaf.own for leaf in leaves if leaf.own is not None)
            if not own and when is None:
                build.refuse((*key, "otherwise"), "never counts: the fields are the same for every order; add `when:`")
    return Block(fields, nodes, when, otherwise, own)


def _check_otherwise(spec: dict[str, Any], build: Build, key: KeyPath, siblings: dict[str, Any]) -> None:
    other = spec["otherwise"]
    blocks = {name for name, sibling in siblings.items() if sibling is None or find_fields(sibling) is not None}
    blocks -= {key[-1]}
    if other not in blocks:
        near = suggest(other, map(str, blocks))
        build.refuse((*key, "otherwise"), f"names the block {other}, which does not stand beside it{near}")
    for word in ("of", "when"):
        if word in spec and "fields" not in spec:
            build.refuse((*key, word), "means nothing without `fields:`: it is about the block's own")


def _list_leaves(fields: _Fields) -> Iterator[Leaf]:
    for _, entry in fields:
        if isinstance(entry, Leaf):
            yield entry
        else:
            yield from _list_leaves(entry.fields)


def _fill_in(name: str, given: Any, build: Build, key: KeyPath) -> dict[str, Any]:
    """Return a field's spec with what the mapping says of all numbers and dates, and two decimals for prices."""
    spec = normalise_spec(given, build)
    if name in _NUMBERS:
        number = spec.get("number", True)
        if name in _PRICES:
            number = {"decimals": 2, **(number if isinstance(number, dict) else {})}
            _check_default(spec, number["decimals"], build, key)
        elif name in _COUNTS and number is not False:
            number = {"counts": True, **(number if isinstance(number, dict) else {})}
        return {**spec, "number": number}
    if name in _TIMES and build.dates is not None and "constant" not in spec:
        return {"date": True, **spec}
    return spec


def _check_default(spec: dict[str, Any], decimals: int, build: Build, key: KeyPath) -> None:
    """Note a default of more decimals than its price: it is sent as it stands."""
    default = exact(spec.get("default"))
    if isinstance(default, Decimal) and default != round_half_up(Fraction(default), decimals):
        build.refuse((*key, "default"), f"has more than the {decimals} decimals of its price; round it")


def _compile_rules_named(rules: dict[str, Any], build: Build, key: KeyPath) -> tuple[tuple[str, Test], ...]:
    return tuple((name, compile_condition(told, build, (*key, name))) for name, told in rules.items())


def _compile_header(read: dict[str, Any], build: Build) -> Header:
    told = read.get("header", {"row": 1})
    columns = tuple(map(str, read.get("columns", ())))
    if told == "none":
        return Header(columns=columns, absent=True)
    if columns:
        build.refuse(("read", "columns"), "is for files without a header; say `header: none`, or take it out")
    return Header(row=told.get("row"), contains=frozenset(map(fold_name, told.get("contains", ()))))


def _compile_rules(data: dict[str, Any], read: dict[str, Any], header: Header, build: Build) -> Rules:
    build.in_rows = True
    skip = _compile_rules_named(read.get("skip", {}), build, ("read", "skip"))
    build.in_rows = False
    delimiter = read.get("delimiter", "")
    return Rules(
        format=read.get("format", "csv"),
        by_ending="format" not in read,
        sheet=SheetChoice(read.get("sheet"), read.get("hidden_rows", "refuse")),
        encoding=read.get("encoding"),
        delimiter=_DELIMITERS.get(delimiter, delimiter) or None,
        quoting=read.get("quoting", "strict"),
        final_newline_required=None if "final_newline" not in read else read["final_newline"] == "required",
        header=header,
        comment=read.get("comment"),
        skip=skip,
        preamble=tuple(_compile_preamble(read.get("preamble", {}), build)),
        repeated_columns=read.get("repeated_columns", "refuse") == "ignore",
        orders=tuple(data["orders"].split(".")) if "orders" in data else (),
        zone=find_zone(data["zone"], build, ("zone",)) if "zone" in data else None,
    )


def _compile_preamble(preamble: dict[str, Any], build: Build) -> list[Preamble]:
    compiled = []
    for name, told in preamble.items():
        pattern = None
        if "pattern" in told:
            try:
                pattern = compile_regex(told["pattern"])
            except ValueError as error:
                build.refuse(("read", "preamble", name, "pattern"), str(error))
        compiled.append(Preamble(fold_name(name), told.get("row"), told.get("cell", 1), pattern))
    return compiled


def _compile_grouping(group: dict[str, Any], build: Build) -> Grouping:
    by = group.get("by", [])
    build.in_rows = True
    names = [
        build.use(name, "", ("group", "by"), optional=False, of_order=True)
        for name in (by if isinstance(by, list) else [by])
    ]
    build.in_rows = False
    return Grouping(
        by=tuple(names),
        adjacent=group.get("rows", "anywhere") == "adjacent",
        carry=group.get("carry", False),
        first_only=group.get("cells", "repeated") == "first",
    )


def _compile_classes(data: dict[str, Any], build: Build) -> Classes | None:
    told = data.get("classes")
    if told is None:
        return None
    build.in_rows = True
    read = compile_spec(told["by"], build, ("classes", "by"))
    build.in_rows = False
    lists = {str(value): fold_name(name) for name, values in told["lists"].items() for value in values}
    lists |= {str(value): "" for value in told.get("ignore", [])}
    other = told.get("other", "refuse")
    return Classes(read, lists, {"refuse": None, "ignore": ""}.get(other, other))


def _compile_records(told: dict[str, Any], build: Build) -> Records:
    orders = [fold_name(name) for name, kind in told["kinds"].items() if kind.get("is") == "order"]
    if len(orders) != 1:
        build.refuse(("records", "kinds"), "must have one type with `is: order`: the record that begins an order")
    order = (orders or [""])[0]
    kinds = {}
    names = {fold_name(name) for name in told["kinds"]}
    for name, kind in told["kinds"].items():
        at = ("records", "kinds", name)
        columns = tuple(map(str, kind.get("columns", ())))
        role = kind.get("is", "child" if columns or "header" in kind else "ignore")
        for word in ("in", "counts"):
            if word in kind and fold_name(kind[word]) not in names:
                near = suggest(kind[word], told["kinds"])
                build.refuse((*at, word), f"names the type {kind[word]}, which is not declared{near}")
        header = fold_name(kind["header"]) if "header" in kind else None
        folded = fold_name(name)
        parent, counts = fold_name(kind.get("in", order)), fold_name(kind.get("counts", ""))
        kinds[folded] = RecordKind(folded, role, columns, header, parent, counts)
        build.kinds[folded] = None if header else frozenset(map(fold_name, columns))
    return Records(told.get("type", 1) - 1, kinds, order)


def _compile_joined(told: list[dict[str, Any]], build: Build) -> list[JoinedBlock]:
    blocks = []
    for block in told:
        name = fold_name(block["name"])
        build.kinds[name] = None
        key = build.use(block["key"], name, ("blocks",), optional=False, of_order=True)
        blocks.append(JoinedBlock(name, frozenset(map(fold_name, block["contains"])) | {key}, key))
    return blocks


def _check_delimiter(mapping: Mapping, read: dict[str, Any], build: Build) -> None:
    plain = mapping.rules.header.row == 1 and mapping.records is None and not mapping.blocks
    if build.fold and not plain and "delimiter" not in read and read.get("format") != "xlsx":
        build.refuse(("read",), "needs `delimiter:`; it shows by itself only where the header is the first line")
