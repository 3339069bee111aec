"""`mailbot subject` and `mailbot package`: values for a named person alone, and every look is kept (issue 5)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from mailbot.core.audit import Event
from mailbot.core.model import Address
from mailbot.journeys import disclosures
from mailbot.journeys.trail import pseudonym_of
from tests.by_hand import open_with_hands
from tests.fakes import mail, reply
from tests.office import SECRETS, Office

ANNA = "anna@example.org"


class Desk:
    """An office that is live, and a lawyer at its command line."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self._config = office, folder / "mailbot.toml"

    async def type(self, *words: str, code: int = 0, by: str = "lawyer") -> Result:
        command = [*words, "--as", by, "--config", str(self._config)]
        result = await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)
        assert result.exit_code == code, result.output
        return result

    async def events(self, name: str) -> list[Event]:
        async with self.office.desk.ledger.read() as book:
            return [link.event for link in await book.links(limit=10**6) if link.event.name == name]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    office = await open_with_hands(tmp_path)
    with (tmp_path / "mailbot.toml").open("a", encoding="utf-8") as settings:
        settings.write('[people]\nauthority = ["lawyer"]\n')
    await office.add_person()
    await office.begin()
    await office.live()
    yield Desk(office, tmp_path)
    await office.data.dispose()
    await office.app.close()


# ---------------------------------------------------------------- subject


async def test_it_shows_values_terms_and_how_each_row_was_found(desk: Desk):
    shown = json.loads((await desk.type("subject", "Anna@Example.org", "--json")).stdout)

    (person,) = shown["persons"]
    assert [(row["table"], row["key"], row["found"]) for row in person["rows"]] == [
        ("company.subjects", {"id": "1"}, ["e-mail in email"]),
        ("company.subscriptions", {"id": "1"}, ["through subjects (subject_id = id)"]),
        ("company.consents", {"id": "1"}, ["through subjects (subject_id = id)"]),
    ]
    assert person["rows"][0]["columns"]["phone"] == {
        "value": "+7 700 000 00 01",
        "category": "user.contact.phone_number",
        "purposes": [
            "keeping in touch with you, notices and questions",
            "sending news, special offers and prices",
        ],
        "ground": "your consent",
        "source": "a form on the site",
        "kept": "until consent is withdrawn",
    }
    assert (shown["shared"], shown["withheld"], shown["by_hand"], shown["plan"]) == ([], 0, ["archive"], None)


async def test_it_names_our_own_cases_the_suppression_list_and_disclosures(desk: Desk):
    desk.office.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста."))
    await desk.office.turn()
    await disclosures.add(
        Address(ANNA), to="КГД", ground="НК РК 26", day=date(2026, 11, 20), by="lawyer", desk=desk.office.desk
    )

    shown = json.loads((await desk.type("subject", ANNA, "--json")).stdout)
    told = (await desk.type("subject", ANNA)).stdout

    assert [(one["case"], one["rights"]) for one in shown["cases"]] == [("2026-0001", ["unsubscribe"])]
    assert [(one["case"], one["channel"]) for one in shown["suppressed"]] == [("2026-0001", None)]
    assert shown["disclosed"] == [{"to": "КГД", "day": "2026-11-20", "ground": "НК РК 26"}]
    for line in (
        "our case 2026-0001: ",
        "on the suppression list since 2026-11-23",
        "disclosed to КГД on 2026-11-20",
    ):
        assert line in told


async def test_for_people_it_prints_the_same_and_nothing_that_acts_on_the_screen(desk: Desk):
    hostile = {"purpose": "\x1b[2J[red]x", "policy_edition": "", "how": "y"}
    await desk.office.add("consents", id=9, subject_id=1, given_at=desk.office.clock.now, **hostile)

    told = (await desk.type("subject", ANNA)).stdout

    for known in ("company.subjects id 1: e-mail in email", "phone (user.contact.phone_number): +7 700 000 00 01"):
        assert known in told
    assert "look there: archive (Болат Пример)" in told
    assert "\x1b" not in told
    assert "‹U+001B›[2J[red]x" in told


async def test_two_persons_under_one_address_are_shown_apart_and_only_advertising_would_stop(desk: Desk):
    await desk.office.add_person(2)

    shown = json.loads((await desk.type("subject", ANNA, "--plan", "erasure", "--json")).stdout)
    told = (await desk.type("subject", ANNA, "--plan", "erasure")).stdout

    assert [[row["key"]["id"] for row in person["rows"]] for person in shown["persons"]] == [["1"] * 3, ["2"] * 3]
    assert [(step["step"], bool(step["refused"])) for step in shown["plan"]["steps"]] == [
        ("suppress", False),
        ("destroy", True),
    ]
    assert "2 persons under one address" in told
    assert "person 2" in told


@pytest.mark.parametrize(
    ("right", "steps"),
    [
        ("erasure", [("suppress", "at once"), ("destroy", "after confirmation")]),
        (
            "withdraw_consent",
            [
                ("suppress", "at once"),
                ("stop_processing", "after confirmation"),
                ("destroy", "after confirmation"),
            ],
        ),
        ("unsubscribe", [("suppress", "at once")]),
        ("access", [("disclose", "after confirmation")]),
    ],
)
async def test_a_plan_is_every_step_as_a_dry_run_and_changes_nothing(
    desk: Desk, right: str, steps: list[tuple[str, str]]
):
    before = [await desk.office.rows(table) for table in ("subjects", "subscriptions", "consents")]

    plan = json.loads((await desk.type("subject", ANNA, "--plan", right, "--json")).stdout)["plan"]

    assert [(step["step"], step["when"]) for step in plan["steps"]] == steps
    assert [await desk.office.rows(table) for table in ("subjects", "subscriptions", "consents")] == before
    assert plan["by_hand"] == ["archive: Болат Пример"]
    assert plan["told"] == ([] if right == "access" else ["ТОО «Пример Хостинг»", "ТОО «Пример Доставка»"])


