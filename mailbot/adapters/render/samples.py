"""Invented facts: what `check` renders, and what a letter looks like."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from mailbot.core.datamap import Party
from mailbot.core.deadline import Jurisdiction
from mailbot.core.model import Address, HoldReason, Language, Right
from mailbot.core.reply import Facts, Kept, Operator, Responsible, Waiting, masked

SAMPLE_WAITING = Waiting(
    case="2026-0417",
    rights=tuple(Right),
    reasons=tuple(HoldReason),
    due=date(2026, 11, 26),
)

_DELIVERY = Party(name="«Жеткізу» ЖШС", address="Алматы, Абай даңғылы, 1")

SAMPLE = Facts(
    case="2026-0417",
    operator=Operator(name="«Мысал» ЖШС", address="050000, Алматы, Үлгі көшесі, 7"),
    responsible=Responsible(name="Айгүл Үлгіқызы", post="заңгер", phone="+7 700 000 00 00"),
    jurisdiction=Jurisdiction.UNKNOWN,
    received_at=datetime(2026, 11, 23, 5, 40, tzinfo=UTC),
    done_at=datetime(2026, 11, 23, 5, 42, tzinfo=UTC),
    due=date(2026, 11, 26),
    confirm_until=date(2026, 12, 7),
    token="PkV3w0c9bV1mJ2aYd8sQx7Rt5Lh4Ng6U",  # noqa: S106 - invented, opens nothing
    rights=(Right.ERASURE,),
    suppressed=True,
    stopped=False,
    address_shown=masked(Address("ivan@example.kz")),
    destroyed=("user.name", "user.contact.email", "user.contact.phone_number", "subscriptions", "consents"),
    kept=(Kept(category="orders", norm="94-V 8(2)", until=date(2031, 12, 31)),),
    found=("user.name", "user.contact.email", "user.contact.phone_number", "subscriptions", "orders"),
    sources=({Language.KK: "сайттағы өтінім", Language.RU: "заявка на сайте", Language.EN: "form on the site"},),
    purposes=({Language.KK: "жаңалықтар жіберу", Language.RU: "рассылка новостей", Language.EN: "sending news"},),
    grounds=({Language.KK: "келісім", Language.RU: "согласие", Language.EN: "consent"},),
    terms=(
        {Language.KK: "келісім бойынша", Language.RU: "до отзыва согласия", Language.EN: "while consent lasts"},
    ),
    recipients=(),
    processors=(_DELIVERY,),
    person_text="…",
    norm="94-V 8(2)",
)


def samples() -> Iterator[Facts]:
    """Facts that between them enter every branch of the shipped templates."""
    yield SAMPLE
    yield replace(SAMPLE, suppressed=False, destroyed=(), kept=(), found=())
    yield replace(SAMPLE, destroyed=(), kept=(Kept(category="orders", norm="94-V 8(2)", until=None),))
    yield replace(SAMPLE, sources=(), grounds=(), recipients=(_DELIVERY,), processors=())
    for right in Right:
        yield replace(SAMPLE, rights=(right,), destroyed=("user.account",))
    for jurisdiction in Jurisdiction:
        yield replace(SAMPLE, jurisdiction=jurisdiction, rights=tuple(Right))
