"""A person's door: what is shown before anything happens, and what each button does."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from mailbot.core.model import CaseState
from tests.fakes import mail, reply
from tests.office import SECRETS, Office, ready_office

ERASE = "Прошу удалить все мои персональные данные."


class Desk:
    """An office that rehearses, and its operator at the command line."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self._config = office, folder / "mailbot.toml"

    async def type(self, *words: str, code: int = 0) -> Result:
        """One command, which exits with *code*; the daemon then makes a turn."""
        command = [*words, "--config", str(self._config)]
        result = await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)
        assert result.exit_code == code, result.output
        await self.office.turn(2)
        return result

    async def shown(self, number: str) -> Any:
        return json.loads((await self.type("cases", "show", number, "--json")).stdout)


def timeless(body: str) -> list[str]:
    """Lines of a letter without the moment at which it was made."""
    return re.sub(r"\d\d\.\d\d\.\d{4}, \d\d:\d\d", "…", body).split()


@pytest.fixture
async def desk(tmp_path) -> AsyncIterator[Desk]:
    office = await ready_office(tmp_path, live=False)
    yield Desk(office, tmp_path)
    await office.close()


async def test_a_rehearsal_shows_the_letter_and_the_rows_and_touches_nothing(desk: Desk):
    desk.office.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста."))
    await desk.office.turn()

    shown = await desk.shown("2026-0001")

    assert shown["holds"] == ["rehearsal"]
    (step,) = shown["proposal"]["steps"]
    assert (step["kind"], step["rows"][0]["table"], step["rows"][0]["rows"]) == (
        "suppress",
        "company.subscriptions",
        1,
    )
    assert shown["proposal"]["letter"]["subject"].startswith("№ 2026-0001")
    assert desk.office.letters() == []
    assert [row["stopped_at"] for row in await desk.office.rows("subscriptions")] == [None]


async def test_what_was_shown_is_what_happens_on_approval(desk: Desk):
    desk.office.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста."))
    await desk.office.turn()
    shown = await desk.shown("2026-0001")

    await desk.type("cases", "approve", "2026-0001", "--as", "lawyer")

    (letter,) = desk.office.letters()
    assert letter["Subject"] == shown["proposal"]["letter"]["subject"]
    assert timeless(letter.get_content()) == timeless(shown["proposal"]["letter"]["body"])
    assert (await desk.office.only_case()).state is CaseState.DONE


