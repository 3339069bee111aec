"""The whole program over real servers. Whatever a test does to it: nothing on stderr, nothing personal logged."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.adapters.ledger.migrate import upgrade
from tests.acceptance.company import Company
from tests.acceptance.people import Post
from tests.acceptance.program import Program
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer


@pytest.fixture
def program(tmp_path: Path, dovecot: DovecotServer, postfix: PostfixServer) -> Iterator[Program]:
    """An installation with an empty mailbox and an empty company; not started."""
    program = Program(tmp_path, dovecot, postfix)
    program.company.open([])
    program.write_settings()
    asyncio.run(upgrade(program.sections["ledger"]["url"]))  # as `mailbot db upgrade` does, a second sooner
    yield program
    program.close()
    assert program.indiscretions() == []


@pytest.fixture
def running(program: Program) -> Program:
    """The same, started, and live in every right and language after its first look."""
    program.start()
    program.live()
    return program


@pytest.fixture
def company(program: Program) -> Company:
    return program.company


@pytest.fixture
def post(program: Program, dovecot: DovecotServer, postfix: PostfixServer) -> Iterator[Post]:
    with Post(dovecot, postfix, program.ours) as post:
        yield post
