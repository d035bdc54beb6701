"""The access tokens a sandbox has handed out, and until when each is good."""

import base64
import random

from syncd.sandbox.exact_json import write_json


class Tokens:
    """Random tokens that look like the JWTs of the real API and mean nothing."""

    def __init__(self, seed: int, lifetime_s: float) -> None:
        self._random = random.Random(f"{seed}-tokens")
        self._lifetime_s = lifetime_s
        self._good_until_s: dict[str, float] = {}

    def issue(self, now: float) -> str:
        """Given the present (monotonic seconds), return a fresh token; earlier ones stay good."""
        parts = (write_json({"alg": "HS256", "typ": "JWT"}).encode(), *map(self._random.randbytes, (24, 32)))
        token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
        self._good_until_s[token] = now + self._lifetime_s
        return token

    def is_good(self, token: str, now: float) -> bool:
        """Return whether the token was issued, is not revoked and has not ended."""
        return now < self._good_until_s.get(token, now)

    def revoke(self, token: str) -> None:
        """Let one token die; harmless for one that is not known."""
        self._good_until_s.pop(token, None)

    def revoke_all(self) -> None:
        """Let every token die."""
        self._good_until_s.clear()
