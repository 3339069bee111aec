"""What a developer without the servers sees, and what a run that requires them sees."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# A test run of its own, on a machine that has none of the three servers.
CONFTEST = """
from pathlib import Path
from tests.servers import installed
installed.DOVECOT = installed.POSTFIX_MASTER = installed.POSTGRES_PARTS = Path("/nowhere")
from tests.conftest import *
"""
TESTS = """
def test_with_dovecot(dovecot): assert dovecot.pid
def test_with_dovecot_again(dovecot): assert dovecot.pid
def test_with_postfix(postfix): assert postfix.pid
def test_with_postgres(postgres): assert postgres.pid
def test_with_none(): pass
"""


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run_tests(folder: Path, *, required: bool) -> subprocess.CompletedProcess[str]:
    house = str(Path(__file__).parents[2])
    ours = {"PYTHONPATH": house, "MAILBOT_REQUIRE_SERVERS": "1" if required else "0"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=os.environ | ours,  # noqa: TID251 - a run of its own needs the rest of ours
        capture_output=True,
        text=True,
        check=False,
    )


def test_servers_that_are_not_installed_are_named_in_one_line(bare_machine: Path):
    run = run_tests(bare_machine, required=False)

    assert run.returncode == 0
    assert [line for line in run.stdout.splitlines() if "left out" in line] == [
        "left out: Dovecot, Postfix, PostgreSQL (not installed; MAILBOT_INSTALL_SERVERS=1 make test installs them)"
    ]
    assert "1 passed, 4 skipped" in run.stdout


def test_nothing_is_left_out_where_servers_are_required(bare_machine: Path):
    run = run_tests(bare_machine, required=True)

    assert run.returncode == 1
    assert "Postfix is required and cannot run: not installed" in run.stdout
    assert "1 passed, 4 errors" in run.stdout
