"""Tables without a primary key, rows that are twice the same, and a list that knows flags instead of moments.

The best open peer logs such a table as complete with no row erased; here it is not done until nothing is found
(issue 5, item 7).
"""

from mailbot.core.model import Channel, StepKind
from tests.schemas import MAY, Case, Gone, Schema, rows, spelled

DDL = """
CREATE TABLE members (number INTEGER PRIMARY KEY, mail VARCHAR(320), full_name VARCHAR(99), state VARCHAR(9));
CREATE INDEX members_mail ON members ({fold}mail{end});
CREATE TABLE readers (mail VARCHAR(320), way VARCHAR(9), topic VARCHAR(20), wants INTEGER, send_to VARCHAR(320));
CREATE INDEX readers_mail ON readers (mail);
CREATE TABLE opened (member INTEGER, letter VARCHAR(20), ip VARCHAR(45), opened_at {moment} NULL);
CREATE INDEX opened_member ON opened (member);
CREATE TABLE numbers (phone VARCHAR(32), kind VARCHAR(9), wants INTEGER);
CREATE INDEX numbers_phone ON numbers (phone)"""

MAP = """
[[stores]]
name = "company"
system = "ИСПДн «Клуб»"
obligations = "none"

[[stores.tables]]
name = "members"
key = "number"
persons = true
email = "mail"
stop = { set = { state = "frozen" }, where = { state = "active" } }
destroy = "delete"
category = "user.contact"
purpose = "feedback"
ground = "consent"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
mail = { category = "user.contact.email" }
full_name = { category = "user.name" }

[[stores.tables]]
name = "readers"
key = ["mail", "topic"]
email = "mail"
email_is_lower_case = true
suppress = { set = { wants = 0 }, channel = "way", channels = { mail = "email", text = "sms" }, topic = "topic" }
stop = { set = { wants = 0 }, clear = "send_to" }
destroy = "delete"
category = "subscriptions"
purpose = "promotion"
ground = "consent"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
mail = { category = "user.contact.email" }
send_to = { category = "user.contact.email" }
topic = { category = "subscriptions" }

[[stores.tables]]
name = "opened"
key = ["member", "letter"]
through = { table = "members", column = "member", key = "number" }
destroy = "delete"
category = "user.behavior"
purpose = "site_analysis"
ground = "consent"
source = "browser"
retention = "days_30"
[stores.tables.columns]
letter = { category = "user.behavior" }
ip = { category = "user.device.ip_address" }

[[stores.tables]]
name = "numbers"
key = "phone"
found = [{ phone = "phone", stored = ["+7##########", "8##########", "8 (###) ###-##-##"] }]
suppress = { set = { wants = 0 }, channel = "kind", channels = { text = "sms", call = "calls" } }
destroy = "delete"
category = "user.contact.phone_number"
purpose = "promotion"
ground = "consent"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
phone = { category = "user.contact.phone_number" }
"""

PEOPLE = {
    "members": rows(
        "number mail full_name state",
        (1, "Anna@Example.KZ", "Анна Примерова", "active"),
        (2, "boris@example.org", "Борис Образцов", "active"),
        (3, "vera@example.org", "Вера Образцова", "asleep"),
        (4, "ivan@example.org", "Иван Примеров", "active"),
    ),
    "readers": rows(
        "mail way topic wants send_to",
        ("anna@example.kz", "mail", "news", 1, "anna@example.kz"),
        ("anna@example.kz", "mail", "news", 1, "anna@example.kz"),  # nothing tells these two apart
        ("anna@example.kz", "text", "news", 1, None),
        ("anna@example.kz", "mail", "prices", 0, "anna@example.kz"),  # of her own will, long ago
        ("anna@example.kz", "mail", "roofs", None, None),
        ("boris@example.org", "mail", "news", 1, "boris@example.org"),
        ("boris@example.org", "mail", "prices", 1, None),
        ("only@example.org", "mail", "news", 1, "only@example.org"),  # reads, and is no member
        ("joanna@example.kz", "mail", "news", 1, "anna@example.kz"),
    ),
    "opened": rows(
        "member letter ip opened_at",
        (1, "may", "192.0.2.1", MAY),
        (1, "may", "192.0.2.1", MAY),
        (2, "may", "192.0.2.1", MAY),
        (None, "may", "192.0.2.1", MAY),
    ),
    "numbers": rows(
        "phone kind wants",
        ("+77000000001", "text", 1),
        ("87000000001", "call", 1),
        ("8 (700) 000-00-01", "call", 1),
        ("+77000000002", "call", 1),
    ),
}

