"""Invented facts: what `check` renders, and what a letter looks like."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from mailbot.core import phone
from mailbot.core.datamap import Disclosed, Party
from mailbot.core.deadline import Jurisdiction
from mailbot.core.model import Address, Channel, HoldReason, Language, Right, Topic
from mailbot.core.reply import Abroad, Facts, Group, Item, Kept, Operator, Responsible, Result, Waiting, masked

SAMPLE_WAITING = Waiting(
    case="2026-0417",
    rights=tuple(Right),
    reasons=tuple(HoldReason),
    due=date(2026, 11, 26),
    task=12,
    where="Қағаз мұрағат («Мысал» АЖ)",
    how="3-сөре",
    origin="import.csv",
    rows=3,
    erased=True,
)

_DELIVERY = Party(name="«Жеткізу» ЖШС", address="Алматы, Абай даңғылы, 1")

_HELD = Group(
    data=(
        Item(category="user.name", rows=1),
        Item(category="user.contact.email", rows=1, shown=(masked(Address("ivan@example.kz")),)),
        Item(category="user.contact.phone_number", rows=1, shown=(phone.masked("+77000000001"),)),
        Item(category="subscriptions", rows=2),
    ),
    purposes=({Language.KK: "жаңалықтар жіберу", Language.RU: "рассылка новостей", Language.EN: "sending news"},),
    grounds=({Language.KK: "келісім", Language.RU: "согласие", Language.EN: "consent"},),
    sources=({Language.KK: "сайттағы өтінім", Language.RU: "заявка на сайте", Language.EN: "form on the site"},),
    terms=(
        {Language.KK: "келісім бойынша", Language.RU: "до отзыва согласия", Language.EN: "while consent lasts"},
    ),
)

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
    held=(_HELD,),
    recipients=(),
    processors=(_DELIVERY,),
    abroad=(),
    disclosed=(),
    person_text="…",
    norm="94-V 8(2)",
    under_way="stopped",
    parties=(_DELIVERY.name,),
    results=(Result(name=_DELIVERY.name, answer="done"),),
    about=Address("ivan@example.kz"),
)


def samples() -> Iterator[Facts]:
    """Facts that between them enter every branch of the shipped templates."""
    yield SAMPLE
    yield replace(SAMPLE, suppressed=False, destroyed=(), kept=(), found=())
    yield replace(SAMPLE, destroyed=(), kept=(Kept(category="orders", norm="94-V 8(2)", until=None),))
    proof = Kept(category="correspondence", norm="152-ФЗ 21", until=date(2029, 11, 23))
    yield replace(SAMPLE, destroyed=("letters",), kept=(proof,), letters_stay=True)
    yield replace(SAMPLE, call_shown=(phone.masked("+77000000001"),), withheld=2, elsewhere=("архив",))
    yield replace(SAMPLE, under_way="by_hand", parties=(), again=True)
    yield replace(SAMPLE, results=(Result(name=_DELIVERY.name, answer="cannot"),))
    yield replace(SAMPLE, held=(replace(_HELD, sources=()),), recipients=(_DELIVERY,), processors=(), withheld=1)
    disclosed = Disclosed(recipient="салық органы", ground="Салық кодексі, 26-бап", day=date(2026, 11, 20))
    countries = (Abroad(name=_DELIVERY.name, country="RU", ground="94-V 16"), Abroad(name="X", country="ZZ"))
    yield replace(SAMPLE, disclosed=(disclosed,), abroad=countries, decisions=("жеңілдік",), policy="01.01.2022")
    yield replace(SAMPLE, found=(), held=(), disclosed=(disclosed,))
    yield replace(SAMPLE, ways=(Channel.SMS,), numbers_shown=(phone.masked("+77000000001"),))
    yield replace(SAMPLE, topics=tuple(Topic), others_shown=(masked(Address("anna@example.org")),))
    yield replace(SAMPLE, ways=tuple(Channel), topics=(Topic.NEWS,), numbers_shown=(phone.masked("+77000000001"),))
    yield replace(SAMPLE, numbers_shown=(phone.masked("+77000000001"),))
    for right in Right:
        yield replace(SAMPLE, rights=(right,), destroyed=("user.account",))
    for jurisdiction in Jurisdiction:
        yield replace(SAMPLE, jurisdiction=jurisdiction, rights=tuple(Right))
