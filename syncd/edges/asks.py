"""Asks of another process to the daemon, as small files in the state folder: poll now, publish what is held back.

Only one process may call the API with one quota, so a command asks the daemon where one runs. Refuses to carry
more than a word and a sentence.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from syncd.edges.spool import write_whole
from syncd.edges.storage import storage_faults

_ASK, _ANSWER = "inventory-ask-", "inventory-answer-"


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants of the daemon."""

    token: str
    word: str  #: pull or confirm


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it."""

    well: bool
    sentence: str


def write_ask(state_dir: Path, word: str) -> str:
    """Given the state folder and a word, ask the daemon; return the token its answer will bear."""
    token = token_hex(8)
    temporary = state_dir / f".{_ASK}{token}"
    with storage_faults(state_dir):
        temporary.write_text(word, encoding="utf-8")
        temporary.chmod(0o644)  # root may ask, and the daemon's account has to read it
        temporary.rename(state_dir / f"{_ASK}{token}")
    return token


def take_asks(state_dir: Path) -> Iterator[Ask]:
    """Yield what is asked, each once."""
    with storage_faults(state_dir):
        for path in sorted(state_dir.glob(f"{_ASK}*")):
            word = path.read_text(encoding="utf-8", errors="replace")
            path.unlink()
            yield Ask(path.name.removeprefix(_ASK), word)


def write_answer(state_dir: Path, ask: Ask, answer: Answer) -> None:
    """Answer an ask."""
    text = json.dumps({"well": answer.well, "sentence": answer.sentence})
    write_whole(state_dir / f"{_ANSWER}{ask.token}", [text.encode()])


def take_answer(state_dir: Path, token: str) -> Answer | None:
    """Return the answer to an ask, once it is there."""
    path = state_dir / f"{_ANSWER}{token}"
    with storage_faults(state_dir), suppress(FileNotFoundError):
        value = json.loads(path.read_bytes())
        path.unlink()
        return Answer(value["well"], value["sentence"])
    return None


def forget_asks(state_dir: Path) -> None:
    """At the start: what was asked of an earlier process, or answered to nobody, counts no longer."""
    with storage_faults(state_dir):
        for pattern in (_ASK, _ANSWER):
            for path in state_dir.glob(f"{pattern}*"):
                path.unlink(missing_ok=True)
