"""`mailbot init`: a few questions → mailbot.toml and the files of its secrets."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import Any, TextIO

import click
from click.core import ParameterSource
from sqlalchemy.engine import URL

from mailbot.app import real_chance
from mailbot.cli.common import with_config
from mailbot.cli.questions import QUESTIONS, Answers, Command, answered, preset, with_questions
from mailbot.cli.sample import Plain, filled
from mailbot.config import DEFAULT_PATH, load, share
from mailbot.errors import ConfigError

STATE = "/var/lib/mailbot"  # config/mailbot.toml's own default


def _never_typed(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if ctx.get_parameter_source(str(param.name)) is ParameterSource.COMMANDLINE:
        raise click.UsageError("everybody on the machine can read a command line: use --password-file")
    return value


def _from_environment(name: str) -> Callable[[Command], Command]:
    """An option that only the environment may fill."""
    return click.option(
        f"--{name.replace('_', '-')}",
        name,
        envvar=f"MAILBOT_{name.upper()}",
        hidden=True,
        callback=_never_typed,
    )


@click.command()
@with_questions
@click.option(
    "--password-file",
    type=click.File(encoding="utf-8", lazy=True),
    help="The mailbox's password; - reads it from stdin.",
)
@click.option(
    "--smtp-password-file",
    type=click.File(encoding="utf-8", lazy=True),
    help="The relay's, where it is another one.",
)
@_from_environment("imap_password")
@_from_environment("smtp_password")
@click.option(
    "--credentials",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files of secrets.  [default: credentials, beside the settings file]",
)
@click.option("--yes", is_flag=True, help="Ask nothing: take what is suggested for what is not given.")
@click.option("--force", is_flag=True, help="Overwrite settings and passwords; the secret key is always kept.")
@with_config
def init(config: Path, credentials: Path | None, *, yes: bool, force: bool, **given: Any) -> None:
    """Ask a few questions and write the settings file, and the secrets into files that only you can read.

    Every question is an option. Passwords come from a hidden prompt, --password-file, or the environment
    (MAILBOT_IMAP_PASSWORD, MAILBOT_SMTP_PASSWORD).

    \b
    Examples:  mailbot init
               mailbot init --config ./mailbot.toml --provider yandex360
    """
    folder = credentials or config.parent / "credentials"
    with _writing():
        _refuse_to_overwrite(config, folder, force=force)
    answers = _ask(given, config, yes=yes)
    text = filled(share("config/mailbot.toml").read_text(encoding="utf-8"), settings_of(answers))
    secrets = _passwords(given, answers, yes=yes)
    with _writing():
        _write(config, text)
        _write_secrets(folder, secrets)
    _say_what_next(config, folder)


# ---------------------------------------------------------------- asking


def _refuse_to_overwrite(config: Path, folder: Path, *, force: bool) -> None:
    written = (config, folder / "imap_password", folder / "smtp_password")
    there = [path for path in written if path.exists()]
    if there and not force:
        raise ConfigError(f"{there[0]} is there already; --force overwrites it")


def _ask(given: Mapping[str, Any], config: Path, *, yes: bool) -> Answers:
    answers: dict[str, Any] = {"config": config}
    for question in QUESTIONS:
        answers[question.name] = answered(question, answers, given[question.name], yes=yes)
        if question.name == "provider":
            for note in preset(answers).notes:
                click.echo(f"  • {note}", err=True)
    return answers


def _passwords(given: Mapping[str, Any], answers: Answers, *, yes: bool) -> dict[str, str]:
    """The passwords by the names of their files; the relay's is the mailbox's unless another is given."""
    imap = _first_line(given["password_file"]) or given["imap_password"]
    if not imap and yes:
        raise click.UsageError("--password-file or MAILBOT_IMAP_PASSWORD is needed with --yes")
    imap = imap or click.prompt("Password of the mailbox", hide_input=True)
    if not _smtp_user(answers):
        return {"imap_password": imap}
    smtp = _first_line(given["smtp_password_file"]) or given["smtp_password"]
    if not (smtp or yes):
        text = "Password of the SMTP server; Enter where it is the same"
        smtp = click.prompt(text, hide_input=True, default="", show_default=False)
    return {"imap_password": imap, "smtp_password": smtp or imap}


def _first_line(file: TextIO | None) -> str:
    return file.readline().rstrip("\r\n") if file else ""


def _smtp_user(answers: Answers) -> str | None:
    return None if answers["smtp_user"] in {"", "-"} else answers["smtp_user"]


# ---------------------------------------------------------------- writing


def settings_of(answers: Answers) -> Mapping[str, Mapping[str, Plain | None]]:
    """The answers as settings: section → key → value."""
    sections: dict[str, Mapping[str, Plain | None]] = {
        "company": {
            "name": answers["company"],
            "address": answers["company_address"],
            "jurisdiction": answers["jurisdiction"],
            "zone": answers["zone"],
            "policy_edition": answers["policy_edition"],
        },
        "company.responsible": {
            "name": answers["responsible"],
            "post": answers["post"],
            "phone": answers["phone"],
        },
        "mailbox": {
            "address": answers["address"],
            "host": answers["imap_host"],
            "port": answers["imap_port"],
            "tls": answers["imap_tls"],
            "user": answers["user"],
            "junk": (answers["junk"],) if answers["junk"] else (),
            "sent": answers["sent"],
        },
        "relay": {
            "host": answers["smtp_host"],
            "port": answers["smtp_port"],
            "tls": answers["smtp_tls"],
            "user": _smtp_user(answers),
        },
        "operator": {"mail": answers["operator_mail"], "language": answers["language"]},
    }
    if answers["state"] != STATE:
        sections["ledger"] = {"url": _sqlite(answers["state"], "ledger.sqlite")}
        sections["data"] = {"url": _sqlite(answers["state"], "company.sqlite")}
    return sections


def _sqlite(folder: str, name: str) -> str:
    path = Path(folder).resolve() / name
    return URL.create("sqlite+aiosqlite", database=str(path)).render_as_string()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        why = f"{exc.filename} cannot be written ({exc.strerror})"
        raise ConfigError(f"{why}: be root, or choose another place with --config and --credentials") from None


def _write(config: Path, text: str) -> None:
    """Write the settings if they load; raises ConfigError, and leaves what was there, if they do not."""
    config.parent.mkdir(parents=True, exist_ok=True)
    draft = config.with_name(config.name + ".new")
    try:
        draft.write_text(text, encoding="utf-8")
        load(draft, {"MAILBOT_IMAP_PASSWORD": "-", "MAILBOT_SECRET_KEY": "-" * 32})
        draft.replace(config)
    finally:
        draft.unlink(missing_ok=True)


def _write_secrets(folder: Path, secrets: Mapping[str, str]) -> None:
    """Passwords, and a secret key where there is none: a new one would cut the old pseudonyms and tokens off."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, secret in secrets.items():
        _write_secret(folder / name, secret)
    if not (folder / "secret_key").exists():
        chance = real_chance()
        _write_secret(folder / "secret_key", chance.token() + chance.token())  # 260 bits


def _write_secret(path: Path, secret: str) -> None:
    """Nobody but the owner can read it, at no moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(secret + "\n", encoding="utf-8")
    draft.replace(path)


# ---------------------------------------------------------------- what next


def _say_what_next(config: Path, folder: Path) -> None:
    option = "" if config == DEFAULT_PATH else f" --config {quote(str(config))}"
    click.echo(f"""
written: {config}
         passwords and secret key, one file each, into {folder}
Keep a copy of {folder / "secret_key"} in a safe place: pseudonyms, tokens and suppressions hang on it.

Next, in this shell:
    export CREDENTIALS_DIRECTORY={quote(str(folder.resolve()))}
    mailbot db upgrade{option}
    mailbot doctor{option}
    mailbot trial{option} --last 90d
    mailbot run{option}
Where systemd runs it: `mailbot-admin db upgrade` and so on (systemd/README.md), never `mailbot` as root: SQLite
would leave files that the service cannot write. Everything rehearses, nothing leaves the house, until
`mailbot go-live RIGHT [LANGUAGE]`.""")
