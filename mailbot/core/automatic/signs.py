"""What is ours, and what a message shows of its writer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.model import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is ours, for telling our own mail and border from others'."""

    addresses: frozenset[Address]  # of our mailbox, aliases included
    loop_id: str  # value of our X-Mailbot-Loop field
    trusted_borders: tuple[str, ...] = ()  # authserv-ids whose results count; none by default (D31)
    border_hops: int = 1  # how many topmost Received fields our own border wrote
    complaint_reporters: tuple[str, ...] = ()  # addresses or domains whose spam complaints count (amendment 8)

    def hears(self, reporter: Address | None) -> bool:
        """Whether spam complaints of *reporter* count, once it has proven to be the writer."""
        known = {one.lower().removeprefix("@") for one in self.complaint_reporters}
        return reporter is not None and bool(known & {reporter, reporter.rpartition("@")[2]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a message shows of its writer."""

    headers: Mapping[str, tuple[str, ...]]  # lower-case name → values, unfolded
    subject: str = ""  # decoded
    own_words: str = ""
    authors: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()  # To and Cc
    return_path: str | None = None  # None: no such field; "": the null sender
    report: str = ""  # report-type
    outcomes: frozenset[str] = frozenset()  # what a delivery report says: failed, delayed, delivered …
    calendar: bool = False
    attachments: tuple[str, ...] = field(default=())  # content types

    def has(self, *names: str) -> bool:
        """Whether any of these fields is there."""
        return any(name in self.headers for name in names)

    def words(self, name: str) -> frozenset[str]:
        """Words of the field, comments and parameters dropped, lower-case."""
        if name not in self.headers:
            return frozenset()
        values = (re.sub(r"\([^()]*\)|;.*", " ", value) for value in self.headers[name])
        return frozenset(word for value in values for word in re.split(r"[\s,]+", value.lower()) if word)

    @property
    def auto_submitted(self) -> bool:
        """Whether it says of itself that no person sent it (RFC 3834 s. 5)."""
        said = self.words("auto-submitted")
        return bool(said) and said != {"no"}

    @property
    def by_program(self) -> bool:
        """Null sender or Auto-Submitted: a person's mail has neither. A missing Return-Path is none."""
        return self.return_path == "" or self.auto_submitted

    @property
    def locals(self) -> tuple[str, ...]:
        """Local parts of author and Return-Path."""
        senders = [*self.authors, *([self.return_path] if self.return_path else [])]
        return tuple(sender.rpartition("@")[0].casefold() or sender.casefold() for sender in senders)

    @property
    def answers(self) -> bool:
        """Whether it stands in a thread."""
        return self.has("in-reply-to", "references")
