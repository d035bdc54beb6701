"""Encrypts files at rest with age, and decrypts them again; the only room that knows pyrage (the extra `crypto`).

The host needs the public key alone. A file is whole under its new name before its plain one goes.
"""

import os
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from syncd.core.names import companion_name
from syncd.edges.spool import sync_folder
from syncd.edges.storage import OWN_PREFIX, storage_faults
from syncd.errors import SyncdError

SEALED_ENDING = ".age"
UNSEALED_PREFIX = f"{OWN_PREFIX}sealing-"
"""Of what is encrypted at the moment, or was when the process died: the next round removes it."""


def sealed_name(name: str) -> str:
    """Given a file's name, return its name once encrypted: `orders.csv.age`, cut where it is over 255 bytes."""
    return companion_name(name, SEALED_ENDING)


class SealingError(SyncdError):
    """A file cannot be encrypted or decrypted; its text says what to do."""


def explain_recipient(text: str) -> str | None:
    """Given a public key, return half a sentence on why it is no use, or None if it is."""
    if find_spec("pyrage") is None:
        return "needs the extra: pip install 'syncd[crypto]'"
    try:
        _read_recipient(text)
    except SealingError:
        return "is no public key of age, such as age1...; make a pair with: age-keygen -o key.txt"
    return None


def seal_file(path: Path, recipients: Sequence[str]) -> None:
    """Given a file and public keys, put `<name>.age` (see `sealed_name`) in its place, durably.

    Again after a death in between is harmless. Raise FileNotFoundError if the file is not there any more,
    StorageError or SealingError; then the plain file stands.
    """
    pyrage = _load()
    keys = [_read_recipient(text) for text in recipients]
    target = path.with_name(sealed_name(path.name))
    _convert(path, target, lambda source, sealed: pyrage.encrypt_io(source, sealed, keys), UNSEALED_PREFIX)
    with storage_faults(path.parent):
        path.unlink(missing_ok=True)  # it moved away meanwhile, or a network file system tells of our own removal late
    sync_folder(path.parent)


def open_sealed(path: Path, target: Path, identity_path: Path) -> None:
    """Given `<name>.age` and a private key's file, write the plain file; the sealed one stays. Raise SealingError."""
    pyrage = _load()
    try:
        lines = identity_path.read_text(encoding="utf-8").split()
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    except (OSError, ValueError, pyrage.IdentityError):
        keys = []
    if not keys:
        raise SealingError(f"{identity_path} holds no private key of age (AGE-SECRET-KEY-...).")
    if target.exists():
        raise SealingError(f"{target} stands there already: move it away, or name another --output folder.")
    try:
        _convert(path, target, lambda source, plain: pyrage.decrypt_io(source, plain, keys))
    except (pyrage.DecryptError, OSError):  # OSError: pyrage's word for damage in the middle of a file
        raise SealingError(f"{path} cannot be decrypted: it is damaged, or was encrypted for another key.") from None


def _convert(path: Path, target: Path, convert: Any, prefix: str = OWN_PREFIX) -> None:
    """Write a converted file under its new name, whole or not at all, readable for whom the old one was."""
    with storage_faults(path.parent, target.parent):
        descriptor, name = tempfile.mkstemp(prefix=prefix, dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file, path.open("rb") as source:
                convert(source, file)
                file.flush()
                os.fchmod(descriptor, os.fstat(source.fileno()).st_mode & 0o640)
                os.fsync(descriptor)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    sync_folder(target.parent)


def _read_recipient(text: str) -> Any:
    pyrage = _load()
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise SealingError("That is no public key of age.") from None


def _load() -> Any:
    try:
        return import_module("pyrage")
    except ImportError:
        raise SealingError("Encryption needs the extra: pip install 'syncd[crypto]'.") from None
