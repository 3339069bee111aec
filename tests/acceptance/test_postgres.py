"""The same program with PostgreSQL under the ledger and under the company's data."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailbot.core.model import CaseState, Language, Right
from tests.acceptance.company import Company
from tests.acceptance.people import Post, somebody
from tests.acceptance.program import Program
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer
from tests.servers.postgres import PostgresServer

pytestmark = [pytest.mark.servers, pytest.mark.slow]


@pytest.fixture
def program(
    tmp_path: Path, dovecot: DovecotServer, postfix: PostfixServer, postgres: PostgresServer
) -> Iterator[Program]:
    program = Program(tmp_path, dovecot, postfix)
    program.company = Company(postgres.database())
    program.sections["data"]["url"] = program.company.url
    program.sections["ledger"]["url"] = postgres.database()
    with closing(program):
        program.install()
        yield program
    assert program.indiscretions() == []


def test_an_erasure_goes_its_whole_circle(program: Program, post: Post):
    person, neighbour = somebody(Language.EN), somebody(Language.EN)
    program.company.open([person, neighbour])
    program.start()
    program.live()
    post.ask(person, Right.ERASURE)
    (question,) = post.wait_for_letters([person])
    post.answer(person, question)
    post.wait_for_letters([person], 2)

    (case,) = program.cases()
    assert (case.state, case.confirmed) == (CaseState.DONE, True)
    assert {table: set(rows) for table, rows in program.company.look().items()} == {
        table: {neighbour.key} for table in ("subjects", "subscriptions", "consents", "site_visits")
    }
    names = [link.event.name for link in program.trail()]
    assert names.count("answer.sent") == 2
    assert program.stop()[0] == 0
