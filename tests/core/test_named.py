"""C12: a letter whose own words are about another's address or number goes to a person (amendment 2)."""

from pathlib import Path

import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.model import Address, Concern, Message, Right, Route
from mailbot.core.understanding import understand
from mailbot.core.understanding.named import names_another

KNOWLEDGE = load_knowledge(Path(__file__).parents[2] / "config/knowledge")
ANNA, US = Address("anna@example.org"), Address("info@example.kz")


def letter(words: str, *to: Address, subject: str = "") -> Message:
    return Message(authors=(ANNA,), to=to or (US,), own_words=words, subject=subject, return_path=ANNA)


@pytest.mark.parametrize(
    "words",
    [
        "Удалите все мои персональные данные, почта ivan@other.example.kz",
        "Прошу удалить все персональные данные ivan@other.example.kz.",
        "Отпишите адрес <ivan@other.example.kz> от рассылки",
        "Пришлите мне все мои персональные данные на anna.new@example.org",
        "ivan@other.example.kz мекенжайын жарнама тізімінен алып тастаңыз",
        "Please unsubscribe ivan (at) other.example.kz from your newsletter",
        "Прошу удалить все мои персональные данные и данные абонента +7 700 000 00 55",
        "Please delete all my personal data and everything under the number +7 700 000 00 55",
    ],
)
def test_c12_a_request_about_anothers_address_or_number_is_a_persons(words):
    reading = understand(letter(words), KNOWLEDGE)

    assert names_another(letter(words))
    assert reading.route is Route.REVIEW
    assert not reading.rights or Concern.THIRD_PARTY in reading.concerns


def test_an_address_named_in_the_subject_counts():
    assert names_another(letter("Удалите, пожалуйста.", subject="Данные ivan@other.example.kz"))


@pytest.mark.parametrize(
    "words",
    [
        "Прошу удалить все мои персональные данные: anna@example.org",
        "Прошу удалить все мои персональные данные: Anna@Example.ORG.",
        "anna@example.org-тан келген деректерді өшіріңіз",
        "Я писала на info@example.kz, прошу удалить все мои персональные данные",
        "Отпишите меня от рассылки с news@example.kz",
        "Маған news@example.kz-тен жарнама жібермеңіздер",
        "Прошу удалить все мои персональные данные. Мой телефон +7 700 000 00 55",
        "Удалите мой номер +7 700 000 00 55 и все мои данные",
        "Менің нөмірім 8 700 000 00 55, бәрін өшіріңіз",
        "Договор № 2026-000123 от 12.05.2026, удалите мои данные",
    ],
)
def test_the_senders_own_our_own_and_the_newsletters_address_are_nobody_elses(words):
    assert not names_another(letter(words))


def test_who_is_in_copy_is_somebody_else():
    other = Address("ivan@other.example.kz")

    assert names_another(letter("Удалите данные ivan@other.example.kz", US, other))


def test_old_and_new_values_of_a_correction_are_no_third_party():
    reading = understand(letter("Замените мою почту anna@example.org на anna.new@example.org."), KNOWLEDGE)

    assert Right.RECTIFICATION in reading.rights
    assert Concern.THIRD_PARTY not in reading.concerns


@pytest.mark.parametrize(
    ("author", "named"),
    [
        ("ivan.petrov@gmail.com", "ivanpetrov@googlemail.com"),
        ("ivan@yandex.ru", "ivan@ya.ru"),
        ("ivan@example.org", "ivan+shop@example.org"),
    ],
)
def test_c9_another_spelling_of_ones_own_mailbox_is_ones_own_only_where_advertising_stops(author, named):
    """Advertising stops under both; what stands under the other spelling would not be destroyed with it."""

    def concerns(words: str) -> tuple[Concern, ...]:
        return understand(Message(authors=(Address(author),), own_words=words), KNOWLEDGE).concerns

    assert Concern.THIRD_PARTY not in concerns(f"Отпишите меня от рассылки, адрес {named}")
    assert Concern.THIRD_PARTY in concerns(f"Удалите все мои персональные данные, адрес {named}")
    assert Concern.THIRD_PARTY in concerns("Отпишите меня от рассылки, адрес boris@example.org")
