"""What every command is told in the same way: which configuration to use."""

import os
from pathlib import Path

import click

from syncd.config import find_config_path, load_config
from syncd.config.model import Config

config_option = click.option(
    "-c",
    "--config",
    "config_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The configuration. [default: ./config.yaml, then /etc/syncd/config.yaml]",
)


def read_config(path: Path | None, *, credentials: bool = True) -> Config:
    """Given what --config says, return the config. Raise UsageError if there is none, ConfigError if it is bad."""
    return load_config(find_config_path(path), os.environ, credentials=credentials)
