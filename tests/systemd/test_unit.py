import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mailbot.config import SECRETS

SYSTEMD = Path(__file__).parents[2] / "systemd"
PLAIN, TEMPLATE = SYSTEMD / "mailbot.service", SYSTEMD / "mailbot@.service"
EXPOSURE_LIMIT = 1.5  # issue 2, item 11

analyzed = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
both = pytest.mark.parametrize("unit", [PLAIN, TEMPLATE], ids=lambda path: path.name)


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True, check=False, timeout=30
    )


def settings(unit: Path) -> list[str]:
    """The unit's lines, without its comments and empty ones."""
    return [line for line in unit.read_text().splitlines() if line and not line.startswith("#")]


@analyzed
@both
def test_systemd_finds_nothing_wrong_with_the_unit(unit, tmp_path):
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/mailbot/bin/mailbot", "/bin/true"))  # verify wants it installed

    found = analyze("verify", here)

    assert (found.returncode, found.stderr) == (0, "")


@analyzed
def test_systemd_would_find_a_misspelt_setting(tmp_path):
    here = tmp_path / PLAIN.name
    here.write_text(PLAIN.read_text().replace("ProtectSystem=", "ProtectSistem="))

    assert "ProtectSistem" in analyze("verify", here).stderr


@analyzed
@both
def test_the_service_is_exposed_as_little_as_the_issue_asks(unit):
    found = analyze("security", "--offline=true", unit)

    exposure = re.search(r"Overall exposure level for \S+ (\d+\.\d+)", found.stdout)
    assert exposure is not None, found.stderr
    assert float(exposure[1]) <= EXPOSURE_LIMIT


def test_the_template_differs_from_the_plain_unit_by_its_name_alone():
    renamed = [
        line.replace("in a company's mailbox", "in the mailbox %i")
        .replace("/etc/mailbot/", "/etc/mailbot/%i/")
        .replace("ConfigurationDirectory=mailbot", "ConfigurationDirectory=mailbot/%i")
        .replace("/var/lib/mailbot", "/var/lib/mailbot-%i")
        for line in settings(PLAIN)
    ]
    own = {f"{key}=mailbot": f"{key}=mailbot-%i" for key in ("User", "Group", "StateDirectory")}

    assert settings(TEMPLATE) == [own.get(line, line) for line in renamed]


@both
def test_every_secret_of_the_program_comes_as_a_credential(unit):
    loaded = re.findall(
        r"^LoadCredential=(\w+):/etc/mailbot/(?:%i/)?credentials/(\w+)$", unit.read_text(), re.MULTILINE
    )

    assert sorted(loaded) == sorted((name, name) for name in SECRETS)


@both
def test_only_the_secrets_that_are_needed_stop_the_unit_when_they_are_missing(unit):
    optional = re.findall(r"^SetCredential=(\w+):\\n$", unit.read_text(), re.MULTILINE)

    assert set(SECRETS) - set(optional) == {"imap_password", "secret_key"}


@pytest.mark.parametrize("box", ["", "sales"])
def test_the_operators_command_hands_over_every_secret_there_is(tmp_path, box):
    """The program's own, and the URL of any store of the data map; no editor's backup, no folder."""
    etc, bin_ = tmp_path / "etc", tmp_path / "bin"
    folder = etc / box / "credentials"
    (folder / "old").mkdir(parents=True)
    for name in (*SECRETS, "shop_url", "SHOP_URL_2", "imap_password~", "x.bak"):
        (folder / name).write_text("secret")
    bin_.mkdir()
    (bin_ / "systemd-run").write_text('#!/bin/sh\nfor one; do echo "$one"; done\n')
    (bin_ / "systemd-run").chmod(0o755)
    script = (SYSTEMD / "mailbot-admin").read_text().replace("/etc/mailbot", str(etc))
    words = ["sh", "-c", script, "mailbot-admin", *([f"@{box}"] if box else []), "cases", "list"]
    ran = subprocess.run(
        words, env={"PATH": f"{bin_}:/usr/bin:/bin"}, capture_output=True, text=True, check=True, timeout=20
    )
    loaded = [
        line.removeprefix("--property=LoadCredential=") for line in ran.stdout.splitlines() if "=Load" in line
    ]

    assert sorted(loaded) == sorted(f"{name}:{folder / name}" for name in (*SECRETS, "shop_url", "SHOP_URL_2"))
    settings = ["--config", f"{etc}/{box}/mailbot.toml"] if box else []
    assert ran.stdout.splitlines()[-3 - len(settings) :] == [
        "/opt/mailbot/bin/mailbot",
        "cases",
        "list",
        *settings,
    ]


def test_the_readme_names_every_secret_and_every_file():
    readme = (SYSTEMD / "README.md").read_text()

    assert [name for name in SECRETS if f"`{name}`" not in readme] == []
    assert [path.name for path in SYSTEMD.iterdir() if path.name not in readme and path.name != "README.md"] == []


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "NotifyAccess=main",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "Restart=on-failure",
        "RestartPreventExitStatus=2",
        "TimeoutStopSec=15",
        "WatchdogSec=60",
        "UMask=0077",
    ],
)
def test_the_contract_with_the_program_stands_in_the_unit(line):
    assert line in settings(PLAIN)
