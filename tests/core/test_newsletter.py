"""Our own newsletter below a letter names the address that it went to (issue 5, item 4)."""

import pytest

from mailbot.core.model import Address, Machine, Message
from mailbot.core.newsletter import Named, Newsletter, named_below

OURS = Newsletter(
    senders=frozenset({Address("news@example.kz")}),
    links=("https://example.kz/off?id={token}", "https://example.kz/leave/{address}/now"),
)
BORIS = Address("boris@example.org")


def below(
    text: str, *, author: str = "anna@example.org", machine: Machine | None = None, ours: Newsletter = OURS
) -> Named:
    message = Message(
        authors=(Address(author),),
        to=(Address("info@example.kz"),),
        cut_away=text,
        machine=machine,
        own_words="Отпишите",
    )
    return named_below(message, ours)


@pytest.mark.parametrize(
    "quoted",
    [
        "> От: Пример <news@example.kz>\n> Кому: Борис <boris@example.org>\n> Тема: Скидки\n> Весна!",
        "-----Original Message-----\nFrom: news@example.kz\nSent: Monday\nTo: boris@example.org\nSubject: Spring",
        "Кімнен: news@example.kz\nКімге: Boris@Example.org\n\nЖеңілдік",
        "news@example.kz жазды:\n> Көктем! Бұл хат boris@example.org мекенжайына жіберілді.",
        "On Mon, Example <news@example.kz> wrote:\n> You are receiving this because boris@example.org subscribed.",
        "Пример <news@example.kz> пишет:\n> Вы получили это письмо, потому что адрес boris@example.org подписан.",
        "> Отписаться: https://example.kz/leave/boris%40example.org/now",
        "> Отписаться: https://example.kz/leave/boris@example.org/now",
    ],
)
def test_the_recipient_of_our_newsletter_is_named(quoted):
    assert below(quoted) == Named(address=BORIS)


def test_the_token_of_its_link_names_who_only_the_data_know():
    token = "Zx81-kk_0Zx81-kk_0"

    assert below(f"> Не хотите писем? https://example.kz/off?id={token}") == Named(token=token)


@pytest.mark.parametrize(
    "quoted",
    [
        "",
        "> От: shop@example.com\n> Кому: boris@example.org\n> Скидки",
        "> Вы получили это письмо, потому что адрес boris@example.org подписан.",
        "> От: news@example.kz\n> Кому: boris@example.org, vera@example.org\n> Скидки",
        "> От: news@example.kz\n> Кому: anna@example.org\n> Скидки",
        "> От: news@example.kz\n> Кому: info@example.kz\n> Скидки",
        "> https://example.kz/off?id=Zx81-kk_0Zx81-kk_0 https://example.kz/off?id=Zx81-kk_0Zx81-kk_1",
        "> https://example.com/off?id=Zx81-kk_0Zx81-kk_0",
        "> https://example.kz/off?id=1081",
    ],
)
def test_what_is_not_ours_or_names_several_names_nobody(quoted):
    assert not below(quoted)


def test_without_a_newsletter_in_the_settings_and_of_machines_nothing_is_read():
    quoted = "> От: news@example.kz\n> Кому: boris@example.org\n> Скидки"

    assert not below(quoted, ours=Newsletter())
    assert not below(quoted, machine=Machine.LIST)


@pytest.mark.parametrize(
    "piece", ["From: ", "to:", "a@b.", "вы получили ", "https://example.kz/off?id=", "> x wrote:\n"]
)
def test_long_quotes_are_looked_through_in_bounded_time(piece):
    below(piece * 20_000)
