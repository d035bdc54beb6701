"""The unit as it ships, under a real systemd: ready, at work, killed, frozen, reloaded, stopped.

Only the times are shortened by a drop-in. What was seen, with its times, is printed at the end.
"""

import json
import os
import sys
import time

import pytest
from support.orders import make_order
from support.real_systemd import ROOT, RealSystemd, find_obstacle

CONFIG = """\
version: 1
api:
  base_url: http://127.0.0.1:8265/api/api/v1
  timeout_seconds: 2
  environment: test
state_dir: /var/lib/syncd
sources:
  - name: orders
    inbox: /srv/syncd/inbox
    done: /srv/syncd/done
    failed: /srv/syncd/failed
    settle_seconds: 0.2
"""
SHORTER = "[Service]\nWatchdogSec=2s\nRestartSec=200ms\nTimeoutStartSec=20s\nTimeoutStopSec=10s\n"
UNIT = "syncd.service"


@pytest.fixture(scope="module")
def machine(tmp_path_factory, request):
    obstacle = find_obstacle()
    if obstacle is not None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no systemd can be booted: {obstacle}")
    machine = RealSystemd(tmp_path_factory.mktemp("systemd"))
    try:
        machine.boot()
        machine.install_program()
        _install(machine)
        yield machine
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("\n" + "\n".join(seen))
    finally:
        machine.close()


seen: list[str] = []


def _install(machine: RealSystemd) -> None:
    for kind in ("sysusers.d", "tmpfiles.d"):
        machine.write(f"/usr/lib/{kind}/syncd.conf", (ROOT / "systemd" / kind / "syncd.conf").read_text())
    machine.run("systemd-sysusers")
    machine.run("systemd-tmpfiles", "--create", "/usr/lib/tmpfiles.d/syncd.conf")
    machine.shell("useradd --no-create-home --groups syncd-drop sender")
    machine.write(f"/etc/systemd/system/{UNIT}", (ROOT / "systemd" / UNIT).read_text())
    libraries = "" if sys.base_prefix.startswith("/usr") else "Environment=LD_LIBRARY_PATH=/opt/python/lib\n"
    machine.write(f"/etc/systemd/system/{UNIT}.d/test.conf", SHORTER + libraries)
    machine.write("/etc/syncd/config.yaml", CONFIG)
    machine.write("/etc/syncd/client_id", "sandbox\n", 0o600)
    machine.write("/etc/syncd/client_secret", "sandbox-secret\n", 0o600)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemd-run", "--unit=sandbox", "/opt/syncd/bin/syncd", "sandbox", "--latency", "0", "0")
    _wait(machine, lambda: machine.run("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8265", check=False).returncode == 0)


def _wait(machine: RealSystemd, is_so, seconds: float = 15.0) -> float:
    """Wait until something is so; return how long that took."""
    begun_at = time.monotonic()
    while not is_so():
        if time.monotonic() - begun_at > seconds:
            pytest.fail(machine.shell(f"systemctl status --no-pager {UNIT}; journalctl -u {UNIT} -n 40", check=False))
        time.sleep(0.05)
    return time.monotonic() - begun_at


def _start(machine: RealSystemd) -> None:
    machine.run("systemctl", "reset-failed", UNIT, check=False)
    begun_at = time.monotonic()
    machine.run("systemctl", "start", UNIT, check=False)
    assert machine.show(UNIT, "ActiveState") == "active", machine.shell(f"journalctl -u {UNIT} -n 40 -o cat")
    seen.append(f"started, ready after {time.monotonic() - begun_at:.1f} s")


def _drop(machine: RealSystemd, reference: str) -> None:
    """Drop a file as a sender does."""
    order = json.dumps(make_order(reference))
    command = f"umask 0027; cat > /srv/syncd/inbox/.up; mv /srv/syncd/inbox/.up /srv/syncd/inbox/{reference}.json"
    machine.run("setpriv", "--reuid=sender", "--regid=sender", "--init-groups", "bash", "-ec", command, text=order)


def _is_done(machine: RealSystemd, reference: str) -> bool:
    return machine.run("test", "-e", f"/srv/syncd/done/{reference}.json.report.json", check=False).returncode == 0


def _count_created(machine: RealSystemd) -> int:
    return machine.run("journalctl", "-u", UNIT, "SYNCD_ACTION=file_done", "-o", "cat").stdout.count("file_done")


def _journal(machine: RealSystemd, action: str) -> list[dict[str, str]]:
    lines = machine.run("journalctl", f"SYNCD_ACTION={action}", "-o", "json").stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_it_is_ready_once_its_inbox_is_proven_and_carries_a_senders_file(machine):
    _start(machine)
    assert len(_journal(machine, "ready")) == 1
    _drop(machine, "A-1")
    seen.append(f"a file is done after {_wait(machine, lambda: _is_done(machine, 'A-1')):.1f} s")
    assert machine.show(UNIT, "StatusText") == "all well"
    assert machine.show(UNIT, "NRestarts") == "0"


