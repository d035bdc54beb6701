"""A survey as it might be found."""

from dataclasses import replace
from typing import Any

from syncd.flows.survey import (
    DaemonStatus,
    LastFile,
    LastInventory,
    OpenFile,
    Queue,
    Quota,
    SourceStatus,
    Survey,
    Waiting,
)

AT = "2026-01-15T10:00:00.000Z"


def build_file(name: str = "orders.csv", outcome: str = "done", **orders: int) -> LastFile:
    """Return a filed file."""
    to_mend = f"/srv/failed/{name}" if outcome == "failed" else None
    return LastFile(f"claim-{name}", name, "orders", outcome, name, AT, orders, to_mend)


def build_survey(**differs: Any) -> Survey:
    """Return a survey of one source in the middle of its work."""
    found = Survey(
        at=AT,
        environment="production",
        daemon=DaemonStatus(running=True, pid=7),
        troubles=["The disk of /srv is full: make room."],
        quota=Quota(100, 60.0, 12),
        queue=Queue(30, 1, 0),
        sources=[
            SourceStatus(
                name="orders",
                inbox="/srv/inbox",
                on_hold=False,
                waiting=Waiting(2, 5.0, 0),
                oldest_in_work_seconds=90.0,
                files={"carrying": 1, "done": 3},
                orders={"waiting": 30, "accepted": 9},
            )
        ],
        open_files=[OpenFile("claim-1", "tuesday.csv", "orders", "carrying", AT, {"waiting": 30, "accepted": 9})],
        last_files=[],
        failed_files=[],
        last_inventory=LastInventory(AT, 60.0, 78, 11_277),
    )
    return replace(found, **differs)
