"""`mailbot tasks` and `mailbot disclosures`: what a person sees and ticks."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from mailbot.core.model import Address, CaseState
from mailbot.journeys import disclosures
from tests.by_hand import DELIVERY, HOSTING, PARTY, open_with_hands
from tests.fakes import mail, reply
from tests.office import SECRETS, Office

ERASE = "Прошу удалить все мои персональные данные."


class Hands:
    """An office that is live, and its people at the command line."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self._config = office, folder / "mailbot.toml"

    async def type(self, *words: str, code: int = 0) -> Result:
        """One command, which exits with *code*; the daemon then makes a turn."""
        command = [*words, "--config", str(self._config)]
        result = await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)
        assert result.exit_code == code, result.output
        await self.office.turn(2)
        return result


@pytest.fixture
async def hands(tmp_path: Path) -> AsyncIterator[Hands]:
    office = await open_with_hands(tmp_path)
    await office.add_person()
    await office.begin()
    await office.live()
    yield Hands(office, tmp_path)
    await office.data.dispose()
    await office.app.close()


@pytest.fixture
async def erased(hands: Hands) -> Hands:
    office = hands.office
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    return hands


async def test_the_list_names_no_person_and_the_task_itself_does(erased: Hands):
    listed = (await erased.type("tasks", "list", "--json")).stdout
    shown = json.loads((await erased.type("tasks", "show", "1", "--json")).stdout)

    assert next(json.loads(line)["name"] for line in listed.splitlines()) == "archive"
    assert "anna" not in listed
    assert (shown["about"], shown["state"], shown["right"]) == ("anna@example.org", "open", "erasure")
    assert "третья полка" in shown["place"]


async def test_a_tick_lets_the_case_be_done(erased: Hands):
    said = await erased.type("tasks", "done", "1", "--evidence", "act 7", "--as", "bolat")

    assert said.stdout == "task 1 of 2026-0001: done; the case is fulfilling\n"
    assert (await erased.office.only_case()).state is CaseState.DONE
    shown = (await erased.type("tasks", "show", "1")).stdout
    assert "by bolat: act 7" in shown


async def test_what_cannot_be_done_goes_to_a_person(erased: Hands):
    said = await erased.type("tasks", "cannot", "1", "--why", "sealed", "--as", "bolat")

    assert "the case is person" in said.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("show", "77"), "there is no task 77"),
        (("done", "77", "--evidence", "x"), "there is no task 77"),
        (("done", "1", "--evidence", "wrote to anna@example.org"), "names no person"),
        (("open", "2026-0099", "--right", "rectification"), "there is no case 2026-0099"),
    ],
)
async def test_what_does_not_fit_ends_with_one_and_a_clear_line(erased: Hands, words, why):
    result = await erased.type("tasks", *words, code=1)

    assert why in result.output


async def test_what_a_party_answered_is_shown_with_what_acts_on_a_screen_spelled(erased: Hands):
    office = erased.office
    office.mailbox.put(reply(office.letters(PARTY)[0], "Сделано.\u202e", sender=PARTY))
    await office.turn()
    (task,) = [
        json.loads(line)["task"]
        for line in (await erased.type("tasks", "list", "--json")).stdout.splitlines()
        if json.loads(line)["name"] == HOSTING
    ]

    shown = (await erased.type("tasks", "show", str(task))).stdout

    assert "answered: Сделано." in shown
    assert "\u202e" not in shown


async def test_a_disclosure_is_kept_without_the_address_and_found_by_it(hands: Hands):
    await hands.type(
        *("disclosures", "add", "Anna@Example.org", "--to", "Налоговый орган", "--ground", "НК РК 26"),
        *("--on", "2026-11-20", "--as", "lawyer"),
    )

    (listed,) = (await hands.type("disclosures", "list", "--json")).stdout.splitlines()
    assert json.loads(listed) == {
        "disclosure": 1,
        "day": "2026-11-20",
        "to": "Налоговый орган",
        "ground": "НК РК 26",
        "entered_by": "lawyer",
    }
    assert "Налоговый орган" in (await hands.type("disclosures", "list", "--about", "anna@example.org")).stdout
    assert (await hands.type("disclosures", "list", "--about", "boris@example.org")).stdout == "none\n"
    desk = hands.office.desk
    async with desk.ledger.read() as book:
        (kept,) = await disclosures.of(Address("anna@example.org"), book, desk)
        events = await book.links()
    assert "anna" not in repr(kept).lower()
    (event,) = [link.event for link in events if link.event.name == "disclosure.entered"]
    assert (event.actor, "anna" in str(event.facts).lower()) == ("lawyer", False)


async def test_a_disclosure_is_named_in_the_access_letter_of_that_person(hands: Hands):
    office = hands.office
    await office.add_person(2, email="boris@example.org")
    await hands.type(
        *("disclosures", "add", "anna@example.org", "--to", "Налоговый орган", "--ground", "НК РК 26"),
        *("--on", "2026-11-20"),
    )
    for who in ("anna@example.org", "boris@example.org"):
        office.mailbox.put(mail("Прошу сообщить, какие мои персональные данные вы храните.", sender=who))
        await office.turn()
        office.mailbox.put(reply(office.letters(who)[0], "ПОДТВЕРЖДАЮ", sender=who))
        await office.turn()
    for task in (await hands.type("tasks", "list", "--json")).stdout.splitlines():
        await hands.type("tasks", "done", str(json.loads(task)["task"]), "--nothing", "--evidence", "looked")

    assert "Налоговый орган" in office.letters("anna@example.org")[-1].get_content()
    assert "Налоговый орган" not in office.letters("boris@example.org")[-1].get_content()


async def test_a_case_shows_its_tasks_and_the_day_on_which_the_rest_is_destroyed(hands: Hands):
    office = hands.office
    await office.add_order(until=date(2026, 12, 10))
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    await hands.type("cases", "approve", "2026-0001")

    shown = json.loads((await hands.type("cases", "show", "2026-0001", "--json")).stdout)

    assert [task["name"] for task in shown["tasks"]] == ["archive", HOSTING, DELIVERY]
    assert [step["on"] for step in shown["steps"] if step["phase"] == "later"] == ["2026-12-11"]
    printed = (await hands.type("cases", "show", "2026-0001")).stdout
    assert "step destroy (later): to do on 2026-12-11" in printed
    assert "task 1, archive, erasure: open" in printed


async def test_the_grounds_of_the_law_are_listed(hands: Hands):
    listed = (await hands.type("cases", "grounds", "--json")).stdout

    rights = [json.loads(line)["rights"] for line in listed.splitlines()]
    assert "unsubscribe" not in {right for one in rights for right in one}
    assert "kz.obligation" in listed
