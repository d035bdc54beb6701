"""The metrics: every name that is exported, what feeds it, and how it is written.

Counters and histograms are fed by the facts that the log is told, gauges by a survey made when somebody asks.
Labels are bounded: each comes from the config or from a list here, never from a file, an order or an answer.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import generate_latest

from syncd import __version__
from syncd.core.gate import HoldKind
from syncd.core.model import Outcome
from syncd.edges.clock import Clock
from syncd.edges.log import Field
from syncd.flows.calls import SIGN_IN
from syncd.flows.survey import Survey

ENDPOINTS = (SIGN_IN, "POST /outbound", "GET /order/{reference}", "GET /inventory")
OPEN_STATES = ("claimed", "judging", "carrying", "settled")
FILE_OUTCOMES = ("done", "failed")
CALL_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30)
WAIT_BUCKETS_S = (0.1, 0.5, 1, 5, 10, 30, 60, 120, 300)
_ERRORS = frozenset({400, 401, 403, 404, 408, 409, 413, 422, 429})
"""Statuses that mean something of their own; others count by their class."""
_SUCCESSES = ("api_call", "order", "file", "snapshot")


class Metrics:
    """One registry, for one run of the daemon."""

    def __init__(self, clock: Clock, sources: Iterable[str], environment: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads
        self.registry = CollectorRegistry()
        self._clock = clock
        self._sources = frozenset(sources)
        self._environment = environment
        self._make_counters()
        self._make_gauges()
        ProcessCollector(registry=self.registry)

    def hear(self, level: str, action: str, fields: Mapping[str, Field]) -> None:
        """Given a fact that the log is told, count it."""
        if level in {"WARNING", "ERROR"}:
            self._problems.labels(level.lower(), action).inc()
        match action:
            case "api_call":
                self._count_call(fields)
            case "file_claimed":
                self._taken.labels(self._name_source(fields)).inc()
            case "file_done" | "file_failed":
                self._count_file(action.removeprefix("file_"), fields)
            case "order_accepted" | "order_already_accepted":
                self._note_success("order")
            case "inventory_published":
                self._note_success("snapshot")
            case _:
                pass

    def write(self, found: Survey, hold: HoldKind | None, unready: Iterable[str]) -> bytes:
        """Given how things stand, return all metrics in the text format of Prometheus."""
        self._set_queue(found)
        for kind in HoldKind:
            self._held.labels(kind.value).set(hold is kind)
        self._troubles.set(len(found.troubles))
        self._ready.set(not list(unready))
        self._quota_limit.set(found.quota.requests)
        self._quota_window.set(found.quota.per_seconds)
        self._quota_used.set(found.quota.used)
        if found.last_inventory is not None:
            self._snapshot_taken.set(datetime.fromisoformat(found.last_inventory.taken_at).timestamp())
            self._snapshot_items.set(found.last_inventory.items or 0)
            self._snapshot_bytes.set(found.last_inventory.bytes)
        return generate_latest(self.registry)

    def _make_counters(self) -> None:
        registry = self.registry
        self._taken = Counter("syncd_files_taken", "Files taken from an inbox.", ["source"], registry=registry)
        self._files = Counter("syncd_files", "Files filed, by outcome.", ["source", "outcome"], registry=registry)
        self._orders = Counter(
            "syncd_orders", "Orders of filed files, by outcome.", ["source", "outcome"], registry=registry
        )
        self._calls = Histogram(
            "syncd_api_call_duration_seconds",
            "Calls to the API by endpoint and class of status (none: no answer).",
            ["endpoint", "status"],
            registry=registry,
            buckets=CALL_BUCKETS_S,
        )
        self._errors = Counter(
            "syncd_api_errors", "Calls that failed, by endpoint and kind.", ["endpoint", "kind"], registry=registry
        )
        self._logins = Counter("syncd_logins", "Sign-ins, by outcome.", ["outcome"], registry=registry)
        self._waits = Histogram(
            "syncd_quota_wait_seconds",
            "How long calls waited for a slot of the quota.",
            registry=registry,
            buckets=WAIT_BUCKETS_S,
        )
        self._problems = Counter(
            "syncd_problems", "Lines of the log at WARNING or ERROR, by action.", ["level", "kind"], registry=registry
        )
        for outcome in ("ok", "refused", "failed"):
            self._logins.labels(outcome)
        for source in sorted(self._sources):  # a series that begins at 0 shows its first increase
            self._taken.labels(source)
            for file_outcome in FILE_OUTCOMES:
                self._files.labels(source, file_outcome)
            for order_outcome in Outcome:
                self._orders.labels(source, order_outcome.value)

    def _make_gauges(self) -> None:
        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(name, text, labels, registry=self.registry)

        info = gauge("syncd_build_info", "Always 1; the labels tell what runs.", "version", "environment")
        info.labels(__version__, self._environment).set(1)
        self._waiting = gauge("syncd_files_waiting", "Files in the inbox that are yet to be taken.", "source")
        self._on_hold = gauge("syncd_source_on_hold", "1 while `syncd hold` keeps its files in the inbox.", "source")
        self._unmatched = gauge("syncd_files_unmatched", "Files in the inbox that no source takes.", "source")
        self._open = gauge("syncd_files_open", "Files taken and not filed yet, by state.", "source", "state")
        self._oldest = gauge(
            "syncd_oldest_file_age_seconds", "Age of the oldest file that is not filed yet; 0: none.", "source"
        )
        self._queue = gauge("syncd_orders_waiting", "Orders of open files without an outcome.", "source")
        self._queue_time = gauge("syncd_queue_seconds", "How long the queue takes at this quota, estimated.")
        self._held_for_stock = gauge("syncd_orders_held_for_stock", "Orders that wait for stock.")
        self._quota_limit = gauge("syncd_quota_limit", "Calls allowed in a window of the quota.")
        self._quota_window = gauge("syncd_quota_window_seconds", "The length of that window.")
        self._quota_used = gauge("syncd_quota_used", "Calls that use up the quota now.")
        self._held = gauge("syncd_held", "1 while no call may leave: who has to act.", "by")
        self._troubles = gauge("syncd_troubles", "How many things are wrong now, as `syncd status` counts them.")
        self._ready = gauge("syncd_ready", "1 while /readyz says so.")
        self._snapshot_taken = gauge("syncd_snapshot_taken_timestamp_seconds", "When the newest snapshot was taken.")
        self._snapshot_items = gauge("syncd_snapshot_items", "Items in the newest snapshot.")
        self._snapshot_bytes = gauge("syncd_snapshot_bytes", "Size of the newest snapshot.")
        self._success = gauge(
            "syncd_last_success_timestamp_seconds", "When this last went well in this run; 0: not yet.", "what"
        )
        for what in _SUCCESSES:
            self._success.labels(what)

    def _count_call(self, fields: Mapping[str, Field]) -> None:
        endpoint = str(fields["endpoint"])
        endpoint = endpoint if endpoint in ENDPOINTS else "other"
        status = fields["status"]
        group = f"{status // 100}xx" if isinstance(status, int) else "none"
        self._calls.labels(endpoint, group).observe(float(fields["duration_ms"] or 0) / 1000)
        self._waits.observe(float(fields["waited_ms"] or 0) / 1000)
        if group == "2xx":
            self._note_success("api_call")
        else:
            self._errors.labels(endpoint, name_error(status)).inc()
        if endpoint == SIGN_IN:
            refused = status in {400, 401, 403}
            self._logins.labels("ok" if group == "2xx" else "refused" if refused else "failed").inc()

    def _count_file(self, outcome: str, fields: Mapping[str, Field]) -> None:
        source = self._name_source(fields)
        self._files.labels(source, outcome).inc()
        for order_outcome in Outcome:
            self._orders.labels(source, order_outcome.value).inc(float(fields.get(order_outcome.value) or 0))
        self._note_success("file")

    def _set_queue(self, found: Survey) -> None:
        for source in found.sources:
            self._waiting.labels(source.name).set(source.waiting.files)
            self._on_hold.labels(source.name).set(source.on_hold)
            self._unmatched.labels(source.name).set(source.waiting.unmatched)
            for state in OPEN_STATES:
                self._open.labels(source.name, state).set(source.files.get(state, 0))
            ages = (source.waiting.oldest_seconds, source.oldest_in_work_seconds)
            self._oldest.labels(source.name).set(max(age or 0.0 for age in ages))
            self._queue.labels(source.name).set(source.orders.get("waiting", 0))
        self._queue_time.set(found.queue.minutes * 60)
        self._held_for_stock.set(found.queue.held_for_stock)

    def _note_success(self, what: str) -> None:
        self._success.labels(what).set(self._clock.now().timestamp())

    def _name_source(self, fields: Mapping[str, Field]) -> str:
        source = str(fields.get("source"))
        return source if source in self._sources else "other"


def name_error(status: Field) -> str:
    """Given the status of a call that failed, or None where no answer came, return its kind."""
    if not isinstance(status, int):
        return "no_answer"
    return str(status) if status in _ERRORS else f"{status // 100}xx"
