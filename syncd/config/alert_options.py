"""The options about who is told what, and about what is deleted when: alerts, expectations, retention."""

from syncd.config.model import AlertsConfig, Config, EncryptConfig, FolderRetention, RetentionConfig, Secret
from syncd.config.options import Options
from syncd.config.values import check_address, find_zone
from syncd.core.expect import WEEKDAYS, Expectation, parse_by

WORKDAYS = WEEKDAYS[:5]
NUMBERS = ("repeat_seconds", "api_down_seconds", "torn_upload_seconds", "disk_free_bytes", "snapshot_age_seconds")


def assemble_alerts(alerts: Options) -> AlertsConfig:
    """Given the block `alerts`, return whom to tell, and when."""
    webhook = alerts.text("webhook")
    if webhook is not None:
        check_address(alerts, "webhook")
    return AlertsConfig(
        command=_list_texts(alerts, "command"),
        webhook=None if webhook is None else _hide("alerts.webhook", webhook),
        apprise=tuple(_hide("alerts.apprise", url) for url in _list_texts(alerts, "apprise")),
        **alerts.given(*NUMBERS),
    )


def find_expectation(source: Options) -> Expectation | None:
    """Given a source, return when its files are expected; None where nothing is."""
    if not source.has("expect"):
        return None
    expect = source.inner("expect")
    by = parse_by(expect.text("by") or "00:00")
    if by is None:
        expect.refuse("by", "is no time of day; write it as '06:30', in quotes")
        return None
    zone = find_zone(expect) or find_zone(source)
    if zone is None:
        if not expect.has("timezone"):
            expect.refuse("timezone", "is missing; name the time zone that `by` is meant in, such as Europe/Berlin")
        return None
    days = frozenset(WEEKDAYS.index(day) for day in _list_texts(expect, "days") or WORKDAYS if day in WEEKDAYS)
    hours = expect.block.get("within_hours", 24)
    return Expectation(by, zone, days, 3600.0 * (hours if isinstance(hours, int | float) else 24))


def choose_retention(source: Options) -> RetentionConfig:
    """Given a source, return how long what it filed is kept."""
    retention = source.inner("retention")
    return RetentionConfig(
        done=FolderRetention(**retention.inner("done").given("days", "files")),
        failed=FolderRetention(**retention.inner("failed").given("days", "files")),
    )


def choose_encryption(root: Options) -> EncryptConfig | None:
    """Given the whole of the options, return for whom what was filed is encrypted; None where it is not."""
    if not root.has("encrypt"):
        return None
    encrypt = root.inner("encrypt")
    recipients = _list_texts(encrypt, "recipients")
    from syncd.edges.sealing import explain_recipient  # noqa: PLC0415  a library, which only this asks for

    for problem in filter(None, map(explain_recipient, recipients)):
        encrypt.refuse("recipients", problem)
    return EncryptConfig(recipients, **encrypt.given("done_after_days", "failed_after_days"))


def list_secrets(config: Config) -> list[Secret]:
    """Return every secret of a config, for whoever has to keep them out of a text."""
    alerts = config.alerts
    return [config.api.client_secret, *([alerts.webhook] if alerts.webhook else []), *alerts.apprise]


def _list_texts(options: Options, name: str) -> tuple[str, ...]:
    value = options.block.get(name)
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _hide(origin: str, value: str) -> Secret:
    return Secret(origin, lambda: value)
