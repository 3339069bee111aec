"""Machines are heard where they carry a person's request, and never answered into a loop (issue 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from mailbot.core.model import Address, CaseState, HoldReason, Right
from mailbot.journeys import verdict
from mailbot.journeys.orders import stands
from mailbot.ports import Delivery
from tests.fakes import FakeMailer, mail, reply
from tests.office import Office, open_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
ERASE = "Прошу удалить все мои персональные данные."
WITHDRAW = "Отзываю согласие на обработку моих персональных данных."
ANNA, US = "anna@example.org", "info@example.kz"
REPORTER = "fbl@reports.example.org"
NEWSLETTER = (
    "Осенние скидки до 30 % на кровлю!\r\nТолько до конца недели.\r\n\r\nВы получили это письмо, потому что "
    "подписаны на новости магазина. Отписаться от рассылки можно по ссылке https://shop.example/u\r\n"
)


@dataclass
class Postman(FakeMailer):
    """Keeps the envelope senders too."""

    senders: list[str] = field(default_factory=list)

    async def send(self, mail_from: str, recipient: str, raw: bytes) -> Delivery:  # any text
        self.senders.append(mail_from)
        return await super().send(mail_from, recipient, raw)  # type: ignore[arg-type]  # an address in tests


def report(
    about: EmailMessage | None = None,
    *,
    action: str = "failed",
    to: str = US,
    headers: Mapping[str, str] | None = None,
    number: list[int] = [0],  # noqa: B006 - one number after another
) -> bytes:
    """A delivery report of RFC 3464; without *about* it names no letter of ours."""
    number[0] += 1
    extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    returned = f"Message-ID: {about['Message-ID']}\r\n" if about else "Subject: (lost)\r\n"
    return (
        f"Return-Path: <>\r\n{extra}From: MAILER-DAEMON@example.org\r\nTo: {to}\r\nSubject: Delivery report\r\n"
        f"Message-ID: <report-{number[0]}@example.org>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0500\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nAbout your message\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {ANNA}\r\nAction: {action}\r\n"
        f"Status: {'5' if action == 'failed' else '4'}.1.1\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{returned}\r\n--b--\r\n"
    ).encode()


def complaint(*, sender: str = REPORTER, about: str = ANNA, number: int = 1) -> bytes:
    """A spam complaint in the format of RFC 5965."""
    return (
        f"Return-Path: <{sender}>\r\nFrom: {sender}\r\nTo: {US}\r\nSubject: Spam complaint\r\n"
        f"Message-ID: <arf-{number}@reports.example.org>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0500\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: FBL/1\r\n"
        f"Original-Rcpt-To: <{about}>\r\n"
        "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: news@example.kz\r\nTo: undisclosed-recipients:;\r\n"
        "Subject: Sale\r\n\r\nSale!\r\n--b--\r\n"
    ).encode()


async def asked(office: Office) -> EmailMessage:
    """Anna asks for erasure, and has our question."""
    office.mailbox.put(mail(ERASE))
    await office.turn()
    (question,) = office.letters()
    return question


async def is_suppressed(office: Office, address: str = ANNA) -> bool:
    async with office.desk.ledger.read() as book:
        return await stands(address, book, office.desk)


# ---------------------------------------------------------------- a request behind a machine's mark (C.3)


def in_words(mark: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in mark.items())


MARKS = [
    {"Precedence": "bulk"},
    {"Precedence": "list", "List-Id": "<all.firm.example>"},
    {"List-Unsubscribe": "<mailto:off@firm.example>"},
    {"Auto-Submitted": "auto-generated"},
    {"Auto-Submitted": "auto-replied"},
]


@pytest.mark.parametrize("mark", MARKS, ids=in_words)
async def test_c3_m_a_clear_request_behind_a_mark_waits_for_a_person_and_is_not_answered(office: Office, mark):
    office.mailbox.put(mail(ERASE, headers=mark))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.rights, office.letters()) == (CaseState.PERSON, (Right.ERASURE,), [])


@pytest.mark.parametrize("mark", MARKS[1:3], ids=in_words)
async def test_a_newsletter_is_nobodys_business(office: Office, mark):
    office.mailbox.put(mail(NEWSLETTER, headers=mark, sender="news@shop.example"))
    await office.turn()

    assert await office.cases() == []


async def test_a_yes_behind_a_mark_confirms_nothing_and_a_person_sees_it(office: Office):
    question = await asked(office)
    raw = reply(question, "Подтверждаю").replace(b"Subject:", b"Precedence: bulk\r\nSubject:", 1)
    office.mailbox.put(raw)
    await office.turn()

    case = await office.only_case()
    assert (case.confirmed, case.state) == (False, CaseState.PERSON)


# ---------------------------------------------------------------- unsubscribe buttons (D11, D28)

BUTTONS = [
    ("unsubscribe", "This message was automatically generated by Gmail.", {"Auto-Submitted": "auto-generated"}),
    ("unsubscribe 8fA77xQ", "", {}),
    ("Отписаться от рассылки", "Отписаться от рассылки", {"Precedence": "bulk"}),
    ("Жазылудан бас тарту", "", {"Auto-Submitted": "auto-generated"}),
]


@pytest.mark.parametrize(("subject", "words", "headers"), BUTTONS)
async def test_d11_d28_a_button_unsubscribes_and_is_not_answered(office: Office, subject, words, headers):
    office.mailbox.put(mail(words, subject=subject, headers=headers))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.rights) == (CaseState.DONE, (Right.UNSUBSCRIBE,))
    assert (await is_suppressed(office), office.letters()) == (True, [])


async def test_c12_a_button_that_names_another_address_is_a_persons(office: Office):
    automatic = {"Auto-Submitted": "auto-generated"}
    office.mailbox.put(mail("", subject="unsubscribe boris@example.net", headers=automatic))
    await office.turn()

    assert not await is_suppressed(office, "boris@example.net")
    assert all(case.state is CaseState.PERSON for case in await office.cases())


# ---------------------------------------------------------------- what becomes of our letters


async def test_d12_a_bounce_of_our_letter_gives_the_case_to_a_person(office: Office):
    office.mailbox.put(report(await asked(office)))
    await office.turn()

    assert (await office.only_case()).holds == (HoldReason.BOUNCED,)


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
async def test_d12_a_report_in_which_nothing_failed_moves_nothing_and_stands_in_the_trail(
    office: Office, action: str
):
    question = await asked(office)
    before = await office.only_case()
    office.mailbox.put(report(question, action=action))
    await office.turn()

    assert await office.only_case() == before
    assert "answer.reported" in await office.events()


@pytest.mark.parametrize(
    ("subject", "words", "headers"),
    [
        ("Re: ваш запрос", "Я в отпуске до 15 января. По срочным вопросам пишите petr@example.org", {}),
        ("Автоматты жауап", "Мен еңбек демалысындамын.", {"Auto-Submitted": "auto-replied"}),
        ("Прочитано: ваш запрос", "Ваше сообщение было прочитано 23 ноября.", {}),
        ("[Ticket #5] Ваша заявка принята", "Ваша заявка принята. Не отвечайте на это письмо.", {}),
        ("Re: ваш запрос", "Антиспам требует: подтвердите, что вы человек, по ссылке.", {}),
    ],
)
async def test_c17_what_programs_answer_moves_no_case_and_is_not_answered(office: Office, subject, words, headers):
    question = await asked(office)
    before = await office.only_case()
    office.mailbox.put(mail(words, subject=subject, answers=question["Message-ID"], headers=headers))
    await office.turn()

    after = await office.only_case()
    assert (after.state, after.holds, len(office.letters())) == (before.state, (), 1)


async def test_c17_a_vacation_notice_that_holds_our_letter_without_a_mark_is_no_request(office: Office):
    question = await asked(office)
    before = await office.only_case()
    words = f"Я в отпуске до 15 января.\r\n\r\n{question.get_content()}".replace("\n", "\r\n")
    automatic = {"Auto-Submitted": "auto-replied"}
    office.mailbox.put(mail(words, subject="Re: ваш запрос", answers=question["Message-ID"], headers=automatic))
    await office.turn()

    assert await office.cases() == [before]


# ---------------------------------------------------------------- bounces by their address (D22)


async def by_address(office: Office) -> str:
    """Our question leaves with an address of its own; which."""
    office.mailer = Postman()
    office.desk = replace(office.desk, letterhead=replace(office.desk.letterhead, bounce="bounce+CASE@example.kz"))
    await asked(office)
    (sender,) = office.mailer.senders
    return sender


async def test_d22_every_case_has_an_envelope_sender_of_its_own(office: Office):
    assert (await by_address(office)).startswith("bounce+2026-0001-")


@pytest.mark.parametrize("field_", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
async def test_d22_a_bounce_that_names_no_letter_reaches_its_case_by_its_address(office: Office, field_: str):
    sender = await by_address(office)
    raw = report(to=sender) if field_ == "To" else report(headers={field_: sender})
    office.mailbox.put(raw)
    await office.turn()

    assert (await office.only_case()).holds == (HoldReason.BOUNCED,)


@pytest.mark.parametrize("forged", ["bounce+2026-0001@example.kz", "bounce+2026-0001-0123456789abcdef@example.kz"])
async def test_d22_a_bounce_to_a_guessed_address_moves_nothing(office: Office, forged: str):
    await by_address(office)
    office.mailbox.put(report(to=forged))
    await office.turn()

    assert (await office.only_case()).state is CaseState.CONFIRMATION


async def test_d22_nobody_but_a_bounce_is_tied_by_that_address(office: Office):
    office.mailbox.put(mail("Добрый день, пришлите счёт.", headers={"Delivered-To": await by_address(office)}))
    await office.turn()

    assert (await office.events()).count("letter.received") == 1


async def test_d22_a_notice_to_the_operator_leaves_under_no_case(office: Office):
    office.mailer = Postman()
    office.desk = replace(office.desk, letterhead=replace(office.desk.letterhead, bounce="bounce+CASE@example.kz"))
    office.mailbox.put(mail(ERASE, headers={"Precedence": "bulk"}))
    await office.turn()

    assert office.mailer.senders == ["bounce+operator@example.kz"]


# ---------------------------------------------------------------- spam complaints (D14, amendment 8)


def hears(office: Office, *reporters: str) -> None:
    office.desk = replace(office.desk, own=replace(office.desk.own, complaint_reporters=reporters))


@pytest.mark.parametrize("known_as", [REPORTER, "reports.example.org", "@Reports.example.org"])
async def test_d14_a_proven_reporters_complaint_unsubscribes_without_an_answer(office: Office, known_as):
    hears(office, known_as)
    office.senders.proven.add(REPORTER)
    office.mailbox.put(complaint())
    await office.turn()

    case = await office.only_case()
    assert (case.address, case.rights, case.state) == (ANNA, (Right.UNSUBSCRIBE,), CaseState.DONE)
    assert (await is_suppressed(office), office.mailer.letters) == (True, [])


async def test_amendment_8_a_forged_complaint_moves_nothing(office: Office):
    hears(office, REPORTER)
    office.mailbox.put(complaint())
    await office.turn()

    assert (await office.cases(), await is_suppressed(office), office.mailer.letters) == ([], False, [])
    assert (await office.events()).count("complaint.unproven") == 1


async def test_amendment_8_a_complaint_of_somebody_who_is_not_configured_is_left_alone(office: Office):
    hears(office, "other.example.org")
    office.senders.proven.add(REPORTER)
    office.mailbox.put(complaint())
    await office.turn()

    assert (await office.cases(), "letter.received" in await office.events()) == ([], False)


async def test_a_second_complaint_of_the_same_person_opens_no_second_case(office: Office):
    hears(office, REPORTER)
    office.senders.proven.add(REPORTER)
    for number in (1, 2):
        office.mailbox.put(complaint(number=number))
        await office.turn()

    assert [case.number for case in await office.cases()] == ["2026-0001"]


async def test_a_complaint_in_rehearsal_waits_for_a_person(tmp_path: Path):
    office = await open_office(tmp_path)
    await office.begin()
    hears(office, REPORTER)
    office.senders.proven.add(REPORTER)
    office.mailbox.put(complaint())
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds, await is_suppressed(office)) == (
        CaseState.PERSON,
        (HoldReason.REHEARSAL,),
        False,
    )
    await office.data.dispose()
    await office.app.close()


# ---------------------------------------------------------------- whom an answer would reach (D7, C13)


ELSEWHERE = {"Return-Path": "<srs0=x=y=example.org=anna@forwarder.example.net>"}


async def test_d7_c13_mail_with_a_return_path_of_another_house_gets_no_notice_and_no_receipt(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE, headers=ELSEWHERE))
    office.mailbox.put(mail(f"{ERASE} Иначе подам в суд!", headers=ELSEWHERE, sender="boris@example.org"))
    await office.turn()

    unsubscribe, threat = await office.cases()
    assert (unsubscribe.state, await is_suppressed(office), office.letters()) == (CaseState.DONE, True, [])
    assert (threat.state, threat.letters, office.letters("boris@example.org")) == (CaseState.PERSON, 0, [])


@pytest.mark.parametrize("request_", [ERASE, WITHDRAW])
async def test_amendment_2_it_is_asked_all_the_same_and_heard_once_the_token_is_back(
    office: Office, request_: str
):
    """Amendments 2 and 3 over C13: the question goes to From; who answers it has shown whose address it is."""
    office.mailbox.put(mail(request_, headers=ELSEWHERE))
    await office.turn()
    (question,) = office.letters()
    assert (await office.only_case()).state is CaseState.CONFIRMATION
    answer = reply(question, "Подтверждаю")
    office.mailbox.put(
        answer.replace(b"Return-Path: <anna@", b"Return-Path: <srs0=x=y=example.org=anna@forwarder.")
    )
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert len(office.letters()) == 2
    assert await office.rows("subjects") == []


@pytest.mark.parametrize(
    "more",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Return-Path": "<>"},
        {"Return-Path": "<bounce@mailer.example.net>"},
        {"To": "x@example.com"},
    ],
)
async def test_amendment_2_never_on_automatic_mail_whatever_else_speaks_against_an_answer(office: Office, more):
    office.mailbox.put(mail(ERASE, headers={**ELSEWHERE, **more}))
    await office.turn()

    assert office.letters() == []


# ---------------------------------------------------------------- loops


async def exchange(one: Office, other: Office, *, times: int, bare: bool = False) -> None:
    """What each of the two sends to the other arrives there; *bare*: without the fields of machines."""
    brought = {id(one): 0, id(other): 0}
    for _ in range(times):
        for sender, taker, address in ((one, other, "info@example.org"), (other, one, US)):
            waiting = sender.mailer.to(address)[brought[id(sender)] :]
            brought[id(sender)] += len(waiting)
            for raw in waiting:
                taker.mailbox.put(as_delivered(raw, bare=bare))
            await taker.turn()


def as_delivered(raw: bytes, *, bare: bool) -> bytes:
    letter = message_from_bytes(raw, _class=EmailMessage, policy=default)
    _, _, author = str(letter["From"]).rpartition("<")
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if bare:
        quiet = (b"auto-submitted:", b"x-auto-response-suppress:", b"x-mailbot", b"precedence:")
        lines = [line for line in lines if not line.lower().startswith(quiet)]
    path = f"Return-Path: <{author.rstrip('>')}>".encode()
    return b"\r\n".join([path, *lines]) + b"\r\n\r\n" + body


async def another(folder: Path) -> Office:
    """A second house with a mailbot of its own, live in every right."""
    folder.mkdir()
    office = await open_office(folder)
    ours = Address("info@example.org")
    own = replace(office.desk.own, addresses=frozenset({ours}), loop_id="the-other-house")
    office.desk = replace(office.desk, own=own, letterhead=replace(office.desk.letterhead, mailbox=ours))
    await office.begin()
    await office.live()
    return office


@pytest.mark.parametrize("request_", [UNSUBSCRIBE, ERASE, WITHDRAW])
@pytest.mark.parametrize("way", ["with their fields", "fields lost on the way"])
async def test_d16_two_mailbots_fall_silent_after_one_exchange(office, tmp_path: Path, request_, way):
    bare = way != "with their fields"
    other = await another(tmp_path / "other")
    forged = {"To": US, "Return-Path": "<info@example.org>"}
    office.mailbox.put(mail(request_, sender="info@example.org", headers=forged))
    await office.turn()
    await exchange(office, other, times=8, bare=bare)

    said = len(office.mailer.to("info@example.org")), len(other.mailer.to(US))
    assert bare or await other.cases() == []
    assert said == ((1, 1) if bare else (1, 0))  # without its fields the first answer is a letter like any other
    await other.data.dispose()
    await other.app.close()


async def test_d6_the_same_receipt_goes_to_an_address_once_in_seven_days(office: Office):
    threat = "Прошу удалить мои персональные данные, иначе подам в суд."
    for day in (0, 3, 8):
        office.mailbox.put(mail(threat, subject=f"Письмо {day}"))
        await office.turn()
        for case in await office.cases():
            if case.state is CaseState.PERSON:
                async with office.desk.ledger.write() as book:
                    await book.save(replace(case, state=CaseState.CLOSED))
        office.clock.forward(days=4 if day else 3)

    assert len(office.letters()) == 2


async def test_d6_another_request_has_its_own_receipt(office: Office):
    office.mailbox.put(mail("Прошу удалить мои персональные данные, иначе подам в суд."))
    office.mailbox.put(mail("Исправьте мою фамилию: не Иванова, а Петрова."))
    await office.turn()

    assert len(office.letters()) == len(await office.cases()) == 2


async def test_d16_a_robot_that_asks_again_in_the_same_thread_is_given_to_a_person_after_three_letters(
    office: Office,
):
    office.mailbox.put(mail(UNSUBSCRIBE))
    for _ in range(6):
        await office.turn()
        office.clock.forward(minutes=1)
        newest = office.letters()[-1]
        chain = f"{newest['References'] or ''} {newest['Message-ID']}".replace("\r\n", "")
        office.mailbox.put(mail(UNSUBSCRIBE, answers=newest["Message-ID"], headers={"References": chain}))

    assert len(office.letters()) == 3
    assert HoldReason.BUDGET in (await office.cases())[3].holds


async def test_d16_what_a_person_releases_goes_though_enough_was_said(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    for _ in range(4):
        await office.turn()
        newest = office.letters()[-1]
        chain = f"{newest['References'] or ''} {newest['Message-ID']}".replace("\r\n", "")
        office.mailbox.put(mail(UNSUBSCRIBE, answers=newest["Message-ID"], headers={"References": chain}))
    held = (await office.cases())[3]
    await verdict.approve(held.number, by="lawyer", desk=office.desk)
    await office.turn()

    assert len(office.letters()) == 4
