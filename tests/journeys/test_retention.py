"""The ledger and the mailbox forget people too, when the term of their case is over (issue 5, item 1)."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import insert, select, table, text
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters.ledger.tables import tasks
from mailbot.cli.show import plain, print_case, seen
from mailbot.core.case import Phase
from mailbot.core.model import Address, CaseState, Details, Place, Right, Step, StepKind
from mailbot.core.switches import Switch
from mailbot.errors import NotNow, Unavailable
from mailbot.journeys import pause, retention, verdict
from mailbot.journeys.orders import stands
from mailbot.journeys.retention import Due
from tests.fakes import FakeMailbox, mail, reply
from tests.office import KEEPS_ALL, Office, ready_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки и не звоните на +7 700 000 00 01. Анна Примерова"
ORDINARY = "Добрый день! Когда привезут ондулин?"
OWN = """
[ledger]
system = "Журнал обращений"
norm = "152-ФЗ, ст. 21"
keep_days = 30
"""
MAILBOX = """
[mailbox]
system = "Почтовый ящик"
norm = "152-ФЗ, ст. 21"
keep_days = {days}
folders = ["INBOX", "Sent"]
"""
OF_ANNA = re.compile(rb"anna|\xd0\x9f\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80|70000000001", re.IGNORECASE)


async def at_work(folder: Path, more: str) -> Office:
    (folder / "datamap.toml").write_text(KEEPS_ALL + more, encoding="utf-8")
    return await ready_office(folder)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose map says how long the ledger keeps what it knows; the mailbox is not on it."""
    opened = await at_work(tmp_path, OWN)
    yield opened
    await opened.close()


@pytest.fixture
async def with_mailbox(tmp_path: Path) -> AsyncIterator[Office]:
    """The same, with the mailbox."""
    opened = await at_work(tmp_path, OWN + MAILBOX.format(days=30))
    yield opened
    await opened.close()


async def erased(office: Office) -> None:
    office.mailbox.put(mail(ERASE + "\r\nАнна Примерова, +7 700 000 00 01"))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE


async def of_anna(office: Office) -> list[str]:
    """Tables and columns of the ledger in which anything of Anna stands."""
    engine = create_async_engine(office.app.settings.file.ledger.url)
    found = []
    async with engine.connect() as connection:
        names = await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        for name in names.scalars().all():
            for row in (await connection.execute(select(text("*")).select_from(table(name)))).mappings():
                for column, value in row.items():
                    octets = value if isinstance(value, bytes) else str(value).encode()
                    if OF_ANNA.search(octets):
                        found.append(f"{name}.{column}")
    await engine.dispose()
    return sorted(set(found))


async def screen(office: Office, number: str = "2026-0001") -> str:
    paper = io.StringIO()
    print_case(await seen(number, office.desk), Console(file=paper, width=200))
    return paper.getvalue()


# ---------------------------------------------------------------- the ledger


async def test_before_its_term_is_over_nothing_is_forgotten(office: Office):
    await erased(office)
    office.clock.forward(days=29)
    await office.turn()

    assert "letters.raw" in await of_anna(office)
    assert (await office.only_case()).redacted_at is None


@pytest.mark.parametrize("words", [ERASE, UNSUBSCRIBE])
async def test_when_the_term_is_over_nothing_of_the_person_stands_in_the_ledger(office: Office, words: str):
    office.mailbox.put(mail(words + "\r\nАнна Примерова"))
    await office.turn()
    if words == ERASE:
        office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
        await office.turn()
    assert {"cases.address", "letters.raw", "outbox.recipient", "steps.step"} <= set(await of_anna(office))
    office.clock.forward(days=31)
    await office.turn()

    assert await of_anna(office) == []
    case = await office.only_case()
    assert (case.state, case.redacted_at) == (CaseState.DONE, office.clock.now)
    events = await office.events()  # verifies the chain
    assert events[-2:] == ["case.redacted", "retention.done"]


