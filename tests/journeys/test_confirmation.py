"""The confirmation, as people really write it and as others forge it (amendments 2-4, C15-C18)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from mailbot.core.case import Case
from mailbot.core.decide import Autonomy
from mailbot.core.model import Address, CaseState, Failed, HoldReason, Language, Right, Subject
from mailbot.journeys import question
from mailbot.journeys.autonomy import set_mode
from tests.fakes import mail, reply, token_in
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = {
    "ru": "Прошу удалить все мои персональные данные.",
    "kk": "Менің барлық жеке деректерімді жойып тастаңыз.",
    "en": "Please delete all my personal data.",
}
ANNA = "anna@example.org"


# ---------------------------------------------------------------- yes


YES = {
    "ru": {
        "in capitals": "ПОДТВЕРЖДАЮ",
        "with what is confirmed": "Подтверждаю удаление моих данных",
        "in a sentence": "Да, это я просил, удаляйте",
        "with a signature": "Подтверждаю.\r\n\r\nС уважением, Иван Петров",
        "with a name, a post and a telephone": "Подтверждаю\r\n\r\nИван Петров\r\nменеджер\r\n+7 700 000 00 55",
        "with a greeting": "Здравствуйте! Да, подтверждаю. Спасибо",
        "on the wrong keyboard": "gjlndth;lf.",
        "with a slip of the hand": "подтвеждаю",
        "in one short word": "да",
    },
    "kk": {
        "in capitals": "РАСТАЙМЫН",
        "with what is confirmed": "Деректерімді жоюды растаймын",
        "in a sentence": "Иә, өшіріңіз",
        "with a signature": "Растаймын.\r\n\r\nҚұрметпен, Айгүл Сәрсенова",
        "with a greeting": "Сәлеметсіз бе! Иә, растаймын. Рахмет",
        "on a Russian keyboard": "Ия, растаймын",
        "on the wrong keyboard": "hfcnfqvsy",
        "with a slip of the hand": "растайымн",
        "in Latin letters": "rastaımyn",
        "in one short word": "иә",
    },
    "en": {
        "in capitals": "CONFIRM",
        "with what is confirmed": "I confirm the deletion of my data",
        "in a sentence": "Yes, it was me, please go ahead and delete it",
        "with a signature": "Yes, I confirm.\r\n\r\nBest regards,\r\nJohn Smith\r\nAcme Ltd",
        "with a greeting": "Hello! Yes, I confirm. Thank you",
        "on the wrong keyboard": "сщташкь",
        "with a slip of the hand": "confrim",
        "in one short word": "yes",
    },
}
QUOTED: Mapping[str, Callable[[EmailMessage], str]] = {
    "with marks": lambda letter: "".join(f"> {line}\r\n" for line in letter.get_content().splitlines()),
    "without marks": lambda letter: letter.get_content(),
    "in one line": lambda letter: " ".join(letter.get_content().split()),
    "with its code alone": token_in,
}


async def asked(office: Office, body: str, *people: str) -> dict[str, EmailMessage]:
    """What we ask each of *people* after they wrote *body*."""
    for person in people:
        office.mailbox.put(mail(body, sender=person))
    await office.turn()
    return {person: office.letters(person)[-1] for person in people}


async def case_of(office: Office, person: str) -> Case:
    """The one case of *person*."""
    (case,) = [case for case in await office.cases() if case.address == person]
    return case


async def ended(office: Office, people: Mapping[str, str]) -> dict[str, str]:
    """How the case of each of *people* stands, by the name under which they are listed."""
    found = {}
    for name, person in people.items():
        case = await case_of(office, person)
        found[name] = f"{case.state.value} {','.join(case.holds)}".strip()
    return found


@pytest.mark.parametrize("language", YES)
async def test_every_way_in_which_people_say_yes_confirms(office: Office, language: str):
    forms = {
        f"{form}, {way}": (said, quoted)
        for form, said in YES[language].items()
        for way, quoted in QUOTED.items()
        if way == "without marks" or form in {"in capitals", "in a sentence"}
    }
    people = {name: f"p{number}@example.org" for number, name in enumerate(forms)}
    questions = await asked(office, ERASE[language], *people.values())
    for name, (said, quoted) in forms.items():
        letter = questions[people[name]]
        body = f"{said}\r\n\r\n{quoted(letter)}"
        office.mailbox.put(mail(body, sender=people[name], answers=letter["Message-ID"]))
    await office.turn()

    assert await ended(office, people) == dict.fromkeys(people, "done")


@pytest.mark.parametrize("said", ["{token}", "Подтверждаю {token}", "Код: {token}\r\nПодтверждаю"])
async def test_the_code_in_a_new_letter_confirms_from_the_address_it_was_sent_to(office: Office, said: str):
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    office.mailbox.put(mail(said.format(token=token_in(letter))))
    await office.turn()

    case = await office.only_case()
    assert (case.state, len(await office.rows("subjects"))) == (CaseState.DONE, 0)


NO_YES = ["ok", "Ок, спасибо", "👍", "", "+", "Рахмет", "Thanks!", "Подтверждаю получение письма", "Подтверждаю?",
          "Да, но сначала пришлите копию", "Подтверждаю согласие на обработку моих данных",
          "Да, и верните деньги за лист"]  # fmt: skip
NO = ["НЕТ", "Нет, спасибо", "Это не я", "Не удаляйте мои данные!", "ЖОҚ", "Өшірмеңіз", "Иә, өшірмеңіз", "STOP",
      "No, it was not me", "не подтверждаю", "растамаймын", "ytn"]  # fmt: skip


@pytest.mark.parametrize("way", QUOTED)
async def test_thanks_doubts_and_noes_destroy_nothing_however_our_letter_is_quoted(office: Office, way: str):
    copied = way == "with its code alone"  # which confirms where nothing else is said
    people = {said: f"p{n}@example.org" for n, said in enumerate((*NO_YES, *NO)) if said or not copied}
    questions = await asked(office, ERASE["ru"], *people.values())
    for said, person in people.items():
        letter = questions[person]
        office.mailbox.put(
            mail(f"{said}\r\n\r\n{QUOTED[way](letter)}", sender=person, answers=letter["Message-ID"])
        )
    await office.turn()

    states = await ended(office, people)
    assert {said: states[said] for said in NO} == dict.fromkeys(NO, "closed abuse")
    assert "done" not in states.values()
    assert not [case.number for case in await office.cases() if case.confirmed]


LONG = {
    "ru": "Я прочитал ваше письмо дважды и всё равно не понимаю, что именно вы собираетесь уничтожить и зачем мне "
    "что-то подтверждать, поэтому хочу, чтобы мой вопрос решал человек, а не программа.",
    "kk": "Хатыңызды оқыдым, бірақ түсінбедім, сондықтан бағдарламамен емес, тірі адаммен сөйлескім келеді, "
    "өйткені менің жағдайым күрделі, оны бірер сөзбен айтып жеткізу мүмкін емес, кешіріңіз.",
    "en": "I have read your letter twice and still do not see what would be deleted and what would stay with "
    "you, so I would rather talk to a human about it before anything happens to the records that you keep.",
}


@pytest.mark.parametrize("word", ["ЧЕЛОВЕК", "АДАМ", "human", *LONG.values()])
async def test_the_wish_for_a_person_is_heard_in_a_reply_of_any_length(office: Office, word: str):
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    office.mailbox.put(mail(f"{word}\r\n\r\n{letter.get_content()}", answers=letter["Message-ID"]))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.WANTS_PERSON,))


# ---------------------------------------------------------------- another language


@pytest.mark.parametrize(
    ("asks", "says", "language"),
    [
        ("ru", "Иә, растаймын", Language.KK),
        ("kk", "Да, подтверждаю", Language.RU),
        ("ru", "Yes, I confirm", Language.EN),
    ],
)
async def test_the_answer_follows_the_person_into_another_language(
    office: Office, asks: str, says: str, language: Language
):
    letter = (await asked(office, ERASE[asks], ANNA))[ANNA]
    office.mailbox.put(reply(letter, says))
    await office.turn()

    assert [one["Content-Language"] for one in office.letters()] == [asks, language.value]


async def test_a_language_that_is_not_live_is_not_followed_and_the_yes_is_heard(office: Office):
    await set_mode(Right.ERASURE, [Language.KK], Autonomy.REHEARSE, by="operator", desk=office.desk)
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    office.mailbox.put(reply(letter, "Иә, растаймын"))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert office.letters()[-1]["Content-Language"] == "ru"


# ---------------------------------------------------------------- asked again (C15)


async def test_every_letter_that_asked_confirms(office: Office):
    first = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    second = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    assert token_in(first) != token_in(second)
    office.mailbox.put(mail(f"Подтверждаю {token_in(first)}"))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    async with office.desk.ledger.read() as book:
        assert await book.questions_put(case_id=1) == 2


async def test_a_token_of_two_cases_confirms_the_one_whose_letter_is_answered(office: Office):
    erase = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    tell = (await asked(office, "Какие мои персональные данные вы храните?", ANNA))[ANNA]
    both = f"Подтверждаю\r\n\r\n> {token_in(erase)}\r\n> {token_in(tell)}"
    office.mailbox.put(mail(both, answers=tell["Message-ID"]))
    await office.turn()

    assert [case.state for case in await office.cases()] == [CaseState.CONFIRMATION, CaseState.DONE]
    assert len(await office.rows("subjects")) == 1


async def test_questions_to_one_address_are_counted_by_day_with_one_kept_for_who_proves_it(office: Office):
    await asked(office, ERASE["ru"], ANNA)
    case = await office.only_case()
    async with office.desk.ledger.write() as book:
        for number in range(question.OF_THE_UNPROVEN - 1):
            await book.put_question(case.id, f"{number}" * 8, case.rights, at=office.clock.now)
        other = replace(case, id=99)
        assert not await question.may_ask(other, book, office.desk)
        assert await question.may_ask(replace(other, standing="Proven"), book, office.desk)
        assert not await question.may_ask(case, book, office.desk)  # C15: three a case
    office.clock.now += timedelta(days=1, minutes=1)
    async with office.desk.ledger.read() as book:
        assert await question.may_ask(other, book, office.desk)


async def test_who_has_confirmed_and_must_wait_for_a_person_is_told_so(office: Office):
    await office.add_order()
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    office.mailbox.put(reply(letter, "Подтверждаю"))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds, case.confirmed) == (CaseState.PERSON, (HoldReason.OBLIGATION,), True)
    assert "письмо получено" in office.letters()[-1]["Subject"]


# ---------------------------------------------------------------- what others write in a person's name

DELAYED = (
    "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.kz\r\nTo: info@example.kz\r\n"
    "Subject: Warning: could not send message for past 4 hours\r\nMessage-ID: <d1@mx.example.kz>\r\n"
    "Date: Mon, 23 Nov 2026 10:00:00 +0500\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
    "--B\r\nContent-Type: text/plain\r\n\r\nwill retry\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n"
    "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; anna@example.org\r\n"
    "Action: delayed\r\nStatus: 4.4.1\r\n\r\n"
    "--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--B--\r\n"
)
UNTIED = {
    "the same request": mail(ERASE["ru"]),
    "the same request, thrice": mail(ERASE["ru"]),
    "an unsure one": mail("Прошу удалить все мои персональные данные. Иначе подам в суд и прокуратуру"),
    "a question": mail("А как удалить мои данные, если я передумаю?"),
    "ЧЕЛОВЕК": mail("ЧЕЛОВЕК"),
    "АДАМ": mail("АДАМ"),
    "HUMAN": mail("I want to talk to a human"),
    "НЕТ": mail("НЕТ"),
    "ДА": mail("ДА"),
}


async def unharmed(office: Office, letter: EmailMessage) -> None:
    """Anna's case still asks its question, and her yes to its first letter is carried out and told."""
    case = (await office.cases())[0]
    assert (case.state, case.holds) == (CaseState.CONFIRMATION, ())
    office.mailbox.put(reply(letter, "Подтверждаю"))
    await office.turn()
    case = (await office.cases())[0]
    assert (case.state, case.holds, await office.rows("subjects")) == (CaseState.DONE, (), [])
    assert case.letters <= 3
    assert "№ 2026-0001" in office.letters()[-1]["Subject"]


