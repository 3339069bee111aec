"""A shop on WooCommerce, rebuilt from its public description (issue 5): no foreign key anywhere.

Orders are in tables of their own ("HPOS", as new shops have them); customers are users of WordPress; a guest
leaves an order and no account. Columns are those that hold personal data or lead to them, with their names and
indexes: get_database_schema of WooCommerce's OrdersTableDataStore, get_schema of WC_Install
(wp_wc_customer_lookup), wp_get_db_schema of WordPress, and the table of "The Newsletter Plugin".

WordPress forbids null in most columns and writes '' instead, so a comment is masked where an order is emptied.
"""

import functools

from mailbot.core.model import StepKind
from tests.schemas import HIDDEN, MAY, Case, Schema, rows, spelled

DDL = """
CREATE TABLE wp_users (
    {q}ID{q} {auto}, user_login VARCHAR(60) NOT NULL DEFAULT '', user_email VARCHAR(100) NOT NULL DEFAULT '',
    user_registered {moment} NULL, display_name VARCHAR(250) NOT NULL DEFAULT '');
CREATE INDEX user_email ON wp_users ({fold}user_email{end});
CREATE TABLE wp_usermeta (
    umeta_id {auto}, user_id {big} NOT NULL DEFAULT 0, meta_key VARCHAR(255), meta_value TEXT);
CREATE INDEX usermeta_user_id ON wp_usermeta (user_id);
CREATE TABLE wp_wc_orders (
    id {big} PRIMARY KEY, status VARCHAR(20), currency VARCHAR(10), type VARCHAR(20), total_amount DECIMAL(26,8),
    customer_id {big}, billing_email VARCHAR(320), date_created_gmt {moment} NULL, ip_address VARCHAR(100),
    user_agent TEXT, customer_note TEXT);
CREATE INDEX customer_id_billing_email ON wp_wc_orders (customer_id);
CREATE INDEX billing_email ON wp_wc_orders ({fold}billing_email{end});
CREATE TABLE wp_wc_order_addresses (
    id {auto}, order_id {big} NOT NULL, address_type VARCHAR(20), first_name TEXT, last_name TEXT, address_1 TEXT,
    city TEXT, email VARCHAR(320), phone VARCHAR(100));
CREATE UNIQUE INDEX address_type_order_id ON wp_wc_order_addresses (order_id, address_type);
CREATE TABLE wp_wc_orders_meta (id {auto}, order_id {big}, meta_key VARCHAR(255), meta_value TEXT);
CREATE INDEX order_id_meta_key ON wp_wc_orders_meta (order_id);
CREATE TABLE wp_wc_customer_lookup (
    customer_id {auto}, user_id {big}, username VARCHAR(60) NOT NULL DEFAULT '', first_name VARCHAR(255) NOT NULL,
    last_name VARCHAR(255) NOT NULL, email VARCHAR(100), city VARCHAR(100) NOT NULL DEFAULT '');
CREATE UNIQUE INDEX lookup_user_id ON wp_wc_customer_lookup (user_id);
CREATE INDEX lookup_email ON wp_wc_customer_lookup ({fold}email{end});
CREATE TABLE wp_comments (
    {q}comment_ID{q} {auto}, {q}comment_post_ID{q} {big} NOT NULL DEFAULT 0, comment_author VARCHAR(245) NOT NULL,
    comment_author_email VARCHAR(100) NOT NULL DEFAULT '',
    {q}comment_author_IP{q} VARCHAR(100) NOT NULL DEFAULT '',
    comment_date {moment} NULL, comment_content TEXT NOT NULL, comment_type VARCHAR(20) NOT NULL DEFAULT 'comment',
    user_id {big} NOT NULL DEFAULT 0);
CREATE INDEX comment_author_email ON wp_comments ({fold}comment_author_email{end});
CREATE INDEX comment_post ON wp_comments ({q}comment_post_ID{q});
CREATE INDEX comment_user ON wp_comments (user_id);
CREATE TABLE wp_newsletter (
    id {auto}, name VARCHAR(100) NOT NULL DEFAULT '', email VARCHAR(100) NOT NULL, token VARCHAR(50) NOT NULL,
    status VARCHAR(1) NOT NULL DEFAULT 'S', list_1 INTEGER NOT NULL DEFAULT 0, ip VARCHAR(50) NOT NULL DEFAULT '');
CREATE UNIQUE INDEX newsletter_email ON wp_newsletter ({fold}email{end});
CREATE TABLE wp_posts ({q}ID{q} {auto}, post_author {big} NOT NULL DEFAULT 0, post_title TEXT NOT NULL)"""

