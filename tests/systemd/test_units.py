"""What the units promise on paper: how exposed the service is, and the lines that operators rely on."""

import configparser
import os
import re
import shutil
import subprocess

import pytest
from support.real_systemd import ROOT

UNITS = ["syncd.service", "syncd@.service"]
MOST_EXPOSED = 1.5


def read_unit(name: str) -> str:
    return (ROOT / "systemd" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def analyze():
    if shutil.which("systemd-analyze") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no systemd-analyze")


@pytest.mark.parametrize("name", UNITS)
def test_the_exposure_is_low(name, tmp_path):
    unit = tmp_path / name.replace("@", "@acme")
    unit.write_text(read_unit(name), encoding="utf-8")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    score = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    assert score is not None
    assert float(score[1]) <= MOST_EXPOSED


def test_systemd_knows_every_line(tmp_path):
    unit = tmp_path / "syncd.service"
    text = read_unit("syncd.service").replace("/opt/syncd/bin/syncd", "/bin/true")
    unit.write_text(re.sub("(?m)^Documentation=.*$", "", text), encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert verified.stdout + verified.stderr == ""


def test_both_units_differ_in_their_account_alone():
    def neutral(text: str) -> str:
        text = text.partition("[Unit]")[2].replace(" for %i", "").replace("/%i.yaml", "/config.yaml")
        return text.replace("%i.", "").replace("-%i", "").replace("@%i", "")

    assert neutral(read_unit("syncd@.service")) == neutral(read_unit("syncd.service"))


def test_it_stops_later_than_a_call_may_end_and_stays_down_with_a_bad_config():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(read_unit("syncd.service"))
    service = unit["Service"]
    assert int(service["TimeoutStopSec"].removesuffix("s")) > 30
    assert service["RestartPreventExitStatus"] == "2"
    assert service["Type"] == "notify"


def test_every_loosened_line_says_why():
    loosened = read_unit("syncd.service").partition("# What is loosened")[2]
    for line in ("ProcSubset=all", "PrivateNetwork=no", "RestrictAddressFamilies=", "IPAddressDeny="):
        assert line in loosened
