"""What `mailbot init` asks: each question is also an option, so that it runs without a terminal."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from mailbot.cli.presets import PRESETS, Preset, Server, is_microsoft_365

Answers = Mapping[str, Any]
From = Callable[[Answers], str | None]
Command = TypeVar("Command", bound=Callable[..., Any])

POST = "жеке деректерге жауапты / ответственный за персональные данные"


class _Address(click.ParamType[str]):
    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """A mail address, as `mailbot.config` wants it."""
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", str(value)):
            self.fail("this is no mail address", param, ctx)
        return str(value)


class _Host(click.ParamType[str]):
    name = "host"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """A server's name that is not Microsoft's cloud."""
        if is_microsoft_365(str(value)):
            self.fail("Microsoft 365 takes no password over IMAP or SMTP; see --provider exchange", param, ctx)
        return str(value)


class _Zone(click.ParamType[str]):
    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """A time zone's name."""
        try:
            return ZoneInfo(str(value)).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail("no time zone is called so; try Asia/Almaty", param, ctx)


ADDRESS, HOST, ZONE = _Address(), _Host(), _Zone()
PORT, TLS = click.IntRange(1, 65535), click.Choice(["implicit", "starttls", "none"])


def _nothing(_: Answers) -> None:
    return None


def is_(value: str) -> From:
    """Always *value*."""
    return lambda _: value


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; `settled` is taken without asking, `suggested` offered where it is asked."""

    name: str
    text: str
    kind: click.ParamType[Any] = click.STRING
    settled: From = _nothing
    suggested: From = _nothing

    @property
    def option(self) -> str:
        """Its command line option."""
        return f"--{self.name.replace('_', '-')}"


def preset(answers: Answers) -> Preset:
    """The provider that was chosen."""
    return PRESETS[answers["provider"]]


def _server(which: str, part: str) -> From:
    """What the preset knows about a server; None where every company has its own."""

    def known(answers: Answers) -> str | None:
        server: Server = getattr(preset(answers), which)
        return str(getattr(server, part)) or None

    return known


def _at_home(prefix: str) -> From:
    return lambda answers: f"{prefix}.{answers['address'].rpartition('@')[2]}"


def _provider_user(name: str) -> From:
    """Providers want the whole address as user name."""
    return lambda answers: answers[name] if preset(answers).imap.host else None


def _state(answers: Answers) -> str:
    """The folder of the databases: systemd's, or beside settings that lie elsewhere."""
    folder = Path(answers["config"]).resolve().parent
    return "/var/lib/mailbot" if folder == Path("/etc/mailbot") else str(folder)


QUESTIONS = (
    Question(
        name="provider",
        text="Where the mailbox is",
        kind=click.Choice(list(PRESETS)),
        suggested=is_("dovecot"),
    ),
    Question(name="address", text="Address people write to, e.g. info@example.kz", kind=ADDRESS),
    Question(
        name="imap_host",
        text="IMAP server",
        kind=HOST,
        settled=_server("imap", "host"),
        suggested=_at_home("imap"),
    ),
    Question(name="imap_port", text="Its port", kind=PORT, settled=_server("imap", "port")),
    Question(name="imap_tls", text="Its encryption", kind=TLS, settled=_server("imap", "tls")),
    Question(
        name="user",
        text="User name there",
        settled=_provider_user("address"),
        suggested=lambda answers: answers["address"],
    ),
    Question(
        name="smtp_host",
        text="SMTP server for answers",
        kind=HOST,
        settled=_server("smtp", "host"),
        suggested=_at_home("smtp"),
    ),
    Question(name="smtp_port", text="Its port", kind=PORT, settled=_server("smtp", "port")),
    Question(name="smtp_tls", text="Its encryption", kind=TLS, settled=_server("smtp", "tls")),
    Question(
        name="smtp_user",
        text="User name there; - where it wants no login",
        settled=_provider_user("user"),
        suggested=lambda answers: answers["user"],
    ),
    Question(name="sent", text="Folder for sent mail", settled=lambda answers: preset(answers).sent),
    Question(
        name="junk",
        text="Folder for junk; empty: none is watched",
        settled=lambda answers: preset(answers).junk,
    ),
    Question(name="company", text="Company, as in its privacy policy"),
    Question(name="company_address", text="Its postal address"),
    Question(
        name="jurisdiction",
        text="Whose deadlines hold; unknown: the earlier of kz and ru",
        kind=click.Choice(["kz", "ru", "eu", "unknown"]),
        settled=is_("unknown"),
    ),
    Question(name="policy_edition", text="Edition of its privacy policy, e.g. 01.01.2022"),
    Question(name="responsible", text="Who is responsible for personal data (full name)"),
    Question(name="post", text="Their post", suggested=is_(POST)),
    Question(name="phone", text="Their phone"),
    Question(name="operator_mail", text="Who is told when something waits for a person", kind=ADDRESS),
    Question(
        name="language",
        text="In which language",
        kind=click.Choice(["kk", "ru", "en"]),
        suggested=is_("ru"),
    ),
    Question(name="zone", text="Time zone of the times in letters", kind=ZONE, suggested=is_("Asia/Almaty")),
    Question(name="state", text="Folder for the databases", settled=_state),
)


def with_questions(command: Command) -> Command:
    """Add an option for every question; each arrives by its name, None where it was not given."""
    for question in reversed(QUESTIONS):
        command = click.option(question.option, question.name, type=question.kind, help=question.text)(command)
    return command


def answered(question: Question, answers: Answers, given: Any, *, yes: bool) -> Any:
    """The answer: given on the command line, settled, suggested (with --yes), or asked for.

    Raises click.UsageError naming the option where there is none and nobody may be asked.
    """
    if given is not None:
        return given
    known = question.settled(answers) or (question.suggested(answers) if yes else None)
    if known is not None:
        return question.kind.convert(known, None, None)
    if yes:
        raise click.UsageError(f"{question.option} is needed with --yes: {question.text}")
    return click.prompt(question.text, default=question.suggested(answers), type=question.kind)
