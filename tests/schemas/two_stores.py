"""Two stores at once: a site and a mailing tool that know nothing of each other and mean the same people."""

from mailbot.core.model import StepKind
from tests.schemas import MAY, NOW, Case, Changed, Gone, Schema, rows, spelled

SITE = """
CREATE TABLE clients (
    id {auto}, email VARCHAR(320), full_name VARCHAR(99), phone VARCHAR(32), blocked_at {moment} NULL);
CREATE INDEX clients_email ON clients ({fold}email{end});
CREATE TABLE consents (id {auto}, client_id {big} NOT NULL, given_at {moment} NOT NULL, withdrawn_at {moment} NULL,
    FOREIGN KEY (client_id) REFERENCES clients (id));
CREATE INDEX consents_client ON consents (client_id);
CREATE TABLE contracts (id {auto}, client_id {big} NOT NULL, kind VARCHAR(9), norm VARCHAR(99),
    until DATE, closed_at {moment} NULL, FOREIGN KEY (client_id) REFERENCES clients (id));
CREATE INDEX contracts_client ON contracts (client_id)"""

MAILING = """
CREATE TABLE recipients (
    email VARCHAR(320) PRIMARY KEY, full_name VARCHAR(99), status VARCHAR(9), stopped_at {moment} NULL);
CREATE TABLE sendings (id {auto}, email VARCHAR(320) NOT NULL, letter VARCHAR(20), sent_at {moment} NULL,
    FOREIGN KEY (email) REFERENCES recipients (email))"""

MAP = """
[[stores]]
name = "site"
system = "ИСПДн «Сайт»"
url_env = "MAILBOT_SITE_URL"

[[stores.tables]]
name = "clients"
key = "id"
persons = true
same_person = ["full_name"]
email = "email"
stop = { set_now = "blocked_at" }
destroy = "delete"
category = "user.contact"
purpose = "feedback"
ground = "consent"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
email = { category = "user.contact.email" }
full_name = { category = "user.name" }
phone = { category = "user.contact.phone_number" }

[[stores.tables]]
name = "consents"
key = "id"
through = { table = "clients", column = "client_id", key = "id" }
stop = { set_now = "withdrawn_at" }
destroy = "delete"
category = "consents"
purpose = "proof_of_consent"
ground = "law"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
given_at = { category = "consents" }

[[stores.tables]]
name = "contracts"
key = "id"
through = { table = "clients", column = "client_id", key = "id" }
destroy = "delete"
category = "orders"
purpose = "orders"
ground = "contract"
source = "order"
retention = "by_norm"
[stores.tables.columns]
norm = { category = "orders" }
[stores.tables.obligations]
kind = "kind"
norm = "norm"
until = "until"
fulfilled = "closed_at"

[[stores]]
name = "mailing"
system = "ИСПДн «Рассылка»"
url_env = "MAILBOT_MAILING_URL"
obligations = "none"

[[stores.tables]]
name = "recipients"
key = "email"
persons = true
same_person = ["full_name"]
email = "email"
email_is_lower_case = true
suppress = { set_now = "stopped_at" }
stop = { set_now = "stopped_at" }
destroy = "delete"
category = "subscriptions"
purpose = "promotion"
ground = "consent"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
email = { category = "user.contact.email" }
full_name = { category = "user.name" }

[[stores.tables]]
name = "sendings"
key = "id"
through = { table = "recipients", column = "email", key = "email" }
destroy = "delete"
category = "user.behavior"
purpose = "promotion"
ground = "consent"
source = "web_form"
retention = "days_30"
[stores.tables.columns]
letter = { category = "user.behavior" }
"""

