"""Three levels of foreign keys, composite keys, invoices that a law keeps, reviews that stay, unsigned."""

from datetime import date

from mailbot.core.model import StepKind
from tests.schemas import HIDDEN, NOW, Case, Gone, Schema, rows, spelled

DDL = """
CREATE TABLE customers (
    login VARCHAR(20) PRIMARY KEY, mail VARCHAR(320), full_name VARCHAR(99), phone VARCHAR(32), active INTEGER,
    frozen_at {moment} NULL, frozen_text VARCHAR(40));
CREATE INDEX customers_mail ON customers ({fold}mail{end});
CREATE INDEX customers_phone ON customers (phone);
CREATE TABLE orders (
    region VARCHAR(2) NOT NULL, number INTEGER NOT NULL, login VARCHAR(20) NOT NULL, remark VARCHAR(99),
    PRIMARY KEY (region, number), FOREIGN KEY (login) REFERENCES customers (login));
CREATE INDEX orders_login ON orders (login);
CREATE TABLE items (
    region VARCHAR(2) NOT NULL, number INTEGER NOT NULL, line INTEGER NOT NULL, sku VARCHAR(20),
    engraving VARCHAR(99), PRIMARY KEY (region, number, line),
    FOREIGN KEY (region, number) REFERENCES orders (region, number));
CREATE TABLE refunds (
    region VARCHAR(2) NOT NULL, number INTEGER NOT NULL, line INTEGER NOT NULL, iban VARCHAR(34), why VARCHAR(99),
    FOREIGN KEY (region, number, line) REFERENCES items (region, number, line));
CREATE INDEX refunds_item ON refunds (region, number, line);
CREATE TABLE calls (number INTEGER PRIMARY KEY, phone VARCHAR(32), about VARCHAR(99));
CREATE INDEX calls_phone ON calls (phone);
CREATE TABLE invoices (
    number INTEGER PRIMARY KEY, mail VARCHAR(320), full_name VARCHAR(99), total INTEGER, closed_on DATE);
CREATE INDEX invoices_mail ON invoices ({fold}mail{end});
CREATE TABLE reviews (
    number INTEGER PRIMARY KEY, mail VARCHAR(320), author VARCHAR(99), said VARCHAR(200), stars INTEGER);
CREATE INDEX reviews_mail ON reviews ({fold}mail{end});
CREATE TABLE regions (region VARCHAR(2) PRIMARY KEY, name VARCHAR(20))"""

MAP = """
[[stores]]
name = "company"
system = "ИСПДн «Мастерская»"
obligations = "none"

[[stores.tables]]
name = "customers"
key = "login"
persons = true
email = "mail"
stop = { set_now = ["frozen_at", "frozen_text"], where = { active = 1 } }
destroy = "delete"
category = "user.contact"
purpose = "feedback"
ground = "contract"
source = "order"
retention = "by_norm"
[stores.tables.columns]
full_name = { category = "user.name" }
mail = { category = "user.contact.email" }
phone = { category = "user.contact.phone_number" }

[[stores.tables]]
name = "orders"
key = ["region", "number"]
through = { table = "customers", column = "login", key = "login" }
destroy = "delete"
category = "orders"
purpose = "orders"
ground = "contract"
source = "order"
retention = "by_norm"
[stores.tables.columns]
remark = { category = "user.content" }

[[stores.tables]]
name = "items"
key = ["region", "number", "line"]
through = { table = "orders", column = ["region", "number"], key = ["region", "number"] }
destroy = "delete"
category = "orders"
purpose = "orders"
ground = "contract"
source = "order"
retention = "by_norm"
[stores.tables.columns]
engraving = { category = "user.content" }

[[stores.tables]]
name = "refunds"
key = ["region", "number", "line"]
through = { table = "items", column = ["region", "number", "line"], key = ["region", "number", "line"] }
destroy = "delete"
category = "orders"
purpose = "orders"
ground = "contract"
source = "order"
retention = "by_norm"
[stores.tables.columns]
iban = { category = "user.financial" }
why = { category = "user.content" }

[[stores.tables]]
name = "calls"
key = "number"
through = { table = "customers", column = "phone", key = "phone" }
destroy = "delete"
category = "user.contact"
purpose = "feedback"
ground = "contract"
source = "order"
retention = "by_norm"
[stores.tables.columns]
phone = { category = "user.contact.phone_number" }
about = { category = "user.content" }

[[stores.tables]]
name = "invoices"
key = "number"
email = "mail"
destroy = { keep = "НК РК, ст. 48", until = { column = "closed_on", years = 5 } }
category = "orders"
purpose = "orders"
ground = "law"
source = "order"
retention = "by_norm"
[stores.tables.columns]
full_name = { category = "user.name" }
mail = { category = "user.contact.email" }

[[stores.tables]]
name = "reviews"
key = "number"
email = "mail"
destroy = "columns"
category = "user.content"
purpose = "feedback"
ground = "consent"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
author = { category = "user.name", erase = "null" }
mail = { category = "user.contact.email", erase = "hash" }
said = { category = "user.content", erase = "mask", free_text = true }
stars = { category = "user.content", erase = "keep" }
"""

