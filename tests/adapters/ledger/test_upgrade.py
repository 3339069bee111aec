"""A ledger that is in use is brought to the newest revision, and goes on knowing what it knew."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, insert

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.engine import engines
from mailbot.adapters.ledger.migrate import SCRIPTS, upgrade
from mailbot.adapters.ledger.rows import to_json
from mailbot.core.model import Address, Decision, Reading, Right, Step, StepKind

AT = datetime(2026, 11, 1, 9, 0)  # noqa: DTZ001 - as the ledger stores moments
RIGHTS = (Right.UNSUBSCRIBE, Right.ERASURE, Right.WITHDRAW_CONSENT)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    return str(request.getfixturevalue("postgres").database())


def old(connection: Connection, revision: str) -> None:
    """A ledger of an older revision, in which three people have been suppressed, each for another right."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    known = MetaData()
    known.reflect(connection)
    for key, right in enumerate(RIGHTS, start=1):
        for name, row in rows(key, right).items():
            connection.execute(insert(known.tables[name]).values(**row))


def rows(key: int, right: Right) -> dict[str, dict[str, Any]]:
    step = Step(kind=StepKind.SUPPRESS, address=Address("anna@example.org"), right=right)
    place = {"folder": "INBOX", "uidvalidity": 1, "uid": key}
    letter = {"id": key, "sha256": f"{key:064d}", "twin": f"{key:064d}", **place, "received_at": AT, "read_at": AT}
    letter |= {
        "raw": b"raw",
        "reading": to_json(Reading()),
        "in_junk": False,
        "unreadable": "",
        "unmatched": False,
    }
    case = {"id": key, "number": f"2026-{key:04d}", "version": 0, "state": "done", "address": "anna@example.org"}
    case |= {"received_at": AT, "opened_at": AT, "due_at": AT, "due_day": date(2026, 11, 2), "due_norm": "norm"}
    case |= {"languages": '["ru"]', "standing": "Unproven", "decision": to_json(Decision(rights=(right,)))}
    case |= {"holds": "[]", "letter_id": key, "confirmed": False, "versions": "", "letters": 1, "released": False}
    done = {"id": key, "case_id": key, "phase": "now", "step": to_json(step), "at": AT, "done": True, "run_at": AT}
    order = {"digest": f"{key:064d}", "case_number": f"2026-{key:04d}", "since": AT}
    return {
        "letters": {**letter, "case_id": key, "attempts": 0},
        "cases": {**case, "stumbles": 0},
        "steps": {**done, "attempts": 0},
        "suppressions": order,
    }


@pytest.mark.parametrize("revision", ["0001", "0002"])
async def test_a_ledger_in_use_keeps_its_orders_and_knows_why_they_were_given(url: str, revision: str):
    writer, reader = engines(url)
    async with writer.begin() as connection:
        await connection.run_sync(old, revision)
    await writer.dispose()
    await reader.dispose()
    await upgrade(url)

    ledger = SqlLedger(url, actor="test")
    async with ledger.write() as book:
        orders = await book.suppressions()
        assert {order.case_number: order.reason for order in orders} == {
            f"2026-{key:04d}": right for key, right in enumerate(RIGHTS, start=1)
        }
        assert {(order.key_id, order.kind, order.since) for order in orders} == {
            (1, "email", AT.replace(tzinfo=UTC))
        }
        assert [(case.number, case.rights) for case in await book.cases()] == [
            (f"2026-{key:04d}", (right,)) for key, right in enumerate(RIGHTS, start=1)
        ]
        assert [planned.step.channels for planned in await book.steps(1)] == [()]
        await book.suppress(orders[0])
        assert len(await book.suppressions()) == len(RIGHTS)
    await ledger.close()
