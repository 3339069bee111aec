"""What `mailbot report understanding` makes of readings and of what persons decided."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from mailbot.core.model import CaseState, Failed, Right
from mailbot.journeys import verdict
from tests.fakes import mail, reply
from tests.office import SECRETS, Office, ready_office

ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
NUMBER = "2026-0001"


class Desk:
    """An office, and a person who decides and looks back."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self._config = office, str(folder / "mailbot.toml")

    async def receives(self, text: str, **more: Any) -> None:
        self.office.mailbox.put(mail(text, **more))
        await self.office.turn()

    async def decides(self, what: Callable[..., Any], **more: Any) -> None:
        await what(NUMBER, by="aigul", desk=self.office.desk, **more)
        await self.office.turn()

    async def report(self, *words: str) -> Result:
        command = ["report", "understanding", *words, "--config", self._config]
        result = await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)
        assert result.exit_code == 0, result.output
        assert "anna" not in result.output
        return result

    async def rows(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (await self.report("--json", *words)).stdout.splitlines()]

    async def told(self, *words: str) -> dict[str, dict[str, int]]:
        """Right and language → outcomes that are not nil."""
        return {
            f"{row['right']} {row['language']}": {
                name: row[name] for name in ("kept", "beside", "taken", "added", "closed") if row[name]
            }
            for row in (await self.rows(*words))[:-1]
        }


@pytest.fixture
async def desk(tmp_path) -> AsyncIterator[Desk]:
    office = await ready_office(tmp_path, live=False)
    yield Desk(office, tmp_path)
    await office.close()


async def test_what_was_approved_in_rehearsal_was_read_rightly(desk: Desk):
    await desk.receives(UNSUBSCRIBE)
    await desk.decides(verdict.approve)

    assert await desk.rows() == [
        {
            "right": "unsubscribe",
            "language": "ru",
            "mode": "rehearse",
            "decided": 1,
            "kept": 1,
            "beside": 0,
            "taken": 0,
            "added": 0,
            "closed": 0,
            "agreement": 1.0,
            "low": 0.2065,
            "high": 1.0,
            "undone_while_live": 0,
            "unsure": {"decided": 0, "kept": 0, "beside": 0, "taken": 0, "added": 0, "closed": 0},
            "advice": "too few",
        },
        {"verdicts": 1, "versions": 1},
    ]


async def test_a_request_that_is_approved_twice_counts_once(desk: Desk):
    await desk.receives(ERASE)
    await desk.decides(verdict.approve)
    desk.office.mailbox.put(reply(desk.office.letters()[0], "Подтверждаю"))
    await desk.office.turn()
    await desk.decides(verdict.approve)

    assert (await desk.office.only_case()).state is CaseState.DONE
    assert await desk.told() == {"erasure ru": {"kept": 1}}


async def test_a_refusal_says_that_it_was_asked_for(desk: Desk):
    await desk.receives(ERASE)
    await desk.decides(verdict.refuse, norm="kz.obligation", reason="Заказ № 51 в пути.")

    assert await desk.told() == {"erasure ru": {"kept": 1}}


@pytest.mark.parametrize("then", [None, verdict.approve, verdict.close])
async def test_a_change_takes_one_right_away_and_adds_another_whatever_comes_then(desk: Desk, then):
    await desk.receives(ERASE)
    await desk.decides(verdict.change, rights=[Right.UNSUBSCRIBE])
    if then is not None:
        await desk.decides(then)

    assert await desk.told() == {"unsubscribe ru": {"added": 1}, "erasure ru": {"taken": 1}}


async def test_a_right_that_stays_while_another_is_added_was_not_read_exactly(desk: Desk):
    await desk.receives(UNSUBSCRIBE)
    await desk.decides(verdict.change, rights=[Right.UNSUBSCRIBE, Right.ACCESS])
    await desk.decides(verdict.approve)

    assert await desk.told() == {"access ru": {"added": 1}, "unsubscribe ru": {"beside": 1}}


