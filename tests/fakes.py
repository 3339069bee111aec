"""Honest fakes of the outside world: they keep the promises of mailbot.ports, in memory."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from itertools import accumulate, count

from mailbot.core.message.envelope import envelope
from mailbot.core.model import Address, Message, MessageId, Place, Proven, RawMail, Standing, Unproven
from mailbot.errors import Rejected, Unavailable
from mailbot.ports import Delivery, FolderState, Mailbox, Mailer, SenderCheck, Sent

START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday


@dataclass
class Clock:
    """A clock that goes only when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class _Folder:
    uidvalidity: int
    mails: dict[int, RawMail] = field(default_factory=dict)
    uidnext: int = 1


@dataclass
class FakeMailbox:
    """Folders of messages; `down` makes every verb raise Unavailable, as a lost connection does."""

    clock: Clock
    folders: dict[str, _Folder] = field(default_factory=lambda: {"INBOX": _Folder(1), "Sent": _Folder(2)})
    down: bool = False
    uidplus: bool = True  # knows how to destroy single messages

    def put(
        self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None, size: int | None = None
    ) -> Place:
        """Somebody's mail arrives."""
        where = self.folders.setdefault(folder, _Folder(len(self.folders) + 1))
        place = Place(folder=folder, uidvalidity=where.uidvalidity, uid=where.uidnext)
        where.mails[place.uid] = RawMail(
            place=place, received_at=at or self.clock.now, raw=raw, size=size or len(raw), cut=size is not None
        )
        where.uidnext += 1
        return place

    def flag(self, place: Place, *flags: str) -> None:
        """A colleague sets flags."""
        mails = self.folders[place.folder].mails
        mails[place.uid] = replace(mails[place.uid], flags=mails[place.uid].flags | set(flags))

    def take_away(self, place: Place) -> RawMail:
        """A colleague moves a message where we do not look."""
        return self.folders[place.folder].mails.pop(place.uid)

    def renumber(self, folder: str) -> None:
        """The server gives the folder a new UIDVALIDITY and new UIDs."""
        old = self.folders[folder]
        fresh = _Folder(old.uidvalidity + 100)
        self.folders[folder] = fresh
        for mail in old.mails.values():
            self.put(mail.raw, folder=folder, at=mail.received_at)

    def raws(self, folder: str) -> list[bytes]:
        return [mail.raw for mail in self.folders[folder].mails.values()]

    # -- ports.Mailbox

    def _folder(self, name: str) -> _Folder:
        if self.down:
            raise Unavailable("IMAP connection lost")
        if name not in self.folders:
            raise Rejected("SELECT refused")
        return self.folders[name]

    def _mails(self, place: Place) -> dict[int, RawMail]:
        """What the UID of *place* can name: nothing, once the folder has a new UIDVALIDITY."""
        there = self._folder(place.folder)
        return there.mails if there.uidvalidity == place.uidvalidity else {}

    async def open(self, folder: str) -> FolderState:
        there = self._folder(folder)
        return FolderState(
            name=folder, uidvalidity=there.uidvalidity, uidnext=there.uidnext, exists=len(there.mails)
        )

    async def uids(self, folder: str, *, above: int = 0, since: datetime | None = None) -> Sequence[int]:
        mails = self._folder(folder).mails
        return [u for u in mails if u > above and (since is None or mails[u].received_at.date() >= since.date())]

    async def fetch(self, folder: str, uids: Sequence[int], *, most: int | None = None) -> Sequence[RawMail]:
        mails = self._folder(folder).mails
        there = [mails[uid] for uid in uids if uid in mails]
        sums = list(accumulate(len(mail.raw) for mail in there))
        return [one for number, one in enumerate(there) if not number or most is None or sums[number] <= most]

    async def flags(self, place: Place) -> frozenset[str] | None:
        mail = self._mails(place).get(place.uid)
        return None if mail is None else mail.flags

    async def add_keyword(self, place: Place, keyword: str) -> None:
        if place.uid in self._mails(place):
            self.flag(place, keyword)

    async def move(self, place: Place, folder: str) -> Place | None:
        mail = self._mails(place).pop(place.uid, None)
        return None if mail is None else self.put(mail.raw, folder=folder, at=mail.received_at)

    async def append(self, folder: str, raw: bytes, *, at: datetime) -> None:
        self.folders.setdefault(folder, _Folder(len(self.folders) + 1))
        self._folder(folder)
        self.flag(self.put(raw, folder=folder, at=at), "\\Seen")

    async def holds(self, folder: str, message_id: MessageId) -> bool:
        there = self._folder(folder) if folder in self.folders or self.down else _Folder(0)
        return any(f"<{message_id}>" == message_from_bytes(m.raw)["Message-ID"] for m in there.mails.values())

    async def search(self, folder: str, address: Address) -> Sequence[Place] | None:
        there = self._folder(folder) if folder in self.folders or self.down else None
        mails = there.mails.values() if there else ()
        return None if there is None else [m.place for m in mails if address in envelope(m.raw).named]

    async def expunge(self, places: Sequence[Place]) -> None:
        if not self.uidplus:
            raise Rejected("no UIDPLUS")
        for place in places:
            self._mails(place).pop(place.uid, None)

    async def wait(self, folder: str, seconds: float) -> None:
        self._folder(folder)

    async def close(self) -> None:
        pass


