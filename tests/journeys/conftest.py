"""A fresh office for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.office import Office, ready_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office that is live in every right, with Anna on file, and an empty mailbox taken for its beginning."""
    opened = await ready_office(tmp_path)
    yield opened
    await opened.close()
