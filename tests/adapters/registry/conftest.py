"""The registry's tests run on SQLite always, and on PostgreSQL where it is installed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailbot.adapters.registry import SqlRegistry
from tests.adapters.registry.company import fill, registry_of


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").database())
    (tmp_path / "company.db").touch()
    return f"sqlite+aiosqlite:///{tmp_path}/company.db"


@pytest.fixture
async def registry(url: str) -> AsyncIterator[SqlRegistry]:
    """The reference map on the invented company."""
    await fill(url)
    registry = registry_of(url)
    yield registry
    await registry.close()
