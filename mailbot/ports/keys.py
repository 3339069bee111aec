"""Keys for separate uses, which change separately: what an old one has made is still known (issue 5)."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Key:
    """One key; its number stands beside whatever it has made, or in it."""

    id: int
    secret: bytes = field(repr=False)

    def digest(self, text: str) -> str:
        """Keyed hash of *text*: 64 hex digits."""
        return hmac.new(self.secret, text.encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of one use: what is new is made with `current`, what is there may be of any."""

    current: Key
    old: tuple[Key, ...] = ()

    def __iter__(self) -> Iterator[Key]:
        """Every key, the current one first."""
        yield self.current
        yield from self.old

    def get(self, key_id: int) -> Key | None:
        """The key with this number, if it is still there."""
        return next((key for key in self if key.id == key_id), None)

    def digest(self, text: str) -> str:
        """Keyed hash of *text* by the current key."""
        return self.current.digest(text)

    def digests(self, text: str) -> tuple[str, ...]:
        """Keyed hashes of *text* by every key, the current one's first."""
        return tuple(key.digest(text) for key in self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A ring for each use; none of them prints."""

    token: Ring = field(repr=False)  # codes in our questions, and the tags in our envelope senders
    twin: Ring = field(repr=False)  # the same letter by another way, and what was signed and seen
    subject: Ring = field(repr=False)  # pseudonyms in the trail and the log
    suppression: Ring = field(repr=False)  # the suppression list, and whom disclosures were about
    vault: Ring = field(repr=False)  # what stands in the company's rows in place of what was destroyed
    audit: Ring = field(repr=False)  # the head of the trail


USES = ("token", "twin", "subject", "suppression", "vault", "audit")
"""The uses by name, as `[keys]` in mailbot.toml calls them."""
