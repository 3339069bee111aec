"""The program dies at every moment of a request that others have to follow: each is asked once."""

from pathlib import Path

import pytest

from mailbot.core.model import CaseState
from mailbot.core.tasks import TaskKind, TaskState
from mailbot.journeys import tasks
from tests.by_hand import PARTY, PERSON, open_with_hands
from tests.fakes import mail
from tests.journeys.test_crash import Fate, case_of, different, work
from tests.office import Office

ENOUGH = 12  # moments there are at least, or the test has stopped looking


async def unsubscribe(office: Office, number: int) -> bool:
    """One unsubscription in which the program dies at moment *number*; whether it survived."""
    who = f"u{number}@example.org"
    await office.add_person(1000 + number, email=who)
    office.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста.", sender=who))
    asked = len(office.letters(PARTY)), len(office.letters(PERSON))
    fate = Fate(number)
    await work(office, fate)

    case = await case_of(office, who)
    async with office.desk.ledger.read() as book:
        found = await book.tasks(case_id=case.id)
    (store,) = [task for task in found if task.kind is TaskKind.STORE]
    assert len(found) == 3, number  # the archive and two parties
    assert case.state is CaseState.FULFILLING, number
    assert different(office.letters(PARTY)[asked[0] :]) == 1, number
    assert different(office.letters(PERSON)[asked[1] :]) == 1, number

    await tasks.answer(store.id, TaskState.DONE, evidence="act", by="bolat", desk=office.desk)
    await office.turn(1)

    assert (await case_of(office, who)).state is CaseState.DONE, number
    return fate.survived


@pytest.mark.slow
async def test_who_has_to_follow_is_asked_once_wherever_the_program_dies(tmp_path: Path):
    office = await open_with_hands(tmp_path)
    await office.begin()
    await office.live()
    number = 1
    while not await unsubscribe(office, number):
        number += 1
    assert number > ENOUGH
    await office.data.dispose()
    await office.app.close()
