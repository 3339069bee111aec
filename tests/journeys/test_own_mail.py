"""The mailbox is a store on the map: erasing the database while the mailbox keeps the letter is no erasure."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from email import message_from_bytes
from pathlib import Path

import pytest

from mailbot.core.case import OutState
from mailbot.core.model import CaseState, HoldReason, Place
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys import verdict
from tests.fakes import FakeMailbox, mail, reply
from tests.office import KEEPS_ALL, Office, ready_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = "Прошу удалить все мои персональные данные."
WITHDRAW = "Отзываю своё согласие на обработку персональных данных."
ORDINARY = "Добрый день! Когда привезут ондулин?"
OURS = {"From": "info@example.kz", "To": "anna@example.org"}

MAILBOX = """
[mailbox]
system = "Почтовый ящик"
norm = "152-ФЗ, ст. 21"
keep_days = 1095
folders = ["INBOX", "Sent", "Archive"]
erase = {erase}
"""


def with_mailbox(folder: Path, *, erase: bool) -> None:
    """The shipped map, with the mailbox on it."""
    lines = MAILBOX.format(erase=str(erase).lower())
    (folder / "datamap.toml").write_text(KEEPS_ALL + lines, encoding="utf-8")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose map has the mailbox, and lets letters go."""
    with_mailbox(tmp_path, erase=True)
    opened = await ready_office(tmp_path)
    opened.mailbox.folders["Archive"] = type(opened.mailbox.folders["INBOX"])(9)
    yield opened
    await opened.close()


def old(raw: bytes, office: Office, folder: str = "Archive") -> Place:
    return office.mailbox.put(raw, folder=folder)


async def confirmed(office: Office, words: str = ERASE) -> None:
    office.mailbox.put(mail(words))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()


async def evidence(office: Office, name: str = "step.done") -> dict[str, int]:
    """What the trail says of the mailbox."""
    async with office.desk.ledger.read() as book:
        events = [link.event for link in await book.links(limit=1000)]
    rows = [event.facts["rows"] for event in events if event.name == name and event.facts["kind"] == "destroy"]
    assert isinstance(rows[-1], dict)
    return {key: count for key, count in rows[-1].items() if key.startswith("mailbox.")}


# ---------------------------------------------------------------- what goes, what stays


@pytest.mark.parametrize("words", [ERASE, WITHDRAW])
async def test_a_confirmed_destruction_takes_the_persons_letters_in_every_folder(office: Office, words: str):
    old(mail(ORDINARY), office)
    old(mail(ORDINARY), office, "INBOX")
    old(mail("Привезём завтра.", headers=OURS), office, "Sent")
    await confirmed(office, words)

    case = await office.only_case()
    assert case.state is CaseState.DONE
    assert office.mailbox.raws("Archive") == []
    assert not [raw for raw in office.mailbox.raws("INBOX") if ORDINARY.encode() in raw]
    assert not [raw for raw in office.mailbox.raws("Sent") if "завтра".encode() in raw]
    assert "другие письма от Вас и к Вам" in office.letters()[-1].get_content()
    assert await evidence(office) == {
        "mailbox.INBOX:destruction": 1,
        "mailbox.INBOX:storage": 2,
        "mailbox.Sent:destruction": 1,
        "mailbox.Sent:storage": 1,
        "mailbox.Archive:destruction": 1,
    }


async def test_requests_and_our_answers_stay_as_proof_with_ground_and_day(office: Office):
    """A68: what stays is named with its norm and its last day."""
    await confirmed(office)

    answer = office.letters()[-1].get_content()
    assert (
        "переписка по этому делу: она подтверждает, что просьба рассмотрена (152-ФЗ, ст. 21, до 22.11.2029)"
        in " ".join(answer.split())
    )
    assert "Другие письма" not in answer
    assert len(office.mailbox.raws("INBOX")) == 2
    assert office.mailbox.raws("Sent") == office.mailer.to("anna@example.org")


async def test_a_neighbours_letters_are_untouched(office: Office):
    """C8: joanna@example.org is not anna@example.org; who copies Anna in has written the letter himself."""
    theirs = [
        mail(ORDINARY, sender="joanna@example.org"),
        mail(ORDINARY, sender="boris@example.org", headers={"Cc": "anna@example.org"}),
        mail("Пишет мне anna@example.org", sender="boris@example.org"),
    ]
    for raw in theirs:
        old(raw, office)
    await confirmed(office)

    assert office.mailbox.raws("Archive") == theirs
    assert "Другие письма между Вами и нами остались" in " ".join(office.letters()[-1].get_content().split())
    assert (await office.only_case()).state is CaseState.DONE


