"""What a run that ended left in the inboxes, and why: what is no reason to wait, never taken, or nobody asked for.

Looks into the folders themselves, for what is on hold is not looked at by the run. Takes nothing.
"""

from collections.abc import Iterator, Mapping

from syncd.config.model import Config, SourceConfig
from syncd.core.evidence import is_sidecar
from syncd.core.names import matches, show_name
from syncd.edges.holds import read_holds
from syncd.edges.spool import Oddity, list_inbox
from syncd.errors import StorageError

_NAMED = 5


def describe_oddity(oddity: Oddity) -> str:
    """Given something in an inbox that is no file to be taken, return why."""
    if oddity.kind == "hard link":
        return "a file with several hard links, which is never taken: leave it just one name"
    return f"a {oddity.kind}, which is never taken"


def say_left(config: Config, waiting: Mapping[str, Mapping[str, str]]) -> str | None:
    """Given a config and, by source, which files wait for what, return a sentence that names what was left.

    None where nothing was.
    """
    try:
        held = read_holds(config.state_dir)
        left = [
            each
            for source in config.sources
            for each in sorted(_list_left(source, source.name in held, waiting.get(source.name, {})))
        ]
    except StorageError:  # a folder that refuses has been told of by the run
        return None
    if not left:
        return None
    more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
    return f"Left in the inbox: {', '.join(left[:_NAMED])}{more}."


def _list_left(source: SourceConfig, on_hold: bool, waiting: Mapping[str, str]) -> Iterator[str]:
    """Yield each file that was left, with the reason; what came since the last look has none and is not named."""
    own = {source.work, source.done, source.failed}
    for found in list_inbox(source.inbox):
        if isinstance(found, Oddity):
            if source.inbox / found.name not in own and matches(found.name, source.match):
                yield f"{show_name(found.name)} ({describe_oddity(found)})"
        elif is_sidecar(found.name, source.complete):
            continue
        elif not matches(found.name, source.match):
            yield f"{show_name(found.name)} (no source takes files of this name)"
        elif on_hold:
            yield f"{show_name(found.name)} ({source.name} is on hold)"
        elif not found.size:
            yield f"{show_name(found.name)} (0 bytes)"
        elif found.name in waiting:
            yield f"{show_name(found.name)} (waits for {show_name(waiting[found.name])})"
