"""What a letter plainly says beyond its rights, as the operator sees it."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

from rich.console import Console

from mailbot.cli.show import _print_letter, details
from mailbot.core.case import StoredLetter
from mailbot.core.model import Address, Channel, Correction, Details, Item, Message, Place, Reading

TOLD = Details(
    channels=(Channel.SMS, Channel.CALLS),
    until="до 1 марта",
    until_day=date(2025, 3, 1),
    corrections=(Correction(Item.BIRTH_DATE, "1939", "1942"), Correction(Item.PHONE, "", "+7 700 000 12 34")),
)
LETTER = Message(authors=(Address("somebody@example.kz"),))
WHEN = datetime(2025, 1, 20, tzinfo=UTC)


def stored(told: Details) -> StoredLetter:
    return StoredLetter(
        id=1,
        place=Place(folder="INBOX", uidvalidity=1, uid=1),
        sha256="0" * 64,
        twin="0" * 64,
        received_at=WHEN,
        read_at=WHEN,
        raw=b"...",
        reading=Reading(details=told),
        in_junk=False,
    )


def shown(told: Details) -> list[str]:
    paper = io.StringIO()
    _print_letter(stored(told), None, Console(file=paper, width=120))
    return [line.strip() for line in paper.getvalue().splitlines()]


def test_the_operator_sees_which_way_until_when_and_what_into_what():
    assert shown(TOLD)[-4:] == [
        "only by: sms, calls",
        "until: “до 1 марта”, that is 2025-03-01",
        "correct birth date: “1939” → “1942”",
        "correct phone: “+7 700 000 12 34”",
    ]


def test_a_letter_that_says_no_more_than_its_rights_has_no_such_lines():
    assert not any(line.startswith(("only by", "until", "correct")) for line in shown(Details()))


def test_a_strangers_words_neither_act_on_the_screen_nor_pass_for_our_own():
    paper = io.StringIO()
    words = replace(LETTER, subject="\x1b[2J[bold]", own_words="delete\u202e me \x1b]0;owned\x07")

    _print_letter(stored(Details()), words, Console(file=paper, width=120))

    assert "‹U+001B›[2J[bold]" in paper.getvalue()
    assert not {"\x1b", "\x07", "\u202e"} & set(paper.getvalue())


def test_the_operator_sees_that_text_was_hidden_and_that_some_may_be_unread():
    """C29: what nobody can see is dropped and said."""
    paper = io.StringIO()
    _print_letter(
        stored(Details()), replace(LETTER, hidden_text=True, unread_text=True), Console(file=paper, width=120)
    )

    assert [line.strip().split()[0] for line in paper.getvalue().splitlines()[-2:]] == ["hidden", "unread"]


def test_programs_are_told_the_same():
    assert details(TOLD) == {
        "channels": ["sms", "calls"],
        "kept_channels": [],
        "topics": [],
        "kept_topics": [],
        "phones": [],
        "unclear": False,
        "until": "до 1 марта",
        "until_day": "2025-03-01",
        "corrections": [
            {"item": "birth_date", "old": "1939", "new": "1942"},
            {"item": "phone", "old": "", "new": "+7 700 000 12 34"},
        ],
    }