async def test_a_letter_to_several_people_stays_and_the_person_is_told(office: Office):
    old(mail("Всем!", headers={"From": "info@example.kz", "To": "anna@example.org, boris@example.org"}), office)
    await confirmed(office)

    assert len(office.mailbox.raws("Archive")) == 1
    assert "ответьте ЧЕЛОВЕК" in " ".join(office.letters()[-1].get_content().split())


async def test_a_colleague_who_is_copied_in_keeps_no_letter_from_going(office: Office):
    old(mail(ORDINARY, headers={"Cc": "aigul@example.kz"}), office)
    await confirmed(office)

    assert office.mailbox.raws("Archive") == []


async def test_letters_that_hang_on_the_case_are_proof_too(office: Office):
    """A colleague's own answer to the request, and thanks for ours."""
    office.mailbox.put(mail(ERASE))
    await office.turn()
    (request,) = office.mailbox.raws("INBOX")
    answers = message_from_bytes(request)["Message-ID"]
    (question,) = office.letters()
    old(mail("Сейчас займусь.", headers=OURS, answers=answers), office, "Archive")
    office.mailbox.put(reply(question, "Подтверждаю"))
    await office.turn()

    assert len(office.mailbox.raws("Archive")) == 1
    assert (await office.only_case()).state is CaseState.DONE


async def test_letters_of_another_case_of_the_address_are_never_touched(office: Office):
    office.mailbox.put(mail("Прошу исправить мой телефон на +7 700 000 00 05."))
    await office.turn()
    await confirmed(office)

    first, *_ = await office.cases()
    assert first.state is CaseState.PERSON
    assert len(office.mailbox.raws("INBOX")) == 3


async def test_a_letter_that_nobody_has_read_yet_may_be_a_request_and_stays(office: Office):
    """Never lose a request: it came while the destruction was carried out."""
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.loop("receive")
    await office.loop("decide")
    office.mailbox.put(mail("Прошу сообщить, какие данные обо мне вы храните."))
    await office.turn()

    assert len(office.mailbox.raws("INBOX")) == 3
    assert len(await office.cases()) == 2


async def test_a_letter_that_did_not_come_whole_stays_and_the_person_is_told(office: Office):
    """D53: over the limit it is not read, so nobody can say that it is no request."""
    office.mailbox.put(mail(ORDINARY), folder="Archive", size=30 * 2**20)
    await confirmed(office)

    assert len(office.mailbox.raws("Archive")) == 1
    assert "остались в почтовом ящике" in " ".join(office.letters()[-1].get_content().split())


async def test_while_an_order_is_open_letters_stay_and_go_with_its_rows(office: Office):
    """Some of them are about the order (issue 5, item 5)."""
    await office.add_order(until=date(2026, 12, 10))
    old(mail("Когда привезут заказ?"), office)
    await confirmed(office)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    assert len(office.mailbox.raws("Archive")) == 1
    assert "остались в почтовом ящике" in " ".join(office.letters()[-1].get_content().split())

    await office.forget("obligations", 1)  # the order is fulfilled, and its row goes with it
    office.clock.forward(days=60)
    await office.turn()

    assert await office.rows("subjects") == []
    assert office.mailbox.raws("Archive") == []


async def test_without_erase_other_letters_stay_and_the_person_is_told_how_to_go_on(tmp_path: Path):
    with_mailbox(tmp_path, erase=False)
    office = await ready_office(tmp_path)
    office.mailbox.folders["Archive"] = type(office.mailbox.folders["INBOX"])(9)
    old(mail(ORDINARY), office)
    await confirmed(office)

    assert len(office.mailbox.raws("Archive")) == 1
    answer = " ".join(office.letters()[-1].get_content().split())
    assert "остались в почтовом ящике; чтобы ими занялся сотрудник, ответьте ЧЕЛОВЕК" in answer
    assert "другие письма от Вас" not in answer
    await office.close()


