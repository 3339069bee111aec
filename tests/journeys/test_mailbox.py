"""What is taken in, what is left alone, and what a colleague's hand stops."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from mailbot.core.model import CaseState, HoldReason
from mailbot.journeys.decide import decide_waiting
from mailbot.journeys.deliver import deliver_due
from mailbot.journeys.fulfil import fulfil_planned
from mailbot.journeys.receive import Release, Watch, look
from tests.fakes import mail
from tests.office import Office, open_office

UNSUBSCRIBE = "Отпишите меня от рассылки."
ORDINARY = "Добрый день! Удалите, пожалуйста, вторую позицию из заказа 51, листов нужно 40."


async def test_ordinary_mail_is_left_exactly_as_it_was(office: Office):
    place = office.mailbox.put(mail(ORDINARY))
    await office.turn()

    assert await office.cases() == []
    assert office.mailer.letters == []
    assert await office.mailbox.flags(place) == frozenset()


async def test_the_first_look_takes_the_mailbox_as_it_stands(tmp_path):
    office = await open_office(tmp_path)
    for number in range(120):
        office.mailbox.put(mail(UNSUBSCRIBE, sender=f"p{number}@example.org"))
    await office.live()
    await office.turn()

    assert await office.cases() == []
    assert office.mailer.letters == []
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE
    await office.app.close()
    await office.data.dispose()


async def test_the_same_bytes_again_are_one_request(office: Office):
    raw = mail(UNSUBSCRIBE)
    office.mailbox.put(raw)
    office.mailbox.put(raw)
    await office.turn()

    assert len(await office.cases()) == 1
    assert len(office.letters()) == 1


async def test_the_same_letter_by_another_way_is_attached_to_its_case(office: Office):
    raw = mail(UNSUBSCRIBE)
    office.mailbox.put(raw)
    await office.turn()
    office.mailbox.put(b"Delivered-To: info@example.kz\r\n" + raw)
    await office.turn()

    case = await office.only_case()
    async with office.desk.ledger.read() as book:
        assert len(await book.letters_of(case.id)) == 2
    assert len(office.letters()) == 1


async def test_a_victim_who_writes_after_a_forger_gets_what_a_proven_sender_gets(office: Office):
    raw = mail("Отзываю своё согласие на обработку персональных данных.")
    office.mailbox.put(raw)
    await office.turn()
    assert [row["blocked_at"] for row in await office.rows("subjects")] == [None]

    office.senders.proven.add("anna@example.org")
    office.mailbox.put(b"DKIM-Signature: v=1\r\n" + raw)
    await office.turn()

    assert (await office.only_case()).standing == "Proven"
    assert [row["blocked_at"] is not None for row in await office.rows("subjects")] == [True]


async def test_a_renumbered_folder_brings_nothing_twice_and_old_strangers_to_a_person(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    office.mailbox.put(mail(ORDINARY))
    await office.turn()
    missed = office.mailbox.put(mail(UNSUBSCRIBE, sender="boris@example.org"))
    unseen = office.mailbox.take_away(missed)
    office.clock.forward(hours=1)
    await office.turn()
    office.mailbox.renumber("INBOX")
    office.mailbox.put(unseen.raw, at=unseen.received_at)
    office.clock.forward(hours=1)
    office.mailbox.put(mail(UNSUBSCRIBE, sender="dana@example.org"))
    await office.turn()

    anna, boris, dana = await office.cases()
    assert len(office.letters()) == 1
    assert anna.state is CaseState.DONE
    assert (boris.state, boris.holds) == (CaseState.PERSON, (HoldReason.TOO_OLD,))
    assert dana.state is CaseState.DONE


async def test_mail_first_read_after_a_long_outage_goes_to_a_person(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE), at=office.clock.now - timedelta(days=8))
    await office.turn()

    assert (await office.only_case()).holds == (HoldReason.TOO_OLD,)
    assert [row["stopped_at"] for row in await office.rows("subscriptions")] == [None]


async def test_from_junk_only_a_proven_sender_acts(office: Office):
    office.watches = (Watch(folder="Junk", junk=True),)
    office.mailbox.put(mail("x"), folder="Junk")
    await office.turn()
    office.mailbox.put(mail(UNSUBSCRIBE, sender="boris@example.org"), folder="Junk")
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(UNSUBSCRIBE), folder="Junk")
    await office.turn()

    boris, anna = await office.cases()
    assert (boris.state, boris.holds) == (CaseState.PERSON, (HoldReason.JUNK,))
    assert anna.state is CaseState.DONE
    assert office.letters("boris@example.org") == []


async def test_a_message_answered_by_a_colleague_gets_no_second_answer(office: Office):
    place = office.mailbox.put(mail(UNSUBSCRIBE))
    office.mailbox.flag(place, "\\Seen", "\\Answered")
    await office.turn()

    case = await office.only_case()
    assert case.holds == (HoldReason.TAKEN_BY_COLLEAGUE,)
    assert office.letters() == []
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]


async def test_a_message_moved_by_a_colleague_gets_no_automatic_answer(office: Office):
    office.mailer.answer = lambda: (_ for _ in ()).throw(AssertionError("nothing may be sent"))
    place = office.mailbox.put(mail(UNSUBSCRIBE))
    await look(office.watches[0], office.mailbox, office.desk)
    office.mailbox.take_away(place)
    await decide_waiting(office.desk)
    await fulfil_planned(office.desk)
    await deliver_due(office.mailbox, office.mailer, office.desk)

    assert (await office.only_case()).holds == (HoldReason.TAKEN_BY_COLLEAGUE,)


async def test_a_seen_flag_alone_stops_nothing(office: Office):
    place = office.mailbox.put(mail(UNSUBSCRIBE))
    office.mailbox.flag(place, "\\Seen")
    await office.turn()

    assert len(office.letters()) == 1


async def test_a_request_is_released_by_keyword_or_by_a_move_and_still_answered(office: Office):
    watch = office.watches[0]
    office.watches = (replace(watch, release=Release.KEYWORD),)
    place = office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    assert await office.mailbox.flags(place) == frozenset({"$Mailbot"})

    office.watches = (replace(watch, release=Release.MOVE),)
    ordinary = office.mailbox.put(mail(ORDINARY))
    office.mailbox.put(mail(UNSUBSCRIBE, sender="boris@example.org"))
    await office.turn()

    assert len(office.mailbox.raws("Handled")) == 1
    assert await office.mailbox.flags(ordinary) == frozenset()
    assert len(office.letters("boris@example.org")) == 1


async def test_a_message_too_large_to_read_goes_to_a_person_and_the_rest_goes_on(office: Office):
    office.mailbox.put(mail("x")[:60], size=30_000_000)
    office.mailbox.put(b"", size=30_000_001)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    large, other, small = await office.cases()
    assert (large.holds, other.holds) == ((HoldReason.UNREADABLE,), (HoldReason.UNREADABLE,))
    assert small.state is CaseState.DONE


async def test_a_bounce_of_our_answer_reaches_its_case(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    (letter,) = office.letters()
    bounce = (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\nTo: info@example.kz\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        "Message-ID: <b1@example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.org\r\n\r\n"
        "Final-Recipient: rfc822; anna@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter['Message-ID']}\r\n\r\n--b--\r\n"
    )
    office.mailbox.put(bounce.encode())
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.BOUNCED,))
    assert len(office.letters()) == 1


async def test_a_website_form_that_writes_in_our_own_name_goes_to_a_person_and_moves_nothing(office: Office):
    form = mail(UNSUBSCRIBE, sender="info@example.kz", headers={"Reply-To": "anna@example.org"})
    office.mailbox.put(form)
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.SENDER,))
    assert [letter for letter in office.mailer.letters if letter[0] != "lawyer@example.kz"] == []


async def test_our_own_letter_that_comes_back_is_left_alone(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    office.mailbox.put(office.mailer.to("anna@example.org")[0])
    await office.turn()

    assert len(await office.cases()) == 1


async def test_ordinary_mail_that_is_gone_is_forgotten_within_a_day(office: Office):
    office.mailbox.put(mail(ORDINARY))
    gone = office.mailbox.put(mail(ORDINARY, sender="boris@example.org"))
    await office.turn()
    digest = sha256(office.mailbox.take_away(gone).raw).hexdigest()
    there = sha256(office.mailbox.raws("INBOX")[0]).hexdigest()
    office.clock.forward(hours=25)
    await office.turn()

    async with office.desk.ledger.read() as book:
        assert await book.known([digest, there]) == {there: False}
