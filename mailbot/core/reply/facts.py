"""What templates are told: all that a letter of ours may say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal, Protocol

from mailbot.core.deadline import Jurisdiction
from mailbot.core.model import Address, HoldReason, Language, Right

Said = str | Mapping[Language, str]
"""One phrase: in every language, or as it stands (a name, a norm)."""


class Party(Protocol):
    """Somebody with a name and an address, e.g. `datamap.Party`."""

    @property
    def name(self) -> str:
        """Name as it is registered."""
        ...

    @property
    def address(self) -> str:
        """Postal address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The company that answers (requirements A2); printed under every letter."""

    name: Said
    address: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """The person responsible for personal data (requirements A99); printed under every letter."""

    name: str
    post: Said
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Data that a law or a contract keeps (requirements A68)."""

    category: str
    norm: Said
    until: date | None  # last day, local; None: for as long as the norm applies


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a letter may say. None: not known here; a template that asks for it raises.

    Moments are aware; the renderer shows them in its zone. Days are local to the law that counts them. The
    categories are keys of `templates/words/LANGUAGE.toml`, names in the manner of Fideslang; never values.
    """

    case: str
    operator: Operator
    responsible: Responsible
    jurisdiction: Jurisdiction  # says where to complain
    received_at: datetime | None = None  # receipt, interim, refused, left_alone
    done_at: datetime | None = None  # unsubscribed, withdrawn, access, erased, left_alone
    due: date | None = None  # receipt: last day of the answer
    confirm_until: date | None = None  # confirm
    token: str | None = field(default=None, repr=False)  # confirm, interim
    rights: tuple[Right, ...] | None = None  # confirm, interim, refused: asked for, in the order of `Right`
    suppressed: bool | None = None  # receipt, confirm, interim: advertising has stopped already
    stopped: bool | None = None  # confirm: processing has stopped already (a proven withdrawal)
    address_shown: str | None = None  # unsubscribed: see `masked`
    destroyed: tuple[str, ...] | None = None  # erased, withdrawn: categories; empty: nothing was there
    kept: tuple[Kept, ...] | None = None  # erased, withdrawn
    found: tuple[str, ...] | None = None  # access: categories; empty: nothing is held
    sources: tuple[Said, ...] | None = None  # access, as the next ones (KZ 94-V 24(1)(1), RU 152-FZ 14(7))
    purposes: tuple[Said, ...] | None = None
    grounds: tuple[Said, ...] = ()  # legal grounds, where the map names them
    terms: tuple[Said, ...] | None = None  # how long it is kept
    recipients: tuple[Party, ...] | None = None  # empty: nobody
    processors: tuple[Party, ...] | None = None  # empty: nobody
    person_text: str | None = field(default=None, repr=False)  # refused, written: a person's own words
    norm: Said | None = None  # refused: the norm the refusal rests on

    def mapping(self) -> dict[str, object]:
        """What is known, by name; what is not known is left out, so that asking for it raises."""
        pairs = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: value for name, value in pairs if value is not None}


Notice = Literal["waiting", "flood", "deadline", "interim"]
"""Mails to the operator: cases wait for a person; a flood is held; time runs out; an interim letter lies ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case as the operator's mail names it: no personal data (requirements A5)."""

    case: str
    rights: tuple[Right, ...]
    reasons: tuple[HoldReason, ...]
    due: date


def masked(address: Address) -> str:
    """*address* so that its owner knows it and a looker-on does not: `i***@e***.kz` (requirements C18)."""
    local, _, domain = address.rpartition("@")
    name, _, top = domain.rpartition(".")
    return f"{local[:1]}***@{name[:1]}***.{top}"
