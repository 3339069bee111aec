"""The wheel carries everything that the program needs, and runs from wherever it is unpacked."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mailbot.adapters.ledger.migrate import NEWEST
from mailbot.config import SECRETS
from tests.command_lines import ROOT

pytestmark = pytest.mark.slow

LOOKS_AROUND = """
import json, sys
from pathlib import Path
import mailbot
from mailbot.adapters.ledger.migrate import NEWEST
from mailbot.app import build
from mailbot.config import load, share
settings = load(share("config/mailbot.toml"))
build(settings)
used = [mailbot.__file__, settings.templates, settings.law, settings.knowledge, settings.datamap]
print(json.dumps([str(path) for path in used]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from this checkout, without network and without isolation."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return Path(made)


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory) -> Path:
    folder = Path(tmp_path_factory.mktemp("unpacked"))
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with the unpacked wheel before everything else, far from the checkout."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}  # noqa: TID251 - for a child
    secrets = {f"MAILBOT_{name.upper()}": "x" * 40 for name in SECRETS if not name.endswith(("_url", "_keys"))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=unpacked,
        env={**kept, **secrets, "PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )


def files(folder: str) -> set[str]:
    """What lies below *folder*, but for what Python leaves behind."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_carries_the_whole_program(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())

    assert files("mailbot") - names == set()


@pytest.mark.parametrize("folder", ["templates", "config"])
def test_the_wheel_carries_what_the_program_works_by(wheel, folder):
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {f"mailbot/_share/{name}" for name in files(folder)} - names == set()


def test_the_wheel_carries_its_licence_and_nothing_of_the_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    (licence,) = [name for name in names if name.endswith("licenses/LICENSE")]

    assert zipfile.ZipFile(wheel).read(licence) == (ROOT / "LICENSE").read_bytes()
    assert [name for name in names if name.startswith(("tests/", "docs/"))] == []


def test_the_program_runs_from_the_wheel(unpacked):
    assert "mailbot init" in run(unpacked, "-m", "mailbot", "--help").stdout


def test_settings_law_words_templates_and_data_map_come_out_of_the_wheel(unpacked):
    used = json.loads(run(unpacked, "-c", LOOKS_AROUND).stdout)

    assert [path for path in used if not path.startswith(str(unpacked))] == []


def test_the_ledger_is_made_by_the_migrations_in_the_wheel(unpacked, tmp_path):
    sample = (unpacked / "mailbot/_share/config/mailbot.toml").read_text(encoding="utf-8")
    ledger, company = tmp_path / "ledger.sqlite", tmp_path / "company.sqlite"
    here = tmp_path / "mailbot.toml"
    for section, path in (("[ledger]", ledger), ("[data]", company)):
        sample = sample.replace(section, f'{section}\nurl = "sqlite+aiosqlite:///{path}"')
    here.write_text(sample, encoding="utf-8")

    said = run(unpacked, "-m", "mailbot", "db", "upgrade", "--config", str(here)).stdout

    assert said.startswith(f"ledger: empty → {NEWEST}\n")
    assert (ledger.exists(), company.exists()) == (True, True)