async def test_what_was_done_when_and_by_what_norm_stays(office: Office):
    await erased(office)
    before = plain(await office.only_case())
    office.clock.forward(days=31)
    await office.turn()

    after = plain(await office.only_case())
    assert after.pop("redacted_at") is not None
    assert before.pop("redacted_at") is None
    assert after == before
    async with office.desk.ledger.read() as book:
        steps = await book.steps(1)
    assert [(p.step.kind, p.done) for p in steps] == [(StepKind.SUPPRESS, True), (StepKind.DESTROY, True)]
    assert sum(change.rows for change in steps[1].intended or ()) == 3


async def test_the_screen_says_that_a_case_was_redacted(office: Office):
    await erased(office)
    office.clock.forward(days=31)
    await office.turn()

    shown = await screen(office)
    assert "redacted on 2026-12-24" in shown
    assert shown.count("UTC: redacted") == 2
    assert "unreadable" not in shown


async def test_the_suppression_list_stays(office: Office):
    await erased(office)
    office.clock.forward(days=31)
    await office.turn()

    async with office.desk.ledger.read() as book:
        assert await stands(Address("anna@example.org"), book, office.desk)


async def test_an_open_case_is_not_touched_however_old(office: Office):
    await office.add_order()
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    assert (await office.only_case()).state is CaseState.PERSON
    office.clock.forward(days=400)
    await office.turn()

    assert (await office.only_case()).redacted_at is None
    assert "letters.raw" in await of_anna(office)


async def test_a_case_with_a_dated_step_is_not_touched_before_that_is_taken(office: Office):
    await erased(office)
    later = office.clock.now + timedelta(days=90)
    step = Step(kind=StepKind.DESTROY, address=Address("anna@example.org"), right=Right.ERASURE)
    async with office.desk.ledger.write() as book:
        await book.plan_for(1, Phase.LATER, step, at=office.clock.now, run_at=later)
    office.clock.forward(days=60)
    await office.turn()
    assert (await office.only_case()).redacted_at is None

    office.clock.forward(days=31)
    await office.turn()
    assert (await office.only_case()).redacted_at is None  # it was heard of today
    office.clock.forward(days=31)
    await office.turn()
    assert (await office.only_case()).redacted_at is not None


async def test_a_letter_that_has_not_left_yet_is_waited_for(office: Office):
    office.mailbox.put(mail(ERASE))
    for loop in ("receive", "decide", "fulfil"):
        await office.loop(loop)
    async with office.desk.ledger.write() as book:
        case = await book.case(1)
        await book.save(type(case)(**{**{f: getattr(case, f) for f in case.__slots__}, "state": CaseState.CLOSED}))
    office.clock.forward(days=31)
    await office.loop("clock")

    assert (await office.only_case()).redacted_at is None