async def test_a_change_of_the_language_alone_says_nothing_yet(desk: Desk):
    await desk.receives(UNSUBSCRIBE)
    await desk.decides(verdict.change, rights=[Right.UNSUBSCRIBE])
    assert await desk.told() == {}

    await desk.decides(verdict.close)
    assert await desk.told() == {"unsubscribe ru": {"closed": 1}}


async def test_an_answer_in_ones_own_words_agrees_only_where_nothing_else_could_be_done(desk: Desk):
    await desk.receives(UNSUBSCRIBE)
    await desk.decides(verdict.reply, text="Здравствуйте!", close=False)
    await desk.decides(verdict.reply, text="Уже сделано.", close=True)
    assert await desk.told() == {}

    await desk.receives(UNSUBSCRIBE, sender="boris@example.org")
    await verdict.change("2026-0002", by="aigul", rights=[Right.RECTIFICATION], desk=desk.office.desk)
    await verdict.reply("2026-0002", by="aigul", text="Исправили.", close=True, desk=desk.office.desk)
    assert await desk.told() == {"unsubscribe ru": {"taken": 1}, "rectification ru": {"added": 1}}


async def test_what_the_program_did_by_itself_is_no_verdict(desk: Desk):
    await desk.office.live()
    await desk.receives(UNSUBSCRIBE)

    assert (await desk.office.only_case()).state is CaseState.DONE
    assert await desk.rows() == [{"verdicts": 0, "versions": 0}]
    assert (await desk.report()).stdout == "no person has decided on anything that was read\n"


async def test_an_erasure_closed_while_it_was_live_is_a_reason_to_narrow_it(desk: Desk):
    await desk.office.live(Right.ERASURE)
    await desk.receives(ERASE)
    await desk.decides(verdict.close)

    (row, _) = await desk.rows()
    assert (row["mode"], row["closed"], row["undone_while_live"], row["advice"]) == ("agree", 1, 1, "narrow it")


async def test_what_went_live_only_later_was_not_live_then(desk: Desk):
    await desk.receives(ERASE)
    await desk.decides(verdict.close)
    await desk.office.live(Right.ERASURE)

    (row, _) = await desk.rows()
    assert (row["mode"], row["undone_while_live"]) == ("agree", 0)


async def test_a_case_that_stands_on_a_better_letter_is_judged_by_that_one(desk: Desk):
    desk.office.senders.others = {"anna@example.org": Failed("dmarc")}
    await desk.receives(ERASE)
    desk.office.senders.others = {}
    desk.office.senders.proven.add("anna@example.org")
    await desk.receives("Please delete all my personal data.")
    await desk.decides(verdict.approve)

    assert "case.better_standing" in await desk.office.events()
    assert await desk.told() == {"erasure en": {"kept": 1}}


async def test_only_what_was_decided_since_a_day_counts_when_it_is_asked_for(desk: Desk):
    await desk.receives(UNSUBSCRIBE)
    await desk.decides(verdict.approve)
    today = desk.office.clock.now.date()

    assert await desk.told("--since", f"{today}") == {"unsubscribe ru": {"kept": 1}}
    assert await desk.told("--since", f"{today + timedelta(days=1)}") == {}


async def test_people_get_a_table(desk: Desk):
    await desk.receives(UNSUBSCRIBE)
    await desk.decides(verdict.approve)
    heading, row, foot = (await desk.report()).stdout.splitlines()

    assert heading.split()[:5] == ["right", "language", "mode", "decided", "kept"]
    assert row.split() == [
        *("unsubscribe", "ru", "rehearse", "1", "1", "0", "0", "0", "0"),
        *("100%", "(21%-100%)", "0", "of", "0", "too", "few"),
    ]
    assert foot == "readings decided by persons: 1; versions of the words they were read by: 1"