_TERMS = {
    "account": 'purpose = "feedback"\nground = "contract"\nsource = "web_form"\nretention = "by_norm"',
    "order": 'purpose = "orders"\nground = "contract"\nsource = "order"\nretention = "by_norm"',
    "post": 'purpose = "promotion"\nground = "consent"\nsource = "web_form"\nretention = "until_withdrawal"',
}

_MAP = """
[[stores]]
name = "shop"
system = "ИСПДн «Магазин»"
obligations = "none"

[[stores.tables]]
name = "wp_users"
key = "ID"
persons = true
email = "user_email"
destroy = "delete"
category = "user.contact"
%(account)s
[stores.tables.columns]
user_login = { category = "user.account.username" }
user_email = { category = "user.contact.email" }
display_name = { category = "user.name" }

[[stores.tables]]
name = "wp_usermeta"
key = "umeta_id"
through = { table = "wp_users", column = "user_id", key = "ID" }
destroy = "delete"
category = "user.contact"
%(account)s
[stores.tables.columns]
meta_value = { category = "user.content" }

[[stores.tables]]
name = "wp_wc_customer_lookup"
key = "customer_id"
found = [{ email = "email" }, { table = "wp_users", column = "user_id", key = "ID" }]
destroy = "delete"
category = "user.contact"
%(account)s
[stores.tables.columns]
first_name = { category = "user.name" }
last_name = { category = "user.name" }
email = { category = "user.contact.email" }
city = { category = "user.contact.address" }

[[stores.tables]]
name = "wp_wc_orders"
key = "id"
found = [{ email = "billing_email" }, { table = "wp_users", column = "customer_id", key = "ID" }]
destroy = "columns"
category = "orders"
%(order)s
[stores.tables.columns]
billing_email = { category = "user.contact.email", erase = "null" }
ip_address = { category = "user.device.ip_address", erase = "null" }
user_agent = { category = "user.device", erase = "null" }
customer_note = { category = "user.content", erase = "mask", free_text = true }
total_amount = { category = "orders", erase = "keep" }

[[stores.tables]]
name = "wp_wc_order_addresses"
key = "id"
through = { table = "wp_wc_orders", column = "order_id", key = "id" }
destroy = "delete"
category = "user.contact.address"
%(order)s
[stores.tables.columns]
first_name = { category = "user.name" }
last_name = { category = "user.name" }
address_1 = { category = "user.contact.address" }
city = { category = "user.contact.address" }
email = { category = "user.contact.email" }
phone = { category = "user.contact.phone_number" }

[[stores.tables]]
name = "billing index"
table = "wp_wc_orders_meta"
where = { meta_key = "_billing_address_index" }
key = "id"
through = { table = "wp_wc_orders", column = "order_id", key = "id" }
destroy = "delete"
category = "user.contact.address"
%(order)s
[stores.tables.columns]
meta_value = { category = "user.contact.address" }

[[stores.tables]]
name = "shipping index"
table = "wp_wc_orders_meta"
where = { meta_key = "_shipping_address_index" }
key = "id"
through = { table = "wp_wc_orders", column = "order_id", key = "id" }
destroy = "delete"
category = "user.contact.address"
%(order)s
[stores.tables.columns]
meta_value = { category = "user.contact.address" }

[[stores.tables]]
name = "order notes"
table = "wp_comments"
where = { comment_type = "order_note" }
key = "comment_ID"
through = { table = "wp_wc_orders", column = "comment_post_ID", key = "id" }
destroy = "delete"
category = "user.content"
%(order)s
[stores.tables.columns]
comment_content = { category = "user.content", free_text = true }

[[stores.tables]]
name = "reviews"
table = "wp_comments"
where = { comment_type = "review" }
key = "comment_ID"
found = [{ email = "comment_author_email" }, { table = "wp_users", column = "user_id", key = "ID" }]
destroy = "columns"
category = "user.content"
%(account)s
[stores.tables.columns]
comment_author = { category = "user.name", erase = "mask" }
comment_author_email = { category = "user.contact.email", erase = "hash" }
comment_author_IP = { category = "user.device.ip_address", erase = "mask" }
comment_content = { category = "user.content", erase = "mask", free_text = true }

[[stores.tables]]
name = "wp_newsletter"
key = "id"
email = "email"
suppress = { set = { status = "U" }, where = { status = "C" }, only = "email" }
stop = { set = { status = "U" } }
destroy = "delete"
category = "subscriptions"
%(post)s
[stores.tables.columns]
name = { category = "user.name" }
email = { category = "user.contact.email" }
ip = { category = "user.device.ip_address" }
"""


