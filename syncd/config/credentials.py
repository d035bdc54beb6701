"""Where the client id and the client secret come from: the config, a file, or a systemd credential.

A file is read anew each time the secret is used, so that it can be changed while syncd runs. What was read is
never part of a message, a `repr` or a log line.
"""

import os
import stat
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

from syncd.config.model import Secret
from syncd.config.options import Options
from syncd.errors import ConfigError

_MAX_BYTES = 64 * 1024


def find_secret(api: Options, name: str, environment: Mapping[str, str], *, needed: bool) -> Secret:
    """Given the block `api` and `client_id` or `client_secret`, return the secret; what is wrong is noted.

    Where it is not needed, it may be missing: reading it then raises ConfigError.
    """
    folder = environment.get("CREDENTIALS_DIRECTORY")
    credential = Path(folder) / name if folder else None
    path = api.path(f"{name}_file")
    if api.has(name):
        if api.has(f"{name}_file"):
            api.refuse(f"{name}_file", f"stands beside {name}; keep one of the two")
        value = api.text(name) or ""
        return Secret(f"api.{name}", lambda: value)
    if path is not None:
        # systemd opens its own folder to the service alone, whatever the modes in it say.
        trusted = folder is not None and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
        return _watch_file(f"api.{name}_file {path}", path, trusted, api, f"{name}_file")
    if credential is not None and credential.exists():
        return _watch_file(f"systemd credential {name}", credential, True, api, name)
    ways = f"give {name}, {name}_file, or a systemd credential by LoadCredential={name}:FILE"
    if needed and not api.has(f"{name}_file"):
        api.refuse(name, f"is missing; {ways}")
    return Secret(f"api.{name}", _refuse(f"api.{name} is missing; {ways}"))


def read_secret_file(path: Path, *, trusted: bool) -> str:
    """Given a file that holds one secret, return it without its line end. Raise ConfigError if unusable.

    Unless the file is trusted, it must be closed to other users of the machine.
    """
    try:
        content = _read(path, trusted=trusted)
    except OSError as error:
        raise ConfigError([f"{path} cannot be read: {error.strerror}"]) from None
    try:
        secret = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError([f"{path} is not UTF-8 text; write the secret into it, and nothing else"]) from None
    secret = secret.removesuffix("\n").removesuffix("\r")
    if not secret.strip():
        raise ConfigError([f"{path} is empty; write the secret into it"])
    if any(unicodedata.category(character) == "Cc" for character in secret):
        raise ConfigError([f"{path} holds more than one line; write the secret into it, and nothing else"])
    return secret


def _read(path: Path, *, trusted: bool) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise ConfigError([f"{path} is no plain file; write the secret into a file"])
        if not trusted and facts.st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise ConfigError([f"{path} is open to every user of this machine; run: chmod 600 {path}"])
        if facts.st_size > _MAX_BYTES:
            raise ConfigError([f"{path} is too large for a secret; write the secret into it, and nothing else"])
        return file.read(_MAX_BYTES)


def _watch_file(origin: str, path: Path, trusted: bool, api: Options, option: str) -> Secret:
    def read() -> str:
        return read_secret_file(path, trusted=trusted)

    try:
        read()
    except ConfigError as error:
        api.refuse(option, f"cannot be used: {error}")
    return Secret(origin, read, path)


def _refuse(sentence: str) -> Callable[[], str]:
    def read() -> str:
        raise ConfigError([sentence])

    return read