PEOPLE = {
    "customers": rows(
        "login mail full_name phone active",
        ("anna", "Anna@Example.KZ", "Анна Примерова", "+77000000001", 1),
        ("boris", "boris@example.org", "Борис Образцов", "+77000000002", 1),
        ("vera", "vera@example.org", "Вера Образцова", "+77000000002", 1),
        ("ivan", "ivan@example.kz", "Иван Примеров", "+77000000003", 1),
        ("ivan2", "ivan@example.org", "Иван Примеров", "+77000000004", 1),
        ("joanna", "joanna@example.kz", "Анна Примерова", None, 1),
        ("asleep", "asleep@example.kz", "Семён Спящий", None, 0),
        ("mother", "family@example.org", "Мария Примерова", "+77000000005", 1),
        ("son", "family@example.org", "Марат Примеров", "+77000000005", 1),
    ),
    "orders": rows(
        "region number login remark",
        ("KZ", 1, "anna", "позвонить Анне"),
        ("RU", 1, "anna", None),
        ("KZ", 2, "boris", None),
        ("RU", 2, "joanna", "позвонить Анне"),
    ),
    "items": rows(
        "region number line sku engraving",
        ("KZ", 1, 1, "ring", "Анна"),
        ("KZ", 1, 2, "ring", "Пётр"),
        ("RU", 1, 1, "ring", None),
        ("KZ", 2, 1, "ring", "Вера"),
        ("RU", 2, 2, "ring", "Анна"),
    ),
    "refunds": rows(
        "region number line iban why",
        ("KZ", 1, 1, "KZ00INVENTED0000001", "велико"),
        ("KZ", 1, 1, "KZ00INVENTED0000001", "велико"),  # twice the same: nothing tells these two apart
        ("RU", 2, 2, "KZ00INVENTED0000002", "велико"),
    ),
    "calls": rows(
        "number phone about",
        (1, "+77000000001", "доставка"),
        (2, "+77000000002", "доставка"),  # Boris or Vera: nobody knows
        (3, None, "доставка"),
        (4, "+77000000003", "доставка"),
    ),
    "invoices": rows(
        "number mail full_name total closed_on",
        (1, "anna@example.kz", "Анна Примерова", 100, date(2025, 5, 4)),
        (2, "boris@example.org", "Борис Образцов", 200, date(2025, 5, 4)),
        (3, "guest@example.org", "Гость Примеров", 300, date(2025, 5, 4)),
    ),
    "reviews": rows(
        "number mail author said stars",
        (1, "anna@example.kz", "Анна Примерова", "Анна Примерова довольна, звоните 8 700 000 00 01", 5),
        (2, "ANNA@example.kz", "Анна", "и ещё раз Анна", 4),
        (3, "boris@example.org", "Борис Образцов", "Анна советовала", 3),
        (4, "guest@example.org", "Гость", "хорошо", 5),
    ),
    "regions": rows("region name", ("KZ", "Казахстан"), ("RU", "Россия")),
}

