"""A shop of its own for each test."""

import pytest
from e2e.installed import open_shop


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path) as opened:
        yield opened
