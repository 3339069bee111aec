"""From nothing to a connection that is logged in: TCP, TLS, greeting, password."""

import asyncio
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Literal

from aioimaplib.aioimaplib import quoted

from mailbot.adapters.imap.connection import Connection, Refused
from mailbot.adapters.imap.protocol import HardenedProtocol
from mailbot.adapters.imap.words import code_of
from mailbot.errors import Rejected, Unavailable

Tls = Literal["implicit", "starttls", "none"]

_KEEPALIVE = (  # a dead peer is noticed in two minutes, also while nothing is said (LIBRARIES 1.1, IDLE)
    ("TCP_KEEPIDLE", 60),
    ("TCP_KEEPINTVL", 15),
    ("TCP_KEEPCNT", 4),
    ("TCP_USER_TIMEOUT", 120_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the mailbox is and who we are there; prints neither user nor password."""

    host: str
    port: int
    tls: Tls
    user: str = field(repr=False)
    password: str = field(repr=False)
    ca_file: str | None  # trusted instead of the system's authorities
    timeout: float  # seconds of silence
    max_bytes: int  # octets of one message
    reads_only: bool = False  # folders are examined: the server refuses every change


async def connect(server: Server) -> Connection:
    """A connection that is logged in; raises `Unavailable` or `Rejected`, and then leaves no socket behind."""
    context = None if server.tls == "none" else _tls(server.ca_file)
    protocol = HardenedProtocol(asyncio.get_running_loop(), keep=server.max_bytes + 1)
    connection = Connection(protocol, timeout=server.timeout, reads_only=server.reads_only)
    try:
        await _reach(server, protocol, connection, context)
        await _log_in(server, connection)
        await _accept_utf8(connection)
    except BaseException:
        connection.abort()
        raise
    return connection


def _tls(ca_file: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        raise Rejected("IMAP: ca_file cannot be read") from exc
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _reach(
    server: Server, protocol: HardenedProtocol, connection: Connection, context: ssl.SSLContext | None
) -> None:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(server.timeout):
            at_once = context if server.tls == "implicit" else None
            await loop.create_connection(lambda: protocol, server.host, server.port, ssl=at_once)
            _keep_alive(protocol.transport.get_extra_info("socket"))
            await protocol.until(lambda: protocol.greeting is not None)
            _welcome(protocol.greeting or b"")
            if context is not None and at_once is None:  # STARTTLS
                await connection.run("STARTTLS")
                protocol.transport = await loop.start_tls(
                    protocol.transport, protocol, context, server_hostname=server.host
                )
    except TimeoutError as exc:
        raise Unavailable("IMAP: no connection in time") from exc
    except ssl.SSLCertVerificationError as exc:
        raise Rejected(f"IMAP: the server's certificate is not trusted ({exc.verify_message})") from exc
    except OSError as exc:
        raise Unavailable(f"IMAP: cannot connect ({type(exc).__name__})") from exc


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _welcome(greeting: bytes) -> None:
    """Pass a greeting that lets us log in; PREAUTH is another's session, in clear a forger's (D67)."""
    match greeting.upper().split()[:2]:
        case [b"*", b"OK"]:
            return
        case [b"*", b"BYE"]:
            raise Unavailable(f"IMAP greeting: BYE {code_of(greeting[5:])}".rstrip())
        case [b"*", b"PREAUTH"]:
            raise Rejected("IMAP greeting: PREAUTH, so the server will not check who we are")
        case _:
            raise Rejected("IMAP greeting: this is no IMAP server")


async def _log_in(server: Server, connection: Connection) -> None:
    """Prove who we are. The password goes out as a continuation, so that no command object holds it."""
    await connection.refresh_capabilities()
    password = server.password.encode()
    try:
        if connection.offers("AUTH=PLAIN"):  # any user name and password, whatever the alphabet
            plain = b64encode(b"\0".join((b"", server.user.encode(), password)))
            await connection.run("AUTHENTICATE", "PLAIN", literal=plain)
        elif connection.offers("LOGINDISABLED"):
            raise Rejected("IMAP LOGIN: the server takes no password here; is TLS missing?")
        else:
            await connection.run("LOGIN", quoted(server.user), f"{{{len(password)}}}", literal=password)
    except Refused as exc:
        raise Rejected(f"{exc}: user name or password refused") from None
    await connection.refresh_capabilities()  # some servers offer more now


async def _accept_utf8(connection: Connection) -> None:
    """Take internationalised mail as it is, where the server offers it (requirements D51; RFC 6855)."""
    if connection.offers("ENABLE", "UTF8=ACCEPT"):
        answer = await connection.run("ENABLE", "UTF8=ACCEPT")
        words = {word for line in answer.lines[:-1] for word in line.upper().split()}
        connection.utf8 = {b"ENABLED", b"UTF8=ACCEPT"} <= words
