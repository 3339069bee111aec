"""What a letter plainly says beyond its rights, as the operator sees it."""

import io
from datetime import UTC, date, datetime

from rich.console import Console

from mailbot.cli.show import _print_letter, details
from mailbot.core.case import StoredLetter
from mailbot.core.model import Channel, Correction, Details, Item, Place, Reading

TOLD = Details(
    channels=(Channel.SMS, Channel.CALLS),
    until="до 1 марта",
    until_day=date(2025, 3, 1),
    corrections=(Correction(Item.BIRTH_DATE, "1939", "1942"), Correction(Item.PHONE, "", "+7 700 000 12 34")),
)
WHEN = datetime(2025, 1, 20, tzinfo=UTC)


def shown(told: Details) -> list[str]:
    letter = StoredLetter(
        id=1,
        place=Place(folder="INBOX", uidvalidity=1, uid=1),
        sha256="0" * 64,
        twin="0" * 64,
        received_at=WHEN,
        read_at=WHEN,
        raw=b"",
        reading=Reading(details=told),
        in_junk=False,
    )
    paper = io.StringIO()
    _print_letter(letter, None, Console(file=paper, width=120))
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


def test_programs_are_told_the_same():
    assert details(TOLD) == {
        "channels": ["sms", "calls"],
        "until": "до 1 марта",
        "until_day": "2025-03-01",
        "corrections": [
            {"item": "birth_date", "old": "1939", "new": "1942"},
            {"item": "phone", "old": "", "new": "+7 700 000 12 34"},
        ],
    }
