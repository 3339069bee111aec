"""kill -9 between any two statements of fulfilment, in any store and the ledger: run again, the end is the same.

An office over two stores is brought to the moment at which something is to be carried out, closed and copied. In
each copy it is opened, dies at another moment, is opened again and works on. Both stores, the case, the letters
and the story of the trail must be those of the copy in which nobody died (issue 5, "How it is judged").
"""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mailbot.core.model import CaseState
from tests.fakes import mail, reply
from tests.office import Office
from tests.rights.mortal import Outside, closed, founded, opened, watched
from tests.schemas import connected
from tests.servers.killer import KILLED, Killed, Killer

pytestmark = pytest.mark.slow

ANNA = "anna@example.org"
UNTIL_OVER = 4  # turns after which nothing more happens


async def asked(office: Office, words: str) -> None:
    """Anna's letter is read and decided upon; nothing is carried out yet."""
    office.mailbox.put(mail(words, sender=ANNA))
    await office.loop("receive")
    await office.loop("decide")


async def confirmed(office: Office, words: str) -> None:
    """So is her yes to our question."""
    await asked(office, words)
    await office.turn(2)
    office.mailbox.put(reply(office.letters(ANNA)[-1], "Подтверждаю", sender=ANNA))
    await office.loop("receive")
    await office.loop("decide")


async def unsubscribed(office: Office) -> None:
    await asked(office, "Отпишите меня от рассылки, пожалуйста.")


async def erased(office: Office) -> None:
    await confirmed(office, "Прошу удалить все мои персональные данные.")


async def withdrawn(office: Office) -> None:
    await confirmed(office, "Отзываю своё согласие на обработку персональных данных.")


async def told(office: Office) -> None:
    await confirmed(office, "Какие мои персональные данные вы храните? Пришлите список.")


async def left_alone(office: Office) -> None:
    """Anna says that it was not she: what was stopped is lifted."""
    await asked(office, "Отзываю своё согласие на обработку персональных данных.")
    await office.turn(2)
    office.mailbox.put(reply(office.letters(ANNA)[-1], "Это не я", sender=ANNA))
    await office.loop("receive")
    await office.loop("decide")


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What is left when nothing more happens."""

    stores: dict[str, list[tuple[Any, ...]]]
    states: list[CaseState]
    letters: list[tuple[str, str]]
    story: list[tuple[str, Any]]


async def rows(folder: Path, store: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of one store."""
    held = {}
    async with connected(f"sqlite+aiosqlite:///{folder}/{store}.sqlite") as connection:
        for name in await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names()):
            found = await connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - our own names
            held[f"{store}.{name}"] = sorted((tuple(row) for row in found), key=str)
    return held


def said(letters: Sequence[EmailMessage]) -> list[tuple[str, str]]:
    """What came, each letter once: it may come twice only as the same letter."""
    once = {letter["Message-ID"]: letter for letter in letters}.values()
    return [(letter["Subject"], letter.get_content()) for letter in once]


async def story(office: Office) -> list[tuple[str, Any]]:
    """The trail, which verifies, without the beginnings that had to be made again."""
    await office.events()
    async with office.desk.ledger.read() as book:
        links = await book.links(limit=1_000_000)
    events = [(link.event.name, link.event.facts) for link in links]
    return [
        event for place, event in enumerate(events) if event[0] != "step.intended" or event not in events[:place]
    ]


async def end(office: Office, folder: Path) -> End:
    """Work on until nothing more happens, and look."""
    await office.turn(UNTIL_OVER)
    stores = {**await rows(folder, "company"), **await rows(folder, "mailing")}
    states, letters = [case.state for case in await office.cases()], said(office.letters(ANNA))
    return End(stores=stores, states=states, letters=letters, story=await story(office))


async def lived(folder: Path, outside: Outside, killer: Killer) -> End:
    """One fulfilment in which the program may die, and what it is like in the end."""
    office = opened(folder, outside, seed=8)
    watched(office, killer)
    try:
        await office.loop("fulfil")
    except Killed:
        await closed(office)
        office = opened(folder, outside, seed=8)
    killer.resting = True
    try:
        return await end(office, folder)
    finally:
        await closed(office)


async def prepared(folder: Path, until: Callable[[Office], Awaitable[None]]) -> Outside:
    """The office at the moment at which something is to be carried out, closed."""
    folder.mkdir()
    office = await founded(folder)
    await until(office)
    outside = Outside.of(office)
    await closed(office)
    return outside


def different(moments: Sequence[str]) -> list[int]:
    """Moments to die at, from 1; one that follows a mere look leaves what a death before the look leaves."""
    looks = (": SELECT", ": BEGIN")
    before = ["", *moments]
    return [place for place in range(1, len(before)) if not any(look in before[place - 1] for look in looks)]


@pytest.mark.parametrize("until", [unsubscribed, erased, withdrawn, told, left_alone])
async def test_wherever_it_dies_the_end_is_the_same_and_the_trail_tells_one_story(
    tmp_path: Path, until: Callable[[Office], Awaitable[None]]
):
    outside = await prepared(tmp_path / "0", until)
    shutil.copytree(tmp_path / "0", tmp_path / "undisturbed")
    undisturbed = Killer()
    expected = await lived(tmp_path / "undisturbed", outside.copied(), undisturbed)
    assert {"step.done"} <= {name for name, _ in expected.story}

    for moment in different(undisturbed.said):
        folder = tmp_path / str(moment)
        shutil.copytree(tmp_path / "0", folder)
        killer = Killer(at=moment)
        found = await lived(folder, outside.copied(), killer)
        assert len(killer.said) == moment
        assert found == expected, f"died at {moment}, {killer.said[-1]}"
        shutil.rmtree(folder)


async def test_a_process_that_is_really_gone_leaves_what_the_next_one_needs(tmp_path: Path):
    outside = await prepared(tmp_path / "0", erased)
    shutil.copytree(tmp_path / "0", tmp_path / "undisturbed")
    undisturbed = Killer()
    expected = await lived(tmp_path / "undisturbed", outside.copied(), undisturbed)
    commits = [place for place, said in enumerate(undisturbed.said, start=1) if said.endswith("COMMIT")]

    for moment in commits:
        folder = tmp_path / str(moment)
        shutil.copytree(tmp_path / "0", folder)
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.rights.mortal",
            str(folder),
            str(moment),
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await child.wait() == KILLED
        assert await lived(folder, outside.copied(), Killer()) == expected, undisturbed.said[moment - 1]
