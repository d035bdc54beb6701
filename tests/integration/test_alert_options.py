from datetime import time
from zoneinfo import ZoneInfo

import pytest
from support.configs import API, ENVIRONMENT, SOURCE

from syncd.config import load_config
from syncd.config.alert_options import list_secrets
from syncd.errors import ConfigError


def load(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return load_config(path, {**ENVIRONMENT, "HOOK": "https://chat.example.com/hooks/canary"})


def load_source(tmp_path, options):
    return load(tmp_path, f"{API}{SOURCE}    {options}\n").sources[0]


def test_files_are_expected_on_workdays_unless_said_otherwise(tmp_path):
    expect = load_source(tmp_path, 'expect: {by: "06:30", timezone: Europe/Berlin}').expect
    assert (expect.by, expect.zone, expect.days) == (time(6, 30), ZoneInfo("Europe/Berlin"), frozenset(range(5)))
    assert expect.within_s == 24 * 3600


def test_an_expectation_takes_the_zone_of_its_source(tmp_path):
    source = load_source(tmp_path, 'timezone: Europe/Paris\n    expect: {by: "7:00", days: [sun], within_hours: 1.5}')
    assert source.expect.zone == ZoneInfo("Europe/Paris")
    assert source.expect.days == {6}
    assert source.expect.within_s == 5400


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('expect: {by: "06:30"}', "expect.timezone is missing; name the time zone"),
        ('expect: {by: "6.30", timezone: UTC}', "expect.by is no time of day; write it as '06:30', in quotes"),
        ('expect: {by: "06:30", timezone: Europe/Berln}', "names no time zone"),
        ('expect: {by: "06:30", timezone: UTC, days: [monday]}', "days"),
        ("retention: {done: {days: 0}}", "must be more than 0"),
        ("retention: {inbox: {days: 1}}", "is no option"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, options, said):
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        load_source(tmp_path, options)


def test_a_webhook_is_a_secret(tmp_path):
    config = load(tmp_path, f"{API}{SOURCE}alerts: {{webhook: '${{HOOK}}', apprise: ['${{HOOK}}']}}\n")
    assert "canary" not in repr(config)
    assert [secret.read() for secret in list_secrets(config)][1:] == ["https://chat.example.com/hooks/canary"] * 2


@pytest.mark.parametrize(
    "address",
    [
        "http://chat.example.com/canary",
        "ftp://canary",
        "canary",
        "http://[canary",
        "https://",
        "https://chat..host/canary",
    ],
)
def test_a_webhook_without_https_is_refused_and_not_shown(tmp_path, address):
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, f"{API}{SOURCE}alerts: {{webhook: '{address}'}}\n")
    assert "alerts.webhook" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_a_webhook_on_this_machine_may_be_plain(tmp_path):
    config = load(tmp_path, f"{API}{SOURCE}alerts: {{webhook: 'http://127.0.0.1:9/x'}}\n")
    assert config.alerts.webhook.read() == "http://127.0.0.1:9/x"
