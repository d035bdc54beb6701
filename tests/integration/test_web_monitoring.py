"""The dashboard, the alert rules and the list of metrics name what is exported, and nothing else."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from support.clocks import HandClock
from support.surveys import build_survey

from syncd.web.metrics import Metrics

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
FROM_OTHERS = {"node_textfile_mtime_seconds"}
SELECTOR = re.compile(r"\b([a-z]+_[a-z_]+)\b(?:\{([^}]*)\})?")
LABEL = re.compile(r'([a-z_]+)(?:=~|!~|!=|=)"((?:[^"\\]|\\.)*)"')


def list_exported():
    """Return the labels of each sample that can be exported, and their values where they are bounded."""
    metrics = Metrics(HandClock(), ["orders"], "production")
    for status in (200, 401, 429, None):
        call = {"endpoint": "POST /outbound", "status": status, "duration_ms": 1, "waited_ms": 0}
        metrics.hear("INFO", "api_call", call)
    for level, action in (("ERROR", "bug"), ("WARNING", "file_failed")):
        metrics.hear(level, action, {"source": "orders"})
    exported = {}
    for family in text_string_to_metric_families(metrics.write(build_survey(), None, []).decode()):
        for sample in family.samples:
            for label, value in {**sample.labels, "": ""}.items():
                exported.setdefault(sample.name, {}).setdefault(label, set()).add(value)
    return exported


EXPORTED = list_exported()
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
EXPRESSIONS = [
    *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]),
    *(rule["expr"] for rule in RULES),
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_asks_for_what_is_exported(expression):
    named = [(name, labels) for name, labels in SELECTOR.findall(expression) if name.startswith(("syncd_", "node_"))]
    assert named
    for name, labels in named:
        if name in FROM_OTHERS:
            continue
        assert name in EXPORTED
        for label, value in LABEL.findall(labels):
            assert label in EXPORTED[name] or label in {"instance", "job"}
            if "$" not in value and label not in {"instance", "job"}:
                assert value in EXPORTED[name][label]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_groups_by_labels_that_are_exported(expression):
    known = {label for labels in EXPORTED.values() for label in labels} | {"instance", "le"}
    for names in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression):
        assert {name.strip() for name in names.split(",")} <= known


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(rule):
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"].endswith(".")


def test_the_page_on_monitoring_names_every_metric():
    named = set(re.findall(r"^\| `(syncd_\w+)`", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    ends = re.compile(r"_(bucket|sum|count)$")
    assert named == {ends.sub("", name) for name in EXPORTED if name.startswith("syncd_")}


def test_every_metric_is_on_the_dashboard_or_in_an_alert():
    text = " ".join(EXPRESSIONS)
    ends = re.compile(r"_(bucket|sum|count)$")
    names = {ends.sub("", name) for name in EXPORTED if name.startswith("syncd_")}
    assert {name for name in names if name not in text} <= {"syncd_build_info", "syncd_quota_window_seconds"}


def test_panels_have_numbers_of_their_own_and_do_not_lie_on_each_other():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
