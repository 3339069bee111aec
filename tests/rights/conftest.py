"""The rights are tried on SQLite always, on PostgreSQL where it is installed, and on MariaDB in its drill."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.mariadb import MariaDbServer, why_no_mariadb

ON_MARIADB = os.environ.get("MAILBOT_RIGHTS_ON_MARIADB") == "1"  # noqa: TID251 - tests read their own switches
DIALECTS = ["mariadb"] if ON_MARIADB else ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]

MakeDatabase = Callable[[str], str]  # a name → the URL of an empty database


@pytest.fixture(scope="session")
def mariadb(servers_folder: Path) -> Iterator[MariaDbServer]:
    why_not = why_no_mariadb()
    if why_not:
        pytest.skip(f"MariaDB: {why_not}")
    folder = servers_folder / "mariadb"
    folder.mkdir()
    server = MariaDbServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> MakeDatabase:
    """Makes a database of this dialect."""
    if dialect == "sqlite":

        def made(name: str) -> str:
            (tmp_path / f"{name}.db").touch()
            return f"sqlite+aiosqlite:///{tmp_path}/{name}.db"

        return made
    server = request.getfixturevalue("postgres" if dialect == "postgresql" else "mariadb")
    return lambda _name: str(server.database())
