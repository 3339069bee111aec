"""The ledger's tables. Alembic's migrations under adapters/migrations make them; a test holds the two together."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.engine import Dialect

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC without its zone, so that SQLite and PostgreSQL agree."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """To the database: UTC, naive."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must be timezone-aware")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database: aware again."""
        return None if value is None else value.replace(tzinfo=UTC)


folders = Table(
    "folders",
    metadata,
    Column("folder", String(255), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("begin_uid", BigInteger, nullable=False),
    Column("seen_up_to", BigInteger, nullable=False),
    Column("last_look", Moment, nullable=False),
    Column("swept_at", Moment, nullable=False),
    Column("distrust_before", Moment),
)

looked_at = Table(
    "looked_at",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("folder", String(255), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("route", String(16), nullable=False),
    Column("knowledge", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
Index("ix_looked_at_place", looked_at.c.folder, looked_at.c.uidvalidity, looked_at.c.uid)

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("twin", String(64), nullable=False, index=True),
    Column("folder", String(255), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("reading", Text, nullable=False),  # JSON of core.model.Reading
    Column("in_junk", Boolean, nullable=False),
    Column("unreadable", Text, nullable=False),
    Column("unmatched", Boolean, nullable=False),
    Column(
        "case_id", Integer, index=True
    ),  # no foreign key: cases name their letter, and SQLite cannot add one later
    Column("run_at", Moment),  # null: decided
    Column("attempts", Integer, nullable=False),
    Column("rank", Integer, nullable=False, server_default="0"),  # decided first: 0; a flood waits behind (C27)
)
Index("ix_letters_waiting", letters.c.run_at)

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(32), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("address", String(320), nullable=False, index=True),
    Column("received_at", Moment, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("due_day", Date, nullable=False),
    Column("due_norm", Text, nullable=False),
    Column("languages", Text, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("decision", Text, nullable=False),  # JSON of core.model.Decision
    Column("holds", Text, nullable=False),
    Column("letter_id", Integer, ForeignKey("letters.id"), nullable=False),
    Column("token_hash", String(64), index=True),
    Column("confirm_until", Moment),
    Column("confirmed", Boolean, nullable=False),
    Column("versions", Text, nullable=False),
    Column("letters", Integer, nullable=False),
    Column("nudged_at", Moment),
    Column("warned_at", Moment),
    Column("reminded_at", Moment),  # the person was reminded of our open question
    Column("drafted_at", Moment),  # an interim letter lies ready for a person to release
    Column("objected_at", Moment),  # somebody asked for a person: that term began (94-V 19-1)
    Column("reopened", Boolean, nullable=False, server_default=false()),  # it had ended, and was taken up again
    Column("counted_by", Text, nullable=False, server_default=""),  # core.basis; empty: before ledger 0002
    Column("released", Boolean, nullable=False),
    Column("stumbles", Integer, nullable=False),
    Column("redacted_at", Moment),  # nothing of the person stands in the ledger any more: its term was over
)

Index("ix_cases_opened", cases.c.opened_at)

questions = Table(
    "questions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("rights", Text, nullable=False),  # JSON: what its letter asked about (C15)
)

signatures = Table(
    "signatures",
    metadata,
    Column("digest", String(64), primary_key=True),  # keyed hash of what a valid signature covers (C7)
    Column("letter_sha256", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
    Column("phase", String(16), nullable=False),
    Column("step", Text, nullable=False),  # JSON of core.model.Step
    Column("at", Moment, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("run_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("intended", Text),  # JSON of core.model.Change; null: not tried yet
    Column("holdings", Text),  # JSON of core.datamap.Holdings
    Column("traces", Text),  # JSON of core.datamap.Trace; null once the step is done
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
    Column("recipient", String(320), nullable=False),
    Column("message_id", String(255), nullable=False, unique=True),
    Column("raw", LargeBinary, nullable=False),
    Column("letters", Text, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("run_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_tried_at", Moment),
    Column("sent_at", Moment),
)
Index("ix_outbox_due", outbox.c.state, outbox.c.run_at)
Index("ix_outbox_budget", outbox.c.queued_at, outbox.c.recipient)

counters = Table(
    "counters",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("digest", String(64), primary_key=True),  # keyed hash of an address or a number
    Column("channel", String(16), primary_key=True, server_default=""),  # empty: by whatever way it comes
    Column("topic", String(64), primary_key=True, server_default=""),  # empty: about whatever it is
    Column("kind", String(8), nullable=False, server_default="email"),  # of what: email, phone
    Column("reason", String(16), nullable=False, server_default="unsubscribe"),  # the right that was carried out
    Column("key_id", Integer, nullable=False, server_default="1"),  # which key made the digest
    Column("case_number", String(32), primary_key=True),  # who takes theirs back, takes back nobody else's
    Column("since", Moment, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # store: do it there by hand; party: tell them
    Column("name", String(255), nullable=False),  # of the store or party on the map
    Column("right", String(32), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("person", String(255), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("warned_at", Moment),
    Column("done_at", Moment),
    Column("done_by", String(255), nullable=False, server_default=""),
    Column("evidence", Text, nullable=False, server_default=""),  # what shows that it was done; no personal data
    Column("message_id", String(255), index=True),  # of our letter about it
    Column("told_at", Moment),  # the person who wrote to us knows the result (A93)
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, index=True),  # keyed hash of the person's address
    Column("key_id", Integer, nullable=False),
    Column("recipient", Text, nullable=False),  # the authority
    Column("ground", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("entered_by", String(255), nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(32), primary_key=True),  # what is switched off: see core.switches
    Column("since", Moment, nullable=False),
    Column("by", String(255), nullable=False),
    Column("why", Text, nullable=False),
)

walks = Table(
    "walks",
    metadata,
    Column("name", String(255), primary_key=True),  # store and table that the return watch walks through
    Column("place", Text, nullable=False),  # key of the last row it saw; empty: it begins anew
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

autonomy = Table(
    "autonomy",
    metadata,
    Column("right", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(64), nullable=False),
    UniqueConstraint("right", "language"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("name", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("case_number", String(32), nullable=False, index=True),
    Column("subject", String(16), nullable=False, index=True),
    Column("facts", Text, nullable=False),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

Index("ix_audit_at", audit.c.at)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("mac", String(64), nullable=False, server_default=""),  # keyed, of seq and hash; empty: before 0003
    Column("key_id", Integer, nullable=False, server_default="0"),
)