def _map(_dialect: str) -> str:
    return functools.reduce(lambda text, kind: text.replace(f"%({kind})s", _TERMS[kind]), _TERMS, _MAP)


PEOPLE = {
    "wp_users": rows(
        "ID user_login user_email user_registered display_name",
        (1, "anna", "Anna@Example.KZ", MAY, "Анна Примерова"),
        (2, "boris", "boris@example.org", MAY, "Борис Образцов"),
        (3, "anna2", "joanna@example.kz", MAY, "Анна Примерова"),
    ),
    "wp_usermeta": rows(
        "umeta_id user_id meta_key meta_value",
        (1, 1, "billing_phone", "+77000000001"),
        (2, 1, "nickname", "anna"),
        (3, 2, "billing_phone", "+77000000002"),
    ),
    "wp_wc_orders": rows(
        "id status currency type total_amount customer_id billing_email date_created_gmt ip_address user_agent "
        "customer_note",
        (11, "wc-completed", "KZT", "shop_order", 100, 1, "anna@example.kz", MAY, "192.0.2.1", "x", "Анне, дом 1"),
        (12, "wc-completed", "KZT", "shop_order", 200, 1, "anna.work@example.org", MAY, "192.0.2.1", "x", None),
        (13, "wc-completed", "KZT", "shop_order", 300, 0, "ANNA@example.kz", MAY, "192.0.2.1", "x", None),
        (14, "wc-completed", "KZT", "shop_order", 400, 2, "boris@example.org", MAY, "192.0.2.2", "x", "для Анны"),
        (15, "wc-completed", "KZT", "shop_order", 500, 0, "vera@example.org", MAY, "192.0.2.2", "x", None),
        (
            16,
            "wc-completed",
            "KZT",
            "shop_order",
            600,
            0,
            "guest@example.org",
            MAY,
            "192.0.2.6",
            "x",
            "Гость звонит",
        ),
        (17, "wc-completed", "KZT", "shop_order", 700, 0, None, MAY, "192.0.2.7", "x", "без адреса"),
    ),
    "wp_wc_order_addresses": rows(
        "id order_id address_type first_name last_name address_1 city email phone",
        (1, 11, "billing", "Анна", "Примерова", "Примерная 1", "Алматы", "anna@example.kz", "+77000000001"),
        (2, 11, "shipping", "Пётр", "Примеров", "Примерная 1", "Алматы", None, "+77000000009"),
        (3, 12, "billing", "Анна", "Примерова", "Рабочая 9", "Алматы", "anna.work@example.org", None),
        (4, 13, "billing", "Анна", "Примерова", "Примерная 1", "Алматы", "ANNA@example.kz", None),
        (5, 14, "billing", "Борис", "Образцов", "Образцовая 2", "Астана", "boris@example.org", "+77000000002"),
        (6, 15, "billing", "Вера", "Образцова", "Образцовая 2", "Астана", "vera@example.org", "+77000000002"),
        (7, 16, "billing", "Гость", "Гостев", "Гостевая 6", "Атырау", "guest@example.org", None),
    ),
    "wp_wc_orders_meta": rows(
        "id order_id meta_key meta_value",
        (1, 11, "_billing_address_index", "Анна Примерова Примерная 1 anna@example.kz"),
        (2, 11, "_shipping_address_index", "Пётр Примеров Примерная 1"),
        (3, 11, "_vat", "12"),
        (4, 14, "_billing_address_index", "Борис Образцов Образцовая 2 boris@example.org"),
        (5, 16, "_billing_address_index", "Гость Гостев Гостевая 6 guest@example.org"),
        (6, 16, "_vat", "12"),
    ),
    "wp_wc_customer_lookup": rows(
        "customer_id user_id username first_name last_name email city",
        (1, 1, "anna", "Анна", "Примерова", "anna@example.kz", "Алматы"),
        (2, 2, "boris", "Борис", "Образцов", "old.boris@example.org", "Астана"),
        (3, None, "", "Вера", "Образцова", "vera@example.org", "Астана"),
        (4, None, "", "Гость", "Гостев", "Guest@Example.org", "Атырау"),
    ),
    "wp_comments": rows(
        "comment_ID comment_post_ID comment_author comment_author_email comment_author_IP comment_date "
        "comment_content comment_type user_id",
        (1, 1, "Анна Примерова", "anna@example.kz", "192.0.2.1", MAY, "Крыша хороша. Анна", "review", 1),
        (2, 1, "Аня", "annas.other@example.org", "192.0.2.1", MAY, "И ещё: Анна", "review", 1),
        (3, 1, "Борис", "boris@example.org", "192.0.2.2", MAY, "Анна советовала", "review", 2),
        (4, 11, "WooCommerce", "", "", MAY, "Звонили Анне: +77000000001", "order_note", 0),
        (5, 14, "WooCommerce", "", "", MAY, "Звонили Борису", "order_note", 0),
        (6, 11, "Вера", "vera@example.org", "192.0.2.2", MAY, "к записи 11, не к заказу", "comment", 0),
        (7, 1, "Гость", "guest@example.org", "192.0.2.6", MAY, "Гость доволен", "review", 0),
    ),
    "wp_newsletter": rows(
        "id name email token status list_1 ip",
        (1, "Анна", "anna@example.kz", "t1", "C", 1, "192.0.2.1"),
        (2, "Борис", "boris@example.org", "t2", "U", 1, "192.0.2.2"),
        (3, "Вера", "Vera@example.org", "t3", "C", 1, "192.0.2.2"),
    ),
    "wp_posts": rows("ID post_author post_title", (1, 2, "Ондулин"), (11, 2, "Запись, и заказ под тем же числом")),
}

