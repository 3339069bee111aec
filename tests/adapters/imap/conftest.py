from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from mailbot.adapters.imap import ImapMailbox
from tests.adapters.imap.fake_server import FakeServer, Script

Meet = Callable[..., Awaitable[tuple[FakeServer, ImapMailbox]]]


@pytest.fixture
async def meet() -> AsyncIterator[Meet]:
    """A scripted server and a mailbox on it, closed after the test."""
    async with AsyncExitStack() as stack:

        async def start(
            script: Script | None = None, *, behind_starttls: bytes = b"", **settings: Any
        ) -> tuple[FakeServer, ImapMailbox]:
            usual: dict[str, Any] = {
                "host": "127.0.0.1",
                "tls": "none",
                "user": "info",
                "password": 'qupiya"söz',
                "timeout": 1.0,
            }
            chosen = usual | settings
            fake = FakeServer(
                script=script or {}, implicit_tls=chosen["tls"] == "implicit", behind_starttls=behind_starttls
            )
            server = await stack.enter_async_context(fake)
            mailbox = ImapMailbox(port=server.port, **chosen)
            stack.push_async_callback(mailbox.close)
            return server, mailbox

        yield start
