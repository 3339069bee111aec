"""An installation with its mail servers on loopback, for every test of doctor."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from mailbot.app import real_chance
from mailbot.demo.servers import EmbeddedMail
from tests.cli.installation import INFO, KEY, PASSWORD, Installation


@pytest.fixture
async def mail() -> AsyncIterator[EmbeddedMail]:
    async with EmbeddedMail({INFO: PASSWORD}, now=lambda: real_chance().now()) as running:
        yield running


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("MAILBOT_IMAP_PASSWORD", PASSWORD)
    monkeypatch.setenv("MAILBOT_SECRET_KEY", KEY)


@pytest.fixture
def root_logger() -> Iterator[None]:
    """The command sets the log up, for a stream that ends with it."""
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
async def house(tmp_path: Path, mail: EmbeddedMail, secrets: None) -> Installation:
    made = Installation(tmp_path, mail.imap_port, mail.smtp_port)
    await made.make()
    return made
