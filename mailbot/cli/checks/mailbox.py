"""The mailbox: login, folders, and what the settings ask of the server."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import assert_never

from mailbot.adapters.imap import ImapMailbox
from mailbot.cli.checks.line import Line, State, fail, guarded, not_looked_at, ok, warn
from mailbot.config import MailboxSettings, Release
from mailbot.errors import Rejected

_LOGIN = {
    "user name or password": "correct mailbox.user or imap_password; Yandex, Mail.ru, Gmail want app passwords",
    "certificate": "let mailbox.host be the name in the certificate, or name your authority in mailbox.ca_file",
    "ca_file": "correct mailbox.ca_file",
    "gaierror": "correct mailbox.host: no server has this name",
    "SSL": "correct mailbox.tls: implicit is usual on port 993, starttls on 143",
    "TLS": "correct mailbox.tls: implicit is usual on port 993, starttls on 143",
    "": "look at mailbox.host, port and tls (993: implicit, 143: starttls), and at firewalls on the way",
}
_ONCE_IN = {"": "look into the server's log; it logs us in and then does not serve us"}


async def mailbox(box: ImapMailbox, told: MailboxSettings, *, until: float) -> list[Line]:
    """All there is to say about the mailbox; the first line is the login."""
    lines = await guarded("IMAP", _login(box, told), _LOGIN, until=until)
    if lines[0].state is State.FAIL:
        return [*lines, not_looked_at("folders", "the IMAP login")]
    checks: list[tuple[str, Callable[[], Awaitable[Sequence[Line]]]]] = [
        ("folders", lambda: _folders(box, told)),
        ("junk", lambda: _junk(box, told)),
        ("Sent", lambda: _sent(box, told)),
        ("release", lambda: _release(box, told)),
        ("news", lambda: _news(box, told)),
    ]
    for name, check in checks:
        lines += await guarded(name, check(), _ONCE_IN, until=until)
    return lines


async def _login(box: ImapMailbox, told: MailboxSettings) -> Sequence[Line]:
    offered = await box.capabilities()
    return [ok("IMAP", f"{told.host}:{told.port}, TLS {told.tls}, logged in; {len(offered)} capabilities")]


async def _folders(box: ImapMailbox, told: MailboxSettings) -> Sequence[Line]:
    """Every folder that is watched, and how full it is."""
    lines = []
    for name in (*told.folders, *told.junk):
        try:
            state = await box.open(name)
        except Rejected as exc:
            key = "junk" if name in told.junk else "folders"
            remedy = f"make the folder in a mail program, or correct mailbox.{key}"
            lines.append(fail(f"folder {name}", f"cannot be opened ({exc})", remedy))
        else:
            lines.append(ok(f"folder {name}", f"{state.exists} messages"))
    return lines


async def _junk(box: ImapMailbox, told: MailboxSettings) -> Sequence[Line]:
    """Whether the folder into which the server puts junk is watched: requests land there too."""
    used = (await box.special()).get(r"\Junk")
    if used is None or used in told.junk:
        return [ok("junk", f"watched: {', '.join(told.junk) or 'none'}")]
    return [warn("junk", f"{used} is not watched, and requests land there too", _put(f"junk = [{_quoted(used)}]"))]


async def _sent(box: ImapMailbox, told: MailboxSettings) -> Sequence[Line]:
    """Whether copies of our answers go where colleagues look for them."""
    used, there = (await box.special()).get(r"\Sent"), told.sent in await box.folders()
    if used not in {None, told.sent}:
        said = f"the server keeps sent mail in {used}, the settings in {told.sent}"
        return [warn("Sent", said, _put(f"sent = {_quoted(str(used))}"))]
    if there:
        return [ok("Sent", f"copies go to {told.sent}")]
    remedy = "correct mailbox.sent, unless it shall be made with the first answer"
    return [warn("Sent", f"there is no folder {told.sent}", remedy)]


def _put(line: str) -> str:
    return f"in mailbot.toml, under [mailbox]: {line}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


async def _release(box: ImapMailbox, told: MailboxSettings) -> Sequence[Line]:
    """Whether the server can do what `release` asks for with a request's message."""
    match told.release:
        case Release.LEAVE:
            return [ok("release", "messages are left as they are")]
        case Release.KEYWORD:
            return [await _keywords(box, told)]
        case Release.MOVE:
            return [await _moves(box, told)]
        case _:
            assert_never(told.release)


async def _keywords(box: ImapMailbox, told: MailboxSettings) -> Line:
    refusing = [name for name in told.folders if not (await box.open(name)).keywords]
    if not refusing:
        return ok("release", f"the keyword {told.keyword} can be set")
    said = f"the server keeps no keywords in {', '.join(refusing)}"
    return fail("release", said, _put('release = "leave", or "move"'))


async def _moves(box: ImapMailbox, told: MailboxSettings) -> Line:
    if not {"MOVE", "UIDPLUS"} & await box.capabilities():
        return fail(
            "release", "the server offers neither MOVE nor UIDPLUS", _put('release = "leave", or "keyword"')
        )
    if told.handled not in await box.folders():
        remedy = "make it in a mail program, or correct mailbox.handled"
        return fail("release", f"there is no folder {told.handled}", remedy)
    return ok("release", f"messages can be moved to {told.handled}")


async def _news(box: ImapMailbox, told: MailboxSettings) -> Sequence[Line]:
    """How soon new mail is noticed."""
    if "IDLE" in await box.capabilities():
        return [ok("news", f"the server tells at once (IDLE), and is asked every {told.poll_seconds} s")]
    return [ok("news", f"no IDLE: the server is asked every {told.poll_seconds} s")]