@pytest.mark.parametrize("forged", UNTIED)
@pytest.mark.parametrize("standing", ["unproven", "failed"])
async def test_a_forged_letter_changes_nothing_of_an_open_case(office: Office, forged: str, standing: str):
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    if standing == "failed":
        office.senders.others = {ANNA: Failed("dmarc")}
    for number in range(3 if "thrice" in forged else 1):
        raw = UNTIED[forged].replace(b"Message-ID: <", f"Message-ID: <{standing}{number}.".encode())
        office.mailbox.put(raw)
        await office.turn()
    office.senders.others = {}

    await unharmed(office, letter)


async def test_the_letter_for_a_person_that_nothing_ties_to_the_case_is_a_case_of_its_own(office: Office):
    await asked(office, ERASE["ru"], ANNA)
    for word in ("ЧЕЛОВЕК", "Когда уже наконец удалите мои данные? Иначе подам в суд."):
        office.mailbox.put(mail(word))
    await office.turn()

    first, *others = await office.cases()
    assert first.state is CaseState.CONFIRMATION
    assert {case.state for case in others} == {CaseState.PERSON}
    assert others


async def test_a_forged_repeat_thrown_away_by_a_colleague_holds_no_letter_up(office: Office):
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    place = office.mailbox.put(mail(ERASE["ru"]))
    await office.turn()
    office.mailbox.take_away(place)

    await unharmed(office, letter)


