"""`mailbot init`: what it writes loads, keeps its documentation, and shows no secret."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli.init import init
from mailbot.cli.presets import PRESETS
from mailbot.cli.sample import filled
from mailbot.config import Settings, load, share

PASSWORD = "an invented app password"
TOLD = {
    "--address": "info@example.kz",
    "--company": "«Үлгі» ЖШС, «Образец»",
    "--company-address": 'Алматы, "Абай" даңғылы 1\\2',
    "--policy-edition": "01.01.2022",
    "--responsible": "Айгүл Үлгіова",
    "--phone": "+7 700 000 00 00",
    "--operator-mail": "lawyer@example.kz",
}


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILBOT_IMAP_PASSWORD", raising=False)
    monkeypatch.delenv("MAILBOT_SMTP_PASSWORD", raising=False)


def run(folder: Path, *more: str, told: Mapping[str, str] = TOLD) -> Result:
    """`mailbot init --yes` in *folder*, with the password from a file."""
    (folder / "password").write_text(PASSWORD + "\n")
    options = [word for pair in told.items() for word in pair]
    where = ["--config", str(folder / "mailbot.toml"), "--password-file", str(folder / "password")]
    return CliRunner().invoke(init, [*where, "--yes", *options, *more])


def loaded(folder: Path) -> Settings:
    """The settings as `mailbot run` reads them, with the credentials as systemd hands them over."""
    return load(folder / "mailbot.toml", {"CREDENTIALS_DIRECTORY": str(folder / "credentials")})


def secret(folder: Path, name: str) -> str:
    return (folder / "credentials" / name).read_text()


# ---------------------------------------------------------------- what is written


@pytest.mark.parametrize("provider", PRESETS)
def test_what_is_written_loads_for_every_provider(tmp_path: Path, provider: str):
    result = run(tmp_path, "--provider", provider)

    assert result.exit_code == 0, result.output
    settings, preset = loaded(tmp_path), PRESETS[provider]
    box, relay = settings.file.mailbox, settings.file.relay
    assert (box.port, box.tls, relay.port, relay.tls) == (
        *(preset.imap.port, preset.imap.tls),
        *(preset.smtp.port, preset.smtp.tls),
    )
    assert box.host == (preset.imap.host or "imap.example.kz")
    assert relay.host == (preset.smtp.host or "smtp.example.kz")
    assert (box.sent, box.junk) == (preset.sent, (preset.junk,))
    assert settings.secrets.imap_password == settings.secrets.smtp_password == PASSWORD


def test_the_answers_stand_where_letters_take_them_from(tmp_path: Path):
    run(tmp_path, "--provider", "yandex360", "--language", "kk", "--zone", "Asia/Qyzylorda", "--junk", "")

    file = loaded(tmp_path).file
    assert (file.company.name, file.company.address) == (TOLD["--company"], TOLD["--company-address"])
    assert (file.company.zone, file.company.jurisdiction) == ("Asia/Qyzylorda", "unknown")
    assert (file.company.responsible.name, file.company.responsible.phone) == ("Айгүл Үлгіова", TOLD["--phone"])
    assert (file.mailbox.user, file.relay.user, file.mailbox.junk) == ("info@example.kz", "info@example.kz", ())
    assert (file.operator.mail, file.operator.language) == ("lawyer@example.kz", "kk")


def test_every_line_of_the_samples_documentation_is_kept(tmp_path: Path):
    run(tmp_path)

    def comments(text: str) -> list[str]:
        return re.findall(r"^.*  # (.*)$", text, re.MULTILINE)

    sample = share("config/mailbot.toml").read_text()
    assert comments((tmp_path / "mailbot.toml").read_text()) == comments(sample)


def test_nothing_of_the_samples_invented_company_is_left(tmp_path: Path):
    run(tmp_path)

    sample = tomllib.loads(share("config/mailbot.toml").read_text())
    written = tomllib.loads((tmp_path / "mailbot.toml").read_text())
    assert sample["company"]["name"] != written["company"]["name"]
    assert sample["company"]["responsible"]["name"] != written["company"]["responsible"]["name"]
    assert sample["mailbox"]["host"] == "imap.example.kz"  # what --yes suggests for info@example.kz, too


def test_a_new_line_in_the_sample_that_init_does_not_ask_for_is_noticed():
    with pytest.raises(ValueError, match=r"nothing was chosen for company\.fax"):
        filled('[company]\nfax = "+7"\n', {"company": {}})


def test_a_setting_the_sample_does_not_explain_is_noticed():
    with pytest.raises(ValueError, match="does not explain"):
        filled("[company]\n", {"company": {"fax": "+7"}})


def test_databases_lie_where_systemd_has_them_or_beside_settings_that_lie_elsewhere(tmp_path: Path):
    run(tmp_path)
    assert loaded(tmp_path).file.ledger.url == f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"

    run(tmp_path, "--force", "--state", "/var/lib/mailbot")
    text = (tmp_path / "mailbot.toml").read_text()
    assert '# url = "sqlite+aiosqlite:////var/lib/mailbot/ledger.sqlite"' in text


def test_a_relay_that_wants_no_login_gets_none(tmp_path: Path):
    run(tmp_path, "--smtp-user", "-")

    assert loaded(tmp_path).file.relay.user == ""
    assert not (tmp_path / "credentials" / "smtp_password").exists()


# ---------------------------------------------------------------- secrets


def test_secrets_are_files_only_their_owner_reads_and_are_never_shown(tmp_path: Path):
    result = run(tmp_path)

    folder = tmp_path / "credentials"
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}
    assert modes == {"credentials": 0o700, "imap_password": 0o600, "smtp_password": 0o600, "secret_key": 0o600}
    shown = result.output + (tmp_path / "mailbot.toml").read_text()
    assert PASSWORD not in shown
    assert secret(tmp_path, "secret_key").strip() not in shown


def test_secret_keys_are_long_and_differ(tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        run(tmp_path / name)

    keys = {secret(tmp_path / name, "secret_key").strip() for name in ("a", "b")}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {52}


def test_nothing_is_overwritten_unasked(tmp_path: Path):
    run(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    result = run(tmp_path, "--provider", "gmail")

    assert result.exit_code != 0
    assert "--force" in str(result.exception)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_secret_key_outlives_force(tmp_path: Path):
    run(tmp_path)
    key = secret(tmp_path, "secret_key")

    result = run(tmp_path, "--force", "--provider", "gmail")

    assert result.exit_code == 0, result.output
    assert loaded(tmp_path).file.mailbox.host == "imap.gmail.com"
    assert secret(tmp_path, "secret_key") == key


def test_nothing_else_is_created(tmp_path: Path):
    run(tmp_path)

    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    secrets = {f"credentials/{name}" for name in ("imap_password", "smtp_password", "secret_key")}
    assert names == {"password", "mailbot.toml", "credentials", *secrets}


def test_the_environment_may_hold_the_passwords(tmp_path: Path):
    told = [word for pair in TOLD.items() for word in pair]
    environment = {"MAILBOT_IMAP_PASSWORD": "one", "MAILBOT_SMTP_PASSWORD": "other"}

    CliRunner().invoke(init, ["--config", str(tmp_path / "mailbot.toml"), "--yes", *told], env=environment)

    assert (secret(tmp_path, "imap_password"), secret(tmp_path, "smtp_password")) == ("one\n", "other\n")


def test_a_password_on_the_command_line_is_refused(tmp_path: Path):
    result = run(tmp_path, "--imap-password", PASSWORD)

    assert result.exit_code == 2
    assert "--password-file" in result.output
    assert not (tmp_path / "mailbot.toml").exists()


# ---------------------------------------------------------------- asking


def test_at_a_terminal_the_questions_are_asked_and_the_password_is_not_shown(tmp_path: Path):
    answers = [
        *("yandex360", "info@example.kz", "«Үлгі» ЖШС", "Алматы", "01.01.2022", "Айгүл Үлгіова"),
        *("", "+7 700 000 00 00", "lawyer@example.kz", "", "Asia/Almaty", PASSWORD, ""),
    ]

    result = CliRunner().invoke(
        init, ["--config", str(tmp_path / "mailbot.toml")], input="\n".join(answers) + "\n"
    )

    assert result.exit_code == 0, result.output
    assert loaded(tmp_path).file.mailbox.host == "imap.yandex.ru"
    assert loaded(tmp_path).secrets.smtp_password == PASSWORD
    assert PASSWORD not in result.output
    assert "https://id.yandex.ru/security/app-passwords" in result.output


def test_a_wrong_answer_is_asked_for_again(tmp_path: Path):
    told = {option: value for option, value in TOLD.items() if option != "--address"}
    options = [word for pair in told.items() for word in pair]
    asked = ["gmail", "no address", "info@example.kz", "", "", "Mars/Olympus", "Asia/Almaty", PASSWORD, ""]

    result = CliRunner().invoke(
        init, ["--config", str(tmp_path / "mailbot.toml"), *options], input="\n".join(asked) + "\n"
    )

    assert result.exit_code == 0, result.output
    assert "this is no mail address" in result.output
    assert "no time zone is called so" in result.output
    assert loaded(tmp_path).file.mailbox.address == "info@example.kz"


def test_without_a_terminal_what_is_missing_is_named(tmp_path: Path):
    result = run(tmp_path, told={})

    assert result.exit_code == 2
    assert "--address is needed with --yes" in result.output


def test_microsoft_365_is_refused_before_anything_is_written(tmp_path: Path):
    result = run(tmp_path, "--provider", "exchange", "--imap-host", "Outlook.Office365.com")

    assert result.exit_code == 2
    assert "Microsoft 365 takes no password" in result.output
    assert not (tmp_path / "mailbot.toml").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").touch()

    result = run(tmp_path, "--credentials", str(tmp_path / "file" / "credentials"))

    assert "cannot be written" in str(result.exception)


def test_the_next_commands_are_printed_and_can_be_pasted(tmp_path: Path):
    result = run(tmp_path)

    config = f"--config {tmp_path}/mailbot.toml"
    assert f"export CREDENTIALS_DIRECTORY={tmp_path}/credentials" in result.output
    for command in ("doctor", "db upgrade", "run"):
        assert f"mailbot {command} {config}" in result.output
    assert f"mailbot trial {config} --last 90d" in result.output
