"""The typed configuration: frozen, complete, every default already filled in, every path absolute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

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
class SourceConfig:
    """A configured inbox and how to read it."""

    name: str
    inbox: Path
    done: Path
    failed: Path
    work: Path
    settle_seconds: float = 2.0
    match: tuple[str, ...] = ("*.csv", "*.tsv", "*.txt", "*.json", "*.ndjson", "*.jsonl")
    format: Format = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    final_newline: Literal["required", "optional"] = "required"
    timezone: ZoneInfo | None = None
    schema: Path | None = None
    on_invalid: Literal["submit_valid", "reject_file"] = "submit_valid"
    reference: GenerateReference | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class InventoryConfig:
    """How the inventory is polled."""

    directory: Path
    interval_seconds: float = 600.0
    page_size: int = 200


@dataclass(frozen=True, slots=True)
class LogConfig:
    """How the log is written to standard error."""

    format: Literal["auto", "text", "json"] = "auto"  #: auto: text on a terminal, else JSON
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything an operator decides."""

    path: Path
    api: ApiConfig
    state_dir: Path
    sources: tuple[SourceConfig, ...]
    inventory: InventoryConfig | None = None
    log: LogConfig = LogConfig()
    show_values: bool = True  #: reports show offending values
