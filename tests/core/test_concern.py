"""Which mail is kept, and which is left exactly as it was."""

from dataclasses import replace

import pytest

from mailbot.core.decide import concerns_us
from mailbot.core.model import Address, Ask, Concern, Machine, Message, Reading, ReplyWord, Right

LETTER = Message(authors=(Address("anna@example.org"),))
ASKS = Reading(asks=(Ask(right=Right.ERASURE, sure=1.0),))
CLEAR = replace(ASKS, concerns=(Concern.BY_MACHINE,))
PERHAPS_A_PERSON = (Machine.LIST, Machine.ROBOT, Machine.ABSENCE, Machine.CALENDAR)
NEVER = (Machine.RECEIPT, Machine.PROGRESS, Machine.OURSELVES)


def by(machine: Machine) -> Message:
    return replace(LETTER, machine=machine)


@pytest.mark.parametrize("machine", PERHAPS_A_PERSON)
def test_c3_m_a_clear_request_behind_a_machines_mark_is_kept_for_a_person(machine):
    assert concerns_us(by(machine), CLEAR, tied=False)
    assert not concerns_us(by(machine), ASKS, tied=True)


@pytest.mark.parametrize("machine", PERHAPS_A_PERSON)
def test_a_yes_or_no_in_our_thread_is_kept_whatever_marks_it(machine):
    said = Reading(reply_word=ReplyWord.CONFIRMS)

    assert concerns_us(by(machine), said, tied=True)
    assert not concerns_us(by(machine), said, tied=False)


@pytest.mark.parametrize("machine", NEVER)
def test_what_only_reports_is_never_kept(machine):
    assert not concerns_us(by(machine), replace(CLEAR, reply_word=ReplyWord.CONFIRMS), tied=True)


def test_amendment_8_a_complaint_is_kept_where_a_configured_reporter_names_somebody():
    named = replace(by(Machine.COMPLAINT), complaint_of=Address("boris@example.org"))

    assert concerns_us(named, Reading(), tied=False)
    assert not concerns_us(by(Machine.COMPLAINT), CLEAR, tied=True)
