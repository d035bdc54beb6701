"""systemd is told over a real socket; without one nothing happens."""

import os
import socket

import pytest

from syncd.edges.notify import notify, watchdog_seconds


def test_words_reach_the_socket_systemd_named(tmp_path, monkeypatch):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        notify("READY=1\nSTATUS=Grüße \udce9")
        assert systemd.recv(200) == b"READY=1\nSTATUS=Gr\xc3\xbc\xc3\x9fe \\udce9"


def test_an_abstract_socket_is_reached(monkeypatch):
    name = f"syncd-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify("WATCHDOG=1")
        assert systemd.recv(200) == b"WATCHDOG=1"


def test_without_systemd_nothing_happens(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


@pytest.mark.parametrize("address", ["/nowhere/notify", "/" + "x" * 300, "vsock:2:1234", "@"])
def test_a_socket_that_is_gone_or_strange_does_no_harm(address, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("READY=1")


def test_the_watchdog_interval_is_in_seconds(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert watchdog_seconds() == 30.0
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert watchdog_seconds() == 30.0


def test_a_watchdog_of_another_process_is_not_ours(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert watchdog_seconds() is None


@pytest.mark.parametrize("microseconds", ["", "0", "soon", "-5"])
def test_no_or_nonsensical_interval_means_no_watchdog(microseconds, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", microseconds)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert watchdog_seconds() is None
