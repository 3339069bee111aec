"""Nobody learns from an answer whom we know: its octets, the queries behind it, its time (C19, C23)."""

import re
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.case import OutState
from mailbot.journeys.desk import TOKEN
from tests.fakes import START, mail, reply, token_in
from tests.office import Office, open_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

KNOWN, UNKNOWN = "anna@example.org", "vera@example.org"  # as long as each other
ASKED = {
    "access": "Какие мои персональные данные вы храните?",
    "erasure": "Прошу удалить все мои персональные данные.",
    "withdrawal": "Отзываю согласие на обработку моих персональных данных.",
    "unsubscribe": "Отпишите меня от рассылки, пожалуйста.",
    "several": "Какие мои персональные данные вы храните? И удалите все мои персональные данные.",
    "a person's": "Исправьте мой адрес: Алматы, ул. Примерная 1.",
}


@asynccontextmanager
async def company(folder: Path) -> AsyncIterator[Office]:
    """An office with Anna on file, at the same moment and with the same chance as any other."""
    folder.mkdir()
    office = await open_office(folder)
    await office.add_person(email=KNOWN)
    await office.begin()
    await office.live()
    yield office
    await office.data.dispose()
    await office.app.close()


class Watched:
    """The company's data, whose databases take their time over every question; it remembers what it was asked."""

    def __init__(self, office: Office, seconds: float = 0) -> None:
        self._registry, self._office, self._seconds = office.desk.registry, office, seconds
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._registry, name)

        async def slowly(*args: Any, **kwargs: Any) -> Any:
            self.asked.append(f"{name} {getattr(args[0], 'kind', '')}".strip())
            self._office.clock.forward(seconds=self._seconds)
            return await call(*args, **kwargs)

        return slowly


def watched(office: Office, seconds: float = 0) -> Watched:
    """The office's company data, watched from now on."""
    registry = Watched(office, seconds)
    office.desk = replace(office.desk, registry=registry)
    return registry


async def answered(folder: Path, who: str, words: str, *, proven: bool = False) -> tuple[list[bytes], list[str]]:
    """What *who* gets for *words*, the address they gave taken out, and what the company's data were asked."""
    async with company(folder) as office:
        registry = watched(office)
        if proven:
            office.senders.proven.add(who)
        office.mailbox.put(mail(words, sender=who, headers={"Message-ID": "<1@example.org>"}))
        await office.turn()
        return [masked(raw.replace(who.encode(), b"SENDER")) for raw in office.mailer.to(who)], registry.asked


