"""Facts become metrics: which ones, with which labels, and none that a stranger could choose."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.clocks import HandClock
from support.surveys import build_survey

from syncd.core.gate import HoldKind
from syncd.web.metrics import Metrics, name_error


@pytest.fixture
def metrics():
    return Metrics(HandClock(), ["orders"], "test")


@pytest.fixture
def read(metrics):
    def read(name, hold=None, unready=(), survey=None, **labels):
        text = metrics.write(survey or build_survey(), hold, list(unready)).decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return sample.value
        return None

    return read


def call(**fields):
    return {"endpoint": "POST /outbound", "status": 200, "duration_ms": 1500, "waited_ms": 0, **fields}


def test_every_outcome_begins_at_0_so_that_its_first_increase_is_seen(read):
    assert read("syncd_files_total", source="orders", outcome="failed") == 0
    assert read("syncd_orders_total", source="orders", outcome="conflict") == 0
    assert read("syncd_logins_total", outcome="refused") == 0


def test_a_filed_file_counts_with_its_orders(metrics, read):
    metrics.hear("WARNING", "file_failed", {"source": "orders", "accepted": 3, "invalid": 1, "orders": 4})
    assert read("syncd_files_total", source="orders", outcome="failed") == 1
    assert read("syncd_orders_total", source="orders", outcome="accepted") == 3
    assert read("syncd_orders_total", source="orders", outcome="invalid") == 1
    assert read("syncd_last_success_timestamp_seconds", what="file") > 1_700_000_000


def test_a_call_counts_by_endpoint_and_class_of_status(metrics, read):
    metrics.hear("INFO", "api_call", call())
    metrics.hear("INFO", "api_call", call(status=503))
    metrics.hear("INFO", "api_call", call(status=None))
    assert read("syncd_api_call_duration_seconds_count", endpoint="POST /outbound", status="2xx") == 1
    assert read("syncd_api_call_duration_seconds_bucket", endpoint="POST /outbound", le="2.0") == 1
    assert read("syncd_api_call_duration_seconds_bucket", endpoint="POST /outbound", le="1.0") == 0
    assert read("syncd_api_errors_total", kind="5xx") == 1
    assert read("syncd_api_errors_total", kind="no_answer") == 1


def test_waiting_for_the_quota_is_measured(metrics, read):
    metrics.hear("INFO", "api_call", call(waited_ms=7000))
    assert read("syncd_quota_wait_seconds_sum") == 7


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (401, "refused"), (503, "failed"), (None, "failed")])
def test_sign_ins_count_by_what_came_of_them(metrics, read, status, outcome):
    metrics.hear("INFO", "api_call", call(endpoint="POST /auth/login", status=status))
    assert read("syncd_logins_total", outcome=outcome) == 1


def test_a_label_that_is_on_no_list_counts_as_other(metrics, read):
    metrics.hear("INFO", "file_done", {"source": "ORD-1 Ada Quill"})
    metrics.hear("INFO", "api_call", call(endpoint="GET /order/ORD-1"))
    text = metrics.write(build_survey(), None, []).decode()
    assert "ORD-1" not in text
    assert read("syncd_files_total", source="other", outcome="done") == 1
    assert read("syncd_api_call_duration_seconds_count", endpoint="other", status="2xx") == 1


def test_warnings_and_errors_count_by_their_action(metrics, read):
    metrics.hear("ERROR", "calls_held", {})
    metrics.hear("INFO", "started", {})
    assert read("syncd_problems_total", level="error", kind="calls_held") == 1
    assert read("syncd_problems_total", kind="started") is None


def test_other_facts_say_when_something_last_went_well(metrics, read):
    metrics.hear("INFO", "file_claimed", {"source": "orders"})
    metrics.hear("INFO", "order_accepted", {"reference": "ORD-1"})
    metrics.hear("INFO", "inventory_published", {})
    assert read("syncd_files_taken_total", source="orders") == 1
    assert read("syncd_last_success_timestamp_seconds", what="order") > 0
    assert read("syncd_last_success_timestamp_seconds", what="snapshot") > 0
    assert read("syncd_last_success_timestamp_seconds", what="api_call") == 0


def test_gauges_say_how_things_stand(read):
    assert read("syncd_orders_waiting", source="orders") == 30
    assert read("syncd_files_open", source="orders", state="carrying") == 1
    assert read("syncd_oldest_file_age_seconds", source="orders") == 90
    assert read("syncd_quota_used") == 12
    assert read("syncd_snapshot_items") == 78
    assert read("syncd_snapshot_taken_timestamp_seconds") == 1768471200
    assert read("syncd_troubles") == 1


def test_a_hold_and_readiness_are_told(read):
    assert read("syncd_held", HoldKind.OPERATOR, by="operator") == 1
    assert read("syncd_held", HoldKind.OPERATOR, by="weather") == 0
    assert read("syncd_ready", unready=["Not every inbox was looked into yet."]) == 0
    assert read("syncd_ready") == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(None, "no_answer"), (429, "429"), (418, "4xx"), (502, "5xx"), (302, "3xx")]
)
def test_kinds_of_errors_are_few(status, kind):
    assert name_error(status) == kind
