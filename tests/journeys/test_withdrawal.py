"""Withdrawal of consent: stopped at once, what an order needs stays until its day, refused on a law's ground."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbot.core.case import Phase
from mailbot.core.decide import Autonomy
from mailbot.core.model import CaseState, HoldReason, Language, Right, StepKind
from mailbot.errors import NotNow
from mailbot.journeys import verdict
from mailbot.journeys.autonomy import set_mode
from tests.by_hand import SHIPPED
from tests.fakes import mail, reply
from tests.office import Office, open_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

WITHDRAW = "Отзываю своё согласие на обработку персональных данных."
ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки."
UNTIL = date(2026, 12, 10)


async def confirmed(office: Office, words: str = WITHDRAW) -> None:
    office.mailbox.put(mail(words))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()


# ---------------------------------------------------------------- an open order


async def test_an_open_order_holds_up_the_destruction_and_not_the_stop(office: Office):
    await office.add_order()
    await confirmed(office)

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.OBLIGATION,))
    assert [row["blocked_at"] is not None for row in await office.rows("subjects")] == [True]
    assert [row["withdrawn_at"] is not None for row in await office.rows("consents")] == [True]


async def test_the_receipt_says_that_processing_has_stopped_once_it_has(office: Office):
    await office.add_order()
    await confirmed(office)

    _, receipt = office.letters()
    assert "обработка прекращена, остальное решает сотрудник" in receipt["Subject"]
    events = await office.events()
    assert events.index("step.done", events.index("case.held")) < events.index(
        "answer.queued", events.index("case.held")
    )


@pytest.mark.parametrize("doubt", ["rehearsal", "crowd", "junk"])
async def test_nothing_is_stopped_where_a_person_must_look_who_it_is_or_whether_we_act(office: Office, doubt):
    await office.add_order()
    office.mailbox.put(mail(WITHDRAW))
    await office.turn()
    if doubt == "rehearsal":
        rights = Right.WITHDRAW_CONSENT
        await set_mode(rights, list(Language), Autonomy.REHEARSE, by="operator", desk=office.desk)
    if doubt == "crowd":
        await office.add_person(2)
    if doubt == "junk":
        office.watches = (*office.watches, type(office.watches[0])(folder="Junk", junk=True))
        office.mailbox.put(mail("x"), folder="Junk")
        await office.turn()
    folder = "Junk" if doubt == "junk" else "INBOX"
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"), folder=folder)
    await office.turn()

    assert (await office.only_case()).state is CaseState.PERSON
    assert {row["blocked_at"] for row in await office.rows("subjects")} == {None}


async def test_approving_under_a_live_order_destroys_the_rest_and_names_what_stays_and_how_long(office: Office):
    await office.add_order(until=UNTIL)
    await confirmed(office)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await office.rows("consents") == []
    assert len(await office.rows("obligations")) == 1
    outcome = office.letters()[2].get_content()
    assert "RK Civil Code, до 10.12.2026" in outcome


async def test_what_was_shown_before_approving_is_what_is_told_after(office: Office):
    await office.add_order(until=UNTIL)
    await confirmed(office)
    shown = await verdict.proposal(await office.only_case(), office.desk)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()

    assert shown is not None
    assert shown.letter is not None
    about_data = [
        text.partition("Чтобы реклама")[0] for text in (shown.letter.body, office.letters()[2].get_content())
    ]
    assert about_data[0].split() == about_data[1].split()
    assert "до 10.12.2026" in about_data[0]


async def test_on_the_day_after_its_term_what_was_kept_is_destroyed_and_the_person_is_told(office: Office):
    await office.add_order(until=UNTIL)
    await confirmed(office)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    async with office.desk.ledger.read() as book:
        (later,) = [step for step in await book.steps(1) if step.phase is Phase.LATER]
    assert later.run_at is not None
    assert later.run_at.astimezone(office.desk.zone).date() == UNTIL + timedelta(days=1)

    async with office.data.begin() as connection:  # the order is fulfilled meanwhile
        await connection.execute(text("UPDATE obligations SET fulfilled_at = '2026-12-01 10:00:00.000000'"))
    office.clock.now = later.run_at - timedelta(minutes=1)
    await office.turn()
    assert len(await office.rows("obligations")) == 1

    office.clock.forward(minutes=2)
    await office.turn()

    assert await office.rows("obligations") == []
    assert await office.rows("subjects") == []
    told = office.letters()[3]
    assert "срок хранения истёк" in told["Subject"]
    assert (await office.only_case()).state is CaseState.DONE
    await office.turn()
    assert len(office.letters()) == 4


async def test_an_order_that_is_late_on_its_day_stays_and_is_looked_at_again(office: Office):
    await office.add_order(until=UNTIL)
    await confirmed(office)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    office.clock.forward(days=30)
    await office.turn()

    assert len(await office.rows("obligations")) == 1
    assert len(office.letters()) == 3
    async with office.desk.ledger.read() as book:
        later = [step for step in await book.steps(1) if step.phase is Phase.LATER]
    assert [step.done for step in later] == [True, False]


async def test_an_order_that_came_after_the_confirmation_is_no_dead_end_either(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    for name in ("receive", "decide"):
        await office.loop(name)
    await office.add_order()
    await office.turn()
    assert (await office.only_case()).holds == (HoldReason.NOT_DONE,)

    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await office.rows("consents") == []
    assert len(await office.rows("obligations")) == 1


# ---------------------------------------------------------------- refusal


async def test_no_law_has_a_ground_to_refuse_an_unsubscription(office: Office):
    office.senders.others = {}
    await set_mode(Right.UNSUBSCRIBE, list(Language), Autonomy.PERSON, by="operator", desk=office.desk)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    with pytest.raises(NotNow, match="no law has a ground"):
        await verdict.refuse("2026-0001", by="lawyer", norm="kz.obligation", reason="нет", desk=office.desk)
    assert (await office.only_case()).state is CaseState.PERSON


@pytest.mark.parametrize("norm", ["KZ 94-V, 8(2)", "kz.not_given", "eu.exception", ""])
async def test_a_refusal_rests_on_a_ground_of_the_law_against_this_very_right(office: Office, norm):
    await office.add_order()
    await confirmed(office)

    with pytest.raises(NotNow, match=r"kz\.obligation"):
        await verdict.refuse("2026-0001", by="lawyer", norm=norm, reason="Заказ в пути.", desk=office.desk)
    assert (await office.only_case()).state is CaseState.PERSON


async def test_a_refused_withdrawal_lifts_the_block_and_tells_the_norm(office: Office):
    await office.add_order()
    await confirmed(office)
    await verdict.refuse("2026-0001", by="lawyer", norm="kz.obligation", reason="Заказ в пути.", desk=office.desk)
    await office.turn()

    assert [row["blocked_at"] for row in await office.rows("subjects")] == [None]
    assert "94-V 8(2)" in office.letters()[-1].get_content()
    async with office.desk.ledger.read() as book:
        kinds = {step.step.kind for step in await book.steps(1) if step.phase is Phase.UNDO}
    assert kinds == {StepKind.RESUME_PROCESSING}


# ---------------------------------------------------------------- a law that keeps for years


async def test_what_a_law_keeps_is_found_on_its_day_though_the_address_is_gone_by_then(tmp_path: Path):
    shipped = SHIPPED.read_text(encoding="utf-8")
    subjects, consents, rest = _pieces(shipped)
    (tmp_path / "datamap.toml").write_text(subjects + consents + rest, encoding="utf-8")
    office = await open_office(tmp_path)
    await office.add_person()
    await office.begin()
    await office.live()
    await confirmed(office, ERASE)

    (subject,) = await office.rows("subjects")
    assert "anna" not in str(subject).lower()
    assert len(await office.rows("consents")) == 1  # given on 1 March 2025, kept for three years
    assert "94-V 25(2)(5), до 01.03.2028" in office.letters()[1].get_content()

    office.clock.now = datetime(2028, 3, 1, 12, tzinfo=UTC)
    await office.turn()
    assert len(await office.rows("consents")) == 1

    office.clock.forward(days=1)
    await office.turn()

    assert await office.rows("consents") == []
    assert "срок хранения истёк" in office.letters()[2]["Subject"]
    await office.data.dispose()
    await office.app.close()


def _pieces(shipped: str) -> tuple[str, str, str]:
    """The shipped map with persons that stay without a value, and consents that a law keeps for three years."""
    subjects, name, others = shipped.partition('name = "subscriptions"')
    before, consents, rest = others.partition('name = "consents"')
    erased = subjects.replace('destroy = "delete"\n', 'destroy = "columns"\n', 1)
    for column, how in {
        "full_name = { ": "null",
        "phone = { ": "null",
        "email = { ": "hash",
        "postal_address = { ": "null",
        "language = { ": "keep",
    }.items():
        erased = erased.replace(f"\n{column}", f'\n{column}erase = "{how}", ', 1)
    kept = 'destroy = { keep = "94-V 25(2)(5)", until = { column = "given_at", years = 3 } }\n'
    return erased + name + before, consents, rest.replace('destroy = "delete"\n', kept, 1)