async def test_a_plan_says_which_rows_and_columns_go_and_why_some_stay_and_until_when(desk: Desk):
    await desk.office.add_order(until=date(2026, 12, 31))

    plan = json.loads((await desk.type("subject", ANNA, "--plan", "erasure", "--json")).stdout)["plan"]
    told = (await desk.type("subject", ANNA, "--plan", "erasure")).stdout

    destroy = plan["steps"][1]
    assert "an obligation is live" in destroy["refused"]
    stays = [row for row in destroy["rows"] if row["kept_for"]]
    assert {(row["table"], row["kept_for"], row["until"]) for row in stays} >= {
        ("company.obligations", "RK Civil Code", "2026-12-31")
    }
    assert "stays for RK Civil Code until 2026-12-31" in told
    assert "company.subscriptions, destruction, 1 rows: id 1 [channel, topic]" in " ".join(told.split())
    assert "owed: order, RK Civil Code until 2026-12-31" in told


async def test_every_look_is_an_event_under_a_pseudonym_and_so_is_every_look_refused(desk: Desk):
    await desk.type("subject", ANNA, "--plan", "access")
    refused = await desk.type("subject", ANNA, by="intern", code=1)

    (event,) = await desk.events("subject.looked")
    assert (event.actor, event.subject) == ("lawyer", pseudonym_of(Address(ANNA), desk.office.desk))
    assert dict(event.facts) == {
        "persons": 1,
        "plan": "access",
        "rows": {"company.subjects": 1, "company.subscriptions": 1, "company.consents": 1},
    }
    assert [event.actor for event in await desk.events("subject.look_refused")] == ["intern"]
    assert "intern may not look at people's data; these may: lawyer" in refused.output
    assert "Almaty" not in refused.output


async def test_while_nobody_is_named_nobody_may_look(desk: Desk, tmp_path: Path):
    settings = tmp_path / "mailbot.toml"
    settings.write_text(settings.read_text("utf-8").replace('["lawyer"]', "[]"), "utf-8")

    refused = await desk.type("subject", ANNA, code=1)

    assert "nobody may: name logins in mailbot.toml, [people] authority" in refused.output


async def test_what_is_no_address_is_a_wrong_argument_and_who_is_not_on_file_is_no_error(desk: Desk):
    await desk.type("subject", "anna", code=2)

    told = await desk.type("subject", "nobody@example.org", "--plan", "erasure")

    assert "nothing is held under this address" in told.stdout


# ---------------------------------------------------------------- package


async def asked(desk: Desk) -> str:
    """Anna has asked what is held and confirmed it; the archive has been looked through by hand."""
    office = desk.office
    office.mailbox.put(mail("Какие мои персональные данные у вас есть? Прошу сообщить."))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    case = await office.only_case()
    async with office.desk.ledger.read() as book:
        tasks = await book.tasks(case_id=case.id)
    for task in tasks:
        await desk.type("tasks", "done", str(task.id), "--evidence", "nothing there")
    await office.turn()
    return case.number


async def test_a_package_is_looked_at_released_and_its_password_shown_once(desk: Desk):
    number = await asked(desk)

    looked = (await desk.type("package", "show", number)).stdout
    done = (await desk.type("package", "release", number)).stdout

    assert "user.contact.phone_number" in looked
    assert "company.subjects: 1" in looked
    assert "not in it, no database: Бумажный архив" in looked
    assert "+7 *** ** 01" in looked
    assert "Almaty, Example street 2" not in looked
    assert "Call +7 700 000 00 01, the number on file" in done
    (line,) = [line for line in done.splitlines() if "password:" in line]
    assert len(line.split()) == 6
    desk.office.clock.forward(days=36500)  # the command goes by the host's clock
    await desk.office.loop("deliver")
    (letter,) = [one for one in desk.office.letters() if list(one.iter_attachments())]
    body = letter.get_body()
    assert body is not None
    assert "Бумажный архив" in body.get_content()


async def test_values_of_a_package_are_for_authority_and_the_look_is_kept(desk: Desk):
    number = await asked(desk)

    shown = json.loads((await desk.type("package", "show", number, "--values", "--json")).stdout)
    await desk.type("package", "show", number, "--values", by="intern", code=1)
    await desk.type("package", "release", number, by="intern", code=1)
    blind = json.loads((await desk.type("package", "show", number, "--json", by="intern")).stdout)

    assert shown["records"][0]["columns"]["full_name"] == "Anna Example"
    assert "records" not in blind
    assert (blind["rows"], blind["numbers_on_file"]) == (shown["rows"], ["+7 *** ** 01"])
    looks = [(event.actor, event.facts["values"]) for event in await desk.events("access.looked")]
    assert looks == [("lawyer", True), ("intern", False)]
    assert len(await desk.events("subject.look_refused")) == 2


async def test_a_case_that_is_not_there_is_told_and_ends_with_one(desk: Desk):
    told = await desk.type("package", "show", "2026-9999", code=1)

    assert "there is no case 2026-9999" in told.output
