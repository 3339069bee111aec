"""Nobody is told that all is destroyed while a row is left that was written meanwhile (issue 5, item 7)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailbot.core.case import Phase
from mailbot.core.datamap import Trace
from mailbot.core.model import CaseState, HoldReason, Right, Step, StepKind
from mailbot.journeys import verdict
from tests.fakes import mail, reply
from tests.journeys.test_outages import turn
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = "Прошу удалить все мои персональные данные."


class Killed(BaseException):
    """kill -9, as far as a test can."""


@dataclass
class VisitedMeanwhile:
    """The registry of a company whose site writes a visit just as its visitor is deleted."""

    office: Office
    dies: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.office.desk.registry, name)

    async def carry_out(self, *args: Any, **more: Any) -> Any:
        done = await self.office.desk.registry.carry_out(*args, **more)
        if any(change.operation == "destruction" for change in done):
            values = {"page": "/late", "ip": "192.0.2.9", "visited_at": datetime(2026, 11, 23, tzinfo=UTC)}
            await self.office.add("site_visits", subject_id=1, **values)
        if self.dies:
            raise Killed
        return done


async def confirmed(office: Office) -> None:
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))


def visited(office: Office, *, dies: bool = False) -> Office:
    registry: Any = VisitedMeanwhile(office, dies)
    return replace(office, desk=replace(office.desk, registry=registry))


async def late_visits(office: Office) -> int:
    return sum(row["page"] == "/late" for row in await office.rows("site_visits"))


async def traces(office: Office) -> list[object]:
    """What the ledger keeps of each destruction to look by."""
    async with office.desk.ledger.read() as book:
        steps = await book.steps((await office.only_case()).id)
    return [planned.traces for planned in steps if planned.step.kind is StepKind.DESTROY]


async def test_a_visit_written_while_its_visitor_is_deleted_is_no_done_but_a_person(office: Office):
    await confirmed(office)

    await turn(visited(office))

    assert await late_visits(office) == 1
    assert (await office.only_case()).holds == (HoldReason.NOT_DONE,)
    assert len(office.letters()) == 1  # the question; nobody was told that anything is destroyed


async def test_who_dies_before_the_second_look_looks_by_what_was_kept(office: Office):
    await confirmed(office)
    with pytest.raises(Killed):
        await turn(visited(office, dies=True))
    assert await late_visits(office) == 1

    await office.turn()

    case = await office.only_case()
    assert (case.state, await late_visits(office)) == (CaseState.DONE, 0)
    assert len(office.letters()) == 2


async def test_the_next_try_destroys_what_came_late_and_forgets_by_what_it_was_found(office: Office):
    await confirmed(office)
    await turn(visited(office))
    assert await traces(office) != [()]

    await verdict.approve((await office.only_case()).number, by="lawyer", desk=office.desk)
    office.clock.forward(minutes=180)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await late_visits(office) == 0
    assert await traces(office) == [()]


async def test_a_key_that_was_kept_stands_neither_in_the_trail_nor_in_what_is_left_when_all_is_done(
    office: Office,
):
    await confirmed(office)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    async with office.desk.ledger.read() as book:
        links = await book.links()
    assert not any("traces" in str(link.event.facts) for link in links)
    assert await traces(office) == [()]


@pytest.mark.parametrize("end", ["close", "reply", "refuse"])
async def test_a_case_that_ends_keeps_no_keys_of_rows_it_has_not_destroyed(office: Office, end: str):
    """Some keys are logins: they are kept with their step only as long as it may be tried again (A52)."""
    office.mailbox.put(mail("Удалите мои данные, иначе я подам в суд!"))
    await office.turn()
    case = await office.only_case()
    step = Step(kind=StepKind.DESTROY, address=case.address, right=Right.ERASURE)
    async with office.desk.ledger.write() as book:
        await book.plan(case.id, Phase.CONFIRMED, [step], at=office.clock.now)
        (planned,) = [one for one in await book.steps(case.id) if one.step.kind is StepKind.DESTROY]
        trace = Trace(store="company", table="subjects", columns=("id",), keys=((1,),))
        await book.trace(planned.id, (trace,))
    match end:
        case "close":
            await verdict.close(case.number, by="lawyer", desk=office.desk)
        case "reply":
            await verdict.reply(case.number, by="lawyer", text="Готово.", close=True, desk=office.desk)
        case _:
            norm = "kz.obligation"
            await verdict.refuse(case.number, by="lawyer", norm=norm, reason="Договор.", desk=office.desk)

    async with office.desk.ledger.read() as book:
        assert [one.traces for one in await book.steps(case.id) if one.traces] == []