ANNAS: Gone = {
    "customers": [("anna",)],
    "orders": [("KZ", 1), ("RU", 1)],
    "items": [("KZ", 1, 1), ("KZ", 1, 2), ("RU", 1, 1)],
    "calls": [(1,)],
    "refunds": [("KZ", 1, 1, "KZ00INVENTED0000001", "велико")],
}
FROZEN = {"frozen_at": NOW, "frozen_text": NOW}
UNSIGNED = {"author": None, "mail": HIDDEN, "said": HIDDEN}
DESTROY, STOP, RESUME = StepKind.DESTROY, StepKind.STOP_PROCESSING, StepKind.RESUME_PROCESSING
EMPTY = "a person in whose row a column that leads on is empty is never deleted"

CASES = (
    Case(name="withdraw", who="anna@example.kz", steps=(STOP,), changed={"customers": {("anna",): FROZEN}}),
    Case(name="withdraw-what-sleeps-already", who="asleep@example.kz", steps=(STOP,)),
    Case(name="withdraw-a-family", who="family@example.org", steps=(STOP,), people=2, refused="several persons"),
    Case(name="withdraw-taken-back", who="anna@example.kz", steps=(STOP, RESUME)),
    Case(
        name="access",
        who="anna@example.kz",
        steps=(StepKind.DISCLOSE,),
        shown={
            "customers": 1,
            "orders": 2,
            "items": 3,
            "refunds": 2,
            "calls": 1,
            "invoices": 1,
            "reviews": 2,
        },
        held=frozenset(
            {"user.name", "user.contact.email", "user.contact.phone_number", "user.content", "user.financial"}
        ),
    ),
    Case(
        name="access-one-of-a-couple",
        who="vera@example.org",
        steps=(StepKind.DISCLOSE,),
        shown={"customers": 1},
    ),
    Case(
        name="erase",
        who="anna@example.kz",
        steps=(DESTROY,),
        gone=ANNAS,
        changed={"reviews": {(1,): UNSIGNED, (2,): UNSIGNED}},
        kept={"invoices": 1},
    ),
    Case(
        name="erase-what-was-blocked",
        who="anna@example.kz",
        steps=(STOP, DESTROY),
        gone=ANNAS,
        changed={"reviews": {(1,): UNSIGNED, (2,): UNSIGNED}},
        kept={"invoices": 1},
    ),
    Case(
        name="erase-a-namesake",
        who="ivan@example.kz",
        steps=(DESTROY,),
        gone={"customers": [("ivan",)], "calls": [(4,)]},
    ),
    Case(
        name="erase-the-other-namesake", who="ivan@example.org", steps=(DESTROY,), gone={"customers": [("ivan2",)]}
    ),
    Case(
        name="erase-who-has-anothers-name-and-half-her-address",
        who="joanna@example.kz",
        steps=(DESTROY,),
        gone={
            "customers": [("joanna",)],
            "orders": [("RU", 2)],
            "items": [("RU", 2, 2)],
            "refunds": [("RU", 2, 2, "KZ00INVENTED0000002", "велико")],
        },
    ),
    Case(
        name="erase-one-of-a-couple",
        who="vera@example.org",
        steps=(DESTROY,),
        gone={"customers": [("vera",)]},
    ),
    Case(
        name="erase-a-guest",
        who="guest@example.org",
        steps=(DESTROY,),
        people=0,
        changed={"reviews": {(4,): UNSIGNED}},
        kept={"invoices": 1},
    ),
    Case(name="erase-a-stranger", who="anna@example.org", steps=(DESTROY,), people=0),
    Case(name="erase-a-family", who="family@example.org", steps=(DESTROY,), people=2, refused="several persons"),
)

SCHEMA = Schema(
    name="three_levels",
    ddl=spelled(company=DDL),
    map=lambda _: MAP,
    rows=PEOPLE,
    keys={
        "customers": ("login",),
        "orders": ("region", "number"),
        "items": ("region", "number", "line"),
        "refunds": ("region", "number", "line", "iban", "why"),
        "calls": ("number",),
        "invoices": ("number",),
        "reviews": ("number",),
        "regions": ("region",),
    },
    cases=CASES,
)
