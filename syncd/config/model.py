"""The typed configuration: frozen, complete, every default already filled in, every path absolute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from syncd.core.evidence import Evidence
from syncd.core.expect import Expectation
from syncd.core.limits import Limits

Format = Literal["auto", "csv", "json", "ndjson"]


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential, read anew each time it is used; neither `repr` nor `str` shows it."""

    origin: str  #: where it comes from, in words an operator knows: "client_secret_file /etc/syncd/secret"
    read: Callable[[], str] = field(repr=False)  #: raises ConfigError, as a sentence without the secret
    path: Path | None = None  #: the file it is read from, where it is one: a change there ends a hold at once


@dataclass(frozen=True, slots=True)
class Retry:
    """Exponential backoff with full jitter."""

    first_seconds: float = 1.0
    cap_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The quota: so many calls in any window of so many seconds."""

    requests: int = 100
    per_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """How to reach the API, and how hard."""

    base_url: str  #: without a trailing slash
    client_id: Secret
    client_secret: Secret
    timeout_seconds: float = 30.0
    max_in_flight: int = 8
    retry: Retry = Retry()
    rate_limit: RateLimit = RateLimit()
    environment: Literal["production", "test"] = "production"


@dataclass(frozen=True, slots=True)
class GenerateReference:
    """How a missing ReferenceNumber is made: client prefix, environment, ReceivedDate and a hash."""

    prefix: str


@dataclass(frozen=True, slots=True)
class StockCheckConfig:
    """Whether stock is looked at before an order is sent, and what happens where it does not suffice."""

    mode: Literal["off", "warn", "hold", "reject"] = "off"
    max_age_seconds: float = 600.0  #: a snapshot that was begun longer ago says nothing
    locations: tuple[str, ...] = ()  #: whose stock counts; none: all of them, summed
    hold_limit_seconds: float = 86400.0  #: how long an order waits for stock, or for a snapshot


@dataclass(frozen=True, slots=True)
class FolderRetention:
    """What of a folder of filed files is kept; None keeps everything."""

    days: float | None = None  #: so long after it was filed
    files: int | None = None  #: at most so many files, the newest ones


@dataclass(frozen=True, slots=True)
class RetentionConfig:
    """How long what was filed is kept."""

    done: FolderRetention = FolderRetention()
    failed: FolderRetention = FolderRetention()


@dataclass(frozen=True, slots=True)
class EncryptConfig:
    """What of done and failed is encrypted at rest, for whom, and how long after it was filed."""

    recipients: tuple[str, ...]
    done_after_days: float = 1.0
    failed_after_days: float = 30.0


@dataclass(frozen=True, slots=True)
class AlertsConfig:
    """Who is told when something is wrong, besides the log, and when it is."""

    command: tuple[str, ...] = ()
    webhook: Secret | None = None
    apprise: tuple[Secret, ...] = ()
    repeat_seconds: float = 86400.0
    api_down_seconds: float = 900.0
    torn_upload_seconds: float = 3600.0
    disk_free_bytes: int = 1024**3
    snapshot_age_seconds: float | None = None  #: None: three intervals, at least an hour


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A configured inbox and how to read it."""

    name: str
    inbox: Path
    done: Path
    failed: Path
    work: Path
    settle_seconds: float = 2.0
    complete: Evidence = field(default_factory=Evidence)
    match: tuple[str, ...] = ("*.csv", "*.tsv", "*.txt", "*.json", "*.ndjson", "*.jsonl")
    format: Format = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    final_newline: Literal["required", "optional"] = "required"
    timezone: ZoneInfo | None = None
    schema: Path | None = None
    mapping: Path | None = None
    on_invalid: Literal["submit_valid", "reject_file"] = "submit_valid"
    reference: GenerateReference | None = None
    stock_check: StockCheckConfig = field(default_factory=StockCheckConfig)
    limits: Limits = field(default_factory=Limits)
    expect: Expectation | None = None
    retention: RetentionConfig = RetentionConfig()


@dataclass(frozen=True, slots=True)
class Guard:
    """When a snapshot is too poor to be published unconfirmed."""

    max_lost_share: float = 0.3  #: of SKUs, and of the stock in pieces


@dataclass(frozen=True, slots=True)
class Keep:
    """Which snapshots of the series are kept."""

    count: int = 288
    days: float = 7.0


@dataclass(frozen=True, slots=True)
class InventoryConfig:
    """How the inventory is polled."""

    directory: Path
    interval_seconds: float = 600.0
    page_size: int = 200
    cron: str | None = None  #: in UTC; takes the interval's place
    reserve_share: float = 0.1  #: of the quota's slots, while a poll waits
    keep: Keep = field(default_factory=Keep)
    guard: Guard = field(default_factory=Guard)


@dataclass(frozen=True, slots=True)
class LogConfig:
    """How the log is written to standard error."""

    format: Literal["auto", "text", "json"] = "auto"  #: auto: text on a terminal, else JSON
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


@dataclass(frozen=True, slots=True)
class ReportsConfig:
    """What the reports beside a filed file say, and to whom."""

    html: Literal["failed", "always", "never"] = "failed"  #: which files get a report for people, too
    show_values: bool = True  #: reports show offending values


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Where the status page, the metrics and the health checks are served."""

    host: str  #: a loopback address, or localhost
    port: int  #: 0: one that is free

    def __str__(self) -> str:
        """Return it as it is written in an address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """Where the metrics are written, beside or instead of being served."""

    textfile: Path | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Everything an operator decides."""

    path: Path
    api: ApiConfig
    state_dir: Path
    sources: tuple[SourceConfig, ...]
    inventory: InventoryConfig | None = None
    log: LogConfig = LogConfig()
    web: WebConfig | None = None  #: None: nothing is listened on
    metrics: MetricsConfig = MetricsConfig()
    alerts: AlertsConfig = AlertsConfig()
    encrypt: EncryptConfig | None = None  #: None: files stay as they are
    reports: ReportsConfig = ReportsConfig()
