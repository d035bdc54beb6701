"""A secret file that is replaced: the log hides the new secret and the old one."""

from syncd.cli.run import KnownSecrets
from syncd.config.model import Secret


def test_a_replaced_file_is_read_again_and_the_old_secret_stays_hidden(tmp_path):
    path, reads = tmp_path / "secret", []

    def read():
        reads.append(1)
        return path.read_text()

    path.write_text("first")
    known = KnownSecrets()
    known.add([Secret("client_secret_file", read, path)])
    assert [known(), known()] == [{"first"}] * 2
    path.write_text("second one")
    assert known() == {"first", "second one"}
    assert len(reads) == 2
