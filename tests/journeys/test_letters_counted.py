"""What people get in every cell of C.3: at most three letters, and never silence (amendment 9)."""

import pytest

from mailbot.core.model import CaseState, Failed
from mailbot.errors import NotNow, Unavailable
from mailbot.journeys import verdict
from tests.core.test_cells import ROWS
from tests.fakes import mail, reply
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

COLUMNS = ["D", "N", "F", "TEMP", "X", "M", "bulk"]


def put(office: Office, column: str, *, again: int = 0) -> dict[str, str]:
    """A letter for every row, each by somebody else; who wrote which."""
    people = {row: f"p{number}@example.org" for number, row in enumerate(ROWS)}
    for row, person in people.items():
        words = ROWS[row] + (" Адрес: ivan@other.example.kz" if column == "X" else "")
        headers = {"bulk": {"Precedence": "bulk"}, "M": {"From": f"{person}, eve@example.org"}}.get(column, {})
        office.mailbox.put(mail(f"{words}{' ' * again}", sender=person, headers=headers))
        if column == "D":
            office.senders.proven.add(person)
        if column == "F":
            office.senders.others = {**office.senders.others, person: Failed("dmarc")}
    return people


async def goes_on(office: Office, people: dict[str, str]) -> None:
    """Everybody answers our question; a person carries out or answers what waits."""
    for person in people.values():
        for letter in office.letters(person):
            if "подтвердите" in letter["Subject"]:
                office.mailbox.put(reply(letter, "Подтверждаю", sender=person))
    await office.turn()
    for case in await office.cases():
        if case.state is CaseState.PERSON and case.address:
            try:
                await verdict.approve(case.number, by="lawyer", desk=office.desk)
            except NotNow:
                await verdict.reply(case.number, by="lawyer", text="Готово.", close=True, desk=office.desk)
    await office.turn()


async def written(office: Office, column: str) -> dict[str, str]:
    """Every row written, and written again by impatient people; who wrote which."""
    office.senders.down = column == "TEMP"
    people = put(office, column)
    if column == "TEMP":
        with pytest.raises(Unavailable):
            await office.turn(1)
        office.clock.forward(hours=1, minutes=1)
        office.senders.down = False
    await office.turn()
    for again in (1, 2):
        put(office, column, again=again)
        await office.turn()
    return people


@pytest.mark.parametrize("column", COLUMNS)
async def test_nobody_hears_nothing(office: Office, column: str):
    people = await written(office, column)
    cases = await office.cases()
    known, unheard = {case.address for case in cases}, {case.address for case in cases if not case.letters}
    shown = {case.address for case in cases if case.state is CaseState.PERSON}  # "has heard nothing", in the list

    if column == "M":  # From names nobody: every letter waits for a person, and nobody is written to
        assert (known, shown, office.mailer.to("eve@example.org")) == ({""}, {""}, [])
        return
    assert column == "bulk" or known == set(people.values())  # under that mark only what asks clearly is kept
    may_not = {people["unsubscribe"]} if column == "F" else set()  # it is heeded, and no mail may go (amendment 2)
    assert unheard - may_not <= shown


@pytest.mark.parametrize("column", [column for column in COLUMNS if column != "M"])
async def test_no_case_costs_more_than_three_letters(office: Office, column: str):
    people = await written(office, column)
    await goes_on(office, people)
    await goes_on(office, people)

    cases = await office.cases()
    assert max(case.letters for case in cases) <= 3
    open_still = [case for case in cases if case.state is not CaseState.DONE]
    assert column == "F" or open_still == []  # who fails their own policy gets no letter: a person goes on by hand
    assert sum(case.letters for case in open_still) == 0


async def test_amendment_9_three_letters_at_most_before_a_case_closes_and_the_one_that_closes_it(office: Office):
    """ADR 16: question, reminder, and the interim letter that a person releases; then the outcome closes it."""
    office.mailbox.put(mail(ROWS["erase"]))
    await office.turn()
    office.clock.forward(hours=25)
    await office.turn()
    number = (await office.only_case()).number
    await verdict.remind(number, by="lawyer", desk=office.desk)
    await office.turn()
    before = len(office.letters())
    with pytest.raises(NotNow):
        await verdict.remind(number, by="lawyer", desk=office.desk)
    office.mailbox.put(mail(ROWS["erase"] + " "))  # nor does asking again, nor a day more
    office.clock.forward(hours=25)
    await office.turn()
    assert (before, len(office.letters()), (await office.only_case()).state) == (3, 3, CaseState.CONFIRMATION)
    office.mailbox.put(reply(office.letters()[-1], "Подтверждаю"))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert len(office.letters()) == 4
    office.clock.forward(hours=25)
    await office.turn()
    assert len(office.letters()) == 4


async def test_amendment_9_by_itself_the_program_sends_three_at_most_outcome_included(office: Office):
    """A reminder is one of them; who asks again after it is not asked a third time."""
    office.mailbox.put(mail(ROWS["erase"]))
    await office.turn()
    office.clock.forward(hours=25)
    await office.turn()
    office.mailbox.put(mail(ROWS["erase"] + " "))
    await office.turn()
    assert len(office.letters()) == 2
    office.mailbox.put(reply(office.letters()[-1], "Подтверждаю"))
    await office.turn()

    assert ((await office.only_case()).state, len(office.letters())) == (CaseState.DONE, 3)