def test_a_sender_can_read_what_became_of_the_file_and_nothing_else(machine):
    def can(command: str) -> bool:
        tried = machine.run(
            "setpriv", "--reuid=sender", "--regid=sender", "--init-groups", "bash", "-c", command, check=False
        )
        return tried.returncode == 0

    assert can("cat /srv/syncd/done/A-1.json.report.json")
    assert not can("touch /srv/syncd/done/x")
    assert not can("touch /srv/syncd/failed/x")
    assert not can("ls /srv/syncd/work")
    assert not can("ls /var/lib/syncd")
    assert not can("cat /etc/syncd/client_secret")
    assert not can("cat /etc/syncd/config.yaml")


def test_the_journal_has_a_field_for_each_fact(machine):
    (entry,) = [entry for entry in _journal(machine, "file_done") if entry["SYNCD_FILE"] == "A-1.json"]
    assert entry["SYNCD_SOURCE"] == "orders"
    assert entry["PRIORITY"] == "6"
    assert entry["SYSLOG_IDENTIFIER"] == "syncd"
    assert entry["_SYSTEMD_UNIT"] == UNIT
    claimed = {entry["SYNCD_CLAIM"] for entry in _journal(machine, "file_claimed")}
    assert entry["SYNCD_CLAIM"] in claimed


def test_the_secret_is_in_no_environment_no_command_line_and_no_log(machine):
    pid = machine.show(UNIT, "MainPID")
    shown = machine.shell(
        f"tr '\\0' '\\n' < /proc/{pid}/environ; tr '\\0' ' ' < /proc/{pid}/cmdline; journalctl -u {UNIT}"
    )
    assert "sandbox-secret" not in shown
    assert "CREDENTIALS_DIRECTORY" in shown


def test_killed_it_is_back_and_goes_on(machine):
    before = machine.show(UNIT, "MainPID")
    machine.run("kill", "-KILL", before)
    again = _wait(
        machine, lambda: machine.show(UNIT, "NRestarts") == "1" and machine.show(UNIT, "ActiveState") == "active"
    )
    seen.append(f"killed, ready again after {again:.1f} s")
    _drop(machine, "A-2")
    _wait(machine, lambda: _is_done(machine, "A-2"))
    assert machine.show(UNIT, "MainPID") != before


def test_frozen_the_watchdog_ends_it_and_it_is_back(machine):
    begun_at = time.monotonic()
    machine.run("kill", "-STOP", machine.show(UNIT, "MainPID"))
    _wait(machine, lambda: machine.show(UNIT, "NRestarts") == "2" and machine.show(UNIT, "ActiveState") == "active")
    seen.append(f"frozen, ended by the watchdog (2 s) and ready again after {time.monotonic() - begun_at:.1f} s")
    assert "Watchdog timeout" in machine.run("journalctl", "-u", UNIT, "-o", "cat").stdout


def test_reloaded_it_keeps_its_process_and_takes_the_new_config(machine):
    before = machine.show(UNIT, "MainPID")
    machine.write("/etc/syncd/config.yaml", CONFIG.replace("- name: orders", "- name: renamed"))
    machine.run("systemctl", "reload", UNIT)
    seen.append(f"reloaded after {_wait(machine, lambda: _journal(machine, 'reloaded') != []):.1f} s")
    _drop(machine, "A-3")
    _wait(machine, lambda: _is_done(machine, "A-3"))
    assert _journal(machine, "file_done")[-1]["SYNCD_SOURCE"] == "renamed"
    assert machine.show(UNIT, "MainPID") == before


def test_a_bad_config_is_refused_by_a_reload_and_the_old_one_stays_in_use(machine):
    machine.write("/etc/syncd/config.yaml", CONFIG + "nonsense: 1\n")
    machine.run("systemctl", "reload", UNIT)
    _wait(machine, lambda: _journal(machine, "config_refused") != [])
    _drop(machine, "A-4")
    _wait(machine, lambda: _is_done(machine, "A-4"))


def test_stopped_it_ends_well_within_its_time(machine):
    begun_at = time.monotonic()
    machine.run("systemctl", "stop", UNIT)
    seen.append(f"stopped after {time.monotonic() - begun_at:.1f} s")
    assert machine.show(UNIT, "Result") == "success"
    assert machine.show(UNIT, "ExecMainStatus") == "0"


def test_with_a_bad_config_it_stays_down_with_exit_code_2(machine):
    machine.run("systemctl", "start", UNIT, check=False)
    _wait(machine, lambda: machine.show(UNIT, "ActiveState") == "failed")
    assert machine.show(UNIT, "ExecMainStatus") == "2"
    time.sleep(1)  # longer than RestartSec
    assert machine.show(UNIT, "ActiveState") == "failed"
    assert machine.show(UNIT, "NRestarts") in {"0", "2"}
    assert "nonsense" in machine.run("journalctl", "-u", UNIT, "-n", "5", "-o", "cat").stdout


def test_no_order_was_sent_twice(machine):
    machine.write("/etc/syncd/config.yaml", CONFIG)
    _start(machine)
    for number in range(1, 5):
        report = json.loads(machine.run("cat", f"/srv/syncd/done/A-{number}.json.report.json").stdout)
        assert [order["outcome"] for order in report["orders"]] == ["accepted"]
    assert _count_created(machine) == 4
    machine.run("systemctl", "stop", UNIT)
