"""Looking over the audit trail."""

from mailbot.core.audit import GENESIS, Link, first_break
from mailbot.errors import AuditBroken
from mailbot.ports import Book

PAGE = 1000


async def verify_chain(book: Book) -> tuple[int, str]:
    """Recompute the chain to its head: how many events, and the head's hash. Raises AuditBroken."""
    head = await book.head()
    links: list[Link] = []
    while page := await book.links(after=links[-1].event.seq if links else 0, limit=PAGE):
        links += page
    broken = first_break(links, head=(head.seq, head.hash))
    if broken is not None:
        raise AuditBroken(f"the chain does not hold at event {broken.seq}: {broken.why}")
    return head.seq, head.hash if head.seq else GENESIS
