"""The installation that a simulation draws: two sources, each with its own evidence, and a config that may change."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from random import Random

EVIDENCE = {
    "none": "",
    "marker": 'marker: "{name}.ready"',
    "checksum": 'checksum: "{name}.sha256"',
    "trailer": 'trailer: "END;([0-9]+)"',
}
SIDECARS = {"marker": ".ready", "checksum": ".sha256"}


@dataclass(frozen=True, slots=True)
class Place:
    """A source: where its folders stand, and what its senders prove."""

    name: str
    evidence: str
    settle_s: float

    def folder(self, root: Path, name: str) -> Path:
        return find_home(root, self.name) / name

    @property
    def ending(self) -> str | None:
        """Return what is added to a file's name for the sidecar that has to stand beside it."""
        return SIDECARS.get(self.evidence)

    def vouch(self, content: bytes) -> bytes | None:
        """Return what the sidecar of a content holds; None where the source asks for none."""
        match self.evidence:
            case "marker":
                return b""
            case "checksum":
                return hashlib.sha256(content).hexdigest().encode() + b"  it\n"
        return None

    def finish(self, ending: str, content: bytes, orders: int) -> bytes:
        """Return a content with its trailer, where the source asks for one and the layout has lines."""
        if self.evidence != "trailer" or ending == ".json":
            return content
        rows = content.count(b"\n") - 1 if ending == ".csv" else orders
        return content + b"END;%d\n" % rows if ending == ".ndjson" else content + b"END;%d\r\n" % rows


def find_home(root: Path, source: str) -> Path:
    """Return the folder in which a source has its inbox, work, done and failed."""
    return root if source == "orders" else root / source


@dataclass(slots=True)
class Setting:
    """All that the config says."""

    places: tuple[Place, ...]
    timeout_s: float
    cap_s: float
    requests: int
    per_s: float
    in_flight: int
    poll_s: float | None

    def write(self, root: Path) -> None:
        """Write the config as it is by now."""
        (root / "config.yaml").write_text(self._build())

    def write_secret(self, root: Path, secret: str) -> None:
        path = root / "secret"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(secret)

    def vary(self, random: Random) -> None:
        """Change what an operator may change while files are on their way; the quota never beyond the account's."""
        self.in_flight = random.choice((1, 2, 5, 8))
        self.requests = random.choice((max(1, self.requests // 2), self.requests))

    def _build(self) -> str:
        lines = [
            "version: 1",
            "api:",
            "  base_url: http://127.0.0.1/v1",
            "  client_id: some-id",
            "  client_secret_file: secret",
            f"  timeout_seconds: {self.timeout_s}",
            f"  max_in_flight: {self.in_flight}",
            f"  retry: {{first_seconds: 1, cap_seconds: {self.cap_s}}}",
            f"  rate_limit: {{requests: {self.requests}, per_seconds: {self.per_s}}}",
            "state_dir: state",
            "sources:",
        ]
        for place in self.places:
            home = "" if place.name == "orders" else f"{place.name}/"
            lines.append(f"  - name: {place.name}")
            lines += [f"    {name}: {home}{name}" for name in ("inbox", "work", "done", "failed")]
            lines.append(f"    settle_seconds: {place.settle_s}")
            lines += [f"    complete: {{{EVIDENCE[place.evidence]}}}"] if EVIDENCE[place.evidence] else []
        if self.poll_s is not None:
            lines.append(f"inventory: {{directory: inventory, interval_seconds: {self.poll_s}, page_size: 3}}")
        return "".join(f"{line}\n" for line in lines)
