"""The pages for people: what is shown and in which words; the looks stand in templates that escape all they are given.

No page has a script, and each works without one. Refuses to gather: what is shown is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from syncd import __version__
from syncd.core.canonical import write_number
from syncd.core.estimate import say_queue
from syncd.flows.survey import LastFile, OpenFile, Survey
from syncd.web.charts import HEIGHT, WIDTH, build_diverging, build_stacked
from syncd.web.history import Minute
from syncd.web.reports import ShownReport
from syncd.web.stock import Found, Movement

REFRESH_S = 30
_FOLDER = Path(__file__).with_name("templates")
_GOOD = ("accepted", "already_accepted")
_BAD = ("invalid", "rejected", "conflict", "not_sent")
_STATES = {
    "claimed": "waits to be read",
    "judging": "is being read and checked",
    "carrying": "is being sent",
    "settled": "is being filed",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """A file in an inbox that is not taken yet, and what it waits for."""

    source: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class View:
    """All that the status page shows."""

    found: Survey
    waits: Sequence[Wait]
    minutes: Sequence[Minute]
    movements: Sequence[Movement]
    has_inventory: bool
    held: bool  #: no call may leave
    refreshes: bool


def read_style() -> str:
    """Return the one style sheet."""
    return (_FOLDER / "style.css").read_text(encoding="utf-8")


def read_icon() -> str:
    """Return the icon, an SVG."""
    return (_FOLDER / "icon.svg").read_text(encoding="utf-8")


def render_status(view: View) -> str:
    """Given how things stand, return the status page."""
    found = view.found
    per_minute = found.quota.requests * 60 / found.quota.per_seconds
    calls = [(float(minute.calls - minute.failed), float(minute.failed)) for minute in view.minutes]
    now = datetime.fromisoformat(found.at)
    failed = {file.claim for file in found.failed_files}
    return _render(
        "status.html",
        now=now,
        view=view,
        found=found,
        headline=_say_state(found),
        queue=_say_queue(found, held=view.held),
        tiles=_count_today(found),
        in_inbox=sum(source.waiting.files for source in found.sources),
        others=[file for file in found.last_files if file.claim not in failed],
        calls=build_stacked(calls, per_minute),
        calls_made=sum(minute.calls for minute in view.minutes),
        calls_failed=sum(minute.failed for minute in view.minutes),
        per_minute=per_minute,
        moves=build_diverging([(float(each.came), float(each.went)) for each in view.movements]),
        came=sum((each.came for each in view.movements), Decimal(0)),
        went=sum((each.went for each in view.movements), Decimal(0)),
        refresh_s=REFRESH_S if view.refreshes else None,
    )


def render_report(report: ShownReport, now: datetime) -> str:
    """Given a report, return its page."""
    return _render("report.html", now=now, report=report)


def render_inventory(words: str, found: Found | None, trouble: str | None, now: datetime) -> str:
    """Given what was looked for and found in the inventory, return the page of the search."""
    return _render("inventory.html", now=now, words=words, found=found, trouble=trouble)


def render_refusal(title: str, sentence: str, now: datetime) -> str:
    """Given why there is nothing to show, return a page that says so."""
    return _render("refusal.html", now=now, title=title, sentence=sentence)


def _render(name: str, **values: object) -> str:
    return _open_templates().get_template(name).render(version=__version__, **values)


@cache
def _open_templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"chart_width": WIDTH, "chart_height": HEIGHT}
    environment.filters |= {
        "age": say_age,
        "orders": say_orders,
        "number": say_number,
        "state": say_file_state,
        "time": say_time,
        "zone": lambda at: at.astimezone().tzname(),
        "not_accepted": count_not_accepted,
    }
    return environment


def say_time(at: datetime | str, now: datetime) -> str:
    """Given a time and the present one, return it on the machine's own clock: the day only where it is another."""
    here = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone()
    today = now.astimezone()
    if here.date() == today.date():
        return f"{here:%H:%M}"
    return f"{here.day} {here:%b %H:%M}" if here.year == today.year else f"{here.day} {here:%b %Y}"


def say_age(seconds: float | None) -> str:
    """Given a time span, return it in words, roughly."""
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        count = round((seconds or 0) / size)
        if (seconds or 0) >= size:
            return f"{count} {unit}{'s' * (count != 1)}"
    return "less than a minute"


def say_number(number: Decimal | float) -> str:
    """Given a number, return it with its thousands apart."""
    return f"{Decimal(write_number(number)):,f}" if isinstance(number, Decimal) else f"{number:,.0f}"


def say_orders(file: LastFile) -> str:
    """Given a filed file, return what became of its orders in few words."""
    orders = sum(file.orders.values())
    good = sum(file.orders.get(outcome, 0) for outcome in _GOOD)
    if not orders:
        return "refused as a whole" if file.outcome == "failed" else "no orders"
    noun = "order" if orders == 1 else "orders"
    return f"{orders:,} {noun}" if good == orders else f"{good:,} of {orders:,} {noun} accepted"


def count_not_accepted(file: LastFile) -> int:
    """Given a filed file, return how many of its orders need somebody."""
    return sum(file.orders.get(outcome, 0) for outcome in _BAD)


def say_file_state(file: OpenFile, *, held: bool) -> str:
    """Given an open file and whether all calls are held, return what it waits for."""
    waiting, orders = file.orders.get("waiting", 0), sum(file.orders.values())
    if file.state == "carrying" and orders:
        return f"{orders - waiting:,} of {orders:,} settled{', held' * held}"
    return _STATES.get(file.state, file.state)


def _say_state(found: Survey) -> str:
    wrong, failed = len(found.troubles), len(found.failed_files)
    if wrong:
        return "1 thing is wrong" if wrong == 1 else f"{wrong} things are wrong"
    if failed:
        return "A file needs mending" if failed == 1 else "Some files need mending"
    return "All is well"


def _say_queue(found: Survey, *, held: bool) -> str:
    words = say_queue(found.queue.orders, found.queue.minutes)
    return f"{words.removesuffix('.')}, once nothing holds them up." if found.queue.orders and held else words


def _count_today(found: Survey) -> list[tuple[str, int, str]]:
    """Return what the tiles say: words, a number, and how it is painted."""

    def orders(*outcomes: str) -> int:
        return sum(source.orders.get(outcome, 0) for source in found.sources for outcome in outcomes)

    def files(outcome: str) -> int:
        return sum(source.files.get(outcome, 0) for source in found.sources)

    bad, failed = orders(*_BAD), files("failed")
    return [
        ("orders accepted", orders("accepted"), "good"),
        ("accepted before", orders("already_accepted"), ""),
        ("orders to mend", bad, "bad" if bad else ""),
        ("files done", files("done"), ""),
        ("files failed", failed, "bad" if failed else ""),
    ]
