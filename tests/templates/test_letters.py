"""The letters people get, as they are shipped."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from mailbot.adapters.render import SAMPLE, SAMPLE_WAITING, TemplateRenderer
from mailbot.core.deadline import Jurisdiction
from mailbot.core.model import Address, HoldReason, Language, Letter, MessageId, Right
from mailbot.core.reply import Facts, Group, Heading, Item, Kept, Notice, Sender, compose

SHIPPED = Path(__file__).parents[2] / "templates"
RENDERER = TemplateRenderer(folders=[SHIPPED], zone=ZoneInfo("Asia/Almaty"))
KK, RU, EN = Language.KK, Language.RU, Language.EN

GREETING = {KK: "Сәлеметсіз бе!", RU: "Здравствуйте!", EN: "Hello,"}
REVIEW = {
    KK: "Хатты бағдарлама дайындады; адам қарасын десеңіз, АДАМ деп жауап беріңіз.",
    RU: "Письмо подготовила программа; чтобы решил сотрудник, ответьте ЧЕЛОВЕК.",
    EN: "A program prepared this letter; to have a person decide, reply HUMAN.",
}
GIST = ("Қысқаша: ", "Кратко: ", "In short: ")
BY_PROGRAM = [letter for letter in Letter if letter not in {Letter.WRITTEN, Letter.PARTY}]  # to the person

ALWAYS = {"case", "operator", "responsible", "jurisdiction"}
NEEDED = {
    Letter.RECEIPT: {"received_at", "due", "suppressed"},
    Letter.CONFIRM: {"rights", "suppressed", "stopped", "confirm_until", "token"},
    Letter.UNSUBSCRIBED: {
        *("address_shown", "done_at", "parties"),
        *("ways", "topics", "numbers_shown", "others_shown"),
    },
    Letter.WITHDRAWN: {"done_at", "destroyed", "kept", "letters_stay", "parties"},
    Letter.ACCESS: {
        *("done_at", "found", "held", "recipients", "processors", "abroad", "disclosed", "decisions", "policy"),
        "withheld",
    },
    Letter.PACKAGE: {"done_at", "call_shown", "withheld", "elsewhere"},
    Letter.ERASED: {"done_at", "destroyed", "kept", "letters_stay", "parties"},
    Letter.LEFT_ALONE: {"received_at", "done_at"},
    Letter.REMINDER: {"received_at", "rights", "suppressed", "confirm_until", "token"},
    Letter.INTERIM: {"received_at", "rights", "suppressed", "token"},
    Letter.REFUSED: {"received_at", "rights", "person_text", "norm"},
    Letter.WRITTEN: {"person_text"},
    Letter.UNDER_WAY: {"under_way", "done_at", "due"},
    Letter.PARTY: {"about", "again", "rights", "due"},
    Letter.PARTY_RESULT: {"results"},
    Letter.TERM_OVER: {"done_at", "destroyed", "kept", "letters_stay"},
}

FORM = {KK: "сайттағы өтінім", RU: "форма на сайте", EN: "form on the site"}
CONSENT = {KK: "келісім", RU: "согласие", EN: "consent"}
WITHDRAWN = {KK: "келісім қайтарып алынғанша", RU: "до отзыва согласия", EN: "until consent is withdrawn"}
ADVERTISING = {KK: "жарнама мен жаңалықтар жіберу", RU: "рассылка рекламы и новостей", EN: "advertising and news"}
KEEPING_IN_TOUCH = {KK: "Сізбен байланысу", RU: "связь с Вами", EN: "keeping in touch"}

FULL = replace(
    SAMPLE,
    rights=(Right.ACCESS, Right.WITHDRAW_CONSENT, Right.ERASURE),
    found=(
        "user.name",
        "user.contact.email",
        "user.contact.phone_number",
        "user.contact.address",
        "subscriptions",
        "consents",
        "orders",
    ),
    held=(
        Group(
            data=(
                Item(category="user.name", rows=1),
                Item(category="user.contact.email", rows=1, shown=("i***@e***.kz",)),
                Item(category="user.contact.phone_number", rows=1, shown=("+7 *** ** 01",)),
                Item(category="user.contact.address", rows=1),
            ),
            purposes=(ADVERTISING, KEEPING_IN_TOUCH),
            grounds=(CONSENT,),
            sources=(FORM,),
            terms=(WITHDRAWN,),
        ),
        Group(
            data=(Item(category="subscriptions", rows=3),),
            purposes=(ADVERTISING,),
            grounds=(CONSENT,),
            sources=(FORM,),
            terms=(WITHDRAWN,),
        ),
        Group(
            data=(Item(category="consents", rows=2),),
            purposes=({KK: "келісімді растау", RU: "подтверждение согласия", EN: "proof of consent"},),
            grounds=({KK: "заң талабы", RU: "требование закона", EN: "a duty under the law"},),
            sources=(FORM,),
            terms=(WITHDRAWN,),
        ),
        Group(
            data=(Item(category="orders", rows=2),),
            purposes=({KK: "тапсырысты орындау", RU: "исполнение заказа", EN: "carrying out the order"},),
            grounds=({KK: "шарт", RU: "договор", EN: "contract"},),
            sources=({KK: "тапсырысыңыз", RU: "Ваш заказ", EN: "your order"},),
            terms=({KK: "бес жыл", RU: "пять лет", EN: "five years"},),
        ),
    ),
    policy="01.01.2022",
    person_text="Тапсырыс әлі орындалған жоқ.",
)


def render(letter: Letter, language: Language, facts: Facts = SAMPLE) -> str:
    return RENDERER.render([letter], [language], facts.mapping()).body


def subject(letter: Letter, language: Language, facts: Facts = SAMPLE) -> str:
    return RENDERER.render([letter], [language], facts.mapping()).subject


def told(letter: Letter, language: Language, facts: Facts = SAMPLE) -> str:
    """What stands between greeting and footer, without the two lines in another language."""
    whole = render(letter, language, facts)
    inner = whole.removeprefix(GREETING[language]).partition(f"{SAMPLE.operator.name}, {SAMPLE.operator.address}")[
        0
    ]
    return "\n\n".join(part for part in inner.split("\n\n") if not part.startswith(GIST)).strip()


def words(text: str) -> list[str]:
    return [word for word in text.split() if re.search(r"\w", word)]


each_letter = pytest.mark.parametrize("letter", Letter)
each_language = pytest.mark.parametrize("language", Language)


# ---------------------------------------------------------------- every letter, in every language


@each_language
@each_letter
def test_every_letter_is_there_in_every_language_and_needs_no_more_than_it_says(letter, language):
    known = {name: fact for name, fact in SAMPLE.mapping().items() if name in ALWAYS | NEEDED[letter]}

    rendered = RENDERER.render([letter], [language], known)

    assert rendered.subject.startswith("№ 2026-0417: ")
    assert rendered.body.startswith(GREETING[language] + "\n\n")


@each_language
@each_letter
@pytest.mark.parametrize("facts", [SAMPLE, FULL], ids=["usual", "everything"])
def test_a_letter_tells_itself_in_a_hundred_and_ten_words_and_a_list_that_laws_want_in_twice_as_many(
    letter, language, facts
):
    assert len(words(told(letter, language, facts))) <= (220 if letter is Letter.ACCESS else 110)


@each_language
@each_letter
def test_no_subject_names_the_person_or_carries_the_token(letter, language):
    for rights in [*((right,) for right in Right), tuple(Right)]:
        line = subject(letter, language, replace(SAMPLE, rights=rights))

        assert SAMPLE.token is not None
        assert SAMPLE.token not in line
        assert "@" not in line
        assert "***" not in line
        assert len(line) <= 70


@each_language
@pytest.mark.parametrize("letter", BY_PROGRAM)
def test_every_letter_by_a_program_says_so_and_how_to_have_a_person_decide(letter, language):
    assert REVIEW[language] in render(letter, language).splitlines()


@each_language
def test_a_letter_by_a_person_does_not_claim_to_be_a_programs_and_can_be_answered_to_a_person(language):
    body = render(Letter.WRITTEN, language)

    assert REVIEW[language] not in body
    assert {KK: "АДАМ", RU: "ЧЕЛОВЕК", EN: "HUMAN"}[language] in body


@each_language
@each_letter
def test_every_letter_names_the_company_and_the_person_responsible(letter, language):
    body = render(letter, language)

    for known in ("«Мысал» ЖШС, 050000, Алматы", "Айгүл Үлгіқызы, заңгер", "+7 700 000 00 00"):
        assert known in body


MINISTRY = {
    KK: "Жасанды интеллект және цифрлық даму министрлігіне",
    RU: "искусственного интеллекта",
    EN: "Artificial",
}
REGULATOR = {KK: "Роскомнадзор", RU: "Роскомнадзор", EN: "Roskomnadzor"}
COURT = {KK: "сотқа", RU: "в суд", EN: "to a court"}


@each_language
@pytest.mark.parametrize(
    ("jurisdiction", "kazakhstan", "russia"),
    [
        (Jurisdiction.KZ, True, False),
        (Jurisdiction.RU, False, True),
        (Jurisdiction.UNKNOWN, True, True),
        (Jurisdiction.EU, False, False),
    ],
)
def test_every_letter_says_where_to_complain(language, jurisdiction, kazakhstan, russia):
    body = render(Letter.RECEIPT, language, replace(SAMPLE, jurisdiction=jurisdiction))

    assert (MINISTRY[language] in body, REGULATOR[language] in body) == (kazakhstan, russia)
    assert COURT[language] in body


EMPTY_PHRASES = ("Құрметті", "пікіріңіз маңызды", "Уважаем", "мнение важно", "сожалени", "unfortunately", "Dear")


@each_language
@each_letter
def test_no_letter_flatters_or_regrets(letter, language):
    body = render(letter, language, FULL).lower()

    assert [phrase for phrase in EMPTY_PHRASES if phrase.lower() in body] == []


@each_language
@each_letter
def test_no_letter_has_a_hole_where_a_word_should_be(letter, language):
    body = render(letter, language, FULL)

    assert re.findall(r" [,.;:]|  |\(\)|\{|\}|None|\.\.|: \.", body) == []


@pytest.mark.parametrize("letter", Letter)
@pytest.mark.parametrize("languages", [(KK,), (RU,), (EN,), (KK, RU)], ids=["kk", "ru", "en", "kk ru"])
def test_a_letter_stays_below_eight_kibibytes_on_the_wire(letter, languages):
    text = RENDERER.render([letter], languages, FULL.mapping())
    heading = Heading(
        to=Address("ivan@example.org"),
        message_id=MessageId("c0ffee@example.kz"),
        date=datetime(2026, 11, 23, tzinfo=UTC),
        automatic="auto-replied",
        case="2026-0417",
    )

    raw = compose(text, heading, Sender(name="«Мысал» ЖШС", address=Address("info@example.kz"), loop_id="x"))

    assert len(raw) < (10 if letter is Letter.ACCESS else 8) * 1024  # access tells a list of three laws


def test_an_access_letter_has_at_most_ten_kibibytes_of_text_in_three_languages():
    text = RENDERER.render([Letter.ACCESS], tuple(Language), FULL.mapping())

    assert len(text.body.encode()) <= 10 * 1024


# ---------------------------------------------------------------- the question


@each_language
def test_the_question_is_the_same_letter_whether_the_person_is_known_or_not(language):
    known = replace(SAMPLE, found=("user.name",), destroyed=("user.name",), kept=SAMPLE.kept)
    unknown = replace(SAMPLE, found=(), destroyed=(), kept=(), held=None, recipients=None, processors=None)

    assert RENDERER.render([Letter.CONFIRM], [language], known.mapping()) == RENDERER.render(
        [Letter.CONFIRM], [language], unknown.mapping()
    )


@pytest.mark.parametrize(
    ("language", "word", "no"), [(KK, "РАСТАЙМЫН", "ЖОҚ"), (RU, "ПОДТВЕРЖДАЮ", "НЕТ"), (EN, "CONFIRM", "NO")]
)
def test_the_question_asks_for_one_word_and_says_which_word_stops_everything(language, word, no):
    body = told(Letter.CONFIRM, language)

    assert f": {word}." in body
    assert re.search(rf"\b{no}\b", body)
    assert body.endswith(f":\n{SAMPLE.token}")


@pytest.mark.parametrize(("language", "stopped"), [(KK, "тоқтатылды"), (RU, "прекращена"), (EN, "has stopped")])
def test_the_question_says_that_advertising_has_stopped_only_where_it_has(language, stopped):
    assert stopped in told(Letter.CONFIRM, language, replace(SAMPLE, suppressed=True))
    assert stopped not in told(Letter.CONFIRM, language, replace(SAMPLE, suppressed=False))


def test_one_question_covers_every_right_that_was_asked_for():
    facts = replace(SAMPLE, rights=(Right.ACCESS, Right.ERASURE))

    assert "дербес деректеріңіз туралы мәлімет беру және дербес деректеріңізді жою." in told(
        Letter.CONFIRM, KK, facts
    )
    assert "просьба дать сведения о Ваших персональных данных и уничтожить" in told(Letter.CONFIRM, RU, facts)
    assert subject(Letter.CONFIRM, RU, facts) == "№ 2026-0417: подтвердите Ваши просьбы"


def test_an_unsubscribe_beside_it_does_not_blur_what_must_be_confirmed():
    facts = replace(SAMPLE, rights=(Right.UNSUBSCRIBE, Right.ERASURE))

    assert subject(Letter.CONFIRM, KK, facts) == "№ 2026-0417: деректерді жоюды растаңыз"


@each_language
def test_a_question_about_access_does_not_talk_of_destroying(language):
    body = told(Letter.CONFIRM, language, replace(SAMPLE, rights=(Right.ACCESS,), suppressed=False))

    assert not re.search("Жойылған|Уничтожим|We will destroy the data", body)


@each_language
def test_the_interim_letter_refuses_nothing_and_can_be_answered_in_one_word(language):
    body = told(Letter.INTERIM, language)

    assert {KK: "Бұл бас тарту емес", RU: "Это не отказ", EN: "This is not a refusal"}[language] in body
    assert {KK: "РАСТАЙМЫН", RU: "ПОДТВЕРЖДАЮ", EN: "CONFIRM"}[language] in body
    assert body.endswith(f"\n{SAMPLE.token}")


# ---------------------------------------------------------------- what was done


def test_an_unsubscribe_is_told_as_the_issue_wants_it():
    assert subject(Letter.UNSUBSCRIBED, KK) == "№ 2026-0417: жарнама тоқтатылды"
    assert told(Letter.UNSUBSCRIBED, KK).startswith(
        "Сіздің өтінішіңіз бойынша осы мекенжайға (i***@e***.kz) жарнама мен жаңалықтар жіберу тоқтатылды "
        "(23.11.2026, 10:42).\n\nСізден ештеңе талап етілмейді.\n\n"
        "Тапсырысыңызға қатысты хабарламалар келе береді."
    )


@pytest.mark.parametrize("letter", [Letter.ERASED, Letter.WITHDRAWN])
def test_what_is_kept_is_told_with_its_norm_and_its_last_day(letter):
    kept = (
        Kept(category="orders", norm="94-V 8(2)", until=date(2031, 12, 31)),
        Kept(category="user.name", norm={KK: "шарт", RU: "договор", EN: "contract"}, until=None),
    )

    body = told(letter, RU, replace(SAMPLE, kept=kept))

    assert "— заказы: 94-V 8(2), до 31.12.2031.\n— имя: договор, пока действует это основание.\n" in body


@pytest.mark.parametrize("letter", [Letter.ERASED, Letter.WITHDRAWN])
@pytest.mark.parametrize(
    ("language", "plainly"),
    [(KK, "жоятын ештеңе болмады"), (RU, "уничтожать было нечего"), (EN, "nothing to destroy")],
)
def test_where_nothing_was_found_to_destroy_that_is_said_plainly(letter, language, plainly):
    assert plainly in told(letter, language, replace(SAMPLE, destroyed=(), kept=()))


@pytest.mark.parametrize(("language", "claim"), [(KK, "жойылды"), (RU, "уничтожены"), (EN, "destroyed")])
def test_where_nothing_was_destroyed_no_subject_claims_it(language, claim):
    assert claim not in subject(Letter.ERASED, language, replace(SAMPLE, destroyed=()))
    assert claim in subject(Letter.ERASED, language)


@pytest.mark.parametrize("letter", [Letter.ERASED, Letter.WITHDRAWN])
@pytest.mark.parametrize(("language", "hashed"), [(KK, "хеш-кодын"), (RU, "хеш-код"), (EN, "a hash")])
def test_who_is_forgotten_is_told_that_a_hash_keeps_advertising_away(letter, language, hashed):
    assert hashed in told(letter, language, replace(SAMPLE, destroyed=(), kept=()))


@pytest.mark.parametrize(("language", "plainly"), [(KK, "таппадық"), (RU, "не нашли"), (EN, "found none")])
def test_where_nothing_is_held_access_says_so_plainly(language, plainly):
    assert plainly in told(Letter.ACCESS, language, replace(SAMPLE, found=()))


@each_language
def test_a_refusal_gives_the_reason_the_norm_and_that_a_person_decided(language):
    body = told(Letter.REFUSED, language, replace(FULL, norm="94-V 8(2)"))

    assert "Тапсырыс әлі орындалған жоқ." in body
    assert ": 94-V 8(2).\n" in body
    assert {KK: "адам қабылдады", RU: "а человек", EN: "A person decided"}[language] in body


@each_language
def test_a_persons_own_words_stand_alone(language):
    words_of_a_person = "Бірінші жол.\n\nЕкінші жол."

    assert told(Letter.WRITTEN, language, replace(SAMPLE, person_text=words_of_a_person)) == words_of_a_person


# ---------------------------------------------------------------- mails to the operator


@each_language
@pytest.mark.parametrize("kind", get_args(Notice))
def test_a_mail_to_the_operator_has_words_for_every_right_and_reason(kind, language):
    case = replace(SAMPLE_WAITING, rights=tuple(Right), reasons=tuple(HoldReason))

    notice = RENDERER.notice(kind, language, case)

    assert "mailbot cases show 2026-0417" in notice.body
    assert "_" not in notice.body
    assert not re.search(r" [,.;:]|\{|\}|None", notice.body)
