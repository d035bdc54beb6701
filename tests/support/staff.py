"""The people of an installation in a simulation: they hold, release and retry with syncd's own commands."""

from pathlib import Path

import click
from click.testing import CliRunner

from support.setting import Place
from syncd.cli import hold, retry


class Staff:
    """Whoever sits at the machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def hold(self, place: Place) -> None:
        self._call(hold.command, place.name)

    def release(self, place: Place) -> None:
        self._call(hold.release, place.name)

    def retry(self, place: Place) -> None:
        """Put every failed file of a source back."""
        self._call(retry.command, "--all", "--source", place.name, may_refuse=True)

    def _call(self, command: click.Command, *words: str, may_refuse: bool = False) -> None:
        result = CliRunner().invoke(command, ["--config", str(self._root / "config.yaml"), *words])
        if result.exit_code not in ((0, 1) if may_refuse else (0,)):
            raise RuntimeError(f"{command.name} {words}: {result.output}") from result.exception
