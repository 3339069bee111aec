"""What templates are told: all that a letter of ours may say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal, Protocol

from mailbot.core.datamap import Disclosed
from mailbot.core.deadline import Jurisdiction
from mailbot.core.model import Address, Channel, HoldReason, Language, Right, Topic
from mailbot.core.reply.held import Abroad, Group

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


UnderWay = Literal["stopped", "by_hand"]
"""Processing has stopped, the rest a person decides; done in the databases, the rest is done by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a party has answered (A93)."""

    name: str
    answer: Literal["done", "nothing", "cannot"]


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
    ways: tuple[Channel, ...] = ()  # unsubscribed: by these only; empty: by whatever way
    topics: tuple[Topic, ...] = ()  # unsubscribed: about these only; empty: about whatever
    others_shown: tuple[str, ...] = ()  # unsubscribed: addresses that our own newsletter below the letter named
    numbers_shown: tuple[str, ...] = ()  # unsubscribed: numbers to which it stopped as well, masked
    destroyed: tuple[str, ...] | None = None  # erased, withdrawn: categories; empty: nothing was there
    kept: tuple[Kept, ...] | None = None  # erased, withdrawn
    letters_stay: bool = False  # erased, withdrawn: other letters of theirs stay in the mailbox
    found: tuple[str, ...] | None = None  # access: categories; empty: nothing is held
    held: tuple[Group, ...] | None = None  # access: what of it databases hold, and its source and terms (A90)
    recipients: tuple[Party, ...] | None = None  # access, as the next ones; empty: nobody
    processors: tuple[Party, ...] | None = None  # empty: nobody (A92)
    abroad: tuple[Abroad, ...] | None = None  # empty: nobody
    disclosed: tuple[Disclosed, ...] | None = None  # authorities (A74); empty: none
    decisions: tuple[Said, ...] = ()  # that programs take about people, beside this one (KZ 94-V 19-1)
    policy: str = ""  # edition of the privacy policy
    person_text: str | None = field(default=None, repr=False)  # refused, written: a person's own words
    norm: Said | None = None  # refused: the norm the refusal rests on
    under_way: UnderWay | None = None  # under_way: what is done already, though a person has the rest to do
    parties: tuple[str, ...] = ()  # unsubscribed, withdrawn, erased: who is told of it (A93)
    call_shown: tuple[str, ...] = ()  # package: numbers on file, masked, to be called; empty: told in person
    withheld: int = 0  # access, package: rows that are not told, because nobody can say whose they are
    elsewhere: tuple[str, ...] = ()  # package: systems that are no database
    results: tuple[Result, ...] | None = None  # party_result
    about: Address | None = field(default=None, repr=False)  # party: whose data
    again: bool = False  # party: a reminder

    def mapping(self) -> dict[str, object]:
        """What is known, by name; what is not known is left out, so that asking for it raises."""
        pairs = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: value for name, value in pairs if value is not None}


Notice = Literal[
    "waiting",
    "flood",
    "deadline",
    "interim",
    "lookalike",
    "task",
    "task_late",
    "task_back",
    "task_post",
    "returned",
]
"""Mails to the operator: cases wait for a person; a flood is held; time runs out; an interim letter lies ready; an
address that looks like one on file was answered as any other. Mails about tasks, to who does them: something is to
be done; it is late; an answer or our own letter came back; somebody has to be told who has no e-mail address.
And: who was stopped or erased has come back by an import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case as the operator's mail names it: no personal data (requirements A5)."""

    case: str
    rights: tuple[Right, ...]
    reasons: tuple[HoldReason, ...]
    due: date
    task: int = 0  # number of a task of this case, where the mail is about one
    where: str = ""  # the place or the party it is about
    how: str = ""  # what the operator wrote on the map
    origin: str = ""  # where rows came from that brought somebody back
    rows: int = 0  # how many
    erased: bool = False  # they were destroyed before, so a person decides


def masked(address: Address) -> str:
    """*address* so that its owner knows it and a looker-on does not: `i***@e***.kz` (requirements C18)."""
    local, _, domain = address.rpartition("@")
    name, _, top = domain.rpartition(".")
    return f"{local[:1]}***@{name[:1]}***.{top}"
