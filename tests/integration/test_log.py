"""The log as it arrives on standard error: one line per fact, for people or machines, nothing secret in it."""

import contextlib
import io
import json
import logging
import re
import warnings

import pytest
from loguru import logger

from syncd.edges.log import _Intercept, say, say_bug, setup_log


@pytest.fixture(autouse=True)
def _quiet_afterwards(monkeypatch):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    root = logging.getLogger()
    level = root.level
    yield
    logger.remove()
    logging.captureWarnings(False)
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Intercept)]
    root.level = level


@pytest.fixture
def read_lines(capsys):
    return lambda: capsys.readouterr().err.splitlines()  # noqa: PLW0108 - read when called


@pytest.fixture
def read_facts(read_lines):
    return lambda: [json.loads(line) for line in read_lines()]


def no_secrets():
    return ()


def raise_with_secret_local(text):
    card_number = "4111-1111"
    raise ValueError(text + card_number[:0])


def catch(text):
    try:
        raise_with_secret_local(text)
    except ValueError as error:
        return error


def test_text_is_one_line_for_people(read_lines):
    setup_log("text", "INFO", no_secrets)
    say("file_claimed", source="orders", file="a.csv", bytes=12, took_s=0.5, status=None, whole=True)
    (line,) = read_lines()
    time, rest = line.split(" ", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert rest == 'INFO  file_claimed  source=orders file="a.csv" bytes=12 took_s=0.5 status=- whole=true'


def test_text_shows_the_message_between_action_and_fields(read_lines):
    setup_log("text", "INFO", no_secrets)
    say("held", "The API refuses our credentials.", level="WARNING", http_status=401)
    say("started")
    held, started = read_lines()
    assert held.endswith(" WARN  held  The API refuses our credentials.  http_status=401")
    assert started.endswith(" INFO  started")


def test_json_is_one_object_per_line(read_facts):
    setup_log("json", "INFO", no_secrets)
    say("file_claimed", "Taken.", source="orders", bytes=12, took_s=0.5, note=None, odd=float("nan"))
    (facts,) = read_facts()
    assert list(facts)[:4] == ["time", "level", "action", "message"]
    time = facts.pop("time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert facts == {
        "level": "INFO",
        "action": "file_claimed",
        "message": "Taken.",
        "source": "orders",
        "bytes": 12,
        "took_s": 0.5,
        "note": None,
        "odd": "nan",
    }


def test_auto_is_json_where_standard_error_is_no_terminal(read_facts):
    setup_log("auto", "INFO", no_secrets)
    say("started")
    assert read_facts()[0]["action"] == "started"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_auto_is_text_on_a_terminal():
    with contextlib.redirect_stderr(Terminal()) as terminal:
        setup_log("auto", "INFO", no_secrets)
        say("started")
    assert terminal.getvalue().endswith(" INFO  started\n")


def test_levels_below_the_wanted_one_are_not_written(read_facts):
    setup_log("json", "WARNING", no_secrets)
    say("started")
    say("held", level="WARNING")
    assert [facts["action"] for facts in read_facts()] == ["held"]


def test_setting_up_again_replaces_the_old_way(read_lines):
    setup_log("json", "INFO", no_secrets)
    setup_log("text", "INFO", no_secrets)
    say("started")
    logging.getLogger("elsewhere").warning("once")
    assert len(read_lines()) == 2


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("data", ["{", "{0}", '{"a": 1}', "{missing!r:>9}", "%s %d", "<red>", "\\"])
def test_braces_and_marks_in_data_are_harmless(data, form, read_lines):
    setup_log(form, "INFO", no_secrets)
    say(data, data, file=data)
    assert len(read_lines()) == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_newlines_terminal_codes_and_invisible_characters_never_reach_the_terminal(form, read_lines):
    setup_log(form, "INFO", no_secrets)
    nasty = "a\nb\r\x1b[31mc\x85\u2028\u202e\x9b0m\udce9"
    say(nasty, nasty, file=nasty)
    say_bug("bug", catch(nasty), file=nasty)
    lines = read_lines()
    assert len(lines) == 2
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert all("\\x1b[31mc" in line or "\\\\x1b[31mc" in line for line in lines)


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_masked_everywhere(form, read_lines):
    known = ["s3cret\"with'quotes"]
    setup_log(form, "INFO", lambda: known)
    say("signed_in", f"with {known[0]}", detail=known[0], password="anything", header="Bearer abc")
    say_bug("bug", catch(f"login of jane@example.com with {known[0]} and client_secret=other"))
    text = "\n".join(read_lines())
    assert "s3cret" not in text
    assert "anything" not in text
    assert "abc" not in text
    assert "jane" not in text
    assert "other" not in text
    assert text.count("***") >= 6


def test_secrets_are_asked_for_anew_with_each_line(read_facts):
    known = ["first-one"]
    setup_log("json", "INFO", lambda: known)
    say("a", "first-one second-one")
    known[0] = "second-one"
    say("b", "first-one second-one")
    assert [facts["message"] for facts in read_facts()] == ["*** second-one", "first-one ***"]


def test_secrets_that_cannot_be_read_now_are_still_masked(read_facts):
    answers = iter([["first-one"]])
    setup_log("json", "INFO", lambda: next(answers))
    say("a", "first-one")
    say("b", "first-one")
    assert [facts["message"] for facts in read_facts()] == ["***", "***"]


def test_a_bug_shows_its_traceback_without_values_of_variables(read_facts):
    setup_log("json", "INFO", no_secrets)
    say_bug("sweep_failed", catch("it broke"), source="orders")
    (facts,) = read_facts()
    assert facts["level"] == "ERROR"
    assert facts["action"] == "sweep_failed"
    assert facts["source"] == "orders"
    assert "in raise_with_secret_local\n" in facts["traceback"]
    assert facts["traceback"].endswith("ValueError: it broke")
    assert "4111-1111'" not in facts["traceback"]


def test_a_traceback_is_one_line_of_text_too(read_lines):
    setup_log("text", "INFO", no_secrets)
    say_bug("sweep_failed", catch('"it" broke'))
    (line,) = read_lines()
    assert 'traceback="Traceback (most recent call last):\\n' in line
    assert line.endswith('\\nValueError: *** broke"')


def test_a_very_long_text_loses_its_middle(read_facts):
    setup_log("json", "INFO", no_secrets)
    say("long", "a" * 50_000 + "b" * 50_000)
    message = read_facts()[0]["message"]
    assert len(message) < 20_000
    assert message.startswith("aaa")
    assert message.endswith("bbb")


def test_fields_never_hide_the_keys_of_the_line(read_facts):
    setup_log("json", "INFO", no_secrets)
    say("a", time="never", traceback="none")
    (facts,) = read_facts()
    assert facts["time"] != "never"
    assert facts["time_"] == "never"
    assert facts["traceback_"] == "none"


def test_lines_carry_a_priority_only_for_the_journal(read_lines, monkeypatch):
    setup_log("json", "DEBUG", no_secrets)
    say("a")
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    for level in ("DEBUG", "INFO", "WARNING", "ERROR"):
        say("b", level=level)
    plain, *marked = read_lines()
    assert plain.startswith("{")
    assert [line[:4] for line in marked] == ["<7>{", "<6>{", "<4>{", "<3>{"]


def test_libraries_are_heard_from_warning_on(read_facts):
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    setup_log("json", "DEBUG", no_secrets)
    for name in ("httpx", "httpcore.connection", "apscheduler.scheduler", "watchdog.observers", "asyncio"):
        logging.getLogger(name).info("HTTP Request: GET https://example.com/order/ORD-1")
        logging.getLogger(name).warning("careful with %s", "Bearer abc")
    logging.getLogger("asyncio").critical("Task exception was never retrieved", exc_info=catch("it broke"))
    *warned, last = read_facts()
    assert [facts["library"] for facts in warned][:2] == ["httpx", "httpcore.connection"]
    assert {facts["level"] for facts in warned} == {"WARNING"}
    assert {facts["message"] for facts in warned} == {"careful with Bearer ***"}
    assert {facts["action"] for facts in warned} == {"library"}
    assert last["level"] == "ERROR"
    assert last["traceback"].endswith("ValueError: it broke")


def test_a_library_whose_log_call_is_wrong_does_no_harm(read_lines):
    logging.getLogger().handlers = []  # the test runner's own raise
    setup_log("json", "INFO", no_secrets)
    logging.getLogger("asyncio").warning("%d", "not a number")
    assert read_lines() == []


def test_warnings_are_lines_too(read_facts):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        setup_log("json", "INFO", no_secrets)
        warnings.warn("the old way ends", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    (facts,) = read_facts()
    assert facts["library"] == "py.warnings"
    assert "the old way ends" in facts["message"]


class Unspeakable:
    def __str__(self):
        raise RuntimeError


class BrokenStream:
    def isatty(self):
        return False

    def write(self, text):
        raise OSError(28, "No space left on device")


def test_saying_never_raises():
    setup_log("json", "INFO", no_secrets)
    say("odd", level="LOUD")
    say("odd", value=Unspeakable())
    with contextlib.redirect_stderr(BrokenStream()):
        say("lost")
    with contextlib.redirect_stderr(None):
        setup_log("auto", "INFO", no_secrets)
        say("lost")


def test_before_it_is_set_up_nothing_is_said(read_lines):
    logger.remove()
    say("too_early")
    assert read_lines() == []
