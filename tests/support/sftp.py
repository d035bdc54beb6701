"""A real OpenSSH server for tests: internal-sftp in a chroot, with a user of its own, on the loopback.

Nothing on the machine is changed: sshd runs in a mount namespace in which passwd, group and shadow are copies
with the user added, and in a PID namespace, so that its end is the end of every session.
"""

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.spoil import forgo

USER, NUMBER = "drop", 2042


@dataclass(frozen=True)
class Server:
    """A running server and how to reach it."""

    root: Path
    port: int

    @property
    def config(self) -> str:
        """The ssh_config of the host `drop`."""
        return str(self.root / "ssh_config")


def free_port() -> int:
    with socket.socket() as end:
        end.bind(("127.0.0.1", 0))
        return int(end.getsockname()[1])


def write_account(source: str, target: Path, line: str, mode: int) -> None:
    kept = [own for own in Path(source).read_text().splitlines() if not own.startswith(f"{USER}:")]
    target.write_text("\n".join([*kept, line]) + "\n")
    target.chmod(mode)


@contextlib.contextmanager
def serve(drop: Path) -> Iterator[Server]:
    """Serve a folder as `/incoming` to the host `drop` of `Server.config`."""
    # Not below a test's own folder, which other users may not enter.
    with tempfile.TemporaryDirectory(prefix="sftp-") as root:
        yield from _serve(Path(root), drop)


def _serve(root: Path, drop: Path) -> Iterator[Server]:
    if os.geteuid():
        forgo("a real SFTP server needs root")
    for program in ("sshd", "sftp", "ssh-keygen", "unshare"):
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            forgo(f"there is no {program}: apt-get install openssh-server openssh-client")
    server = Server(root, free_port())
    (root / "chroot/incoming").mkdir(parents=True)
    for folder in (root, root / "chroot"):
        folder.chmod(0o755)
    os.chown(drop, NUMBER, NUMBER)
    drop.chmod(0o2770)
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / key], check=True)
    write_account("/etc/passwd", root / "passwd", f"{USER}:x:{NUMBER}:{NUMBER}::/:/usr/sbin/nologin", 0o644)
    write_account("/etc/group", root / "group", f"{USER}:x:{NUMBER}:", 0o644)
    write_account("/etc/shadow", root / "shadow", f"{USER}:*:19000:0:99999:7:::", 0o600)
    (root / "sshd_config").write_text(
        f"Port {server.port}\nListenAddress 127.0.0.1\nHostKey {root}/host\nPidFile none\n"
        f"AuthorizedKeysFile {root}/user.pub\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        f"KbdInteractiveAuthentication no\nAllowUsers {USER}\nMaxStartups 200\nSubsystem sftp internal-sftp\n"
        "ChrootDirectory /srv\nForceCommand internal-sftp -u 027\n"
    )
    host_key = " ".join((root / "host.pub").read_text().split()[:2])
    (root / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {host_key}\n")
    (root / "ssh_config").write_text(
        f"Host {USER}\n HostName 127.0.0.1\n Port {server.port}\n User {USER}\n IdentityFile {root}/user\n"
        f" IdentitiesOnly yes\n UserKnownHostsFile {root}/known_hosts\n BatchMode yes\n LogLevel ERROR\n"
    )
    quoted = {name: shlex.quote(str(path)) for name, path in (("root", root), ("drop", drop))}
    script = (
        "set -e; mount --make-rprivate /; mkdir -p -m 755 /run/sshd\n"
        f"for name in passwd group shadow; do mount --bind {quoted['root']}/$name /etc/$name; done\n"
        f"mount --bind {quoted['root']}/chroot /srv; mount --bind {quoted['drop']} /srv/incoming\n"
        f"mount -t proc proc /proc; exec /usr/sbin/sshd -D -e -f {quoted['root']}/sshd_config"
    )
    with (root / "sshd.log").open("wb") as log:
        process = subprocess.Popen(
            [
                "setpriv",
                "--pdeathsig",
                "KILL",
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child=KILL",
                "bash",
                "-c",
                script,
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        if not _answers(process, server.port):
            forgo(f"sshd does not come up here: {(root / 'sshd.log').read_text()[-300:]}")
        yield server
    finally:
        process.kill()
        process.wait()


def _answers(process: "subprocess.Popen[bytes]", port: int) -> bool:
    give_up_at = time.monotonic() + 15
    while process.poll() is None and time.monotonic() < give_up_at:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5) as end:
            end.settimeout(2)
            if end.recv(4) == b"SSH-":
                return True
        time.sleep(0.03)
    return False
