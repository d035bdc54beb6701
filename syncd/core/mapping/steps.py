"""What is made of a raw value: text steps, then lookup, number, date, country, as the spec declares them.

Refuses what does not fit with the value and half a sentence of what is expected, never repairs it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from syncd.core.cells import DateCell
from syncd.core.mapping.build import Build, suggest
from syncd.core.mapping.countries import find_country
from syncd.core.mapping.dates import ISO, DateForm, DateRules, compile_form, read_date, shift_date
from syncd.core.mapping.model import KeyPath, Scope, TreePath, ValueRefusedError
from syncd.core.mapping.number_hints import explain_number
from syncd.core.mapping.numbers import NumberRules, finish_number, read_number, round_half_up
from syncd.core.mapping.paths import write_scalar
from syncd.core.mapping.texts import compile_step

Step = Callable[[Any, TreePath | None, Scope], Any]


def make_number_rules(told: Any, build: Build, key: KeyPath) -> NumberRules:
    """Given what `number:` says, return the rules: the mapping's `numbers:` with what is told besides."""
    asked = {**build.numbers, **(told if isinstance(told, dict) else {})}
    if "scale" in asked:
        asked["scale"] = Decimal(str(asked["scale"]))
    if asked.get("decimal", ".") == asked.get("thousands"):
        mark = asked["thousands"]
        build.refuse(key, f"takes `{mark}` for decimals and for thousands; say both, `decimal:` and `thousands:`")
    return NumberRules(**asked)


def compile_steps(spec: dict[str, Any], build: Build, key: KeyPath) -> list[Step]:
    """Given a value's spec, return what is made of its raw value, in order; what is wrong with it is noted."""
    steps: list[Step] = []
    texts = spec.get("text", [])
    for index, told in enumerate(texts if isinstance(texts, list) else [texts]):
        try:
            steps.append(_make_text(compile_step(told)))
        except ValueError as error:
            build.refuse((*key, "text", index) if isinstance(texts, list) else (*key, "text"), str(error))
    if "lookup" in spec:
        steps.append(_compile_lookup(spec, build, key))
    if spec.get("number", False) is not False:
        steps.append(_make_number(make_number_rules(spec["number"], build, (*key, "number"))))
    if spec.get("date", False) is not False:
        steps += _compile_date(spec["date"], build, (*key, "date"))
    if "country" in spec:
        steps.append(_make_country(spec["country"]))
    return steps


def _make_text(change: Callable[[str], str]) -> Step:
    def step(value: Any, path: TreePath | None, _scope: Scope) -> Any:
        if isinstance(value, dict | list):
            raise ValueRefusedError("type", "it must be one text or number", path, value)
        text = write_scalar(finish_value(value))
        try:
            return change(text)
        except ValueError as reason:
            raise ValueRefusedError("pattern", str(reason), path, value) from None

    return step


def _compile_lookup(spec: dict[str, Any], build: Build, key: KeyPath) -> Step:
    table = spec["lookup"]
    if isinstance(table, str):
        if table not in build.tables:
            near = suggest(table, build.tables)
            build.refuse((*key, "lookup"), f"names the table {table}, which is none of tables{near}")
        table = build.tables.get(table, {})
    entries = {name: exact(value) for name, value in table.items()}
    unknown = spec.get("unknown", "refuse")

    def step(value: Any, path: TreePath | None, _scope: Scope) -> Any:
        text = write_scalar(value)
        if text in entries:
            return entries[text]
        if unknown == "refuse":
            known = ", ".join(list(entries)[:12])
            raise ValueRefusedError("unknown_value", f"the mapping's table knows only {known}", path, value)
        return value if unknown == "keep" else None

    return step


