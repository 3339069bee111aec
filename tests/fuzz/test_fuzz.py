"""The fuzzer's own measure works; the long run is `make fuzz` (issue 4)."""

from pathlib import Path

import pytest

from mailbot.core import message
from mailbot.core.model import Message, MessageId
from tests.fuzz.reading import Finding, check

MAIL = sorted((Path(__file__).parents[1] / "mail").glob("*.eml"))


@pytest.mark.parametrize("letter", MAIL, ids=lambda letter: letter.stem)
def test_the_mail_it_starts_from_is_no_finding(letter):
    check(letter.read_bytes())


def test_an_input_that_is_read_slowly_is_a_finding():
    with pytest.raises(Finding, match="slow"):
        check(MAIL[0].read_bytes(), slow=0.0)


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (Message(authors=(), own_words="\x00"), "no database takes"),
        (Message(authors=(), border={"dkim": "\ud800"}), "no database takes"),
        (Message(authors=(), references=(MessageId("a b"),)), "Message-ID"),
    ],
)
def test_what_could_not_be_stored_or_answered_is_a_finding(monkeypatch, read, wrong):
    monkeypatch.setattr(message, "read", lambda *_, **__: read)

    with pytest.raises(Finding, match=wrong):
        check(b"")