def masked(raw: bytes) -> bytes:
    """A letter without the first letter of the address, which `unsubscribed` shows: the sender gave it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    text = b64decode(body) if b"base64" in head else body
    return head + b"\r\n\r\n" + re.sub(rb"\(.\*\*\*@.\*\*\*\.org\)", b"(SHOWN)", text)


@pytest.mark.parametrize("sender", ["unproven", "proven"])
@pytest.mark.parametrize("asked", ASKED)
async def test_the_first_letter_to_known_and_unknown_is_the_same_octet_by_octet(
    tmp_path: Path, asked: str, sender: str
):
    proven = sender == "proven"
    known = await answered(tmp_path / "known", KNOWN, ASKED[asked], proven=proven)
    unknown = await answered(tmp_path / "unknown", UNKNOWN, ASKED[asked], proven=proven)

    assert len(known[0]) == 1
    assert known == unknown
    assert not [one for one in known[1] if one.startswith(("find", "holdings"))]  # before the token has come back


async def test_the_same_letter_is_small_whoever_asks(tmp_path: Path):
    """C23: without proof nobody is sent more than they wrote for; D24: eight KiB."""
    for name, words in ASKED.items():
        (letter,), _ = await answered(tmp_path / name, UNKNOWN, words)
        assert len(letter) <= 8 * 1024, name


# ---------------------------------------------------------------- look-alikes, C10

ALIKE = "anna@examp1e.org"


async def confirms(folder: Path, asked: str, *, on_file: bool) -> tuple[list[str], list[str]]:
    """Texts that the owner of a look-alike address gets who confirms and asks again; subjects to the operator."""
    async with company(folder) as office:
        if not on_file:
            await office.add_person(2, email=UNKNOWN)
            for table in ("subscriptions", "consents", "subjects"):
                await office.forget(table, 1)
        for number in range(2):
            office.mailbox.put(mail(ASKED[asked] + " " * number, sender=ALIKE))
            await office.turn()
            question = [letter for letter in office.letters(ALIKE) if "подтвердите" in letter["Subject"]][-1]
            office.mailbox.put(reply(question, "Подтверждаю", sender=ALIKE))
            await office.turn()
        told = [TOKEN.sub("", letter.get_content()) for letter in office.letters(ALIKE)]
        return told, [letter["Subject"] for letter in office.letters("lawyer@example.kz")]


@pytest.mark.parametrize("asked", ["access", "erasure", "withdrawal"])
async def test_c10_who_confirms_from_a_look_alike_address_gets_the_letters_of_any_unknown_one(
    tmp_path: Path, asked: str
):
    known, operator = await confirms(tmp_path / "known", asked, on_file=True)
    unknown, not_told = await confirms(tmp_path / "unknown", asked, on_file=False)

    assert known == unknown
    assert len(known) == 4  # question and outcome, twice
    assert [subject for subject in operator if "похож" in subject]
    assert not [subject for subject in not_told if "похож" in subject]


# ---------------------------------------------------------------- time


def as_shipped(office: Office) -> None:
    """Letters wait for their stroke as the program's do."""
    limits = replace(office.desk.limits, leave_after=office.desk.limits.leave_every)
    office.desk = replace(office.desk, limits=limits)


async def moments(office: Office) -> list[float]:
    """When what waits for its stroke leaves, in seconds after the start."""
    async with office.desk.ledger.read() as book:
        waiting = await book.outbox(now=START + timedelta(hours=1), states=[OutState.QUEUED])
    dates = [message_from_bytes(out.raw, policy=default)["Date"] for out in waiting if out.letters]
    return [(parsedate_to_datetime(date) - START).total_seconds() for date in dates]


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("came", "leaves"), [(0.0, 10), (0.1, 20), (2.0, 20), (9.5, 20), (9.99, 20), (10.0, 20)])
async def test_c19_letters_leave_at_fixed_moments_however_long_the_databases_took(
    office: Office, came: float, leaves: int, seconds: float
):
    """Wherever between two strokes the letter came: what the databases take moves it over none."""
    as_shipped(office)
    office.clock.now = START + timedelta(seconds=came)
    watched(office, seconds)
    office.mailbox.put(mail(ASKED["erasure"]))
    await office.turn(1)
    assert (office.letters(), await moments(office)) == ([], [leaves])
    office.clock.now = START + timedelta(seconds=leaves)
    await office.turn(1)

    (letter,) = office.letters()
    assert parsedate_to_datetime(letter["Date"]) == START + timedelta(seconds=leaves)


@pytest.mark.parametrize(("came", "leaves"), [(60.0, 70), (63.0, 80), (69.9, 80)])
async def test_c19_the_outcome_leaves_at_a_fixed_moment_too(office: Office, came: float, leaves: int):
    office.mailbox.put(mail(ASKED["erasure"]))
    await office.turn()
    question = office.letters()[0]
    as_shipped(office)
    watched(office, 0.3)
    office.clock.now = START + timedelta(seconds=came)
    office.mailbox.put(reply(question, "Подтверждаю"))
    await office.turn(1)
    assert (len(office.letters()), await moments(office)) == (1, [leaves])
    office.clock.now = START + timedelta(seconds=leaves)
    await office.turn(1)

    assert len(office.letters()) == 2
    assert token_in(question) not in office.letters()[1].get_content()


async def test_c19_what_takes_longer_than_letters_wait_leaves_at_the_next_stroke(office: Office):
    as_shipped(office)
    watched(office, 7.3)
    office.mailbox.put(mail(ASKED["erasure"]))
    await office.turn(1)

    (leaves,) = await moments(office)
    assert leaves > 20
    assert leaves % 10 == 0
