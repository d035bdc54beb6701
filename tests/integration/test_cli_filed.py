"""Where a file stands is said as it is: folders and a ledger, no run."""

from contextlib import closing
from datetime import UTC, datetime

from support.world import build_api_config, build_config

from syncd.cli.filed import list_filed
from syncd.core.model import Claim
from syncd.core.names import numbered_claim
from syncd.edges.claims import find_original
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import add_file

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


def test_a_file_in_work_that_shares_its_folder_is_named_where_it_stands(tmp_path):
    config, clock = build_config(tmp_path, build_api_config()), SystemClock()
    claims = [Claim(numbered_claim("20260115T100000-1", n), "orders", f"{n}.csv", NOW) for n in range(2)]
    config.state_dir.mkdir()
    with closing(Ledger(config.state_dir, clock)) as ledger:
        for claim in claims:
            path = find_original(config.sources[0].work, claim)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            add_file(ledger, claim)
        ledger.commit()
    filed = list_filed(config, NOW, clock)
    assert [file.path.name for file in filed] == ["0.csv", "1.csv"]
    assert all(file.path.is_file() for file in filed)
