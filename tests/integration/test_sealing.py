import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pyrage
import pytest
from click.testing import CliRunner
from support.clocks import HandClock
from support.configs import API, ENVIRONMENT, SOURCE
from support.house import open_house
from support.orders import make_order, write_ndjson

from syncd.cli import program
from syncd.config import load_config
from syncd.config.model import EncryptConfig, FolderRetention, RetentionConfig
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger
from syncd.edges.log import setup_log
from syncd.edges.sealing import SealingError, seal_file
from syncd.errors import ConfigError
from syncd.flows.retention import Retention
from syncd.flows.sealing import Sealing

KEY = pyrage.x25519.Identity.generate()
PUBLIC = str(KEY.to_public())


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key.txt"
    path.write_text(f"# created: today\n# public key: {PUBLIC}\n{KEY}\n")
    return path


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        house.drop("good.ndjson", write_ndjson(make_order("A-1")))
        house.drop("bad.ndjson", write_ndjson(make_order("A-2", qty=0)))
        await house.settle()
        yield house


def names(house, folder):
    return sorted(path.name for path in (house.root / folder).iterdir())


async def go_round(house, days, *, retention=None):
    config = load_config(house.root / "config.yaml", {})
    clock = HandClock()
    clock.wall = SystemClock().now() + timedelta(days=days)
    with closing(Ledger(config.state_dir, clock)) as ledger:
        if retention is None:
            await Sealing(config, ledger, clock).go_round(EncryptConfig((PUBLIC,)))
        else:
            source = replace(config.sources[0], retention=retention)
            await Retention(replace(config, sources=(source,)), ledger, clock).go_round()


async def test_what_stood_long_enough_is_encrypted_and_can_be_read_again(house, key_file):
    content = (house.root / "done/good.ndjson").read_bytes()
    await go_round(house, 2)
    assert names(house, "done") == ["good.ndjson.age", "good.ndjson.report.json.age"]
    assert "bad.ndjson" in names(house, "failed")
    sealed = house.root / "done/good.ndjson.age"
    assert b"Ann Example" not in sealed.read_bytes()
    done = CliRunner().invoke(program, ["decrypt", "-i", str(key_file), str(sealed)])
    assert done.exit_code == 0
    assert (house.root / "done/good.ndjson").read_bytes() == content


async def test_failed_files_are_encrypted_later_so_that_they_can_be_mended(house):
    await go_round(house, 31)
    assert all(name.endswith(".age") for name in names(house, "failed"))


async def test_a_file_of_the_same_name_overwrites_no_encrypted_one(house):
    await go_round(house, 2)
    house.drop("good.ndjson", write_ndjson(make_order("A-1")))
    await house.settle()
    assert "good.ndjson" not in names(house, "done")
    assert len(names(house, "done")) == 4


async def test_encrypted_files_are_past_their_retention_too(house):
    await go_round(house, 2)
    await go_round(house, 10, retention=RetentionConfig(done=FolderRetention(days=5)))
    assert names(house, "done") == []


async def test_names_of_255_bytes_are_encrypted_and_past_their_retention_too(house):
    (house.root / "inbox" / f"{'n' * 248}.ndjson").write_bytes(write_ndjson(make_order("A-3")))
    await house.settle()
    await go_round(house, 2)
    assert len(names(house, "done")) == 4
    assert all(name.endswith(".age") for name in names(house, "done"))
    await go_round(house, 10, retention=RetentionConfig(done=FolderRetention(days=5)))
    assert names(house, "done") == []


async def test_the_daemon_encrypts_by_itself(house):
    extra = f"encrypt: {{recipients: [{PUBLIC}], done_after_days: 0.00000001}}\n"
    await house.settle(extra)
    house.drop("more.ndjson", write_ndjson(make_order("B-1")))
    await house.settle(extra)
    assert "good.ndjson.age" in names(house, "done")


async def test_what_is_not_ours_to_encrypt_stays(house):
    (house.root / "done/mine.txt").write_text("mine")
    await go_round(house, 2)
    assert "mine.txt" in names(house, "done")


async def test_what_a_death_left_of_a_sealing_goes_with_the_next_round(house):
    (house.root / "done/.syncd-sealing-1").write_bytes(b"half")
    (house.root / "done/.syncd-1").write_bytes(b"of a file that is being filed now")
    await go_round(house, 0)
    assert [name for name in names(house, "done") if name.startswith(".")] == [".syncd-1"]


async def test_a_file_that_moves_away_during_a_round_is_passed_over(house, capsys):
    house.drop("more.ndjson", write_ndjson(make_order("A-4")))
    await house.settle()
    setup_log("json", "INFO", list)
    config = load_config(house.root / "config.yaml", {})

    class Meddler(HandClock):
        """Takes files away after the round has listed them."""

        async def sleep(self, seconds):
            (house.root / "done/good.ndjson").rename(house.root / "taken.ndjson")
            self.sleep = super().sleep

    clock = Meddler()
    clock.wall = SystemClock().now() + timedelta(days=31)
    with closing(Ledger(config.state_dir, clock)) as ledger:
        await Sealing(config, ledger, clock).go_round(EncryptConfig((PUBLIC,)))
    assert names(house, "done") == ["good.ndjson.report.json.age", "more.ndjson.age", "more.ndjson.report.json.age"]
    assert all(name.endswith(".age") for name in names(house, "failed"))
    assert '"bug"' not in capsys.readouterr().err


def test_a_file_that_is_gone_leaves_nothing_encrypted(tmp_path):
    with pytest.raises(FileNotFoundError):
        seal_file(tmp_path / "a.csv", [PUBLIC])
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_is_gone_is_said(house, capsys):
    setup_log("json", "INFO", list)
    for path in (house.root / "done").iterdir():
        path.unlink()
    (house.root / "done").rmdir()
    await go_round(house, 2)
    assert "sealing_held" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["other key", "cut", "no key", "taken"])
def test_what_cannot_be_decrypted_is_said(tmp_path, key_file, damage):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 1000)
    other = str(pyrage.x25519.Identity.generate().to_public())
    seal_file(path, [other if damage == "other key" else PUBLIC])
    sealed = tmp_path / "a.csv.age"
    if damage == "cut":
        sealed.write_bytes(sealed.read_bytes()[:-20])
    if damage == "no key":
        key_file.write_text("nothing")
    if damage == "taken":
        path.write_bytes(b"mine")
    done = CliRunner().invoke(program, ["decrypt", "-i", str(key_file), str(sealed)])
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert path.exists() == (damage == "taken")
    assert sealed.exists()


def test_a_wrong_word_is_a_mistake(tmp_path, key_file):
    done = CliRunner().invoke(program, ["decrypt", "-i", str(key_file), str(tmp_path / "nothing.csv")])
    assert done.exit_code == 2
    assert "is no file that ends in .age" in done.stderr


def test_a_config_with_a_bad_key_is_refused(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(f"{API}{SOURCE}encrypt: {{recipients: [age1nonsense]}}\n")
    with pytest.raises(ConfigError, match="is no public key of age"):
        load_config(path, ENVIRONMENT)


def test_without_the_extra_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(SealingError, match=r"syncd\[crypto\]"):
        seal_file(tmp_path / "a.csv", [PUBLIC])
