"""What a start says of what it finds; what it does, tests/faults/test_state_table.py shows."""

from contextlib import closing
from random import Random

import pytest
from support.clocks import HandClock
from support.spoil import heeding_modes
from support.watch import gather_log

from syncd.config.model import SourceConfig
from syncd.core.model import Claim
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import add_file
from syncd.errors import StorageError
from syncd.flows.recovery import recover_files


def test_a_file_whose_source_is_gone_is_named_once_although_the_start_is_tried_over_and_over(tmp_path):
    source = SourceConfig("orders", *(tmp_path / name for name in ("inbox", "done", "failed", "work")))
    clock = HandClock()
    (source.work / "c2").mkdir(parents=True)
    (source.work / "c2" / "b.csv").touch()
    with closing(Ledger(tmp_path, clock)) as ledger, gather_log() as lines, heeding_modes():
        add_file(ledger, Claim("c1", "gone", "a.csv", clock.now()))
        add_file(ledger, Claim("c2", "orders", "b.csv", clock.now()))
        (source.work / "c2").chmod(0o400)  # its names can be listed, and that is all
        for _ in range(2):
            with pytest.raises(StorageError, match="No permission"):
                recover_files([source], ledger, clock, Random(1))
        (source.work / "c2").chmod(0o700)
        rows = recover_files([source], ledger, clock, Random(1))
    assert [row.claim.id for row in rows] == ["c2"]
    assert [(line["source"], line["file"]) for line in lines.pick("file_without_source")] == [("gone", "a.csv")]
