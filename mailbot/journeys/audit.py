"""Looking over the audit trail."""

from mailbot.core.audit import GENESIS, Link, first_break
from mailbot.errors import AuditBroken
from mailbot.ports import Book, Ring
from mailbot.ports.seals import SEALED, broken_seal

PAGE = 1000


async def verify_chain(book: Book, seals: Ring | None = None) -> tuple[int, str]:
    """Recompute the chain to its head: how many events, and the head's hash. Raises AuditBroken.

    With *seals* the head itself is looked at: a chain that was cut back holds, and its end bears no seal of ours.
    """
    head = await book.head()
    links: list[Link] = []
    while page := await book.links(after=links[-1].event.seq if links else 0, limit=PAGE):
        links += page
    broken = first_break(links, head=(head.seq, head.hash))
    if broken is not None:
        raise AuditBroken(f"the chain does not hold at event {broken.seq}: {broken.why}")
    began = any(link.event.name == SEALED for link in links) or (not links and bool(await book.cases()))
    if seals is not None and (why := broken_seal(head, seals, began=began)):
        raise AuditBroken(f"the chain holds, but {why}")
    return head.seq, head.hash if head.seq else GENESIS
