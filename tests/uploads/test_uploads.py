"""Real clients upload to a real OpenSSH server while a real daemon watches: whole files once, parts never.

A client cannot be told apart from its death (both close the file), so what a torn upload leaves is settled by
what is in it: the last line without its end, JSON that ends in the middle.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from support.house import open_house
from support.orders import make_order, write_csv, write_json
from support.sftp import serve
from support.spoil import forgo
from support.watch import running, until

SETTLE_S = 0.6
ORDERS = [make_order(f"U-{number}") for number in range(120)]
CSV, JSON = write_csv(*ORDERS), write_json(*ORDERS)
REFERENCES = {order["ReferenceNumber"] for order in ORDERS}


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path, refuse_duplicates=False) as house:
        yield house


@pytest.fixture
def server(house):
    with serve(house.root / "inbox") as server:
        yield server


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "local.csv"
    path.write_bytes(CSV)
    os.utime(path, (1_600_000_000, 1_600_000_000))  # clients may keep it: an old file on arrival
    return path


def watch(house):
    return running(house, settle_s=SETTLE_S)


async def run(*command: str, stdin: bytes = b"", rc: int | None = 0) -> None:
    if shutil.which(command[0]) is None:
        forgo(f"there is no {command[0]}: apt-get install openssh-client rsync lftp rclone")
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    told, _ = await process.communicate(stdin)
    assert rc is None or process.returncode == rc, told.decode(errors="replace")


def batch(server, commands: str) -> tuple[tuple[str, ...], bytes]:
    return ("sftp", "-F", server.config, "-b", "-", "drop"), commands.encode()


async def sftp(server, commands: str) -> None:
    command, stdin = batch(server, commands)
    await run(*command, stdin=stdin)


def rclone_flags(server) -> list[str]:
    return ["--config", "/dev/null", "--sftp-host", "127.0.0.1", "--sftp-port", str(server.port),
            "--sftp-user", "drop", "--sftp-key-file", str(server.root / "user"), "--sftp-shell-type", "none",
            "--sftp-set-modtime=true", "--sftp-disable-hashcheck"]  # fmt: skip


def lftp(server, *commands: str) -> list[str]:
    connect = f"set sftp:connect-program 'ssh -a -x -F {server.config}'; set net:max-retries 1; set cmd:fail-exit yes"
    return ["lftp", "-c", "; ".join((connect, "open -u drop, sftp://drop", *commands))]


CLIENTS = {
    "sftp put": lambda server, file: batch(server, f"put {file} /incoming/a.csv"),
    "sftp put -p": lambda server, file: batch(server, f"put -p {file} /incoming/a.csv"),
    "sftp put and rename": lambda server, file: batch(
        server, f"put {file} /incoming/a.csv.filepart\nrename /incoming/a.csv.filepart /incoming/a.csv"
    ),
    "sftp put and old rename": lambda server, file: batch(
        server, f"put {file} /incoming/.a.csv\nrename -l /incoming/.a.csv /incoming/a.csv"
    ),
    "scp": lambda server, file: (["scp", "-F", server.config, file, "drop:/incoming/a.csv"], b""),
    "scp -p": lambda server, file: (["scp", "-p", "-F", server.config, file, "drop:/incoming/a.csv"], b""),
    "lftp": lambda server, file: (lftp(server, f"put {file} -o /incoming/a.csv"), b""),
    "lftp with a temporary name": lambda server, file: (
        lftp(server, "set xfer:use-temp-file yes", f"put {file} -o /incoming/a.csv"),
        b"",
    ),
    "rclone": lambda server, file: (["rclone", "copyto", *rclone_flags(server), file, ":sftp:/incoming/a.csv"], b""),
}


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_whole_upload_is_taken_once(house, server, file, client):
    command, stdin = CLIENTS[client](server, file)
    async with watch(house):
        await run(*command, stdin=stdin)
        await until(lambda: house.names("done") == ["a.csv"])
    assert (house.root / "done/a.csv").read_bytes() == CSV
    assert set(house.sandbox.orders) == REFERENCES
    assert {order.times_created for order in house.sandbox.orders.values()} == {1}
    assert list((house.root / "inbox").iterdir()) == []


@pytest.mark.parametrize("flags", [[], ["--partial"], ["--inplace"], ["--append"]], ids="".join)
async def test_a_whole_rsync_is_taken_once(house, file, flags):
    async with watch(house):
        await run("rsync", "-t", *flags, file, house.root / "inbox/a.csv")
        await until(lambda: house.names("done") == ["a.csv"])
    assert (house.root / "done/a.csv").read_bytes() == CSV


PARAMIKO = """
import sys, warnings
warnings.simplefilter("ignore")
import paramiko
port, key, path = sys.argv[1:]
transport = paramiko.Transport(("127.0.0.1", int(port)))
transport.connect(username="drop", pkey=paramiko.Ed25519Key.from_private_key_file(key))
with paramiko.SFTPClient.from_transport(transport) as client:
    client.put(path, "/incoming/a.csv")
transport.close()
"""


async def test_paramiko_is_taken_once(house, server, file):
    """The machine's own: syncd does not need it."""
    python = "/usr/bin/python3"
    if not list(Path("/usr/lib/python3/dist-packages").glob("paramiko")):
        forgo("there is no paramiko: apt-get install python3-paramiko")
    async with watch(house):
        await run(python, "-c", PARAMIKO, str(server.port), str(server.root / "user"), str(file))
        await until(lambda: house.names("done") == ["a.csv"])
    assert set(house.sandbox.orders) == REFERENCES