PEOPLE = {
    "clients": rows(
        "id email full_name phone",
        (1, "Anna@Example.KZ", "Анна Примерова", "+77000000001"),
        (2, "boris@example.org", "Борис Образцов", "+77000000002"),
        (3, "dina@example.kz", "Дина Заказова", None),
        (4, "home@example.org", "Мария Примерова", None),
        (5, "ivan@example.kz", "Иван Примеров", None),
    ),
    "consents": rows("id client_id given_at", *((10 + who, who, MAY) for who in range(1, 6))),
    "contracts": rows("id client_id kind norm", (1, 3, "order", "договор № 7")),
    "recipients": rows(
        "email full_name status",
        ("anna@example.kz", "Анна Примерова", "ok"),
        ("vera@example.org", "Вера Образцова", "ok"),
        ("dina@example.kz", "Дина Заказова", "ok"),
        ("home@example.org", "Марат Примеров", "ok"),  # somebody else under the address of client 4
        ("ivan@example.org", "Иван Примеров", "ok"),  # a namesake of client 5
    ),
    "sendings": rows(
        "id email letter sent_at",
        (1, "anna@example.kz", "may", MAY),
        (2, "anna@example.kz", "june", MAY),
        (3, "vera@example.org", "may", MAY),
        (4, "dina@example.kz", "may", MAY),
        (5, "home@example.org", "may", MAY),
        (6, "ivan@example.org", "may", MAY),
    ),
}

STOPPED = {"stopped_at": NOW}
SUPPRESS, STOP, DESTROY = StepKind.SUPPRESS, StepKind.STOP_PROCESSING, StepKind.DESTROY
ANNAS_STOP: Changed = {
    "clients": {(1,): {"blocked_at": NOW}},
    "consents": {(11,): {"withdrawn_at": NOW}},
    "recipients": {("anna@example.kz",): STOPPED},
}
ANNAS: Gone = {
    "clients": [(1,)],
    "consents": [(11,)],
    "recipients": [("anna@example.kz",)],
    "sendings": [(1,), (2,)],
}

CASES = (
    Case(
        name="unsubscribe",
        who="anna@example.kz",
        steps=(SUPPRESS,),
        changed={"recipients": {("anna@example.kz",): STOPPED}},
    ),
    Case(
        name="unsubscribe-two-people-under-one-address",
        who="home@example.org",
        steps=(SUPPRESS,),
        people=2,
        changed={"recipients": {("home@example.org",): STOPPED}},
    ),
    Case(name="withdraw", who="anna@example.kz", steps=(STOP,), changed=ANNAS_STOP),
    Case(
        name="withdraw-taken-back",
        who="anna@example.kz",
        steps=(STOP, StepKind.RESUME_PROCESSING),
        changed={"recipients": {("anna@example.kz",): STOPPED}},  # advertising that was stopped stays stopped
    ),
    Case(
        name="withdraw-who-is-in-the-second-alone",
        who="vera@example.org",
        steps=(STOP,),
        changed={"recipients": {("vera@example.org",): STOPPED}},
    ),
    Case(
        name="access",
        who="anna@example.kz",
        steps=(StepKind.DISCLOSE,),
        shown={"clients": 1, "consents": 1, "recipients": 1, "sendings": 2},
        held=frozenset(
            {"user.contact.email", "user.name", "user.contact.phone_number", "consents", "user.behavior"}
        ),
    ),
    Case(name="erase", who="anna@example.kz", steps=(DESTROY,), gone=ANNAS),
    Case(name="erase-what-was-blocked", who="anna@example.kz", steps=(STOP, DESTROY), gone=ANNAS),
    Case(
        name="erase-who-is-in-the-first-alone",
        who="ivan@example.kz",
        steps=(DESTROY,),
        gone={"clients": [(5,)], "consents": [(15,)]},
    ),
    Case(
        name="erase-who-is-in-the-second-alone",
        who="ivan@example.org",
        steps=(DESTROY,),
        gone={"recipients": [("ivan@example.org",)], "sendings": [(6,)]},
    ),
    Case(
        name="erase-what-the-other-store-owes",
        who="dina@example.kz",
        steps=(DESTROY,),
        refused="obligation",
    ),
    Case(
        name="erase-two-people-under-one-address",
        who="home@example.org",
        steps=(DESTROY,),
        people=2,
        refused="several persons",
    ),
    Case(name="erase-a-stranger", who="nobody@example.org", steps=(DESTROY,), people=0),
)

SCHEMA = Schema(
    name="two_stores",
    ddl=spelled(site=SITE, mailing=MAILING),
    map=lambda _: MAP,
    rows=PEOPLE,
    keys={
        "clients": ("id",),
        "consents": ("id",),
        "contracts": ("id",),
        "recipients": ("email",),
        "sendings": ("id",),
    },
    cases=CASES,
)
