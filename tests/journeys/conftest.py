"""A fresh office for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.office import Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office that is live in every right, with Anna on file, and an empty mailbox taken for its beginning."""
    opened = await open_office(tmp_path)
    await opened.add_person()
    await opened.begin()
    await opened.live()
    yield opened
    await opened.data.dispose()
    await opened.app.close()
