"""From a file's path to the `Config`, or to all that is wrong with it at once.

The only room of this wing that opens the config file; it neither makes folders nor asks the network.
"""

from collections.abc import Mapping
from pathlib import Path

from syncd.config.assembly import assemble
from syncd.config.environment import fill_in
from syncd.config.model import Config
from syncd.config.options import Options
from syncd.config.shape import check_shape
from syncd.config.strict_yaml import MAX_BYTES, parse_yaml, tell
from syncd.errors import ConfigError, UsageError

DEFAULT_PATHS = (Path("config.yaml"), Path("/etc/syncd/config.yaml"))


def find_config_path(explicit: Path | None, defaults: tuple[Path, ...] = DEFAULT_PATHS) -> Path:
    """Given what --config says, return the path of the config. Raise UsageError if there is none."""
    if explicit is not None:
        return explicit
    for path in defaults:
        if _stands(path):
            return path
    looked = " nor ".join(str(path) for path in defaults)
    raise UsageError(f"There is no configuration: neither {looked} exists. Name one with --config FILE.")


def load_config(path: Path, environment: Mapping[str, str], *, credentials: bool = True) -> Config:
    """Given a config file and the environment, return the config. Raise ConfigError with every problem found.

    Without credentials, for commands that never sign in, `client_id` and `client_secret` are not looked at;
    reading one of those secrets then raises ConfigError.
    """
    label = str(path)
    document = parse_yaml(_read(path), label)
    if not credentials:
        _leave_out_credentials(document.data)
    data = fill_in(document, environment)
    if not isinstance(data, dict):
        document.find((), "the file holds no options; begin with a copy of config.example.yaml")
        raise ConfigError(tell(document.findings, label))
    check_shape(data, document)
    place = path.absolute()
    config = assemble(Options(data, (), document, place.parent), place, environment, credentials=credentials)
    if document.findings:
        raise ConfigError(tell(document.findings, label))
    return config


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{path.absolute()}: the configuration cannot be read: {error.strerror}"]) from None


def _stands(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # it may well be there: reading it says why it cannot be used
        return True
    return True


def _leave_out_credentials(data: object) -> None:
    api = data.get("api") if isinstance(data, dict) else None
    if isinstance(api, dict):
        for name in ("client_id", "client_secret"):
            api.pop(name, None)
            api.pop(f"{name}_file", None)
