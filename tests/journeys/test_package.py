"""Access, level 2: prepared by the program, released by a person, opened by nobody else (C20, issue 5 item 6)."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import pyzipper
from sqlalchemy import text

from mailbot.app import make_archive, make_press
from mailbot.core.case import Case
from mailbot.core.model import CaseState, HoldReason, Language, Right
from mailbot.errors import NotNow
from mailbot.journeys import package as journey
from mailbot.journeys import verdict
from mailbot.journeys.package import Hand, Released
from tests.fakes import mail, reply
from tests.office import Office, ready_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ASKS = "Какие мои персональные данные у вас есть? Прошу сообщить."
LAWYER = ("lawyer",)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await ready_office(tmp_path)
    yield opened
    await opened.close()


def hand(office: Office, *, by: str = "lawyer", authority: tuple[str, ...] = LAWYER) -> Hand:
    return Hand(by=by, authority=authority, press=make_press(office.app.settings), archive=make_archive())


async def asked(office: Office, *, confirms: bool = True) -> Case:
    """Anna has asked what is held, and confirmed it."""
    office.mailbox.put(mail(ASKS))
    await office.turn()
    if confirms:
        office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
        await office.turn()
    return await office.only_case()


async def released(office: Office, case: Case, **more: str) -> Released:
    done = await journey.release(case.number, hand=hand(office), desk=office.desk, **more)
    await office.turn()
    return done


def enclosed(letter: EmailMessage) -> tuple[str, bytes]:
    (file,) = letter.iter_attachments()
    return str(file.get_filename()), file.get_content()


def opened(sealed: bytes, password: str) -> dict[str, str]:
    with pyzipper.AESZipFile(BytesIO(sealed)) as archive:
        archive.setpassword(password.replace(" ", "").encode())
        return {name: archive.read(name).decode() for name in archive.namelist()}


def body_of(letter: EmailMessage) -> str:
    body = letter.get_body()
    assert body is not None
    return str(body.get_content())


async def sql(office: Office, statement: str) -> None:
    async with office.data.begin() as connection:
        await connection.execute(text(statement))


async def facts(office: Office, name: str) -> list[dict[str, object]]:
    async with office.desk.ledger.read() as book:
        links = await book.links(limit=1_000_000)
    return [dict(link.event.facts) for link in links if link.event.name == name]


# ---------------------------------------------------------------- it is sent


async def test_the_person_gets_an_archive_of_their_own_values_a_page_and_a_file(office: Office):
    await office.add_person(2, email="boris@example.org")
    case = await asked(office)

    done = await released(office, case)
    name, sealed = enclosed(office.letters()[-1])
    files = opened(sealed, done.password)

    assert name == f"access-{case.number}.zip"
    assert set(files) == {"my-data-ru.html", "my-data.json"}
    told = json.loads(files["my-data.json"])
    assert [part["table"] for part in told["tables"]] == ["subjects", "subscriptions", "consents"]
    assert [row["postal_address"] for row in told["tables"][0]["rows"]] == ["Almaty, Example street 2"]
    assert "Almaty, Example street 2" in files["my-data-ru.html"]
    assert "boris" not in "".join(files.values())


async def test_the_letter_says_which_programs_open_it_and_which_number_is_called(office: Office):
    case = await asked(office)

    done = await released(office, case)
    letter = office.letters()[-1]

    for known in ("7-Zip, WinRAR, Keka, The Unarchiver", "Windows", "+7 *** ** 01", "без пробелов"):
        assert known in body_of(letter)
    assert done.phones == ("+7 700 000 00 01",)
    assert "+7 700 000 00 01" not in body_of(letter)
    assert letter["Auto-Submitted"] is None  # a person has sent it
    assert letter["Subject"] == f"№ {case.number}: копия Ваших данных"


async def test_the_password_stands_in_no_row_log_trail_or_mail(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
):
    caplog.set_level("DEBUG")
    case = await asked(office)

    done = await released(office, case)
    await sql(office, "PRAGMA wal_checkpoint")

    plain = done.password.replace(" ", "")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    mails = b"".join(raw for _, raw in office.mailer.letters) + b"".join(office.mailbox.raws("Sent"))
    said = "".join([caplog.text, *capsys.readouterr()])
    assert "access.released" in await office.events()
    for secret in (done.password, plain, done.password.replace(" ", "-")):
        assert secret.encode() not in kept + mails
        assert secret not in said
    assert plain not in repr(done)
    assert done.password not in repr(done)


async def test_a_release_is_an_event_with_the_archives_hash_counts_and_who_did_it(office: Office):
    case = await asked(office)

    await released(office, case)
    _, sealed = enclosed(office.letters()[-1])

    (told,) = await facts(office, "access.released")
    assert told == {
        "sha256": sha256(sealed).hexdigest(),
        "octets": len(sealed),
        "rows": {"company.subjects": 1, "company.subscriptions": 1, "company.consents": 1},
        "withheld": 0,
        "password": "by the number on file",
    }
    async with office.desk.ledger.read() as book:
        actors = {
            link.event.actor for link in await book.links(limit=10**6) if link.event.name == "access.released"
        }
    assert actors == {"lawyer"}


async def test_a_lost_password_means_a_new_archive_with_a_new_one_and_an_old_one_that_has_not_left_stays(
    office: Office,
):
    case = await asked(office)
    first = await journey.release(case.number, hand=hand(office), desk=office.desk)

    second = await released(office, case)

    letters = [letter for letter in office.letters() if list(letter.iter_attachments())]
    assert len(letters) == 1
    _, sealed = enclosed(letters[0])
    assert first.password != second.password
    assert opened(sealed, second.password)
    with pytest.raises(RuntimeError, match="password"):
        opened(sealed, first.password)


async def test_it_counts_as_a_letter_of_its_case_and_ends_one_that_waited_for_nothing_else(office: Office):
    case = await asked(office)
    office.mailbox.put(mail("Человек", answers=office.letters()[-1]["Message-ID"]))
    await office.turn()
    waiting = await office.only_case()
    assert waiting.state is CaseState.PERSON

    await released(office, waiting)

    ended = await office.only_case()
    assert (ended.state, ended.holds, ended.letters) == (CaseState.DONE, (), case.letters + 1)


async def test_who_also_asked_for_what_only_a_person_can_do_gets_a_copy_and_their_case_goes_on_waiting(
    office: Office,
):
    office.mailbox.put(mail("Какие мои персональные данные у вас есть? И исправьте моё имя на Анна-Мария."))
    await office.turn()
    asked_for = await office.only_case()
    assert asked_for.rights == (Right.ACCESS, Right.RECTIFICATION)
    await verdict.approve(asked_for.number, by="lawyer", desk=office.desk)
    await office.turn()
    office.mailbox.put(reply(office.letters()[-1], "Подтверждаю"))
    await office.turn()
    assert (await office.only_case()).rights == (Right.RECTIFICATION,)

    await released(office, asked_for)

    waiting = await office.only_case()
    assert (waiting.state, waiting.rights) == (CaseState.PERSON, (Right.RECTIFICATION,))
    assert list(office.letters()[-1].iter_attachments())


async def test_there_is_a_page_in_each_language_of_the_case(office: Office):
    case = await asked(office)
    async with office.desk.ledger.write() as book:
        await book.save(replace(await book.case(case.number), languages=tuple(Language)))

    done = await released(office, case)

    _, sealed = enclosed(office.letters()[-1])
    assert set(opened(sealed, done.password)) == {
        *("my-data-kk.html", "my-data-ru.html", "my-data-en.html"),
        "my-data.json",
    }
    for word in ("Құпиясөз — ", "Пароль — ", "The password is"):
        assert word in body_of(office.letters()[-1])


# ---------------------------------------------------------------- it is not sent


async def test_values_go_only_to_who_asked_for_access_and_sent_the_code_back(office: Office):
    case = await asked(office, confirms=False)

    with pytest.raises(NotNow, match="not confirmed by the code"):
        await released(office, case)
    with pytest.raises(NotNow, match="no case 2026-9999"):
        await journey.release("2026-9999", hand=hand(office), desk=office.desk)
    assert await facts(office, "access.released") == []


async def test_a_persons_approval_alone_is_no_confirmation(office: Office):
    case = await asked(office, confirms=False)
    async with office.desk.ledger.write() as book:
        held = await book.case(case.number)
        await book.save(replace(held, state=CaseState.PERSON, holds=(HoldReason.NO_TOKEN,)))
    await verdict.approve(case.number, by="lawyer", desk=office.desk)
    await office.turn()
    assert (await office.only_case()).confirmed

    with pytest.raises(NotNow, match="not confirmed by the code"):
        await released(office, case)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": CaseState.REFUSED}, "is refused"),
        ({"state": CaseState.CLOSED}, "is closed"),
        ({"state": CaseState.FULFILLING}, "is under way"),
        ({"state": CaseState.PERSON, "holds": (HoldReason.ABUSE,)}, "it was not them"),
    ],
)
async def test_a_case_that_ended_otherwise_or_is_in_doubt_hands_nothing_out(
    office: Office, change: dict[str, object], why: str
):
    case = await asked(office)
    async with office.desk.ledger.write() as book:
        await book.save(replace(await book.case(case.number), **change))  # type: ignore[arg-type]

    with pytest.raises(NotNow, match=why):
        await journey.release(case.number, hand=hand(office), desk=office.desk)


async def test_a_case_about_something_else_hands_nothing_out(office: Office):
    office.mailbox.put(mail("Удалите, пожалуйста, все мои персональные данные."))
    await office.turn()
    case = await office.only_case()
    assert case.rights == (Right.ERASURE,)

    with pytest.raises(NotNow, match="does not ask for access"):
        await released(office, case)


async def test_who_has_no_authority_releases_nothing_and_the_try_is_kept(office: Office):
    case = await asked(office)

    for authority, why in ((LAWYER, "these may: lawyer"), ((), "nobody may")):
        with pytest.raises(NotNow, match=why):
            await journey.release(
                case.number, hand=hand(office, by="intern", authority=authority), desk=office.desk
            )

    assert (await office.events()).count("subject.look_refused") == 2
    assert len(office.letters()) == 2  # the question and the letter of level 1


async def test_without_a_number_on_file_it_is_refused_with_what_to_do_and_handed_over_in_person(office: Office):
    case = await asked(office)
    await sql(office, "UPDATE subjects SET phone = NULL")

    with pytest.raises(NotNow, match=r"no number on file.*--no-call"):
        await released(office, case)
    done = await released(office, case, told_how="in person, by passport, at the office")

    assert done.phones == ()
    assert "скажет наш сотрудник лично" in body_of(office.letters()[-1])
    (told,) = await facts(office, "access.released")
    assert told["password"] == "told: in person, by passport, at the office"


@pytest.mark.parametrize("how", ["mailed to anna@example.org", "by +7 700 000 00 99", "passport N12345678"])
async def test_how_it_is_told_must_not_bring_personal_data_into_the_trail(office: Office, how: str):
    case = await asked(office)

    with pytest.raises(NotNow, match="without addresses and numbers"):
        await released(office, case, told_how=how)


async def test_what_is_too_large_for_a_mailbox_is_an_error_and_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    case = await asked(office)
    monkeypatch.setattr(journey, "MOST", 3000)

    with pytest.raises(NotNow, match=r"mailboxes take 0"):
        await released(office, case)

    assert await office.only_case() == case
    assert await facts(office, "access.released") == []


async def test_where_nothing_is_held_or_two_persons_are_there_is_nothing_to_hand_out(office: Office):
    case = await asked(office)
    await office.add_person(2)

    with pytest.raises(NotNow, match="several persons"):
        await released(office, case)
    for table in ("subscriptions", "consents", "subjects"):
        await sql(office, f"DELETE FROM {table}")  # noqa: S608 - names of this test's own
    with pytest.raises(NotNow, match="nothing is on file"):
        await released(office, case)


# ---------------------------------------------------------------- before it


async def test_a_look_at_what_would_be_in_it_shows_values_only_to_authority_and_is_kept(office: Office):
    case = await asked(office)

    await journey.show(case.number, by="intern", authority=LAWYER, values=False, desk=office.desk)
    with pytest.raises(NotNow, match="may not look"):
        await journey.show(case.number, by="intern", authority=LAWYER, values=True, desk=office.desk)
    await journey.show(case.number, by="lawyer", authority=LAWYER, values=True, desk=office.desk)

    rows = {"company.subjects": 1, "company.subscriptions": 1, "company.consents": 1}
    assert await facts(office, "access.looked") == [
        {"rows": rows, "values": False},
        {"rows": rows, "values": True},
    ]
