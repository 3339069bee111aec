"""The keys that config/datamap.toml may have, by table of the file; what they mean stands in that file."""

from typing import Annotated, Any, Literal

import msgspec

from mailbot.core.datamap import TOLD, Erasure, Scalar
from mailbot.core.model import Channel, Language, Right, Topic

Text = Annotated[str, msgspec.Meta(min_length=1)]
Names = Text | Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]  # "id" or ["order_no", "line_no"]


class Lines(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of the file's tables: an unknown key is a fault, or a typing slip would switch a protection off."""


class ThroughLines(Lines):
    """Found through another table."""

    table: Text
    column: Names
    key: Names


class WayLines(Lines):
    """One of several ways by which a row is found."""

    email: Text | None = None
    lower_case: bool = False
    phone: Text | None = None
    stored: tuple[Text, ...] = ()
    table: Text | None = None
    column: Names | None = None
    key: Names | None = None


class ActLines(Lines):
    """What a step does to a row."""

    set_now: Names | None = None
    set: dict[str, Scalar] | None = None
    clear: Names | None = None
    delete: bool = False
    where: dict[str, Scalar] = {}


class SuppressLines(ActLines):
    """What stopping advertising does, and how one way is told from another."""

    channel: Text | None = None
    channels: dict[str, Channel] = {}
    only: Channel | None = None
    topic: Text | None = None
    topics: dict[str, Topic] = {}


class UntilLines(Lines):
    """How long a row is kept."""

    column: Text
    years: int = 0
    days: int = 0


class KeepLines(Lines):
    """Why a row stays."""

    keep: Text
    until: UntilLines | None = None


class ObligationLines(Lines):
    """Which columns say what is owed."""

    kind: Text
    norm: Text
    until: Text
    fulfilled: Text
    lapses: frozenset[str] = frozenset()


class ConsentLines(Lines):
    """Which columns say when somebody agreed."""

    given: Text
    withdrawn: Text | None = None
    where: dict[str, Scalar] = {}


class ColumnLines(Lines):
    """A column with personal data; terms it does not give are its table's."""

    category: Text
    purpose: Names | None = None
    ground: Text | None = None
    source: Text | None = None
    retention: Text | None = None
    erase: Erasure | None = None
    free_text: bool = False


class TableLines(Lines):
    """`[[stores.tables]]`."""

    name: Text
    key: Names
    category: Text
    purpose: Names
    ground: Text
    source: Text
    retention: Text
    destroy: Literal["delete", "columns"] | KeepLines
    columns: dict[str, ColumnLines]
    table: Text = ""
    schema: Text | None = None
    where: dict[str, Scalar] = {}
    email: Text | None = None
    email_is_lower_case: bool = False
    through: ThroughLines | None = None
    found: tuple[WayLines, ...] = ()
    persons: bool = False
    same_person: tuple[Text, ...] = ()
    language: Text | None = None
    last_contact: Text | None = None
    source_column: Text | None = None
    newsletter_token: Text | None = None
    added: Text | None = None
    consent: ConsentLines | None = None
    suppress: SuppressLines | None = None
    stop: ActLines | None = None
    obligations: ObligationLines | None = None


class StoreLines(Lines):
    """`[[stores]]`."""

    name: Text
    system: Text
    url: Text | None = None
    url_env: Text | None = None
    obligations: Literal["here", "none"] = "here"
    tables: tuple[dict[str, Any], ...] = ()


class ManualLines(Lines):
    """`[[manual]]`."""

    name: Text
    system: Text
    person: Text
    mail: Text
    category: Text
    within_days: Annotated[int, msgspec.Meta(ge=1)] = 3
    rights: tuple[Right, ...] = TOLD
    how: str = ""


class OwnLines(Lines):
    """`[ledger]` and `[mailbox]`."""

    system: Text
    norm: Text
    keep_days: Annotated[int, msgspec.Meta(ge=0)]
    folders: tuple[Text, ...] = ()
    erase: bool = False


class PartyLines(Lines):
    """`[[processors]]` and `[[recipients]]`."""

    name: Text
    address: Text
    email: str = ""
    country: Annotated[str, msgspec.Meta(pattern="^([A-Z]{2})?$")] = ""
    transfer: str = ""
    language: Language = Language.RU
    told: tuple[Right, ...] = TOLD
    within_days: Annotated[int, msgspec.Meta(ge=1)] = 10


class WordLines(Lines):
    """`[words]`."""

    purpose: dict[str, dict[Language, Text]]
    ground: dict[str, dict[Language, Text]]
    source: dict[str, dict[Language, Text]]
    retention: dict[str, dict[Language, Text]]
    decision: dict[str, dict[Language, Text]] = {}


class MapLines(Lines):
    """The whole file."""

    stores: tuple[dict[str, Any], ...]
    words: WordLines
    manual: tuple[dict[str, Any], ...] = ()
    ledger: OwnLines | None = None
    mailbox: OwnLines | None = None
    processors: tuple[dict[str, Any], ...] = ()
    recipients: tuple[dict[str, Any], ...] = ()
