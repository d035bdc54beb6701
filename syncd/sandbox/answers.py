"""The answers of the API as data: status, body, headers, and how the body goes over the wire.

Every answer of the API carries "success"; errors carry "error", sometimes "details" (API documentation).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from syncd.sandbox.exact_json import write_json

ERROR_TEXTS = {
    400: "Invalid request",
    401: "Invalid or expired token",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    409: "Order is being processed",
    413: "Request body too large",
    422: "Order cannot be processed",
    429: "Rate limit exceeded",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Gateway timeout",
}
"""What "error" says; only the texts of 401 and of a 409 for a duplicate are documented word for word."""


class Delivery(Enum):
    """How an answer goes over the wire."""

    WHOLE = auto()
    CUT_OFF = auto()  #: half of the body, then the connection ends
    DRIP = auto()  #: a few bytes at a time
    RESET = auto()  #: no byte; the connection is reset
    HANG = auto()  #: no byte for as long as anybody waits


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, ready to be delivered."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE


def build_success(data: object, status: int = 200) -> Answer:
    """Given the data, return the answer of a call that went well."""
    return Answer(status, write_json({"success": True, "data": data}).encode())


def build_failure(
    status: int,
    error: str | None = None,
    *,
    field_name: str | None = None,
    message: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Given a status and perhaps a text and a field, return the answer of a call that failed."""
    body: dict[str, object] = {"success": False, "error": error or ERROR_TEXTS.get(status, "Error")}
    if field_name is not None:
        body["details"] = {"field": field_name, "message": message or ""}
    return Answer(status, write_json(body).encode(), headers=headers or {})


def build_page() -> Answer:
    """Return the page that a proxy on the way may answer in the API's stead."""
    page = b"<!doctype html><title>Please wait</title><h1>We will be right back</h1>\n"
    return Answer(200, page, content_type="text/html")
