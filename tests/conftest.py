"""Fixtures that many tests share: real servers on loopback, one of each for the whole run.

A server that cannot run here is left out: its tests are skipped and one line at the end names it. With
MAILBOT_REQUIRE_SERVERS=1 they fail instead.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from mailbot import log
from tests import once
from tests.servers import installed
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer
from tests.servers.postgres import PostgresServer

once.share_what_is_shipped()
settings.register_profile("fast", max_examples=15)  # make check; everything else takes a hundred

LEFT_OUT = pytest.StashKey[dict[str, str]]()  # server → why


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """Not pytest's own: that one is closed to other users, and its path is too long for a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="mailbot-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def certificates(servers_folder: Path) -> Certificates:
    """What the servers show and clients trust; made by openssl, so only where Dovecot can run."""
    return make_certificates(_subfolder(servers_folder, "certificates"))


@pytest.fixture(scope="session")
def dovecot(request: pytest.FixtureRequest) -> Iterator[DovecotServer]:
    _need(request.config, "Dovecot", installed.why_no_dovecot())
    folder = _subfolder(request.getfixturevalue("servers_folder"), "dovecot")
    server = DovecotServer(folder, request.getfixturevalue("certificates"))
    server.account("info@example.kz")
    server.account("anna@example.org")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postfix(request: pytest.FixtureRequest) -> Iterator[PostfixServer]:
    _need(request.config, "Postfix", installed.why_no_postfix())
    folder = _subfolder(request.getfixturevalue("servers_folder"), "postfix")
    server = PostfixServer(folder, request.getfixturevalue("certificates"), request.getfixturevalue("dovecot"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    _need(request.config, "PostgreSQL", installed.why_no_postgres())
    server = PostgresServer(_subfolder(request.getfixturevalue("servers_folder"), "postgres"))
    server.start()
    yield server
    server.stop()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = {}


def pytest_collection_finish() -> None:
    once.leave_to_rest()


def pytest_unconfigure() -> None:
    once.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one line that says which servers were left out, and how to have them."""
    left_out = config.stash[LEFT_OUT]
    reasons = dict.fromkeys(left_out.values())  # in order, each once
    parts = [
        f"{', '.join(name for name, why in left_out.items() if why == reason)} ({reason})" for reason in reasons
    ]
    if parts:
        terminalreporter.write_line(f"left out: {'; '.join(parts)}", yellow=True)


def _need(config: pytest.Config, name: str, why_not: str | None) -> None:
    if why_not is None:
        return
    if os.environ.get("MAILBOT_REQUIRE_SERVERS") == "1":  # noqa: TID251 - tests read their own switches
        pytest.fail(f"{name} is required and cannot run: {why_not}", pytrace=False)
    config.stash[LEFT_OUT][name] = why_not
    pytest.skip(f"{name}: {why_not}")


def _subfolder(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


@pytest.fixture(autouse=True, scope="session")
def _quiet_log() -> None:
    """Log as the daemon does: structlog's own default draws every frame of a traceback, with its locals."""
    log.set_up(terminal=False)
