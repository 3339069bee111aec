"""Whom the header of a message names, and what it hangs on: enough to find somebody's letters in a mailbox."""

from dataclasses import dataclass

from mailbot.core.message.addresses import addresses, mailboxes
from mailbot.core.message.header import Header, Place
from mailbot.core.model import Address, MessageId

_HARMLESS = frozenset({"group or empty element"})  # undisclosed-recipients:;


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a header says; all of it is the sender's claim."""

    authors: frozenset[Address]
    to: frozenset[Address]  # To and Cc
    message_id: MessageId | None
    answers_to: frozenset[MessageId]  # In-Reply-To and References
    doubtful: bool = False  # From, To or Cc say more than was understood: somebody else may take part

    @property
    def named(self) -> frozenset[Address]:
        """Everybody in From, To and Cc, in the form in which addresses are compared (requirements C8)."""
        return self.authors | self.to


def envelope(raw: bytes) -> Envelope:
    """Read the header of *raw*, a message or its header alone. Doubtful addresses are nobody's."""
    fields = Header.read(Place(raw, 0, len(raw))).fields
    said = (*fields.all("from"), *fields.all("to"), *fields.all("cc"))
    return Envelope(
        doubtful=any(set(mailboxes(one).defects) - _HARMLESS for one in said),
        authors=frozenset(addresses(fields.all("from"))),
        to=frozenset(addresses((*fields.all("to"), *fields.all("cc")))),
        message_id=next(iter(fields.ids("message-id")), None),
        answers_to=frozenset((*fields.ids("in-reply-to"), *fields.ids("references"))),
    )