async def test_letters_that_belong_to_no_case_are_forgotten_too(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    office.mailbox.put(mail(ERASE))
    await office.loop("receive")
    async with office.desk.ledger.write() as book:
        await book.dismiss(1)
        before = await book.letter(1)
    assert before.reading.details
    office.clock.forward(days=31)
    await office.loop("clock")

    async with office.desk.ledger.read() as book:
        after, waiting = await book.letter(1), await book.letter(2)
    assert (after.raw, after.reading.details, after.reading.rights) == (b"", Details(), before.reading.rights)
    assert [evidence for ask in after.reading.asks for evidence in ask.evidence] == []
    assert waiting.raw  # nobody has decided about it yet


async def test_a_late_yes_to_a_forgotten_case_moves_nothing(office: Office):
    """C15, amendment 4: its token and its Message-IDs are forgotten with it."""
    office.mailbox.put(mail(ERASE))
    await office.turn()
    question = office.letters()[0]
    office.clock.forward(days=60)  # it lapses
    await office.turn()
    office.clock.forward(days=31)
    await office.turn()
    assert (await office.only_case()).redacted_at is not None
    office.mailbox.put(reply(question, "Подтверждаю"))
    await office.turn()

    assert (await office.cases())[0].state is CaseState.CLOSED
    assert len(await office.rows("subjects")) == 1


async def test_what_a_forgotten_case_has_set_cannot_be_taken_back_by_its_number(office: Office):
    await erased(office)
    office.clock.forward(days=31)
    await office.turn()

    with pytest.raises(NotNow, match="redacted"):
        await verdict.take_back("2026-0001", by="lawyer", desk=office.desk)


async def test_while_paused_nothing_is_forgotten(office: Office):
    await erased(office)
    await pause.switch_off(Switch.EVERYTHING, by="lawyer", why="drill", desk=office.desk)
    office.clock.forward(days=31)
    await office.loop("clock")

    assert (await office.only_case()).redacted_at is None


async def test_many_cases_are_forgotten_in_rounds(office: Office, monkeypatch: pytest.MonkeyPatch):
    for number in range(5):
        office.mailbox.put(mail("Отпишите меня от рассылки.", sender=f"anna{number}@example.org"))
    await office.turn()
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    office.clock.forward(days=31)
    before = (await office.events()).count("retention.done")

    redacted = []
    for _ in range(5):
        await office.loop("clock")
        redacted.append(sum(case.redacted_at is not None for case in await office.cases()))
    assert redacted == [2, 4, 5, 5, 5]
    assert (await office.events()).count("retention.done") == before + 1


async def test_what_is_due_is_counted_without_being_done(office: Office):
    await erased(office)
    assert await retention.due(office.desk) == Due()
    office.clock.forward(days=31)

    assert await retention.due(office.desk) == Due(cases=1)
    assert (await office.only_case()).redacted_at is None
    assert await retention.carry_out(office.desk, by="lawyer") == Due(cases=1)
    assert await retention.due(office.desk) == Due()


async def test_a_map_that_says_no_term_forgets_nothing(tmp_path: Path):
    (tmp_path / "datamap.toml").write_text(KEEPS_ALL, encoding="utf-8")
    office = await ready_office(tmp_path)
    await erased(office)
    office.clock.forward(days=4000)
    await office.loop("clock")

    assert (await office.only_case()).redacted_at is None
    await office.close()


# ---------------------------------------------------------------- the mailbox


async def test_requests_and_our_answers_leave_the_mailbox_before_the_ledger_forgets_them(with_mailbox: Office):
    office = with_mailbox
    office.mailbox.put(mail(ORDINARY))
    office.mailbox.put(mail(ERASE, sender="boris@example.org"))
    await erased_beside(office)
    assert len(office.mailbox.raws("Sent")) == 3
    office.clock.forward(days=31)
    await office.turn(1)

    left = [raw for raw in office.mailbox.raws("INBOX") if b"boris" not in raw]
    assert [ORDINARY.encode() in raw for raw in left] == [True]  # it was no request: the map says nothing of it
    assert [b"To: boris" in raw for raw in office.mailbox.raws("Sent")] == [True]
    events = await office.events()
    assert events.index("copies.destroyed") < events.index("case.redacted")


async def erased_beside(office: Office) -> None:
    """Anna's data are destroyed, while Boris's case waits for his yes."""
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    async with office.desk.ledger.write() as book:  # Boris's is a person's, and stays open
        case = next(case for case in await book.cases() if case.address == "boris@example.org")
        await book.save(type(case)(**{**{f: getattr(case, f) for f in case.__slots__}, "state": CaseState.PERSON}))


async def test_thanks_and_a_colleagues_own_answer_go_with_what_they_hang_on(with_mailbox: Office):
    office = with_mailbox
    await erased(office)
    (_, answer) = office.letters()
    office.mailbox.put(mail("Спасибо!", answers=answer["Message-ID"]))
    ours = {"From": "info@example.kz", "To": "anna@example.org"}
    office.mailbox.put(mail("Пожалуйста.", answers=answer["Message-ID"], headers=ours), folder="Sent")
    await office.turn()
    office.clock.forward(days=31)
    await office.turn()

    assert (office.mailbox.raws("INBOX"), office.mailbox.raws("Sent")) == ([], [])


async def test_a_longer_term_of_the_mailbox_holds_the_ledger_too(tmp_path: Path):
    """It alone knows which letters they are."""
    office = await at_work(tmp_path, OWN + MAILBOX.format(days=60))
    await erased(office)
    office.clock.forward(days=31)
    await office.turn()
    assert (await office.only_case()).redacted_at is None

    office.clock.forward(days=30)
    await office.turn()
    assert (await office.only_case()).redacted_at is not None
    assert office.mailbox.raws("Sent") == []
    await office.close()


async def test_a_shorter_term_of_the_mailbox_is_kept_and_the_ledger_waits_for_its_own(tmp_path: Path):
    office = await at_work(tmp_path, OWN + MAILBOX.format(days=10))
    await erased(office)
    office.clock.forward(days=11)
    await office.turn()

    assert office.mailbox.raws("Sent") == []
    assert (await office.only_case()).redacted_at is None
    office.clock.forward(days=20)
    await office.turn()
    assert (await office.only_case()).redacted_at is not None
    await office.close()


async def test_while_the_mailbox_is_away_the_ledger_forgets_nothing(with_mailbox: Office):
    office = with_mailbox
    await erased(office)
    office.clock.forward(days=31)
    office.mailbox.down = True
    with pytest.raises(Unavailable):
        await office.loop("clock")
    assert (await office.only_case()).redacted_at is None

    office.mailbox.down = False
    await office.turn()
    assert (await office.only_case()).redacted_at is not None


async def test_a_server_that_destroys_nothing_is_told_of_and_nothing_is_forgotten(
    with_mailbox: Office, monkeypatch: pytest.MonkeyPatch
):
    office = with_mailbox
    await erased(office)
    office.clock.forward(days=31)

    async def nothing(self: FakeMailbox, places: list[Place]) -> None:
        """It says OK."""

    monkeypatch.setattr(FakeMailbox, "expunge", nothing)
    with pytest.raises(Unavailable, match="still there"):
        await office.loop("clock")
    assert (await office.only_case()).redacted_at is None
    assert "copies.destroyed" not in await office.events()


async def test_a_colleagues_move_hides_no_copy(with_mailbox: Office):
    """Known by its bytes, wherever it lies among the folders of the map."""
    office = with_mailbox
    await erased(office)
    async with office.desk.ledger.read() as book:
        place = (await book.letter(1)).place
    await office.mailbox.move(place, "Sent")
    office.clock.forward(days=31)
    await office.turn()

    assert (office.mailbox.raws("INBOX"), office.mailbox.raws("Sent")) == ([], [])


async def test_evidence_of_a_task_and_its_thread_are_forgotten(office: Office):
    await erased(office)
    now = office.clock.now
    row = {
        "case_id": 1,
        "kind": "store",
        "name": "archive",
        "right": "erasure",
        "state": "done",
        "person": "Bolat",
    }
    row |= {"opened_at": now, "due_at": now, "evidence": "anna: act 12", "message_id": "anna@example.kz"}
    engine = create_async_engine(office.app.settings.file.ledger.url)
    async with engine.begin() as connection:
        await connection.execute(insert(tasks).values(**row))
    await engine.dispose()
    assert {"tasks.evidence", "tasks.message_id"} <= set(await of_anna(office))
    office.clock.forward(days=31)
    await office.turn()

    assert await of_anna(office) == []


async def test_a_forgotten_case_that_had_to_act_again_is_forgotten_again(office: Office):
    await erased(office)
    office.clock.forward(days=31)
    await office.turn()
    office.clock.forward(days=1)
    step = Step(kind=StepKind.RESUME_ADVERTISING, address=Address("anna@example.org"), right=Right.ERASURE)
    async with office.desk.ledger.write() as book:
        await book.plan(1, Phase.UNDO, [step], at=office.clock.now)
    await office.turn()
    assert await of_anna(office) == ["steps.step"]
    office.clock.forward(days=31)
    await office.turn()

    assert await of_anna(office) == []
