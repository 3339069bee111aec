"""The day of a case as the operator sees it: the old value and the cause; the interim letter, drafted."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from mailbot.cli.show import print_case, seen
from mailbot.core.model import Right
from tests.fakes import mail
from tests.office import Office, ready_office

ACCESS = "Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await ready_office(tmp_path)
    opened.mailbox.put(mail(ACCESS))
    await opened.turn()
    yield opened
    await opened.close()


async def screen(office: Office) -> str:
    paper = io.StringIO()
    print_case(await seen("2026-0001", office.desk), Console(file=paper, width=400))
    return paper.getvalue()


def shorter(office: Office) -> Office:
    kz = office.desk.law.kz
    rule = replace(kz.rules[Right.ACCESS], amount=2, norm="94-V [new]")
    changed = replace(kz, rules={**kz.rules, Right.ACCESS: rule}, version="sha256:" + "7" * 64)
    return replace(office, desk=replace(office.desk, law=replace(office.desk.law, kz=changed)))


async def test_a_day_that_was_never_counted_anew_has_no_line(office: Office):
    assert "counted anew" not in await screen(office)


async def test_the_old_day_the_new_one_and_the_cause_are_shown(office: Office):
    await shorter(office).turn()

    assert (
        "counted anew on 2026-11-23, because of rules.kz: was 2026-11-26 18:59 UTC (94-V 25(2)(6); 395/НҚ 16), "
        "the law says 2026-11-25 18:59 UTC (94-V [new]); moved" in await screen(office)
    )


async def test_where_the_earlier_day_stays_that_is_said(office: Office):
    moved = shorter(office)
    await moved.turn()
    await office.turn()  # the old law again

    assert "the earlier day stays: 2026-11-25 18:59 UTC" in await screen(office)


async def test_programs_are_told_the_same(office: Office):
    await shorter(office).turn()

    told = (await seen("2026-0001", office.desk)).plain()

    (recount,) = told["recounts"]
    assert (recount["cause"], recount["moved"], recount["at"]) == (["rules.kz"], True, "2026-11-23T05:00:00+00:00")
    assert told["counted_by"].startswith("jurisdiction unknown; rules.kz 777777777777; ")
    assert told["interim_ready"] is None


async def test_the_interim_letter_is_shown_as_it_would_go_with_the_command_that_releases_it(office: Office):
    case = await office.only_case()
    office.clock.now = case.due_at - office.desk.limits.warn_before_due
    await office.turn()

    shown = await screen(office)

    assert "next: mailbot cases remind 2026-0001" in shown
    assert "ответьте на это письмо одним словом: ПОДТВЕРЖДАЮ" in shown
    letter = (await seen("2026-0001", office.desk)).plain()["interim_ready"]
    assert letter["subject"] == "№ 2026-0001: ждём Вашего подтверждения"
