"""The reference schema with its own map: what `mailbot init` offers and the demo runs on."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from mailbot.adapters.reference_schema import METADATA
from mailbot.core.model import StepKind
from tests.schemas import MAY, NOW, Case, Changed, Gone, Key, Row, Schema, rows

DIALECTS: Mapping[str, Dialect] = {
    "sqlite": make_url("sqlite://").get_dialect()(),
    "postgresql": make_url("postgresql://").get_dialect()(),
    "mariadb": make_url("mysql+aiomysql://").get_dialect()(),
}
FOLDED = (
    "ALTER TABLE subjects ADD email_folded VARCHAR(320) AS (lower(email)) STORED;"
    "CREATE INDEX ix_subjects_email_folded ON subjects (email_folded);"
)


def _ddl(dialect: str) -> Mapping[str, str]:
    """As SQLAlchemy makes it; MariaDB knows no index on lower(email), and keeps no microseconds unasked."""
    compiled, own = DIALECTS[dialect], dialect == "mariadb"
    text = ""
    for table in METADATA.sorted_tables:
        text += f"{CreateTable(table).compile(dialect=compiled)};"
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            if not (own and index.name == "ix_subjects_email"):
                text += f"{CreateIndex(index).compile(dialect=compiled)};"
    return {"company": text.replace("DATETIME", "DATETIME(6)") + FOLDED if own else text}


def _map(dialect: str) -> str:
    text = Path("config/datamap.toml").read_text(encoding="utf-8").partition("\n[words.")[0]
    if dialect != "mariadb":
        return text
    folded = text.replace('\nemail = "email" ', '\nemail = "email_folded" ')
    return folded.replace("email_is_lower_case = false", "email_is_lower_case = true")


ANNA, BORIS, VERA, IVAN, NAMESAKE, MOTHER, SON, DINA, ELENA, ZOE, DOUBLE = range(1, 12)

SUBJECTS = rows(
    "id full_name phone email postal_address source since language",
    (ANNA, "Анна Примерова", "+7 700 000 00 01", "Anna@Example.KZ", "Алматы, 1", "web_form", MAY, "ru"),
    (BORIS, "Борис Образцов", "+7 700 000 00 02", "boris@example.org", "Астана, 2", "web_form", MAY, None),
    (VERA, "Вера Образцова", "+7 700 000 00 02", "vera@example.org", "Астана, 2", "web_form", MAY, None),
    (IVAN, "Иван Примеров", "+7 700 000 00 03", "ivan@example.kz", None, "web_form", MAY, "kk"),
    (NAMESAKE, "Иван Примеров", "+7 700 000 00 04", "ivan@example.org", None, "web_form", MAY, "kk"),
    (MOTHER, "Мария Примерова", None, "family@example.org", "Атырау, 3", "web_form", MAY, None),
    (SON, "Марат Примеров", None, "family@example.org", "Атырау, 3", "web_form", MAY, None),
    (DINA, "Дина Заказова", None, "dina@example.kz", None, "web_form", MAY, "kk"),
    (ELENA, "Елена Архивная", None, "elena@example.kz", None, "web_form", MAY, None),
    (ZOE, "Zoe Example", None, "zoe@example.kz", None, "web_form", MAY, "en"),
    (DOUBLE, "Zoë Example", None, "zoë@example.kz", None, "web_form", MAY, "en"),
)
PEOPLE = [row["id"] for row in SUBJECTS]
SUBSCRIPTIONS = rows(
    "id subject_id channel topic subscribed_at",
    *(
        (10 * who + place, who, channel, topic, MAY)
        for who in PEOPLE
        for place, (channel, topic) in enumerate((("email", "news"), ("email", "prices"), ("sms", "news")))
    ),
)
CONSENTS = rows(
    "id subject_id purpose policy_edition given_at how",
    *((100 + who, who, "P8", "01.01.2022", MAY, "form") for who in PEOPLE),
)
VISITS = rows(
    "id subject_id page ip browser language visited_at",
    *((10 * who, who, "/roof", f"192.0.2.{who}", "x", "ru-RU", MAY) for who in PEOPLE),
    *((10 * who + 1, who, "/price", f"192.0.2.{who}", None, None, MAY) for who in PEOPLE),
    (1000, None, "/roof", "192.0.2.1", "x", "ru-RU", MAY),  # from Anna's own address, but nobody said so
)
OBLIGATIONS = rows(
    "id subject_id kind norm until fulfilled_at",
    (1, DINA, "order", "договор № 7", None, None),
    (2, ELENA, "order", "договор № 8", None, MAY),
    (3, ELENA, "hold", "ГК РК, ст. 178", date(2026, 11, 22), None),  # until yesterday
    (4, BORIS, "hold", "ГК РК, ст. 178", date(2026, 11, 23), None),  # until today
)

# ---------------------------------------------------------------- what must be left


def _of(who: int, table: Sequence[Row]) -> list[Key]:
    return [(row["id"],) for row in table if row["subject_id"] == who]


def everything(who: int) -> Gone:
    """All that is on file about one person."""
    children = {
        "subscriptions": _of(who, SUBSCRIPTIONS),
        "consents": _of(who, CONSENTS),
        "site_visits": _of(who, VISITS),
        "obligations": _of(who, OBLIGATIONS),
    }
    return {"subjects": [(who,)], **{name: keys for name, keys in children.items() if keys}}


def mailed(*people: int) -> Changed:
    """Advertising by e-mail is stopped."""
    keys = [(row["id"],) for row in SUBSCRIPTIONS if row["subject_id"] in people and row["channel"] == "email"]
    return {"subscriptions": {key: {"stopped_at": NOW} for key in keys}}


def stopped(who: int) -> Changed:
    """Everything is stopped, nothing is gone."""
    return {
        "subjects": {(who,): {"blocked_at": NOW}},
        "subscriptions": {key: {"stopped_at": NOW} for key in _of(who, SUBSCRIPTIONS)},
        "consents": {key: {"withdrawn_at": NOW} for key in _of(who, CONSENTS)},
    }


SUPPRESS, STOP, DESTROY = StepKind.SUPPRESS, StepKind.STOP_PROCESSING, StepKind.DESTROY
ADVERTISE, PROCESS = StepKind.RESUME_ADVERTISING, StepKind.RESUME_PROCESSING
SHOWN = {"subjects": 1, "subscriptions": 3, "consents": 1, "site_visits": 2}


def _case(name: str, who: str, *steps: StepKind, **more: Any) -> Case:
    return Case(name=name, who=who, steps=steps, **more)


CASES = (
    _case("unsubscribe", "anna@example.kz", SUPPRESS, changed=mailed(ANNA)),
    _case("unsubscribe-one-of-a-couple", "boris@example.org", SUPPRESS, changed=mailed(BORIS)),
    _case("unsubscribe-a-family", "family@example.org", SUPPRESS, people=2, changed=mailed(MOTHER, SON)),
    _case("unsubscribe-a-namesake", "ivan@example.org", SUPPRESS, changed=mailed(NAMESAKE)),
    _case("unsubscribe-a-stranger", "nobody@example.org", SUPPRESS, people=0),
    _case("unsubscribe-taken-back", "anna@example.kz", SUPPRESS, ADVERTISE),
    _case("withdraw", "anna@example.kz", STOP, changed=stopped(ANNA)),
    _case("withdraw-under-an-order", "dina@example.kz", STOP, changed=stopped(DINA)),
    _case("withdraw-taken-back", "anna@example.kz", STOP, PROCESS, changed=mailed(ANNA)),
    _case("withdraw-and-unsubscribe-taken-back", "anna@example.kz", STOP, PROCESS, ADVERTISE),
    _case("withdraw-a-family", "family@example.org", STOP, people=2, refused="several persons"),
    _case(
        "access",
        "anna@example.kz",
        StepKind.DISCLOSE,
        shown=SHOWN,
        held=frozenset(
            {
                "consents",
                "subscriptions",
                "user.behavior.browsing_history",
                "user.contact",
                "user.contact.address",
                "user.contact.email",
                "user.contact.phone_number",
                "user.device",
                "user.device.ip_address",
                "user.name",
            }
        ),
    ),
    _case("access-one-of-a-couple", "vera@example.org", StepKind.DISCLOSE, shown=SHOWN),
    _case("access-a-family", "family@example.org", StepKind.DISCLOSE, people=2, refused="several persons"),
    _case("access-a-stranger", "nobody@example.org", StepKind.DISCLOSE, people=0, shown={}, held=frozenset()),
    _case("erase", "anna@example.kz", DESTROY, gone=everything(ANNA)),
    _case("erase-one-of-a-couple", "vera@example.org", DESTROY, gone=everything(VERA)),
    _case("erase-a-namesake", "ivan@example.kz", DESTROY, gone=everything(IVAN)),
    _case("erase-what-is-no-longer-owed", "elena@example.kz", DESTROY, gone=everything(ELENA)),
    _case("erase-under-an-order", "dina@example.kz", DESTROY, refused="obligation"),
    _case("erase-under-a-hold-that-ends-today", "boris@example.org", DESTROY, refused="obligation"),
    _case("erase-a-family", "family@example.org", DESTROY, people=2, refused="several persons"),
    _case("erase-a-stranger", "nobody@example.org", DESTROY, people=0),
    _case("erase-what-was-blocked", "anna@example.kz", STOP, DESTROY, gone=everything(ANNA)),
    _case(
        "unsubscribe-whose-letters-have-no-accents",
        "zoe@example.kz",
        SUPPRESS,
        changed=mailed(ZOE),
    ),
    _case("erase-whose-letters-have-no-accents", "zoe@example.kz", DESTROY, gone=everything(ZOE)),
    _case("erase-who-writes-an-accent", "zoë@example.kz", DESTROY, gone=everything(DOUBLE)),
)

SCHEMA = Schema(
    name="reference",
    ddl=_ddl,
    map=_map,
    rows={
        "subjects": SUBJECTS,
        "subscriptions": SUBSCRIPTIONS,
        "consents": CONSENTS,
        "site_visits": VISITS,
        "obligations": OBLIGATIONS,
    },
    keys=dict.fromkeys(METADATA.tables, ("id",)),
    cases=CASES,
)
