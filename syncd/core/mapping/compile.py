"""A mapping's YAML, as plain data, into a `Mapping`: compiled once, used for every file.

The shape was checked before against `schemas/mapping.schema.json`; here is found what a schema cannot see,
all of it at once: names that are not defined, broken patterns, forms and expressions.
"""

from typing import Any

from syncd.core.mapping.build import Build, suggest
from syncd.core.mapping.items import compile_items
from syncd.core.mapping.model import (
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
    RecordKind,
    Records,
    Rules,
    Test,
)
from syncd.core.mapping.paths import fold_name
from syncd.core.mapping.sources import compile_nodes
from syncd.core.mapping.steps import find_zone
from syncd.core.mapping.texts import compile_regex
from syncd.core.mapping.values import compile_condition, compile_spec, normalise_spec

LIST_NAME = "OrderItems"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_NUMBERS = {"PostalServiceCost", "PostalServiceTaxRate", "Qty", "PricePerUnit", "TaxRate"}
_PRICES = {"PostalServiceCost", "PricePerUnit"}
_TIMES = {"ReceivedDate", "DispatchBy"}
_BLOCK_WORDS = {"fields", "otherwise"}
_DERIVED = {"expression", "sum", "template", "join"}
_Fields = tuple[tuple[str, Leaf | Block], ...]


def compile_mapping(data: dict[str, Any]) -> Mapping:
    """Given a mapping's data, which fits its schema, return it compiled. Raise MappingRefusedError with every fault."""
    read = data.get("read", {})
    form = read.get("format", "csv")
    build = Build(
        fold=form == "csv",
        nulls=frozenset(map(str, read.get("null", []))),
        numbers=data.get("numbers", {}),
        dates=data.get("dates"),
        tables=data.get("tables", {}),
    )
    records = _compile_records(data["records"], build) if "records" in data else None
    blocks = tuple(_compile_joined(data["blocks"], build)) if "blocks" in data else ()
    build.order_kind = build.kind = records.order if records else blocks[0].name if blocks else ""
    header = _compile_header(read, build)
    grouping = _compile_grouping(data.get("group", {}), build)
    mapping = Mapping(
        rules=_compile_rules(data, read, header, build),
        grouping=grouping,
        records=records,
        blocks=blocks,
        classes=_compile_classes(data, build),
        **_compile_order(data, build),
        list_name=LIST_NAME,
        used=build.used,
        order_columns=frozenset(build.order_columns - build.item_columns - set(grouping.by)),
    )
    _check_delimiter(mapping, read, build)
    if build.faults:
        raise MappingRefusedError(build.faults)
    return mapping


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
        if isinstance(spec, dict) and (_BLOCK_WORDS & spec.keys() or _is_plain(spec)):
            compiled.append((name, _compile_block(spec, build, at, fields)))
        else:
            full = _fill_in(name, spec, build)
            compiled.append((name, Leaf(compile_spec(full, build, at), derived=bool(_DERIVED & full.keys()))))
    return tuple(compiled)


def _is_plain(spec: dict[str, Any]) -> bool:
    """Tell whether a block holds nothing but fields: their names begin with a capital letter."""
    return all(name[:1].isupper() for name in spec)


def _compile_block(spec: dict[str, Any], build: Build, key: KeyPath, siblings: dict[str, Any]) -> Block:
    if _is_plain(spec):
        return Block(compile_fields(spec, build, key))
    nodes, kind = None, build.kind
    if "of" in spec:
        nodes, kind = compile_nodes(spec["of"], build, (*key, "of"))
    build.kind, outer = kind, build.kind
    when = compile_condition(spec["when"], build, (*key, "when")) if "when" in spec else None
    fields = compile_fields(spec.get("fields", {}), build, (*key, "fields"))
    build.kind = outer
    otherwise = spec.get("otherwise")
    if otherwise is not None and otherwise not in siblings:
        near = suggest(otherwise, siblings)
        build.refuse((*key, "otherwise"), f"names the block {otherwise}, which does not stand beside it{near}")
    return Block(fields, nodes, when, otherwise)


def _fill_in(name: str, given: Any, build: Build) -> dict[str, Any]:
    """Return a field's spec with what the mapping says of all numbers and dates, and two decimals for prices."""
    spec = normalise_spec(given, build)
    if name in _NUMBERS:
        number = spec.get("number", True)
        if name in _PRICES:
            number = {"decimals": 2, **(number if isinstance(number, dict) else {})}
        return {**spec, "number": number}
    if name in _TIMES and build.dates is not None and "constant" not in spec:
        return {"date": True, **spec}
    return spec


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
    if build.fold and not plain and "delimiter" not in read:
        build.refuse(("read",), "needs `delimiter:`; it shows by itself only where the header is the first line")