async def test_a_delayed_letter_of_ours_changes_nothing(office: Office):
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    office.mailbox.put(DELAYED.replace("{id}", str(letter["Message-ID"])).encode())
    await office.turn()

    await unharmed(office, letter)


AWAY = [
    "Здравствуйте! Я в отпуске до 15 января. По срочным вопросам пишите на office@example.org.",
    "Мен еңбек демалысындамын, 15 қаңтарда ораламын.",
    "I am out of office until 15 January with limited access to my email.",
]


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.parametrize("way", QUOTED)
async def test_an_absence_notice_without_its_headers_changes_nothing_whatever_it_quotes(
    office: Office, away: str, way: str
):
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    office.mailbox.put(mail(f"{away}\r\n\r\n{QUOTED[way](letter)}", answers=letter["Message-ID"]))
    await office.turn()

    await unharmed(office, letter)


async def test_a_second_right_asked_for_in_the_thread_takes_nothing_away_from_the_first(office: Office):
    both = "Какие мои персональные данные вы храните? И прошу удалить все мои персональные данные."
    letter = (await asked(office, both, ANNA))[ANNA]
    office.senders.proven.add(ANNA)
    office.mailbox.put(mail("Какие мои персональные данные вы храните?", answers=letter["Message-ID"]))
    await office.turn()

    assert (await office.cases())[0].rights == (Right.ACCESS, Right.ERASURE)


# ---------------------------------------------------------------- whose mailbox it is now


async def test_after_a_year_without_contact_a_person_looks_once_the_token_has_come_back(office: Office):
    seen = office.desk.registry.find

    async def long_ago(address: Address) -> list[Subject]:
        return [replace(one, last_contact=date(2025, 3, 1)) for one in await seen(address)]

    office.desk.registry.find = long_ago  # type: ignore[method-assign]  # the map names no such column
    letter = (await asked(office, ERASE["ru"], ANNA))[ANNA]
    office.mailbox.put(reply(letter, "Подтверждаю"))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.NO_CONTACT,))
    assert len(await office.rows("subjects")) == 1


async def test_c11_a_mailbox_that_several_people_read_is_asked_like_any_other_and_destroys_nothing(office: Office):
    office_mail = "buh@example.org"
    letter = (await asked(office, ERASE["ru"], office_mail))[office_mail]
    office.mailbox.put(reply(letter, "Подтверждаю", sender=office_mail))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds, case.confirmed) == (CaseState.PERSON, (HoldReason.ROLE,), True)
