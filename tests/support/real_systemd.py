"""A real systemd as PID 1 of a container over a throw-away image of this machine's own root; about a second.

Nothing on the machine changes: what is written lands in memory, and everything ends with the container. Needs
root, systemd-nspawn and leave to mount; `find_obstacle` says what is missing.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}

# A cgroup tree of its own, then namespaces of its own.
_OUTER = """
set -e
mount --make-rprivate /
mkdir "$D/cg"; mount -t cgroup2 none "$D/cg"; mkdir "$D/cg/$NAME"; echo $$ > "$D/cg/$NAME/cgroup.procs"; umount "$D/cg"
exec unshare --mount --cgroup --pid --fork --kill-child=KILL bash -c "$INNER"
"""
_INNER = """
set -e
mount --make-rprivate /
mount -t proc proc /proc
while mountpoint -q /sys/fs/cgroup; do umount -R /sys/fs/cgroup; done
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs tmpfs "$D/disk"; mkdir "$D/disk/upper" "$D/disk/work" "$D/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$D/disk/upper,workdir=$D/disk/work" "$D/root"
R="$D/root"
# None of this machine's own services starts: only what every boot needs, and what a test starts.
rm -rf "$R"/etc/systemd/system/*.wants "$R"/etc/systemd/system/syncd* "$R"/etc/syncd "$R"/srv/syncd "$R"/opt/syncd
mkdir -p "$R/var/log/journal" "$R/opt/python" "$R/opt/packages" "$R/opt/checkout"
mkdir -p /run/systemd; mount -t tmpfs -o mode=755 tmpfs /run/systemd
exec systemd-nspawn --quiet --boot --register=no --keep-unit --private-network --resolv-conf=off --timezone=off \\
  --link-journal=no --directory="$R" --machine="$NAME" --console=pipe $BINDS -- systemd.unit=basic.target
"""
_REMOVE_CGROUP = """
mount --make-rprivate /; mkdir -p "$D/cg"; mount -t cgroup2 none "$D/cg" || exit 0
[ -d "$D/cg/$NAME" ] || exit 0
echo 1 > "$D/cg/$NAME/cgroup.kill" 2>/dev/null
for i in $(seq 200); do grep -q 'populated 0' "$D/cg/$NAME/cgroup.events" && break; sleep 0.02; done
find "$D/cg/$NAME" -depth -type d -exec rmdir {} \\;
"""


def find_obstacle() -> str | None:
    """Return why no systemd can be booted here, or None."""
    if os.geteuid() != 0:
        return "booting a systemd needs root"
    missing = [tool for tool in ("systemd-nspawn", "systemctl", "unshare", "nsenter") if shutil.which(tool) is None]
    if missing:
        return f"there is no {' and no '.join(missing)}: apt-get install systemd systemd-container"
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        check=False,
    )
    return None if tried.returncode == 0 else "this machine lets nobody mount anything"


class RealSystemd:
    """One booted container; `root` is its file system as long as it runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"syncd-test-{os.getpid()}"
        self._leader = 0
        (folder / "disk").mkdir()
        binds = [f"--bind-ro={sysconfig.get_path('purelib')}:/opt/packages", f"--bind-ro={ROOT}:/opt/checkout"]
        if not sys.base_prefix.startswith("/usr"):  # below a home, which the unit hides
            binds.append(f"--bind-ro={sys.base_prefix}:/opt/python")
        self._environment = {
            **os.environ,
            "D": str(folder),
            "NAME": self._name,
            "INNER": _INNER,
            "BINDS": " ".join(binds),
        }
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            ["unshare", "--mount", "bash", "-c", _OUTER],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def boot(self, patience_s: float = 60.0) -> None:
        """Wait until it is up. Raise RuntimeError if it does not come up."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until and self._process.poll() is None:
            self._leader = self._leader or _find_leader(self._process.pid)
            if self._leader:
                state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
                if state in {"running", "degraded"}:
                    return
            time.sleep(0.05)
        raise RuntimeError((self._folder / "log").read_text(errors="replace")[-3000:] or "systemd did not come up")

    def run(self, *command: str, check: bool = True, text: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Run a command inside, as root."""
        entered = ["nsenter", "-t", str(self._leader), "-m", "-u", "-i", "-n", "-p", "-C", "--", "env", "-i", "-C", "/"]
        environment = [f"{name}={value}" for name, value in _ENVIRONMENT.items()]
        done = subprocess.run(
            [*entered, *environment, *command], input=text, capture_output=True, text=True, check=False, timeout=60
        )
        if check and done.returncode:
            raise RuntimeError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def shell(self, script: str, *, check: bool = True) -> str:
        """Run a shell script inside; return what it prints."""
        return self.run("bash", "-euc", script, check=check).stdout

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file inside."""
        self.run("bash", "-euc", f"mkdir -p $(dirname {path}); cat > {path}; chmod {mode:o} {path}", text=text)

    def show(self, unit: str, property_name: str) -> str:
        """Return a property of a unit."""
        return self.run("systemctl", "show", "-p", property_name, "--value", unit).stdout.strip()

    def install_program(self) -> None:
        """Put the package of this checkout into /opt/syncd, over the libraries that the tests run with."""
        packages = f"/opt/syncd/lib/{PYTHON}/site-packages"
        python = "/opt/python/bin" if not sys.base_prefix.startswith("/usr") else "/usr/bin"
        self.shell(
            f"mkdir -p /opt/syncd/bin {packages}; cp -r /opt/checkout/syncd {packages}/syncd;"
            f"cp -r /opt/checkout/schemas {packages}/syncd/;"
            f"echo /opt/packages > {packages}/libraries.pth; ln -s {python}/{PYTHON} /opt/syncd/bin/python;"
            f"printf 'home = {python}\\n' > /opt/syncd/pyvenv.cfg"
        )
        script = "#!/opt/syncd/bin/python\nfrom syncd.cli import main\nmain()\n"
        self.write("/opt/syncd/bin/syncd", script, 0o755)

    def close(self) -> None:
        """End everything inside at once."""
        if self._process.poll() is None:
            for child in Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split():
                os.kill(int(child), 9)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        subprocess.run(
            ["unshare", "--mount", "bash", "-c", _REMOVE_CGROUP],
            env=self._environment,
            check=False,
            capture_output=True,
        )
        self._log.close()


def _find_leader(pid: int) -> int:
    """Return the container's systemd: a descendant that is process 1 of a namespace of its own; 0 if there is none."""
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text()
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        numbers = facts["NSpid"].split()
        if facts["Name"] == "systemd" and len(numbers) > 1 and numbers[-1] == "1":
            return one
    return 0
