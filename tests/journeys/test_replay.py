"""A signed letter is one request, however often and under whatever name it is sent again (C7)."""

from dataclasses import replace

import pytest

from mailbot.adapters.sender import DkimSenderCheck, ZoneTxt
from mailbot.core.model import Proven, Standing, Unproven
from tests.adapters.fake_dns import PUBLIC_KEY, signed_with
from tests.fakes import mail
from tests.office import Office

ANNA = "anna@example.org"
UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."


async def written_twice(office: Office, first: Standing, second: Standing) -> tuple[int, list[str]]:
    """How many cases, and which events, after the same words came twice with these standings, a year apart."""
    for standing in (first, second):
        office.senders.others = {ANNA: standing}
        office.mailbox.put(mail(UNSUBSCRIBE, sender=ANNA))
        await office.turn()
        office.clock.forward(days=365)
    return len(await office.cases()), await office.events()


@pytest.mark.parametrize(
    "again",
    [
        Proven("example.org", "a"),
        Unproven("the signature was old when it came", "a"),
        Unproven("no signature", "a"),
    ],
)
async def test_c7_a_signed_letter_sent_again_under_another_message_id_is_an_audit_entry_only(
    office: Office, again: Standing
):
    cases, events = await written_twice(office, Proven("example.org", "a"), again)

    assert cases == 1
    assert events.count("letter.twin") == 1
    assert len(office.letters(ANNA)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Proven("example.org", "a"), Proven("example.org", "b")),
        (Unproven("no signature", "a"), Unproven("no signature", "a")),  # nobody knows who wrote the first
        (Proven("example.org"), Proven("example.org")),
    ],
    ids=["signed anew", "never signed", "no seal"],
)
async def test_c7_what_nobody_signed_before_is_a_new_request(office: Office, first: Standing, second: Standing):
    cases, events = await written_twice(office, first, second)

    assert cases == 2
    assert "letter.twin" not in events


async def test_c7_a_withdrawal_signed_once_is_carried_out_once_by_the_real_check(office: Office):
    """A replayer has the letter as it was sent; Message-ID and Received are not signed, b= can be spelled anew."""
    check = DkimSenderCheck(
        resolver=ZoneTxt({"mail._domainkey.example.kz": PUBLIC_KEY}), own=office.desk.own.addresses
    )
    real = replace(office, desk=replace(office.desk, senders=check))
    written = signed_with(mail("Отзываю согласие на обработку моих данных.", sender="boris@example.kz"), {})
    again = b"Received: from evil by mx.example.kz\r\n" + written.replace(
        b"Message-ID: <", b"Message-ID: <replayed."
    )

    real.mailbox.put(written)
    await real.turn()
    (case,) = await real.cases()
    for days in (1, 300):
        real.clock.forward(days=days)
        real.mailbox.put(again.replace(b"replayed.", b"replayed.%d." % days))
        await real.turn()

    assert case.standing == "Proven"
    assert [one.number for one in await real.cases()] == [case.number]
    assert (await real.events()).count("letter.twin") == 2
