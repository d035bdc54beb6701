"""Builds the typed `Config` out of blocks of options, with every check that a schema cannot make.

Notes what is wrong and goes on; the result counts only while the document has no findings.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from syncd.config.alert_options import assemble_alerts, choose_encryption, choose_retention, find_expectation
from syncd.config.credentials import find_secret
from syncd.config.document import KeyPath, show_key
from syncd.config.mapping_files import find_mapping, list_presets
from syncd.config.model import (
    ApiConfig,
    Config,
    GenerateReference,
    Guard,
    InventoryConfig,
    Keep,
    LogConfig,
    MetricsConfig,
    RateLimit,
    ReportsConfig,
    Retry,
    SourceConfig,
)
from syncd.config.options import Options
from syncd.config.stock_options import check_calendar, choose_stock_check
from syncd.config.values import check_base_url, check_evidence, choose_encoding, find_listener, find_zone, list_patterns
from syncd.core.limits import Limits

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
FOLDERS = ("inbox", "done", "failed", "work")


def assemble(root: Options, path: Path, environment: Mapping[str, str], *, credentials: bool) -> Config:
    """Given the whole of the options, return the config; it is good if the document has no findings."""
    taken: dict[Path, KeyPath] = {}
    state = root.place("state_dir") or root.folder / "state"
    _take(taken, root, "state_dir", state)
    inventory = _assemble_inventory(root.inner("inventory"), taken) if root.has("inventory") else None
    sources = list(root.entries("sources"))
    _check_names(sources)
    for source in sources:
        for folder in FOLDERS:
            _take(taken, source, folder, source.place(folder))
    return Config(
        path=path,
        api=_assemble_api(root.inner("api"), environment, credentials=credentials and root.has("api")),
        state_dir=state,
        sources=tuple(_assemble_source(source, taken, inventory=inventory is not None) for source in sources),
        inventory=inventory,
        log=LogConfig(**root.inner("log").given("format", "level")),
        web=find_listener(root.inner("web")) if root.has("web") else None,
        alerts=assemble_alerts(root.inner("alerts")),
        encrypt=choose_encryption(root),
        metrics=MetricsConfig(root.inner("metrics").path("textfile")),
        reports=ReportsConfig(**root.inner("reports").given("html", "show_values")),
    )


def _assemble_api(api: Options, environment: Mapping[str, str], *, credentials: bool) -> ApiConfig:
    return ApiConfig(
        base_url=check_base_url(api),
        client_id=find_secret(api, "client_id", environment, needed=credentials),
        client_secret=find_secret(api, "client_secret", environment, needed=credentials),
        retry=Retry(**api.inner("retry").given("first_seconds", "cap_seconds")),
        rate_limit=_count_calls(RateLimit(**api.inner("rate_limit").given("requests", "per_seconds"))),
        **_count_whole(api.given("max_in_flight")),
        **api.given("timeout_seconds", "environment"),
    )


def _count_calls(given: RateLimit) -> RateLimit:
    """Given a quota that may have a fraction of a call, return one of whole calls that allows no more."""
    if _is_count(given.requests) and _is_count(given.per_seconds) and given.requests < 1:
        return RateLimit(1, given.per_seconds / given.requests)
    return replace(given, **_count_whole({"requests": given.requests}))


def _count_whole(given: dict[str, Any]) -> dict[str, Any]:
    return {name: max(1, int(number)) if _is_count(number) else number for name, number in given.items()}


def _is_count(given: object) -> bool:
    """Tell what can be counted from what the shape check has refused."""
    return isinstance(given, int | float) and 0 < given < float("inf")


def _assemble_inventory(inventory: Options, taken: dict[Path, KeyPath]) -> InventoryConfig:
    directory = inventory.place("directory")
    _take(taken, inventory, "directory", directory)
    for block, name in ((inventory, "reserve_share"), (inventory.inner("guard"), "max_lost_share")):
        share = block.block.get(name)
        if isinstance(share, int | float) and share > 1:
            block.refuse(name, "is a share of the whole; it must be 1 or less, such as 0.1")
    return InventoryConfig(
        directory or inventory.folder,
        cron=check_calendar(inventory),
        keep=Keep(**inventory.inner("keep").given("count", "days")),
        guard=Guard(**inventory.inner("guard").given("max_lost_share")),
        **_count_whole(inventory.given("page_size")),
        **inventory.given("interval_seconds", "reserve_share"),
    )


def _assemble_source(source: Options, taken: dict[Path, KeyPath], *, inventory: bool) -> SourceConfig:
    inbox = source.place("inbox") or source.folder
    delimiter = source.text("delimiter")
    return SourceConfig(
        name=source.text("name") or "",
        inbox=inbox,
        done=source.place("done") or source.folder,
        failed=source.place("failed") or source.folder,
        work=source.place("work") or _choose_work(source, inbox, taken),
        **list_patterns(source),
        **choose_encoding(source),
        delimiter=delimiter and DELIMITERS.get(delimiter, delimiter),
        timezone=find_zone(source),
        schema=_find_schema(source),
        mapping=_find_mapping(source),
        reference=_choose_reference(source),
        stock_check=choose_stock_check(source, inventory=inventory),
        complete=check_evidence(source.inner("complete")),
        expect=find_expectation(source),
        retention=choose_retention(source),
        limits=Limits(**source.inner("limits").given("file_bytes", "record_bytes", "depth", "digits", "columns")),
        **source.given("settle_seconds", "format", "final_newline", "on_invalid"),
    )


def _check_names(sources: list[Options]) -> None:
    seen: dict[str, KeyPath] = {}
    for source in sources:
        name = source.text("name")
        if name in seen:
            source.refuse("name", f"is the name of {show_key(seen[name])} too; give each source its own")
        elif name is not None:
            seen[name] = source.key


def _choose_work(source: Options, inbox: Path, taken: dict[Path, KeyPath]) -> Path:
    """Choose a folder beside the inbox. The first source keeps `work` when another one is added behind it."""
    work = inbox.parent / "work"
    if work in taken:
        work = inbox.parent / f"work-{source.text('name')}"
    if source.has("inbox") and not source.has("work"):
        _take(taken, source, "work", work)
    return work


def _take(taken: dict[Path, KeyPath], options: Options, name: str, path: Path | None) -> None:
    """Note it where a folder serves twice: files of one would be taken for files of the other."""
    if path is None:
        return
    if path in taken:
        options.refuse(name, f"is the folder of {show_key(taken[path])} too; give each a folder of its own")
    else:
        taken[path] = (*options.key, name)


def _find_mapping(source: Options) -> Path | None:
    """Return the mapping's path; a bare word is the name of one that ships with syncd, if there is no such file."""
    path, text = source.path("mapping"), source.text("mapping")
    if path is None or text is None or path.exists():
        return path
    found = find_mapping(Path(text))
    if found == Path(text):
        source.refuse(
            "mapping", f"cannot be found; {path} must be a mapping, or the name of one: {', '.join(list_presets())}"
        )
    return found


def _find_schema(source: Options) -> Path | None:
    path = source.path("schema")
    if path is not None:
        try:
            path.open("rb").close()
        except OSError as error:
            source.refuse("schema", f"cannot be read: {error.strerror}; {path} must be a JSON Schema")
    return path


def _choose_reference(source: Options) -> GenerateReference | None:
    own = source.inner("reference")
    if source.text("reference") != "generate" and not own.has("generate"):
        return None
    return GenerateReference(own.inner("generate").text("prefix") or source.text("name") or "")
