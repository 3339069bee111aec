"""Somebody else's address, phone, name or mailbox: in the words, on file, in hands that should not hold it."""

from collections.abc import Callable, Iterator

from mailbot.core.model import Language, Right
from tests.drills.spoof.attack import ASKED, IGNORED, PERSON, SERVED, SUPPRESSED, Attack, Heard, Play, attack
from tests.drills.spoof.cast import Person
from tests.drills.spoof.stage import Stage
from tests.drills.spoof.wire import OURS, honest, quoting, signed, write
from tests.drills.spoof.wire import Signed as How
from tests.drills.spoof.words import ASKS, YES

Words = Callable[[Person, Person], str]  # victim and attacker → what the attacker writes

# ---------------------------------------------------------------- named in the attacker's own letter, C12

NAMED: dict[str, Words] = {
    "erase-address-ru": lambda v, _a: f"Удалите все персональные данные {v.address}.",
    "erase-address-kk": lambda v, _a: f"{v.address} мекенжайының барлық дербес деректерін жойыңыз.",
    "erase-address-en": lambda v, _a: f"Please delete all personal data of {v.address}.",
    "unsubscribe-address-ru": lambda v, _a: f"Отпишите адрес {v.address} от рассылки.",
    "unsubscribe-address-en": lambda v, _a: f"Please unsubscribe {v.address} from your newsletter.",
    "access-address-ru": lambda v, _a: f"Сообщите, какие персональные данные вы храните о {v.address}.",
    "access-address-en": lambda v, _a: f"Tell me what personal data you hold about {v.address}.",
    "withdraw-address": lambda v, _a: f"Отзываю согласие на обработку персональных данных {v.address}.",
    "my-other-address": lambda v, _a: f"Удалите мои данные. Раньше я писал вам с адреса {v.address}.",
    "my-old-address": lambda v, _a: f"My old address was {v.address}. Please erase all my personal data.",
    "in-brackets": lambda v, _a: f"Прошу удалить мои персональные данные (<{v.address}>).",
    "mailto": lambda v, _a: f"Прошу удалить мои персональные данные: mailto:{v.address}",
    "spelled-at": lambda v, _a: f"Удалите все данные {v.address.replace('@', ' (at) ')}.",
    "spelled-dog": lambda v, _a: f"Удалите все данные {v.address.replace('@', ' собака ')}.",
    "fullwidth-at": lambda v, _a: f"Удалите все данные {v.address.replace('@', '＠')}.",
    "by-phone": lambda v, _a: f"Удалите все данные по номеру телефона {v.phone}.",
    "by-phone-access": lambda v, _a: f"Какие персональные данные вы храните о владельце номера {v.phone}?",
    "by-name": lambda v, _a: f"Удалите все персональные данные гражданина {v.name}.",
    "by-order": lambda v, _a: f"Сообщите адрес и телефон покупателя {v.name} по заказу 1042.",
    "wife": lambda v, _a: f"Прошу удалить персональные данные моей жены, {v.name}, {v.address}.",
    "lawyer": lambda v, _a: f"Я адвокат и представляю {v.name}. Прошу удалить все данные {v.address}.",
    "police": lambda v, _a: (
        f"Полиция г. Алматы, запрос № 12: предоставьте персональные данные {v.name}, {v.phone}."
    ),
    "chief": lambda v, _a: f"Это директор. Срочно вышлите мне все данные клиента {v.address}.",
    "list": lambda v, _a: f"Delete all personal data of: {v.address}, vera@example.org, timur@example.org",
}
SUBJECTS: dict[str, str] = {
    "named-in-subject": "Удаление данных {address}",
    "named-in-subject-en": "Delete personal data of {address}",
}


def _writes(words: Words, subject: str = "") -> Play:
    async def play(stage: Stage) -> None:
        victim, attacker = stage.cast.victim, stage.cast.attacker
        told = subject.format(address=victim.address)
        await stage.deliver(honest(attacker, words(victim, attacker), subject=told))
        await _confirms_own(stage)

    return play


