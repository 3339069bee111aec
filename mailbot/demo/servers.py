"""Mail servers inside our own process: a closed world on loopback that needs no installation and no TLS.

pymap answers IMAP, aiosmtpd takes mail in; what it accepts lies in the recipient's mailbox at once, and mail to
anybody else is refused. For the demo and for tests only: passwords are invented and compared as they are.
"""

import asyncio
import itertools
import re
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.result import ProxyResultUnknown
from proxyprotocol.sock import SocketInfo
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag, Wildcard
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

HOST = "127.0.0.1"
BORDER = "mx.example.kz"  # the name our side has in Received headers and greetings
FOLDERS = ("Junk", "Sent")  # beside INBOX, as a company's server has them
MAX_OCTETS = 50 * 1024 * 1024  # twice what mailbot reads (requirements D53), so that too much can be shown
HANG_UP_WITHIN = 1.0  # seconds for a client to take our last words


class EmbeddedMail:
    """IMAP and SMTP for *accounts* (address → password), for as long as the `async with` block lasts.

    *now* dates what comes in over SMTP; it must give aware datetimes.
    """

    def __init__(self, accounts: Mapping[str, str], *, now: Callable[[], datetime]) -> None:
        self._accounts = {address.lower(): password for address, password in accounts.items()}
        self._now = now
        self._mailboxes: dict[str, _Mailboxes] = {}
        self._queue_ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        config = _Config()
        for address in self._accounts:
            self._mailboxes[address] = mailboxes = _Mailboxes()
            for folder in FOLDERS:
                await mailboxes.add_mailbox(folder)
            config.set_cache[address] = (mailboxes, FilterSet())
        self._imap = _Imap(config, _login(config, self._accounts))
        self._imap_server = await asyncio.start_server(self._imap.serve, HOST, 0)
        self._border = _Border(self)
        self._smtp_server = await asyncio.get_running_loop().create_server(self._border.connection, HOST, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._imap_server.close()
        self._smtp_server.close()
        await self._imap.hang_up()
        await self._border.hang_up()

    @property
    def imap_port(self) -> int:
        """Port on 127.0.0.1, plain text; log in with the whole address."""
        return _port(self._imap_server)

    @property
    def smtp_port(self) -> int:
        """Port on 127.0.0.1, plain text, no login."""
        return _port(self._smtp_server)

    def knows(self, address: str) -> bool:
        """Whether somebody here receives mail under this address."""
        return address.lower() in self._mailboxes

    async def deliver(
        self,
        raw: bytes,
        mail_from: str,
        rcpt: str,
        *,
        at: datetime,
        helo: str = "client.example.org",
        folder: str = "INBOX",
    ) -> None:
        """Put *raw* into a mailbox, under the headers a border server writes; *at* becomes its INTERNALDATE.

        LF becomes CRLF; nothing else in *raw* is touched. KeyError: nobody has this address, or no such folder.
        """
        mailbox = await self._mailboxes[rcpt.lower()].get_mailbox(folder)
        trace = (
            f"Return-Path: <{mail_from}>\r\n"
            f"Received: from {helo} ([{HOST}])\r\n"
            f"\tby {BORDER} (mailbot demo) with ESMTP id {next(self._queue_ids):06d}\r\n"
            f"\tfor <{rcpt}>; {format_datetime(at)}\r\n"
        )
        whole = trace.encode("utf-8", "surrogateescape") + re.sub(rb"\r?\n", b"\r\n", raw)
        await mailbox.append(AppendMessage(whole, at), recent=True)

    async def accept(self, session: Session, envelope: Envelope) -> None:
        """Deliver what came in over SMTP to every recipient that was accepted."""
        content = envelope.content
        if not isinstance(content, bytes):
            raise TypeError("decode_data is off, so aiosmtpd hands over bytes")
        for rcpt in envelope.rcpt_tos:
            await self.deliver(
                content, envelope.mail_from or "", rcpt, at=self._now(), helo=str(session.host_name)
            )


# ---------------------------------------------------------------- IMAP


class _Config(Config):
    """pymap without what a closed world does not need: TLS, threads for hashing, delays, DNS."""

    def __init__(self) -> None:
        super().__init__(
            Namespace(),
            host=HOST,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            tls_enabled=False,
            invalid_user_sleep=0.0,
            reject_dnsbl=False,
            proxy_protocol=ProxyProtocolVersion.get("noop"),
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
        )

    @property
    def greeting(self) -> bytes:
        """Ours, because pymap's asks DNS for the host's name, which blocks the loop where no DNS answers."""
        return b"mailbot demo"


class _Mailbox(MailboxData):
    r"""A folder that keeps custom keywords: pymap drops them silently unless \* is among PERMANENTFLAGS."""

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return super().permanent_flags | {Wildcard}


class _Mailboxes(MailboxSet):
    """One account's folders, every one a `_Mailbox`; made beforehand so that pymap makes none of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox = self._new()

    def _new(self) -> _Mailbox:
        return _Mailbox(self._content_cache, self._thread_cache)

    async def add_mailbox(self, name: str) -> ObjectId:
        if name in self._set:
            raise ValueError(name)
        self._set[name] = made = self._new()
        return made.mailbox_id


def _login(config: Config, accounts: Mapping[str, str]) -> Login:
    login = Login(config)
    for address, password in accounts.items():
        login.users_dict[address] = UserMetadata(config, address, password=password)
    return login


class _Imap:
    """Runs pymap's connections and remembers them, so that none is left when the demo ends."""

    def __init__(self, config: Config, login: Login) -> None:
        self._server = IMAPServer(login, config)
        self._connections: set[asyncio.Task[None]] = set()

    def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await self._server(reader, writer, SocketInfo.get(writer, ProxyResultUnknown()))
        finally:
            await _closed(writer)

    async def hang_up(self) -> None:
        """End every connection with BYE and wait until it is closed."""
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)


# ---------------------------------------------------------------- SMTP


class _Border:
    """What aiosmtpd asks us, and the connections it has open."""

    def __init__(self, mail: EmbeddedMail) -> None:
        self._mail = mail
        self._connections: set[_Connection] = set()

    def connection(self) -> "_Connection":
        return _Connection(self, self._connections)

    async def hang_up(self) -> None:
        """Cut every connection and wait until its task has ended."""
        for connection in set(self._connections):
            await connection.cut()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self._mail.knows(address):
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await self._mail.accept(session, envelope)
        return "250 2.0.0 Delivered"


class _Connection(SMTP):
    """aiosmtpd's protocol, served in our own loop and entered in *register* while it is open."""

    def __init__(self, border: _Border, register: "set[_Connection]") -> None:
        super().__init__(
            border,
            data_size_limit=MAX_OCTETS,
            enable_SMTPUTF8=True,
            hostname=BORDER,  # given, because aiosmtpd asks DNS otherwise
            loop=asyncio.get_running_loop(),
        )
        self._register = register

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._register.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._register.discard(self)

    async def cut(self) -> None:
        if self.transport is not None:
            self.transport.close()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            await asyncio.gather(self._handler_coroutine, return_exceptions=True)


# ---------------------------------------------------------------- both


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _closed(writer: StreamWriter) -> None:
    """Close; a client that does not read our last words is cut off."""
    writer.close()
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(HANG_UP_WITHIN):
            await writer.wait_closed()
            return
    writer.transport.abort()
