"""The sandbox keeps what its OpenAPI file promises: what it allows is taken, what it forbids is refused."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, timedelta

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from syncd.sandbox import Sandbox, SandboxSettings
from syncd.sandbox.control import read_openapi

schemathesis.openapi.format(
    "date-time",
    st.datetimes(timezones=st.just(UTC)).map(
        lambda moment: (moment - timedelta(microseconds=moment.microsecond)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ),
)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """A sandbox in a thread of its own: schemathesis calls it synchronously."""
    started = threading.Event()
    found = {}

    async def serve() -> None:
        found["loop"], found["stop"] = asyncio.get_running_loop(), asyncio.Event()
        async with Sandbox(SandboxSettings(requests=1_000_000, refuse_duplicates=False)) as sandbox:
            found["base_url"] = sandbox.base_url
            started.set()
            await found["stop"].wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert started.wait(10)
    yield found["base_url"]
    found["loop"].call_soon_threadsafe(found["stop"].set)
    thread.join(10)


@pytest.fixture(scope="module")
def token(base_url: str) -> str:
    answer = httpx.post(f"{base_url}/auth/login", json={"client_id": "sandbox", "client_secret": "sandbox-secret"})
    return answer.json()["data"]["access_token"]


SCHEMA = schemathesis.openapi.from_dict(json.loads(read_openapi()))
# Unknown parameters are ignored, as by most servers: a client may send those of both dialects at once.
SCHEMA.config.generation.update(allow_extra_parameters=False)
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}


def check_operation(label: str, mode: GenerationMode, examples: int, base_url: str, token: str) -> None:
    @seed(7)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(OPERATIONS[label].as_strategy(mode, headers={"Authorization": f"Bearer {token}"}))
    def answers_fit(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url)

    answers_fit()


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_the_file_allows_is_answered_as_it_promises(label: str, base_url: str, token: str):
    check_operation(label, GenerationMode.POSITIVE, 15, base_url, token)


# Any text may name an order, so nothing is forbidden where one is read.
@pytest.mark.parametrize("label", sorted(OPERATIONS.keys() - {"GET /order/{ReferenceNumber}"}))
def test_what_the_file_forbids_is_refused(label: str, base_url: str, token: str):
    check_operation(label, GenerationMode.NEGATIVE, 50, base_url, token)
