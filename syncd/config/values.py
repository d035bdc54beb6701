"""Single options that need more than a shape: an address, an encoding, a time zone, patterns.

Each refuses with a sentence what would otherwise fail later, far from the line that is wrong.
"""

import codecs
import encodings.aliases
import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from syncd.config.model import WebConfig
from syncd.config.options import Options
from syncd.config.shape import suggest
from syncd.core.evidence import Evidence, fill_name
from syncd.core.names import is_left_alone

# Text to Python, but no way to keep a file: they are made for host names and program text.
_NO_FILE_ENCODINGS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}


def check_address(options: Options, name: str) -> None:
    """Note it where an address that may hold a secret is none, or is not https. It is never shown."""
    text = options.text(name) or ""
    try:
        url = urlsplit(text)
        host = url.hostname or ""
    except ValueError:
        url, host = urlsplit(""), ""
    if not _can_be_host(host) or url.scheme not in {"http", "https"}:
        options.refuse(name, "is no address; write https://HOST/PATH")
    elif url.scheme == "http" and not _is_loopback(host):
        options.refuse(name, "must begin with https://; plain http is for this machine alone")


def check_base_url(api: Options) -> str:
    """Given the block `api`, return its address without a slash at the end. The address is never shown."""
    text = api.text("base_url")
    if text is None:
        return ""
    problem = _find_url_problem(text)
    if problem:
        api.refuse("base_url", problem)
    return text.rstrip("/")


def find_listener(web: Options) -> WebConfig:
    """Given the block `web`, return where to listen: on this machine alone, where the page asks for no password."""
    text = web.text("listen") or "127.0.0.1:8080"
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal()):  # told by the shape check
        return WebConfig("127.0.0.1", 0)
    host = host.removeprefix("[").removesuffix("]")
    if not _is_loopback(host):
        web.refuse(
            "listen",
            "must begin with 127.0.0.1, [::1] or localhost: what is served there asks for no password; for other "
            "machines put a web server with a password in front of it, or use an SSH tunnel",
        )
    if int(port) > 65_535:
        web.refuse("listen", "must end with a port up to 65535, such as 127.0.0.1:8080")
    return WebConfig(host, int(port))


def _find_url_problem(text: str) -> str | None:
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return "is no address; write https://HOST/PATH"
    if "@" in url.netloc:
        return "holds a user or password; take it out, credentials are client_id and client_secret"
    if "?" in text or "#" in text:
        return "must end with its path; take out what follows ? or #"
    if not host or re.search(r"[\s\\]", text) or url.scheme not in {"http", "https"}:
        return "is no address; write https://HOST/PATH"
    if not _can_be_host(host):
        return "holds a host that cannot be: each part between its dots must have 1 to 63 characters"
    if url.scheme == "http" and not _is_loopback(host):
        return "must begin with https://; plain http is for localhost, 127.0.0.1 and [::1] alone"
    return None


def _can_be_host(host: str) -> bool:
    """Return whether a resolver can be asked for a host: none of its labels is empty or over 63 characters."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def choose_encoding(source: Options) -> dict[str, Any]:
    """Given a source, return its encoding under Python's own name for it, as a keyword of the model."""
    text = source.text("encoding")
    if text is None:
        return {}
    if advice := explain_encoding(text):
        source.refuse("encoding", advice)
        return {"encoding": text}
    return {"encoding": codecs.lookup(text).name}


def explain_encoding(text: str) -> str:
    """Given the name of an encoding, return what is wrong with it as half a sentence, or ""."""
    try:
        name = codecs.lookup(text).name
        codecs.getincrementaldecoder(name)
        b"a".decode(name)
    except UnicodeError:  # one letter is no whole character there, and that is fine
        pass
    except LookupError:
        name = "undefined"
    if name not in _NO_FILE_ENCODINGS:
        return ""
    if text.casefold() == "ansi":  # Windows calls so whatever it has at home
        return "names no text encoding that is known here; for the ANSI of Windows in western Europe write cp1252"
    near = suggest(text, sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()}))
    return f"names no text encoding that is known here{near or ', such as cp1252'}"


def find_zone(source: Options) -> ZoneInfo | None:
    """Given a source, return the time zone it names."""
    text = source.text("timezone")
    if text is None:
        return None
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones, such as Europe
        # An abbreviation such as CEST is near to many, none of which is meant.
        near = suggest(text, sorted(available_timezones())) if "/" in text or not text.isupper() else ""
        source.refuse("timezone", f"names no time zone of the IANA list{near or ', such as Europe/Berlin'}")
    return None


def list_patterns(source: Options) -> dict[str, Any]:
    """Given a source, return its patterns for names, as a keyword of the model."""
    match source.block.get("match"):
        case str(pattern):
            return {"match": (pattern,)}
        case list(patterns):
            return {"match": tuple(patterns)}
    return {}


def check_evidence(complete: Options) -> Evidence:
    """Given a source's block `complete`, return what shows that a file is whole."""
    for option in ("marker", "checksum"):
        template = complete.text(option)
        if template is not None and is_left_alone(fill_name(template, "name")):
            complete.refuse(option, "names files that are left alone as unfinished uploads; choose another ending")
    pattern = complete.text("trailer")
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            complete.refuse("trailer", f"is no pattern: {error.msg}; write a regular expression such as END;([0-9]+)")
    return Evidence(**complete.given("marker", "checksum", "trailer", "trailer_counts", "min_rows", "lease"))