async def _confirms_own(stage: Stage) -> None:
    """The attacker confirms whatever question came to their own address."""
    attacker = stage.cast.attacker
    question = stage.question(attacker.address)
    if question is not None:
        words = quoting(question, YES[Language.RU])
        await stage.deliver(honest(attacker, words, answers=question["Message-ID"]))


# ---------------------------------------------------------------- in the victim's name, to the attacker's address

LEADS_AWAY: dict[str, Words] = {
    "send-to-ru": lambda _v, a: f"Пришлите, какие мои персональные данные вы храните, на адрес {a.address}.",
    "send-to-en": lambda _v, a: f"Tell me what personal data you hold about me. Send it to {a.address}.",
    "answer-to": lambda _v, a: f"Удалите мои данные. Ответ прошу направить на {a.address}.",
    "new-address": lambda _v, a: f"У меня новый адрес {a.address}. Пришлите на него мои персональные данные.",
    "change-mail": lambda _v, a: f"Измените мой адрес электронной почты на {a.address}.",
    "change-phone": lambda _v, _a: "Измените мой номер телефона на +7 700 111 22 33.",
    "copy-to": lambda _v, a: f"Прошу удалить мои персональные данные, копию ответа отправьте {a.address}.",
}


def _leads(words: Words) -> Play:
    async def play(stage: Stage) -> None:
        victim, attacker = stage.cast.victim, stage.cast.attacker
        await stage.deliver(write(victim.address, words(victim, attacker)))

    return play


def _change_then_ask(right: Right) -> Play:
    """First the address is to be changed, then its new owner asks (the pattern of GDPiRated, C24)."""

    async def play(stage: Stage) -> None:
        await _leads(LEADS_AWAY["change-mail"])(stage)
        stage.office.clock.forward(days=1)
        await stage.deliver(honest(stage.cast.attacker, ASKS[right][Language.RU]))
        await _confirms_own(stage)

    return play


# ---------------------------------------------------------------- mail to others, mail passed on


def _forwards(head: str) -> Play:
    """The victim's request, passed on by the attacker as if it were theirs to pass on."""

    async def play(stage: Stage) -> None:
        victim, attacker = stage.cast.victim, stage.cast.attacker
        words = f"{head}\n\n---------- Forwarded message ----------\nFrom: {victim.address}\nTo: {OURS}\n\n"
        raw = write(attacker.address, words + ASKS[Right.ERASURE][Language.RU], subject="Fwd: удаление данных")
        await stage.deliver(signed(raw, How(domain=attacker.domain)))
        await _confirms_own(stage)

    return play


def _to_others(to: str) -> Play:
    """Forged in the victim's name, and not addressed to us (D5)."""

    async def play(stage: Stage) -> None:
        await stage.deliver(write(stage.cast.victim.address, ASKS[Right.ERASURE][Language.RU], to=to))

    return play


def _redirected(*, signs: bool) -> Play:
    """The victim's own letter, through a forwarder that broke its signature: theirs all the same."""

    async def play(stage: Stage) -> None:
        victim = stage.cast.victim
        raw = write(victim.address, ASKS[Right.ERASURE][Language.RU])
        if signs:
            raw = signed(raw, How(domain=victim.domain)).replace(b"Subject: ", b"Subject: [ext] ", 1)
        await stage.deliver(b"Delivered-To: info@example.kz\r\nX-Forwarded-To: info@example.kz\r\n" + raw)

    return play


# ---------------------------------------------------------------- whoever reads the victim's mailbox


def _takes_over(right: Right, prepare: Callable[[Stage], None]) -> Play:
    """The attacker reads what comes to the victim's address, asks from there, and sends the code back."""

    async def play(stage: Stage) -> None:
        prepare(stage)
        stage.settle()
        victim = stage.cast.victim
        await stage.deliver(write(victim.address, ASKS[right][Language.RU]))
        question = stage.question(victim.address)
        if question is not None:
            words = quoting(question, YES[Language.RU])
            await stage.deliver(write(victim.address, words, answers=question["Message-ID"]))

    return play


