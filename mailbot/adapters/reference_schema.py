"""The reference schema: a company that holds what its policy says it holds (issue 2, item 3), and no more.

What `mailbot init` offers, the demo runs on and config/datamap.toml describes. Moments are UTC;
`obligations.until` is a local date of the company.
"""

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, Integer, MetaData, String, Table, Text, func
from sqlalchemy.ext.asyncio import AsyncEngine

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _whose(*, optional: bool = False) -> Column[int]:
    return Column("subject_id", ForeignKey("subjects.id"), index=True, nullable=optional)


SUBJECTS = Table(
    "subjects",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("full_name", Text),
    Column("phone", String(32)),
    Column("email", String(320)),  # 64 + @ + 255 octets (RFC 5321, 4.5.3.1)
    Column("postal_address", Text),
    Column("source", Text, nullable=False),  # requirements A90: never unknown
    Column("since", DateTime(timezone=True), nullable=False),
    Column("blocked_at", DateTime(timezone=True)),
    Column("language", String(2)),
    sqlite_autoincrement=True,  # or SQLite gives the number of who was erased to who comes next
)
Index("ix_subjects_email", func.lower(SUBJECTS.c.email))  # an address is looked up in lower case

SUBSCRIPTIONS = Table(
    "subscriptions",
    METADATA,
    Column("id", Integer, primary_key=True),
    _whose(),
    Column("channel", String(8), nullable=False),  # email, sms, phone
    Column("topic", Text, nullable=False),
    Column("subscribed_at", DateTime(timezone=True), nullable=False),
    Column("stopped_at", DateTime(timezone=True)),
)

CONSENTS = Table(
    "consents",
    METADATA,
    Column("id", Integer, primary_key=True),
    _whose(),
    Column("purpose", Text, nullable=False),
    Column("policy_edition", Text, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("how", Text, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)

SITE_VISITS = Table(
    "site_visits",
    METADATA,
    Column("id", Integer, primary_key=True),
    _whose(optional=True),  # null: a visitor nobody can name
    Column("page", Text, nullable=False),
    Column("ip", String(45), nullable=False),
    Column("browser", Text),
    Column("language", String(35)),  # as the browser says it (RFC 5646)
    Column("visited_at", DateTime(timezone=True), nullable=False, index=True),  # deleted after 30 days (A32)
)

OBLIGATIONS = Table(
    "obligations",
    METADATA,
    Column("id", Integer, primary_key=True),
    _whose(),
    Column("kind", String(8), nullable=False),  # order, hold
    Column("norm", Text, nullable=False),
    Column("until", Date),
    Column("fulfilled_at", DateTime(timezone=True)),
)


async def create(engine: AsyncEngine) -> None:
    """Create the tables that are not there yet. A SQLite file is switched to WAL, so that readers do not wait."""
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
