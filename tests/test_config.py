"""One clear error that names the setting, before anything starts; no secret in any of them."""

from pathlib import Path

import pytest

from mailbot.config import load, share
from mailbot.errors import ConfigError
from tests.office import SECRETS, SETTINGS


def written(folder: Path, old: str = "", new: str = "") -> Path:
    path = folder / "mailbot.toml"
    text = SETTINGS.format(folder=folder)
    assert old in text
    path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return path


def test_the_documented_settings_load():
    settings = load(share("config") / "mailbot.toml", SECRETS)

    assert settings.file.mailbox.release == "leave"
    assert settings.templates == share("templates")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[dns]", "[dns]\nprot = 1", "dns: Object contains unknown field `prot`"),
        ("[relay]", "[relay]\nport = 70000", "relay.port: Expected `int` <= 65535"),
        ("[relay]", '[relay]\nport = "25"', "relay.port: Expected `int`, got `str`"),
        ('user = "info@example.kz"', "", "mailbox: Object missing required field `user`"),
        ('address = "info@example.kz"', 'address = "info"', "mailbox.address: Expected `str` matching regex"),
        ("[company]", '[company]\nzone = "Asia/Nowhere"', "company.zone: no time zone is called 'Asia/Nowhere'"),
        ('host = "127.0.0.1"', 'host = "mail.example.kz"', 'mailbox.tls: "none" is for this host itself only'),
        (
            "[dns]",
            '[dns]\nnameservers = ["ns.example.kz"]',
            "dns.nameservers: name servers are given as IP addresses",
        ),
        ("[dns]", '[paths]\nlaw = "nowhere"\n[dns]', "paths.law: there is no folder"),
        ("[company]", "[company", "is not TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, old, new, said):
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, old, new), SECRETS)

    assert said in str(caught.value)


def test_a_missing_file_names_the_command_that_writes_one(tmp_path):
    with pytest.raises(ConfigError, match="mailbot init"):
        load(tmp_path / "nothing.toml", SECRETS)


@pytest.mark.parametrize("name", ["imap_password", "secret_key"])
def test_a_missing_secret_is_named_with_both_ways_to_give_it(tmp_path, name):
    secrets = {key: value for key, value in SECRETS.items() if key != f"MAILBOT_{name.upper()}"}

    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path), secrets)

    assert f"MAILBOT_{name.upper()}" in str(caught.value)
    assert f"LoadCredential={name}:" in str(caught.value)


def test_a_credential_wins_over_the_environment_and_loses_its_line_end(tmp_path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "imap_password").write_text("from-the-credential\n")

    settings = load(written(tmp_path), {**SECRETS, "CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")})

    assert settings.secrets.imap_password == "from-the-credential"


def test_an_empty_credential_is_none_at_all(tmp_path):
    (tmp_path / "smtp_password").write_text("\n")

    settings = load(written(tmp_path), {**SECRETS, "CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert settings.secrets.smtp_password is None


def test_a_short_key_is_refused_without_printing_it(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path), {**SECRETS, "MAILBOT_SECRET_KEY": "geheim"})

    assert "openssl rand -hex 32" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_nothing_secret_prints(tmp_path):
    settings = load(written(tmp_path), SECRETS)

    assert not any(secret in repr(settings) for secret in SECRETS.values())


def test_folders_beside_the_file_win_over_the_programs_own(tmp_path):
    (tmp_path / "templates").mkdir()

    assert load(written(tmp_path), SECRETS).templates == tmp_path / "templates"