GONE = {"billing_email": None, "ip_address": None, "user_agent": None}
UNSIGNED = {
    "comment_author": HIDDEN,
    "comment_author_email": HIDDEN,
    "comment_author_IP": HIDDEN,
    "comment_content": HIDDEN,
}
U = {"status": "U"}
SUPPRESS, STOP, DESTROY = StepKind.SUPPRESS, StepKind.STOP_PROCESSING, StepKind.DESTROY

CASES = (
    Case(
        name="unsubscribe",
        who="anna@example.kz",
        steps=(SUPPRESS,),
        changed={"wp_newsletter": {(1,): U}},
    ),
    Case(name="unsubscribe-taken-back", who="anna@example.kz", steps=(SUPPRESS, StepKind.RESUME_ADVERTISING)),
    Case(name="unsubscribe-who-is-unsubscribed", who="boris@example.org", steps=(SUPPRESS,)),
    Case(
        name="unsubscribe-a-guest",
        who="vera@example.org",
        steps=(SUPPRESS,),
        people=0,
        changed={"wp_newsletter": {(3,): U}},
    ),
    Case(name="withdraw", who="anna@example.kz", steps=(STOP,), changed={"wp_newsletter": {(1,): U}}),
    Case(
        name="access",
        who="anna@example.kz",
        steps=(StepKind.DISCLOSE,),
        shown={
            "wp_users": 1,
            "wp_usermeta": 2,
            "wp_wc_customer_lookup": 1,
            "wp_wc_orders": 3,
            "wp_wc_order_addresses": 4,
            "wp_wc_orders_meta": 2,
            "wp_comments": 3,
            "wp_newsletter": 1,
        },
    ),
    Case(
        name="access-a-guest",
        who="guest@example.org",
        steps=(StepKind.DISCLOSE,),
        people=0,
        shown={
            "wp_wc_customer_lookup": 1,
            "wp_wc_orders": 1,
            "wp_wc_order_addresses": 1,
            "wp_wc_orders_meta": 1,
            "wp_comments": 1,
        },
        held=frozenset(
            {
                "user.name",
                "user.contact.email",
                "user.contact.address",
                "user.device.ip_address",
                "user.device",
                "user.content",
                "orders",
            }
        ),
    ),
    Case(
        name="erase",
        who="anna@example.kz",
        steps=(DESTROY,),
        gone={
            "wp_users": [(1,)],
            "wp_usermeta": [(1,), (2,)],
            "wp_wc_customer_lookup": [(1,)],
            "wp_wc_order_addresses": [(1,), (2,), (3,), (4,)],
            "wp_wc_orders_meta": [(1,), (2,)],
            "wp_comments": [(4,)],
            "wp_newsletter": [(1,)],
        },
        changed={
            "wp_wc_orders": {(11,): {**GONE, "customer_note": HIDDEN}, (12,): GONE, (13,): GONE},
            "wp_comments": {(1,): UNSIGNED, (2,): UNSIGNED},
        },
    ),
    Case(
        name="erase-one-of-a-couple",
        who="vera@example.org",
        steps=(DESTROY,),
        people=0,
        gone={"wp_wc_customer_lookup": [(3,)], "wp_wc_order_addresses": [(6,)], "wp_newsletter": [(3,)]},
        changed={"wp_wc_orders": {(15,): GONE}},
    ),
    Case(
        name="erase-a-guest",
        who="guest@example.org",
        steps=(DESTROY,),
        people=0,
        gone={"wp_wc_customer_lookup": [(4,)], "wp_wc_order_addresses": [(7,)], "wp_wc_orders_meta": [(5,)]},
        changed={
            "wp_wc_orders": {(16,): {**GONE, "customer_note": HIDDEN}},
            "wp_comments": {(7,): UNSIGNED},
        },
    ),
    Case(name="erase-a-namesake", who="joanna@example.kz", steps=(DESTROY,), gone={"wp_users": [(3,)]}),
    Case(name="erase-a-stranger", who="anna@example.org", steps=(DESTROY,), people=0),
)

SCHEMA = Schema(
    name="woocommerce",
    ddl=spelled(shop=DDL),
    map=_map,
    rows=PEOPLE,
    keys={
        "wp_users": ("ID",),
        "wp_usermeta": ("umeta_id",),
        "wp_wc_orders": ("id",),
        "wp_wc_order_addresses": ("id",),
        "wp_wc_orders_meta": ("id",),
        "wp_wc_customer_lookup": ("customer_id",),
        "wp_comments": ("comment_ID",),
        "wp_newsletter": ("id",),
        "wp_posts": ("ID",),
    },
    cases=CASES,
)