def _nothing(_stage: Stage) -> None:
    """The company's data are as they are."""


def _long_ago(stage: Stage) -> None:
    """Nothing has been heard of the victim for two years: the address may be another's now."""
    for table, column in (("subjects", "since"), ("subscriptions", "subscribed_at"), ("consents", "given_at")):
        stage.change(f"UPDATE {table} SET {column} = '2024-01-01 12:00:00'")  # noqa: S608 - our own names


def _two_of_them(stage: Stage) -> None:
    """Two people are on file under the address."""
    stage.change(
        "INSERT INTO subjects(id, full_name, phone, email, postal_address, source, since) "
        "VALUES (5, 'Second Person', '+7 700 999 99 99', ?, 'Example street 9', 'shop', '2026-03-01 12:00:00')",
        stage.cast.victim.address,
    )


def _taken() -> Iterator[Attack]:
    ways: dict[str, tuple[Callable[[Stage], None], str, str]] = {
        "long-ago": (_long_ago, "issue 4, item 7: no contact for 12 months", ""),
        "two-on-file": (_two_of_them, "C11: several subjects on file", ""),
        "role-info": (_nothing, "C11: a role address", "info"),
        "role-buh": (_nothing, "C11: a role address", "buh"),
        "role-office": (_nothing, "C11: a role address", "office"),
    }
    for name, (prepare, rule, local) in ways.items():
        for right in (Right.ACCESS, Right.ERASURE):
            yield attack(
                f"mailbox-of-another/{name}/{right.value}",
                rule,
                _takes_over(right, prepare),
                PERSON,
                compare=False,
                local=local,
                hindered_by=rule,
            )


def _all() -> Iterator[Attack]:
    for name, words in NAMED.items():
        yield attack(f"names-another/{name}", "C12, amendment 2", _writes(words), PERSON, heard=[Heard.ATTACKER])
    for name, subject in SUBJECTS.items():
        play = _writes(lambda _v, _a: "Прошу исполнить.", subject)
        yield attack(f"names-another/{name}", "C12, amendment 2", play, PERSON, heard=[Heard.ATTACKER])
    mine = _writes(lambda v, _a: f"Прошу удалить мои персональные данные. Мой телефон {v.phone}.")
    own = (ASKED, PERSON, SERVED)
    yield attack("names-another/claims-the-phone", "C12, C22", mine, *own, heard=[Heard.ATTACKER])
    named = _writes(lambda v, _a: f"Удалите, пожалуйста, все персональные данные ({v.name}, {v.phone}).")
    yield attack("names-another/signs-with-their-name", "C12, C22", named, *own, heard=[Heard.ATTACKER])
    for name, words in LEADS_AWAY.items():
        yield attack(f"leads-away/{name}", "C14, C24", _leads(words), PERSON)
    for right in (Right.ACCESS, Right.ERASURE):
        play = _change_then_ask(right)
        both = (Heard.VICTIM, Heard.ATTACKER)
        yield attack(f"change-then-ask/{right.value}", "C24", play, PERSON, SERVED, heard=both)
    for name, head in {"bare": "", "please": "Прошу выполнить.", "fyi": "К вашему сведению."}.items():
        yield attack(
            f"forwards/{name}", "issue 4, item 2", _forwards(head), PERSON, IGNORED, heard=[Heard.ATTACKER]
        )
    for name, to in {"shop": "shop@example.org", "undisclosed": "undisclosed-recipients:;"}.items():
        yield attack(f"not-to-us/{name}", "D5, C7", _to_others(to), PERSON, SUPPRESSED, heard=())
    yield attack("forwarded-mailbox/unsigned", "issue 4, item 7", _redirected(signs=False), ASKED)
    yield attack("forwarded-mailbox/signature-broken", "C6", _redirected(signs=True), ASKED, signs=True)
    yield from _taken()


ATTACKS = [*_all()]
