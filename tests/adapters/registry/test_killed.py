"""The program dies before any statement or commit of a destruction in two stores; the next try ends it alike."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mailbot.adapters.registry import SqlRegistry
from mailbot.core.model import StepKind
from tests.adapters.registry.company import NOON, connected, execute, registry_of, step
from tests.adapters.registry.test_shapes import NEWS_SCHEMA, SCHEMA, SHOP_MAP

pytestmark = pytest.mark.slow  # together they take longer than make check may

DESTROY = step(StepKind.DESTROY)
TABLES = {"company": ("customers", "orders", "items", "phones", "invoices"), "news": ("readers",)}


class Killed(BaseException):
    """kill -9, as far as a test can."""


def die_at(registry: SqlRegistry, number: int) -> list[str]:
    """Die before the statement or commit of that *number*; what was said until then."""
    said: list[str] = []

    def moment(what: str) -> None:
        said.append(what)
        if len(said) == number:
            raise Killed

    for database in registry._databases:
        engine = database._writer.sync_engine
        sa.event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: moment(statement))
        sa.event.listen(engine, "commit", lambda _connection: moment("COMMIT"))
    return said


async def held(urls: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of both stores."""
    rows = {}
    for store, names in TABLES.items():
        async with connected(urls[store]) as connection:
            for name in names:
                found = await connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - our own names
                rows[name] = sorted((tuple(row) for row in found), key=str)
    return rows


async def made(folder: Path) -> dict[str, str]:
    """Both stores, as they were before."""
    folder.mkdir()
    urls = {store: f"sqlite+aiosqlite:///{folder}/{store}.db" for store in TABLES}
    for store, statements in {"company": SCHEMA.split(";"), "news": NEWS_SCHEMA}.items():
        (folder / f"{store}.db").touch()
        await execute(urls[store], *statements)
    return urls


async def destroyed(urls: dict[str, str], *, dies_at: int) -> bool:
    """Destroy, dying once on the way, and then to the end; whether it survived the first time."""
    registry = registry_of(urls["company"], SHOP_MAP, news=urls["news"])
    kept = await registry.traces(DESTROY)
    said, survived = die_at(registry, dies_at), True
    try:
        await registry.carry_out(DESTROY, at=NOON, traces=kept)
    except Killed:
        survived = False
    await registry.close()
    assert survived is (len(said) < dies_at)
    again = registry_of(urls["company"], SHOP_MAP, news=urls["news"])
    kept = await again.traces(DESTROY, known=kept)
    await again.carry_out(DESTROY, at=NOON, traces=kept)
    assert await again.remaining(DESTROY, traces=kept) == ()
    await again.close()
    return survived


async def test_whenever_it_dies_the_next_try_leaves_what_an_undisturbed_one_leaves(tmp_path: Path):
    await made(tmp_path / "new")
    undisturbed = {store: f"sqlite+aiosqlite:///{tmp_path}/undisturbed/{store}.db" for store in TABLES}
    shutil.copytree(tmp_path / "new", tmp_path / "undisturbed")
    assert await destroyed(undisturbed, dies_at=10_000)
    expected = await held(undisturbed)

    survived, moment = False, 0
    while not survived:
        moment += 1
        folder = tmp_path / str(moment)
        shutil.copytree(tmp_path / "new", folder)
        urls = {store: f"sqlite+aiosqlite:///{folder}/{store}.db" for store in TABLES}
        survived = await destroyed(urls, dies_at=moment)
        assert await held(urls) == expected, moment
    assert moment > 10
