"""What a proposed table is for, and which of its columns say that advertising or use has stopped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.datamap.hints import parts
from mailbot.core.datamap.propose import ONLY_DEVICES, Proposed
from mailbot.core.datamap.seen import Kind, SeenColumn


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONEY = _words(
    "order orders invoice invoices payment payments bill bills transaction transactions refund refunds contract "
    "contracts receipt receipts purchase purchases sale sales booking bookings dogovor dogovory schet scheta "
    "zakaz zakazy oplata oplaty platezh platezhi nakladnaya chek tapsyrys tapsyrystar заказ заказы счета договоры "
    "тапсырыс тапсырыстар"
)
_LETTERS = _words("subscription subscriptions newsletter newsletters mailing rassylka rassylki podpiska podpiski")
_AGREED = _words("consent consents soglasie soglasiya kelisim")
_VISITS = _words(
    "visit visits hit hits session sessions log logs pageview pageviews poseshcheniya stat stats activity"
)
_SAID = _words(
    "comment comments review reviews message messages ticket tickets otzyv otzyvy feedback question questions"
)

_STOPPED = _words("unsubscribed unsubscribe stopped optout unsub otpisan otpiski")
_WANTED = _words("subscribed subscribe newsletter optin marketing promo podpisan rassylka")
_BLOCKED = _words("blocked frozen suspended zablokirovan")
_LANGUAGE = _words("language lang locale yazyk til язык тіл")
_SOURCE = _words("source istochnik origin")
_HEARD = frozenset({("last", "login"), ("last", "seen"), ("last", "visit"), ("last", "active"), ("seen", "at")})
_ADDED = frozenset({("created", "at"), ("date", "created"), ("registered",), ("user", "registered"), ("since",)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What the rows of a table are."""

    category: str
    purpose: str
    why: str
    money: bool = False


_BY_NAME = (
    (_LETTERS, Group(category="subscriptions", purpose="promotion", why="its name speaks of a mailing")),
    (_AGREED, Group(category="consents", purpose="proof_of_consent", why="its name speaks of consent")),
    (MONEY, Group(category="orders", purpose="orders", why="its name speaks of orders or money", money=True)),
    (_SAID, Group(category="user.content", purpose="feedback", why="its name speaks of what people write")),
)


def rows_are(one: Proposed) -> Group:
    """By the table's name first, then by what its columns hold."""
    said = set(parts(one.table.name))
    categories = {hint.category for hint in one.hints.values()}
    named = next((group for words, group in _BY_NAME if words & said), None)
    if named:
        return named
    if _VISITS & said or (categories and categories <= ONLY_DEVICES):
        return Group(category="user.behavior.browsing_history", purpose="site_analysis", why="it speaks of visits")
    if categories:
        return Group(category="user.contact", purpose="feedback", why="it holds what belongs to a person")
    return Group(category="user", purpose="feedback", why="nothing tells what it is: say it")


def acts(one: Proposed) -> Iterator[str]:
    """Lines for what columns say of a person's wishes; only what a name says plainly."""
    for column in one.table.columns:
        said = parts(column.name)
        if column.name in one.hints or (column.name,) == one.table.key:
            continue
        if one.persons and column.kind is Kind.TEXT and _LANGUAGE & set(said[-1:]):
            off = "" if column.shapes.languages else "# "  # nothing there speaks of a language we know
            yield f"{off}language = {_text(column)}  # by its name; it must say kk, ru or en"
        elif column.kind is Kind.TEXT and _SOURCE & set(said[-1:]):
            yield f"source_column = {_text(column)}  # by its name: where the row came from"
        elif one.persons and column.kind in {Kind.DAY, Kind.MOMENT} and said[:2] in _HEARD:
            yield f"last_contact = {_text(column)}  # by its name: when the person was last heard of"
        elif column.kind is Kind.MOMENT and said in _ADDED:
            yield f"added = {_text(column)}  # by its name: when the row came"
    yield from _stops(one)


def _stops(one: Proposed) -> Iterator[str]:
    """At most one line for unsubscribing and one for withdrawal."""
    suppress = next(filter(None, (_suppress(column) for column in one.table.columns)), "")
    if suppress:
        yield suppress
    blocked = (column for column in one.table.columns if _is(column, _BLOCKED, Kind.MOMENT) and column.nullable)
    column = next(blocked, None)
    if column:
        yield f"stop = {{ set_now = {_text(column)} }}  # by its name: withdrawal of consent stops use at once"


def _suppress(column: SeenColumn) -> str:
    if _is(column, _STOPPED, Kind.MOMENT) and column.nullable:
        return f"suppress = {{ set_now = {_text(column)} }}  # by its name: unsubscribing writes the moment"
    if _is(column, _WANTED, Kind.FLAG):
        return f"suppress = {{ set = {{ {_text(column)} = false }} }}  # by its name: unsubscribing clears it"
    if _is(column, _WANTED, Kind.NUMBER) and "id" not in parts(column.name):
        return f"# suppress = {{ set = {{ {_text(column)} = 0 }} }}  # if 0 says: no advertising"
    return ""


def _is(column: SeenColumn, words: frozenset[str], kind: Kind) -> bool:
    return column.kind is kind and bool(words & set(parts(column.name)))


def _text(column: SeenColumn) -> str:
    return json.dumps(column.name, ensure_ascii=False)
