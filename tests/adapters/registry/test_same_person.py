"""Rows of several tables and stores that agree are one person, all others are several (issue 5, item 3)."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import ByEmail, DataMap, Store
from mailbot.core.model import Language, StepKind, Subject
from mailbot.errors import Rejected
from tests.adapters.registry.club import table
from tests.adapters.registry.company import ANNA, MAP, NOON, execute, registry_of, step

CLIENTS = table(
    "clients",
    "id",
    ByEmail(column="mail"),
    columns="mail",
    persons=True,
    same_person=("first_name", "last_name"),
    language="language",
    last_contact="seen_on",
)
READERS = table(
    "readers", "mail", ByEmail(column="mail"), persons=True, same_person=("full_name",), last_contact="seen_on"
)
SITE = (
    """CREATE TABLE clients (id INTEGER PRIMARY KEY, mail VARCHAR(99), first_name VARCHAR(99),
                             last_name VARCHAR(99), language VARCHAR(2), seen_on DATE)""",
    "INSERT INTO clients VALUES (1, 'anna@example.kz', ' Анна', 'Примерова ', 'kk', '2026-05-04')",
)
NEWS = "CREATE TABLE readers (mail VARCHAR(99), full_name VARCHAR(99), seen_on DATE)"


async def opened(url: str, folder: Path, *readers: str | None, one_store: bool = False) -> SqlRegistry:
    """A site with Anna, and a mailing tool with readers of these names under her address."""
    news = url if one_store else f"sqlite+aiosqlite:///{folder}/news.db"
    (folder / "news.db").touch()
    await execute(url, *SITE)
    await execute(news, NEWS)
    for name in readers:
        text = "NULL" if name is None else f"'{name}'"
        await execute(news, f"INSERT INTO readers VALUES ('anna@example.kz', {text}, '2026-06-05')")  # noqa: S608
    site, mailing = (
        Store(name=name, system=name, tables=(one,)) for name, one in (("company", CLIENTS), ("news", READERS))
    )
    stores = (replace(site, tables=(CLIENTS, READERS)),) if one_store else (site, mailing)
    return registry_of(url, DataMap(stores=stores, words=MAP.words), news=news)


@pytest.mark.parametrize("one_store", [True, False])
async def test_rows_that_agree_are_one_person(url: str, tmp_path: Path, *, one_store: bool):
    registry = await opened(url, tmp_path, "АННА  Примерова", one_store=one_store)

    found = await registry.find(ANNA)

    heard = date(2026, 6, 5)
    assert found == (Subject(key="company/clients/1", languages=(Language.KK,), last_contact=heard),)
    done = await registry.carry_out(step(StepKind.DESTROY), at=NOON)
    assert {change.table for change in done} == {"clients", "readers"}
    await registry.close()


@pytest.mark.parametrize("other", ["Ержан Примеров", None, "", "Анна"])
async def test_rows_that_differ_or_say_nothing_are_two_persons(url: str, tmp_path: Path, other: str | None):
    registry = await opened(url, tmp_path, other)

    assert len(await registry.find(ANNA)) == 2
    with pytest.raises(Rejected, match="several persons"):
        await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)
    await registry.close()


async def test_two_rows_of_one_table_are_never_one_person(url: str, tmp_path: Path):
    registry = await opened(url, tmp_path, "Анна Примерова", "анна примерова")

    assert len(await registry.find(ANNA)) == 3
    await registry.close()


@pytest.mark.parametrize("one_store", [True, False])
async def test_who_looks_sees_rows_that_agree_as_one_person_and_others_apart(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, one_store: bool
):
    monkeypatch.setitem(globals(), "READERS", replace(READERS, key=("mail", "full_name")))
    registry = await opened(url, tmp_path, "АННА  Примерова", "Борис Образцов", one_store=one_store)

    held = await registry.everything(ANNA)

    assert [[tuple(line.key.values()) for line in person.lines] for person in held.persons] == [
        [("1",), ("anna@example.kz", "АННА  Примерова")],
        [("anna@example.kz", "Борис Образцов")],
    ]
    assert held.shared == ()
    await registry.close()
