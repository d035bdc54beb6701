"""What the log hides: read again only where a secret's file looks different, and never forgotten."""

from pathlib import Path

from syncd.cli.run import KnownSecrets
from syncd.config.model import Secret
from syncd.errors import ConfigError


def test_a_secret_that_is_no_file_is_read_once():
    reads = []
    known = KnownSecrets()
    known.add([Secret("environment", lambda: reads.append(1) or "hidden")])
    assert [known(), known()] == [{"hidden"}, {"hidden"}]
    assert reads == [1]


def test_one_that_cannot_be_read_hides_nothing_and_stops_nothing():
    def refuse():
        raise ConfigError(["gone"])

    known = KnownSecrets()
    known.add([Secret("client_secret_file /none", refuse, Path("/none/at/all"))])
    assert known() == set()