READERS = {
    "news": ("anna@example.kz", "mail", "news"),
    "text": ("anna@example.kz", "text", "news"),
    "prices": ("anna@example.kz", "mail", "prices"),
    "roofs": ("anna@example.kz", "mail", "roofs"),
}
ALL: Gone = {"members": [(1,)], "readers": list(READERS.values()), "opened": [(1, "may")]}
OFF = {"wants": 0}
SUPPRESS, STOP, DESTROY = StepKind.SUPPRESS, StepKind.STOP_PROCESSING, StepKind.DESTROY


def _off(*names: str, **more: object) -> dict[tuple[str, ...], dict[str, object]]:
    return {READERS[name]: {**OFF, **more} for name in names}


CASES = (
    Case(
        name="unsubscribe",
        who="anna@example.kz",
        steps=(SUPPRESS,),
        changed={"readers": _off("news", "text", "roofs")},
    ),
    Case(name="unsubscribe-taken-back", who="anna@example.kz", steps=(SUPPRESS, StepKind.RESUME_ADVERTISING)),
    Case(
        name="unsubscribe-from-letters-alone",
        who="anna@example.kz",
        steps=(SUPPRESS,),
        channels=(Channel.EMAIL,),
        changed={"readers": _off("news", "roofs")},
    ),
    Case(
        name="unsubscribe-from-messages-alone",
        who="anna@example.kz",
        steps=(SUPPRESS,),
        channels=(Channel.SMS,),
        changed={"readers": _off("text")},
    ),
    Case(
        name="unsubscribe-from-one-topic",
        who="boris@example.org",
        steps=(SUPPRESS,),
        topics=("prices",),
        changed={"readers": {("boris@example.org", "mail", "prices"): OFF}},
    ),
    Case(
        name="unsubscribe-a-number-however-it-is-written",
        who="nobody@example.org",
        steps=(SUPPRESS,),
        people=0,
        phones=("+77000000001",),
        changed={
            "numbers": {
                ("+77000000001", "text"): OFF,
                ("87000000001", "call"): OFF,
                ("8 (700) 000-00-01", "call"): OFF,
            }
        },
    ),
    Case(
        name="unsubscribe-a-number-from-calls",
        who="nobody@example.org",
        steps=(SUPPRESS,),
        people=0,
        phones=("+77000000001",),
        channels=(Channel.CALLS,),
        changed={"numbers": {("87000000001", "call"): OFF, ("8 (700) 000-00-01", "call"): OFF}},
    ),
    Case(
        name="unsubscribe-who-only-reads",
        who="only@example.org",
        steps=(SUPPRESS,),
        people=0,
        changed={"readers": {("only@example.org", "mail", "news"): OFF}},
    ),
    Case(
        name="withdraw",
        who="anna@example.kz",
        steps=(STOP,),
        changed={
            "members": {(1,): {"state": "frozen"}},
            "readers": _off("news", "text", "prices", "roofs", send_to=None),
        },
    ),
    Case(name="withdraw-what-sleeps-already", who="vera@example.org", steps=(STOP,)),
    Case(name="withdraw-taken-back", who="boris@example.org", steps=(STOP, StepKind.RESUME_PROCESSING)),
    Case(
        name="access",
        who="anna@example.kz",
        steps=(StepKind.DISCLOSE,),
        shown={"members": 1, "readers": 5, "opened": 2},
        held=frozenset(
            {"user.name", "user.contact.email", "subscriptions", "user.behavior", "user.device.ip_address"}
        ),
    ),
    Case(name="erase", who="anna@example.kz", steps=(DESTROY,), gone=ALL),
    Case(name="erase-what-was-blocked", who="anna@example.kz", steps=(STOP, DESTROY), gone=ALL),
    Case(
        name="erase-who-only-reads",
        who="only@example.org",
        steps=(DESTROY,),
        people=0,
        gone={"readers": [("only@example.org", "mail", "news")]},
    ),
    Case(name="erase-who-is-only-a-member", who="ivan@example.org", steps=(DESTROY,), gone={"members": [(4,)]}),
)

SCHEMA = Schema(
    name="no_key",
    ddl=spelled(company=DDL),
    map=lambda _: MAP,
    rows=PEOPLE,
    keys={
        "members": ("number",),
        "readers": ("mail", "way", "topic"),
        "opened": ("member", "letter"),
        "numbers": ("phone", "kind"),
    },
    cases=CASES,
)
