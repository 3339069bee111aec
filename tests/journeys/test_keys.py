"""Keys change separately, by number, and what older ones have made still answers (issue 5)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.app import build, keys_from, seeded_chance
from mailbot.config import load
from mailbot.core.audit import GENESIS
from mailbot.core.model import Address, CaseState
from mailbot.errors import AuditBroken, ConfigError
from mailbot.journeys.audit import verify_chain
from mailbot.journeys.orders import orders_about, stands
from mailbot.journeys.trail import pseudonyms_of
from mailbot.ports.keys import USES
from tests.fakes import mail, reply
from tests.office import SECRETS, Office, ready_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

FIRST, SECOND, THIRD = SECRETS["MAILBOT_SECRET_KEY"], "second-" * 6, "third-" * 7
ONCE = {**SECRETS, "MAILBOT_SECRET_KEY": SECOND, "MAILBOT_OLD_SECRET_KEYS": f"1:{FIRST}"}
TWICE = {**SECRETS, "MAILBOT_SECRET_KEY": THIRD, "MAILBOT_OLD_SECRET_KEYS": f"1:{FIRST}\n2:{SECOND}"}
ANNA = Address("anna@example.org")
ERASE = "Прошу удалить все мои персональные данные."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await ready_office(tmp_path)
    yield opened
    await opened.close()


@asynccontextmanager
async def with_secrets(
    office: Office, folder: Path, secrets: Mapping[str, str], more: str = ""
) -> AsyncIterator[Office]:
    """The same office, started again with other secrets and *more* settings."""
    config = folder / "mailbot.toml"
    config.write_text(config.read_text(encoding="utf-8").partition("[keys]")[0] + more, encoding="utf-8")
    app = build(load(config, secrets), chance=seeded_chance(hash(secrets["MAILBOT_SECRET_KEY"]), now=office.clock))
    desk = replace(app.desk, senders=office.senders, limits=office.desk.limits, mailbox=office.mailbox)
    yield replace(office, app=app, desk=desk)
    await app.close()


async def test_a_token_on_its_way_through_two_new_secrets_still_confirms(office: Office, tmp_path: Path):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    async with with_secrets(office, tmp_path, TWICE) as later:
        later.mailbox.put(reply(later.letters()[0], "ПОДТВЕРЖДАЮ"))
        await later.turn()

        assert (await later.only_case()).state is CaseState.DONE
        assert await later.rows("subjects") == []


async def test_who_was_suppressed_under_an_old_key_is_and_an_old_order_can_be_lifted(
    office: Office, tmp_path: Path
):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    async with with_secrets(office, tmp_path, TWICE) as later:
        async with later.desk.ledger.read() as book:
            assert [order.key_id for order in await orders_about(ANNA, book, later.desk)] == [1]
        later.mailbox.put(reply(later.letters()[0], "НЕТ, это не я"))
        await later.turn()

        async with later.desk.ledger.read() as book:
            assert not await stands(ANNA, book, later.desk)


async def test_the_same_letter_by_another_way_is_no_second_case_after_a_new_secret(office: Office, tmp_path: Path):
    letter = mail("Отпишите меня от рассылки.")
    office.mailbox.put(letter)
    await office.turn()
    async with with_secrets(office, tmp_path, TWICE) as later:
        later.mailbox.put(letter.replace(b"Received: from mail", b"Received: from other"))
        await later.turn()

        assert len(await later.cases()) == 1
        assert "letter.twin" in await later.events()


async def test_a_pseudonym_says_which_key_made_it_and_all_of_them_are_known(office: Office, tmp_path: Path):
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()
    async with with_secrets(office, tmp_path, TWICE) as later:
        later.mailbox.put(mail("Сообщите, какие мои персональные данные вы храните."))
        await later.turn()
        names = pseudonyms_of(ANNA, later.desk)
        async with later.desk.ledger.read() as book:
            used = {link.event.subject for link in await book.links(limit=1000)} - {""}

        assert [name.partition("-")[0] for name in names[:2]] == ["3", "2"]
        assert names[2].isalnum()
        assert used == {names[0], names[2]}


async def test_each_use_changes_its_key_by_itself(office: Office, tmp_path: Path):
    async with with_secrets(office, tmp_path, ONCE, "[keys]\nsuppression = 1\naudit = 1\n") as later:
        later.mailbox.put(mail("Отпишите меня от рассылки."))
        await later.turn()

        assert later.desk.keys.token.current.id == 2
        async with later.desk.ledger.read() as book:
            assert [order.key_id for order in await orders_about(ANNA, book, later.desk)] == [1]
            assert (await book.head()).key_id == 1


def test_a_first_secret_makes_the_keys_that_it_made_before_there_were_numbers():
    old, new = keys_from(FIRST), keys_from(SECOND, old={1: FIRST})

    assert [getattr(new, use).old[0] for use in USES] == [getattr(old, use).current for use in USES]
    assert len({getattr(keys, use).current.secret for use in USES for keys in (old, new)}) == 2 * len(USES)
    assert old.token.digest("MB") == keys_from(FIRST).token.digest("MB")


def test_no_key_prints():
    keys = keys_from(SECOND, old={1: FIRST})

    for one in (keys, keys.token, keys.token.current):
        assert repr(keys.token.current.secret) not in repr(one)


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("1:short", "each of 32 characters"),
        (FIRST, "1:SECRET"),
        (f"0:{FIRST}", "1:SECRET"),
        (f"1:{FIRST} 1:{SECOND}", "two with the number 1"),
        (f"1:{THIRD}", "one of old_secret_keys"),
    ],
)
def test_a_bad_list_of_old_secrets_is_named_and_not_shown(office: Office, tmp_path: Path, old: str, said: str):
    secrets = {**SECRETS, "MAILBOT_SECRET_KEY": THIRD, "MAILBOT_OLD_SECRET_KEYS": old}

    with pytest.raises(ConfigError, match=said) as exc:
        load(tmp_path / "mailbot.toml", secrets)
    assert FIRST not in str(exc.value)


async def test_a_use_cannot_name_a_secret_that_is_not_there(office: Office, tmp_path: Path):
    with pytest.raises(ConfigError, match=r"keys\.token: there is no secret 3; secret_key is number 2"):
        async with with_secrets(office, tmp_path, ONCE, "[keys]\ntoken = 3\n"):
            raise AssertionError


# ---------------------------------------------------------------- the head of the trail


async def wrong(office: Office) -> str:
    """What verification says against the trail."""
    async with office.desk.ledger.read() as book:
        try:
            await verify_chain(book, office.desk.keys.audit)
        except AuditBroken as exc:
            return str(exc)
    return ""


async def meddle(folder: Path, *statements: str) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/ledger.sqlite")
    async with engine.begin() as connection:
        for one in statements:
            await connection.execute(text(one))
    await engine.dispose()


EMPTY = f"UPDATE audit_head SET seq = 0, hash = '{GENESIS}', mac = '', key_id = 0"  # noqa: S608 - a constant
CUT = (
    "DELETE FROM audit WHERE seq > (SELECT MAX(seq) FROM audit) - 2",
    (
        "UPDATE audit_head SET seq = (SELECT MAX(seq) FROM audit), "
        "hash = (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)"
    ),
)


async def test_the_head_holds_through_two_new_secrets(office: Office, tmp_path: Path):
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()
    async with with_secrets(office, tmp_path, TWICE) as later:
        assert await wrong(later) == ""
        later.mailbox.put(mail(ERASE))
        await later.turn()

        assert await wrong(later) == ""
        assert "key 3, which is not among the secrets" in await wrong(office)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (CUT, "is not the one that key 1 has sealed"),
        ((*CUT, "UPDATE audit_head SET mac = '', key_id = 0"), "its head has lost its seal"),
        (("DELETE FROM audit", EMPTY), "lost its seal"),
        (("UPDATE audit_head SET key_id = 7",), "key 7, which is not among the secrets"),
    ],
)
async def test_a_trail_that_was_cut_back_is_found_though_its_chain_holds(
    office: Office, tmp_path: Path, statements: tuple[str, ...], said: str
):
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()
    await meddle(tmp_path, *statements)

    assert said in await wrong(office)


async def test_nothing_is_written_behind_a_head_that_is_not_ours(office: Office, tmp_path: Path):
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()
    await meddle(tmp_path, *CUT)

    with pytest.raises(AuditBroken, match="nothing is written"):
        async with office.desk.ledger.write() as book:
            await book.record("test.event", at=office.clock())


async def test_a_trail_from_before_heads_were_sealed_goes_on_and_is_sealed_with_its_next_event(
    office: Office, tmp_path: Path
):
    await meddle(
        tmp_path,
        "DELETE FROM audit",
        EMPTY,
    )
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()

    assert await wrong(office) == ""
    assert (await office.events())[0] == "audit.sealed"
