"""The ledger: transactions over one database, migrated explicitly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger.audit_pages import AuditPages
from mailbot.adapters.ledger.case_pages import CasePages
from mailbot.adapters.ledger.clock_pages import ClockPages
from mailbot.adapters.ledger.engine import engines, translated
from mailbot.adapters.ledger.flood_pages import FloodPages
from mailbot.adapters.ledger.judged_pages import JudgedPages
from mailbot.adapters.ledger.letter_pages import LetterPages
from mailbot.adapters.ledger.mail_pages import MailPages
from mailbot.adapters.ledger.order_pages import OrderPages
from mailbot.adapters.ledger.own_pages import OwnPages
from mailbot.adapters.ledger.retention_pages import RetentionPages
from mailbot.adapters.ledger.seal_pages import SealPages
from mailbot.adapters.ledger.suppression_pages import SuppressionPages
from mailbot.adapters.ledger.switch_pages import SwitchPages
from mailbot.adapters.ledger.task_pages import DisclosurePages, TaskPages, TermPages
from mailbot.adapters.ledger.trace_pages import TracePages
from mailbot.adapters.ledger.walk_pages import WalkPages
from mailbot.ports import Ring


class SqlBook(
    MailPages,
    CasePages,
    LetterPages,
    OrderPages,
    AuditPages,
    JudgedPages,
    ClockPages,
    SealPages,
    FloodPages,
    TracePages,
    SuppressionPages,
    SwitchPages,
    TaskPages,
    TermPages,
    DisclosurePages,
    OwnPages,
    RetentionPages,
    WalkPages,
):
    """One transaction's view of the whole book; `mailbot.ports.Book` says what each verb promises."""

    def __init__(self, connection: AsyncConnection, *, prefix: str, actor: str, seals: Ring | None) -> None:
        MailPages.__init__(self, connection)
        CasePages.__init__(self, connection, prefix=prefix)
        LetterPages.__init__(self, connection)
        OrderPages.__init__(self, connection)
        AuditPages.__init__(self, connection, actor=actor, seals=seals)
        JudgedPages.__init__(self, connection)
        ClockPages.__init__(self, connection)
        SealPages.__init__(self, connection)
        FloodPages.__init__(self, connection)
        TracePages.__init__(self, connection)
        SuppressionPages.__init__(self, connection)
        SwitchPages.__init__(self, connection)
        TaskPages.__init__(self, connection)
        TermPages.__init__(self, connection)
        DisclosurePages.__init__(self, connection)
        OwnPages.__init__(self, connection)
        RetentionPages.__init__(self, connection)
        WalkPages.__init__(self, connection)


class SqlLedger:
    """`mailbot.ports.Ledger` over SQLite or PostgreSQL, by URL.

    *prefix* stands before case numbers (a second mailbox has its own); *actor* signs audit events; *seals* are the
    keys under which the head of the trail is noted.
    """

    def __init__(self, url: str, *, actor: str, prefix: str = "", seals: Ring | None = None) -> None:
        self._writer, self._reader = engines(url)
        self._prefix, self._actor, self._seals = prefix, actor, seals

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqlBook]:
        """A transaction that is kept when the block ends, and rolled back when it raises."""
        with translated():
            async with self._writer.begin() as connection:
                book = self._book(connection)
                yield book
                await book.chain()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlBook]:
        """A transaction that can only read."""
        with translated():
            async with self._reader.connect() as connection:
                yield self._book(connection)

    def _book(self, connection: AsyncConnection) -> SqlBook:
        return SqlBook(connection, prefix=self._prefix, actor=self._actor, seals=self._seals)

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()