@dataclass
class FakeMailer:
    """Takes every letter, unless `answer` says otherwise."""

    letters: list[tuple[Address, bytes]] = field(default_factory=list)
    answer: Callable[[], Delivery] = lambda: Sent("250 2.0.0 ok")

    async def send(self, mail_from: str, recipient: Address, raw: bytes) -> Delivery:
        verdict = self.answer()
        if isinstance(verdict, Sent):
            self.letters.append((recipient, raw))
        return verdict

    async def close(self) -> None:
        pass

    def to(self, address: str) -> list[bytes]:
        return [raw for recipient, raw in self.letters if recipient == address]


@dataclass
class FakeSenders:
    """Proves whom it is told to prove; `down` is DNS that does not answer."""

    proven: set[str] = field(default_factory=set)
    others: Mapping[str, Standing] = field(default_factory=dict)
    down: bool = False

    async def standing(self, raw: bytes, message: Message, *, received_at: datetime = START) -> Standing:
        if self.down:
            raise Unavailable("DNS does not answer")
        author = message.author or Address("")
        if author in self.proven:
            return Proven(author.rpartition("@")[2])
        return self.others.get(author, Unproven("no signature"))


_numbers = count(1)


def mail(
    body: str,
    *,
    sender: str = "anna@example.org",
    subject: str = "",
    answers: str = "",
    headers: Mapping[str, str] | None = None,
    date: str = "Mon, 23 Nov 2026 10:00:00 +0500",
) -> bytes:
    """An ordinary mail as the border hands it over."""
    lines = {
        "Return-Path": f"<{sender}>",
        "Received": "from mail.example.org by mx.example.kz; Mon, 23 Nov 2026 10:00:00 +0500",
        "From": sender,
        "To": "info@example.kz",
        "Subject": subject,
        "Message-ID": f"<{next(_numbers)}@{sender.rpartition('@')[2]}>",
        "Date": date,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **({"In-Reply-To": answers} if answers else {}),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\n{body}\r\n".encode()


def token_in(letter: EmailMessage) -> str:
    """The code of one of our letters."""
    (token,) = re.findall(r"\bMB[0-9A-Z]{26}\b", letter.get_content())
    return str(token)


def reply(letter: EmailMessage, word: str, *, sender: str = "anna@example.org") -> bytes:
    """An answer that quotes our letter, as most clients make it."""
    quoted = "".join(f"> {line}\r\n" for line in letter.get_content().splitlines())
    return mail(f"{word}\r\n\r\n{quoted}", answers=letter["Message-ID"], sender=sender)


_mailbox: Mailbox = FakeMailbox(Clock())
_mailer: Mailer = FakeMailer()
_senders: SenderCheck = FakeSenders()