def _make_number(rules: NumberRules) -> Step:
    pattern = rules.compile_pattern()

    def step(value: Any, path: TreePath | None, scope: Scope) -> Any:
        number = value
        if isinstance(value, str):
            try:
                number, sign = read_number(value, rules, pattern)
            except ValueError as reason:
                raise ValueRefusedError("number", f"{reason}{explain_number(value, rules)}", path, value) from None
            if sign:
                scope.signs.append((path, sign))
        if isinstance(number, bool) or not isinstance(number, int | Decimal | Fraction):
            raise ValueRefusedError("number", rules.say_expected(), path, value)
        if rules.must_be_whole and not isinstance(number, Fraction) and number != int(number):
            raise ValueRefusedError("number", _say_whole(rules), path, value)
        return finish_number(number, rules)

    return step


def _say_whole(rules: NumberRules) -> str:
    if rules.whole:
        return "it must be a whole number such as 1234"
    return (
        "it must be a whole number such as 1234; if all of your file has decimals here, ask whoever keeps the mapping "
        f"to take `scale: {rules.scale}` out, or to write `whole: false` beside it"
    )


def _compile_date(told: Any, build: Build, key: KeyPath) -> list[Step]:
    forms = {"formats": [told]} if isinstance(told, str) else {"formats": told} if isinstance(told, list) else told
    asked = {**(build.dates or {}), **(forms if isinstance(forms, dict) else {})}
    own = isinstance(forms, dict) and "formats" in forms
    compiled = compile_forms(asked.pop("formats", [ISO]), build, key if own else ("dates", "formats"))
    clock = asked.pop("time", None)
    if clock is not None:
        asked["time"] = _parse_clock(str(clock))
    elif not all(form.has_time or form.written == ISO for form in compiled):
        build.refuse(key, 'has a form without a time of day; say which is meant, for example `time: "12:00"`')
    zone = asked.pop("zone", None)
    if zone is not None:
        asked["zone"] = find_zone(zone, build, key)
    rules = DateRules(forms=tuple(compiled), **asked)
    typed = replace(rules, forms=(compile_form(ISO),))

    def step(value: Any, path: TreePath | None, scope: Scope) -> Any:
        try:
            if isinstance(value, datetime):
                return shift_date(value, rules, scope.zone)
            if isinstance(value, DateCell):  # stored as a date: how dates are written is no matter for it
                return read_date(value, typed, scope.zone)
            return read_date(write_scalar(value), rules, scope.zone)
        except ValueError as reason:
            raise ValueRefusedError("date", str(reason), path, value) from None

    return [step]


def compile_forms(written: list[Any], build: Build, key: KeyPath) -> list[DateForm]:
    """Given the forms of dates as written, return them compiled; a bad one is noted."""
    compiled = []
    for form in written:
        try:
            compiled.append(compile_form(str(form)))
        except ValueError as error:
            build.refuse(key, f"has the form {form}, which {error}")
    return compiled


def find_zone(name: str, build: Build, key: KeyPath) -> ZoneInfo | None:
    """Given a time zone's name, return it; one that does not exist is noted."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        zones = {zone.casefold(): zone for zone in sorted(available_timezones())}
        near = get_close_matches(name.casefold(), zones, n=1)
        cure = f"did you mean {zones[near[0]]}?" if near else "write it like Europe/Berlin"
        build.refuse(key, f"names the time zone {name}, which is none of the IANA list; {cure}")
        return None


def _parse_clock(text: str) -> tuple[int, int, int]:
    hour, minute, second = [*map(int, re.findall("[0-9]+", text)), 0, 0][:3]
    return hour, minute, second


def _make_country(wanted: str) -> Step:
    def step(value: Any, path: TreePath | None, _scope: Scope) -> Any:
        country = find_country(write_scalar(value))
        if country is None:
            reason = "it must be a country by its name or its ISO 3166 code, such as Germany, DE or DEU"
            raise ValueRefusedError("country", reason, path, value)
        return {"code": country.code, "alpha3": country.alpha3, "name": country.name}[wanted]

    return step


def exact(value: Any) -> Any:
    """Given a constant of a mapping, return it with an exact number for a fraction."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def finish_value(value: Any) -> Any:
    """Given a value as it was worked out, return it as payloads have it: times as text, fractions as Decimal."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return round_half_up(value, None) if isinstance(value, Fraction) else value
