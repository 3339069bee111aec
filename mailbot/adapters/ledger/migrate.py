"""The ledger's revisions: made by alembic, changed only when a person says `mailbot db upgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url

from mailbot.adapters.ledger.engine import engines, translated

_SCRIPTS = Path(__file__).parent.parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("no migration is installed with the program")
    return head


def _is_missing_file(url: str) -> bool:
    parsed = make_url(url)
    file = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return file is not None and not Path(file).exists()


async def revision(url: str) -> str | None:
    """The revision of the ledger at *url*; None: empty. Raises `Unavailable` where it cannot be reached.

    Looking does not make an SQLite file where there is none.
    """
    if _is_missing_file(url):
        return None
    writer, reader = engines(url)
    try:
        with translated():
            async with writer.connect() as connection:
                return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
    finally:
        await writer.dispose()
        await reader.dispose()


async def upgrade(url: str) -> None:
    """Bring the ledger at *url* to the newest revision, in one transaction."""
    writer, reader = engines(url)
    try:
        with translated():
            async with writer.begin() as connection:
                await connection.run_sync(lambda c: command.upgrade(_config(c), "head"))
    finally:
        await writer.dispose()
        await reader.dispose()