async def test_somebody_not_on_file_is_told_that_nothing_was_there(office: Office):
    """Their own request is no find."""
    office.mailbox.put(mail(ERASE, sender="boris@example.org"))
    await office.turn()
    office.mailbox.put(reply(office.letters("boris@example.org")[0], "Подтверждаю", sender="boris@example.org"))
    await office.turn()

    assert "уничтожать было нечего" in " ".join(office.letters("boris@example.org")[-1].get_content().split())


async def test_a_map_without_mailbox_touches_no_letter_and_says_what_it_always_said(tmp_path: Path):
    (tmp_path / "datamap.toml").write_text(KEEPS_ALL, encoding="utf-8")
    office = await ready_office(tmp_path)
    old(mail(ORDINARY), office, "INBOX")
    await confirmed(office)

    assert len(office.mailbox.raws("INBOX")) == 3
    assert "что просьба рассмотрена." in " ".join(office.letters()[-1].get_content().split())
    await office.close()


# ---------------------------------------------------------------- trouble


async def test_a_mailbox_that_is_away_holds_the_step_and_nothing_is_called_done(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.loop("receive")
    await office.loop("decide")
    old(mail(ORDINARY), office)
    office.mailbox.down = True

    with pytest.raises(Unavailable):
        await office.loop("fulfil")
    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.FULFILLING, ())
    assert len(await office.rows("subjects")) == 1

    office.mailbox.down = False
    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE
    assert office.mailbox.raws("Archive") == []


async def test_a_connection_that_breaks_between_the_databases_and_the_mailbox_is_taken_up_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    old(mail(ORDINARY), office)
    plain = FakeMailbox.expunge

    async def lost(self: FakeMailbox, places: Sequence[Place]) -> None:
        raise Unavailable("IMAP connection lost")

    monkeypatch.setattr(FakeMailbox, "expunge", lost)
    with pytest.raises(Unavailable):
        await confirmed(office)
    assert await office.rows("subjects") == []
    assert (await office.only_case()).state is CaseState.FULFILLING

    monkeypatch.setattr(FakeMailbox, "expunge", plain)
    await office.turn()
    assert office.mailbox.raws("Archive") == []
    assert "контактные данные" in office.letters()[-1].get_content()
    assert (await evidence(office))["mailbox.Archive:destruction"] == 1


async def test_a_server_that_would_destroy_others_mail_too_is_a_persons(office: Office):
    """D64: no plain EXPUNGE; it is said that it is not done."""
    place = old(mail(ORDINARY), office)
    office.mailbox.uidplus = False
    await confirmed(office)

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.NOT_DONE,))
    assert await office.mailbox.flags(place) == frozenset()
    assert len(office.letters()) == 1


async def test_a_letter_that_is_still_there_at_the_second_look_is_not_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    old(mail(ORDINARY), office)

    async def nothing(self: FakeMailbox, places: Sequence[Place]) -> None:
        """A server that says OK and destroys nothing."""

    monkeypatch.setattr(FakeMailbox, "expunge", nothing)
    await confirmed(office)

    assert (await office.only_case()).holds == (HoldReason.NOT_DONE,)
    assert len(office.letters()) == 1


async def test_a_folder_of_the_map_that_is_not_there_is_not_taken_for_empty(office: Office):
    """A slip in its name must not switch the protection off."""
    del office.mailbox.folders["Archive"]
    await confirmed(office)

    assert (await office.only_case()).holds == (HoldReason.NOT_DONE,)


async def test_a_folder_with_new_numbers_is_looked_through_first(office: Office):
    """D57: until then nobody can say which of its letters are news."""
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.loop("receive")
    await office.loop("decide")
    office.mailbox.renumber("INBOX")

    with pytest.raises(Unavailable):
        await office.loop("fulfil")
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert len(office.mailbox.raws("INBOX")) == 2


async def test_the_answers_own_copy_is_known_by_its_message_id(office: Office):
    await confirmed(office)
    async with office.desk.ledger.read() as book:
        out = await book.letters_out((await office.only_case()).id)
        ids = {letter.message_id for letter, state in out if state is OutState.FILED and letter.letters}
        assert ids
        assert set(await book.answers_among(ids)) == ids


async def test_a_fake_says_no_to_a_folder_that_is_not_there(office: Office):
    with pytest.raises(Rejected):
        await office.mailbox.open("Nowhere")