class Slow:
    """A client whose upload goes through a pipe of ours: it stalls, goes on and dies when told to."""

    def __init__(self, server, content: bytes, name: str) -> None:
        self._content = content
        self._sent = 0
        self._process = subprocess.Popen(
            ["ssh", "-F", server.config, "-s", "drop", "sftp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._id = 0
        self._call(b"\x01" + (3).to_bytes(4), number=False)
        path = f"/incoming/{name}".encode()
        answer = self._call(b"\x03", len(path).to_bytes(4) + path + (0x1A).to_bytes(4) + (0).to_bytes(4))
        self._handle = answer[9:]

    def send(self, share: float) -> None:
        """Send up to this share of the file, and see it written."""
        end = int(len(self._content) * share)
        while self._sent < end:
            piece = self._content[self._sent : min(end, self._sent + 30_000)]
            place = len(self._handle).to_bytes(4) + self._handle + self._sent.to_bytes(8)
            answer = self._call(b"\x06", place + len(piece).to_bytes(4) + piece)
            assert answer[5:9] == b"\0\0\0\0"
            self._sent += len(piece)

    def close(self) -> None:
        self._call(b"\x04", len(self._handle).to_bytes(4) + self._handle)
        self.die()

    def die(self, how: signal.Signals = signal.SIGKILL) -> None:
        self._process.send_signal(how)
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _call(self, kind: bytes, body: bytes = b"", *, number: bool = True) -> bytes:
        if number:
            self._id += 1
            body = self._id.to_bytes(4) + body
        self._process.stdin.write((len(kind + body)).to_bytes(4) + kind + body)
        self._process.stdin.flush()
        size = int.from_bytes(self._process.stdout.read(4))
        return self._process.stdout.read(size)


def is_refused(house, name: str) -> bool:
    return (house.root / "failed" / f"{name}.report.json").exists()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize(("name", "content"), [("a.csv", CSV), ("a.json", JSON)])
async def test_an_upload_that_dies_is_never_sent_in_part(house, server, name, content, how):
    async with watch(house):
        client = Slow(server, content, name)
        client.send(0.613)
        client.die(how)
        await until(lambda: is_refused(house, name))
        assert house.sandbox.orders == {}
        report = house.report(name)
        assert {error["code"] for error in report["errors"]} <= {"no_final_newline", "torn", "open_quote"}
        # The sender's own retry sends the whole file again.
        client = Slow(server, content, name)
        client.send(1)
        client.close()
        await until(lambda: house.names("done") == [name])
    assert set(house.sandbox.orders) == REFERENCES


async def test_an_upload_that_dies_and_is_taken_up_again_in_time_is_whole(house, server, file):
    async with running(house, settle_s=3):
        client = Slow(server, CSV, "a.csv")
        client.send(0.5)
        client.die()
        await sftp(server, f"reput {file} /incoming/a.csv")
        await until(lambda: house.names("done") == ["a.csv"])
    assert set(house.sandbox.orders) == REFERENCES


async def test_an_upload_that_stalls_within_the_quiet_time_is_taken_when_whole(house, server):
    async with watch(house):
        client = Slow(server, CSV, "a.csv")
        for share in (0.2, 0.4, 0.6, 0.8):
            client.send(share)
            await asyncio.sleep(SETTLE_S * 0.6)  # a network that stutters
            assert (house.root / "inbox/a.csv").exists()
        client.send(1)
        client.close()
        await until(lambda: house.names("done") == ["a.csv"])
    assert set(house.sandbox.orders) == REFERENCES


@pytest.mark.parametrize(
    ("option", "marker"), [("lease: true", None), ('marker: "{name}.ready"', "a.csv.ready")], ids=["lease", "marker"]
)
async def test_with_evidence_an_upload_that_stalls_for_long_is_taken_when_whole(
    house, server, tmp_path, option, marker
):
    async with running(house, f"    complete: {{{option}}}\n", settle_s=0.2):
        client = Slow(server, CSV, "a.csv")
        client.send(0.5)
        await asyncio.sleep(1.5)  # far beyond the quiet time
        assert (house.root / "inbox/a.csv").exists()
        client.send(1)
        client.close()
        if marker:
            (tmp_path / marker).touch()
            await sftp(server, f"put {tmp_path / marker} /incoming/{marker}")
        await until(lambda: "a.csv" in house.names("done"))
    assert set(house.sandbox.orders) == REFERENCES


async def test_without_evidence_an_upload_that_stalls_for_long_is_not_sent_in_part(house, server):
    """Quiet time is a guess: taken too early, the file is refused, and what comes later changes nothing."""
    async with running(house, settle_s=0.2):
        client = Slow(server, CSV, "a.csv")
        client.send(0.613)
        await until(lambda: is_refused(house, "a.csv"))
        client.send(1)
        client.close()
        assert house.sandbox.orders == {}


async def test_an_upload_over_a_name_that_still_settles_is_one_file(house, server):
    async with watch(house):
        first = Slow(server, write_csv(make_order("OLD")), "a.csv")
        first.send(1)
        first.close()
        second = Slow(server, CSV, "a.csv")
        second.send(1)
        second.close()
        await until(lambda: house.names("done") == ["a.csv"])
    assert set(house.sandbox.orders) == REFERENCES


async def test_what_a_client_makes_by_malice_is_left_alone(house, server, file):
    async with watch(house):
        await sftp(server, f"ln -s /etc/passwd /incoming/link.csv\nmkdir /incoming/folder.csv\n"
                           f"put {file} /incoming/-rf.csv\nln /incoming/-rf.csv /incoming/hard.csv")  # fmt: skip
        await sftp(server, f"put {file} /incoming/good.csv")
        await until(lambda: house.names("done") == ["good.csv"])
    names = {path.name for path in (house.root / "inbox").iterdir()}
    assert {"link.csv", "folder.csv"} <= names