async def test_the_operator_is_told_once_by_a_mail_without_personal_data(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn(3)

    (notice,) = desk.office.letters("lawyer@example.kz")
    assert "2026-0001" in notice.get_content()
    assert "anna" not in notice.as_string()


async def test_a_rehearsed_erasure_is_asked_about_on_the_first_button_and_destroyed_on_the_second(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn()
    await desk.type("cases", "approve", "2026-0001")
    assert (await desk.office.only_case()).state is CaseState.CONFIRMATION

    desk.office.mailbox.put(reply(desk.office.letters()[0], "Подтверждаю"))
    await desk.office.turn()
    assert (await desk.shown("2026-0001"))["holds"] == ["rehearsal"]
    assert len(await desk.office.rows("subjects")) == 1

    await desk.type("cases", "approve", "2026-0001")
    assert (await desk.office.only_case()).state is CaseState.DONE
    assert await desk.office.rows("subjects") == []


async def test_a_corrected_reading_is_planned_anew_and_waits(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn()

    await desk.type(
        "cases", "change", "2026-0001", "--right", "unsubscribe", "--right", "access", "--language", "kk"
    )

    shown = await desk.shown("2026-0001")
    assert (shown["rights"], shown["languages"], shown["state"]) == (["access", "unsubscribe"], ["kk"], "person")
    assert desk.office.letters() == []


async def test_a_refusal_names_norm_and_reason_and_leaves_the_data_alone(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn()
    await desk.type("cases", "refuse", "2026-0001", "--norm", "kz.obligation", "--reason", "Заказ № 51 в пути.")

    (letter,) = desk.office.letters()
    assert "94-V 8(2)" in letter.get_content()
    assert "Заказ № 51 в пути." in letter.get_content()
    assert len(await desk.office.rows("subjects")) == 1
    assert (await desk.office.only_case()).state is CaseState.REFUSED


async def test_a_person_writes_in_their_own_words_and_may_close_with_it(desk: Desk):
    desk.office.mailbox.put(mail("Прошу исправить мой телефон на +7 700 000 00 09, старый больше не мой."))
    await desk.office.turn()
    await desk.type("cases", "reply", "2026-0001", "--close", "--text", "Телефон исправлен.")

    (letter,) = desk.office.letters()
    assert "Телефон исправлен." in letter.get_content()
    assert letter["Auto-Submitted"] is None
    assert (await desk.office.only_case()).state is CaseState.DONE


async def test_an_open_question_can_be_reminded_of(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn()
    await desk.type("cases", "approve", "2026-0001")
    await desk.type("cases", "remind", "2026-0001")
    desk.office.clock.forward(minutes=1)  # letters leave a while after what they answer was read (C19)
    await desk.office.turn()

    _, reminder = desk.office.letters()
    desk.office.mailbox.put(reply(reminder, "Подтверждаю"))
    await desk.office.turn()

    assert (await desk.office.only_case()).confirmed


async def test_what_a_case_has_set_can_be_taken_back_after_its_end(desk: Desk):
    desk.office.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста."))
    await desk.office.turn()
    await desk.type("cases", "approve", "2026-0001")
    assert [row["stopped_at"] is not None for row in await desk.office.rows("subscriptions")] == [True]

    await desk.type("cases", "take-back", "2026-0001")

    assert [row["stopped_at"] for row in await desk.office.rows("subscriptions")] == [None]
    assert (await desk.office.only_case()).state is CaseState.DONE
    again = await desk.type("cases", "take-back", "2026-0001", code=1)
    assert "nothing that could be lifted" in again.output


async def test_verdicts_that_do_not_fit_say_so_and_exit_with_1(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn()
    await desk.type("cases", "close", "2026-0001")

    for command in ("approve", "close", "remind"):
        result = await desk.type("cases", command, "2026-0001", code=1)
        assert result.output == "Error: case 2026-0001 is closed already\n"
    unknown = await desk.type("cases", "show", "2026-9999", code=1)
    assert "mailbot cases list" in unknown.output


async def test_every_verdict_is_in_the_trail_with_the_persons_login(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn()
    await desk.type("cases", "close", "2026-0001", "--as", "aigul")

    result = await desk.type("audit", "tail", "--json", "--case", "2026-0001")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert ("case.closed", "aigul") in [(event["name"], event["by"]) for event in events]
    assert "anna" not in result.stdout


async def test_going_live_is_shown_audited_and_taken_back(desk: Desk):
    await desk.type("go-live", "unsubscribe", "kk", "--as", "aigul")
    live = json.loads((await desk.type("go-live", "--json")).stdout)
    assert live["unsubscribe"] == {"kk": "agree", "ru": "rehearse", "en": "rehearse"}
    assert live["erasure"] == {"kk": "rehearse", "ru": "rehearse", "en": "rehearse"}

    await desk.type("go-live", "unsubscribe", "--back")
    assert json.loads((await desk.type("go-live", "--json")).stdout)["unsubscribe"]["kk"] == "rehearse"
    assert (await desk.office.events()).count("autonomy.set") == 2


async def test_the_chain_is_verified_and_a_tampered_one_is_named(desk: Desk):
    desk.office.mailbox.put(mail(ERASE))
    await desk.office.turn()
    held = await desk.type("audit", "verify", "--json")
    assert json.loads(held.stdout)["ok"] is True

    async with desk.office.app.ledger._writer.begin() as connection:
        await connection.exec_driver_sql("UPDATE audit SET facts = '{}' WHERE seq = 2")
    broken = await desk.type("audit", "verify", code=1)

    assert "does not hold at event 2" in broken.output


async def test_a_ledger_without_tables_is_named_with_the_command_that_makes_them(desk: Desk, tmp_path):
    (tmp_path / "ledger.sqlite").rename(tmp_path / "elsewhere.sqlite")
    result = await asyncio.to_thread(
        CliRunner().invoke, main, ["cases", "list", "--config", str(tmp_path / "mailbot.toml")], env=SECRETS
    )
    (tmp_path / "elsewhere.sqlite").replace(tmp_path / "ledger.sqlite")

    assert result.exit_code == 2
    assert "mailbot db upgrade" in result.output
