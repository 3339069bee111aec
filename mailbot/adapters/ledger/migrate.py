"""The ledger's revisions: made by alembic, changed only when a person says `mailbot db upgrade`.

Looking at the revision needs no alembic: every command looks, and it takes a tenth of a second to load.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, make_url, text

from mailbot.adapters.ledger.engine import engines, translated

NEWEST = "0003"  # the revision this program works with; a test holds it to the newest migration
SCRIPTS = Path(__file__).parent.parent / "migrations"


def _is_missing_file(url: str) -> bool:
    parsed = make_url(url)
    file = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return file is not None and not Path(file).exists()


async def revision(url: str) -> str | None:
    """The revision of the ledger at *url*; None: empty. Raises `Unavailable` where it cannot be reached.

    Looking does not make an SQLite file where there is none.
    """
    writer, reader = engines(url)
    try:
        if _is_missing_file(url):
            return None
        with translated():
            async with reader.connect() as connection:
                return await connection.run_sync(_revision)
    finally:
        await writer.dispose()
        await reader.dispose()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


async def upgrade(url: str) -> None:
    """Bring the ledger at *url* to the newest revision, in one transaction."""
    writer, reader = engines(url)
    try:
        with translated():
            async with writer.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await writer.dispose()
        await reader.dispose()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
