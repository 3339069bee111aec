"""Who the mail says it is from: two authors, names that look like addresses, look-alikes, tags, other fields."""

from collections.abc import Callable, Iterator
from unicodedata import normalize

from mailbot.core.model import Language, Right
from tests.drills.spoof.attack import ASKED, PERSON, SERVED, SUPPRESSED, Attack, Heard, Play, attack
from tests.drills.spoof.cast import Person
from tests.drills.spoof.stage import Stage
from tests.drills.spoof.wire import Signed, quoting, signed, write
from tests.drills.spoof.words import ASKS, YES
from tests.drills.spoof.words import PERSON as HUMAN

OWN = (ASKED, PERSON, SUPPRESSED, SERVED)  # an attacker who asks in their own name may do so
FORGED = (ASKED, PERSON, SUPPRESSED)
RIGHTS = (Right.ERASURE, Right.ACCESS, Right.WITHDRAW_CONSENT, Right.UNSUBSCRIBE)
LANGUAGES = (Language.RU, Language.KK, Language.EN)

Two = Callable[[Person, Person], str]  # victim and attacker → a From line


def _sends(header: Two, right: Right, language: Language, *, sign: bool) -> Play:
    """The attacker writes with that From line; if a question comes to them, they answer it."""

    async def play(stage: Stage) -> None:
        victim, attacker = stage.cast.victim, stage.cast.attacker
        raw = write(attacker.address, ASKS[right][language], header=header(victim, attacker))
        await stage.deliver(signed(raw, Signed(domain=attacker.domain)) if sign else raw)
        await _answer_own(stage, language)

    return play


async def _answer_own(stage: Stage, language: Language) -> None:
    """The attacker confirms what came to addresses of their own."""
    for address in stage.attackers:
        question = stage.question(address)
        if question is not None:
            words = quoting(question, YES[language])
            await stage.deliver(write(address, words, answers=question["Message-ID"]))


# ---------------------------------------------------------------- two From, C1

TWO_FROM: dict[str, Two] = {
    "victim-first": lambda v, a: f"{v.address}\r\nFrom: {a.address}",
    "attacker-first": lambda v, a: f"{a.address}\r\nFrom: {v.address}",
    "one-field": lambda v, a: f"{v.address}, {a.address}",
    "one-field-turned": lambda v, a: f"{a.address}, {v.address}",
    "group": lambda v, a: f"people: {v.address}, {a.address};",
    "semicolon": lambda v, a: f"{v.address}; {a.address}",
    "space-before-colon": lambda v, a: f"{a.address}\r\nFrom : {v.address}",
    "other-case": lambda v, a: f"{a.address}\r\nFROM: {v.address}",
    "folded": lambda v, a: f"{a.address},\r\n {v.address}",
    "nul": lambda v, a: f"{v.address}\0, {a.address}",
    "bare-cr": lambda v, a: f"{a.address}\rFrom: {v.address}",
    "empty": lambda _v, _a: "",
    "no-address": lambda v, _a: v.name,
}


def _two_from() -> Iterator[Attack]:
    for number, (name, header) in enumerate(TWO_FROM.items()):
        right = RIGHTS[number % 3]
        play = _sends(header, right, LANGUAGES[number % 3], sign=number % 2 == 0)
        yield attack(f"two-from/{name}/{right.value}", "C1", play, PERSON, heard=())


# ---------------------------------------------------------------- an address in the display name, C2

NAMES: dict[str, Two] = {
    "quoted": lambda v, a: f'"{v.address}" <{a.address}>',
    "bare": lambda v, a: f"{v.address} <{a.address}>",
    "with-brackets": lambda v, a: f'"{v.name} <{v.address}>" <{a.address}>',
    "comment": lambda v, a: f"{a.address} ({v.address})",
    "comment-inside": lambda v, a: f"<{a.address.replace('@', f'(<{v.address}>)@')}>",
    "encoded": lambda v, a: f"=?utf-8?q?{v.address.replace('@', '=40')}?= <{a.address}>",
    "encoded-brackets": lambda v, a: f"=?utf-8?q?=3C{v.address.replace('@', '=40')}=3E?= <{a.address}>",
    "encoded-comma": lambda v, a: f"=?utf-8?q?{v.address.replace('@', '=40')}=2C?= <{a.address}>",
    "encoded-quote": lambda v, a: f"=?utf-8?q?=22_=3C{v.address.replace('@', '=40')}=3E_=22?= <{a.address}>",
    "fullwidth-at": lambda v, a: f'"{v.local}＠{v.domain}" <{a.address}>',
    "quoted-local": lambda v, a: f'"{v.address}"@{a.domain}',
    "route": lambda v, a: f"<@{v.domain}:{a.address}>",
    "percent": lambda v, a: f"<{v.local}%{v.domain}@{a.domain}>",
    "bang": lambda v, a: f"<{v.domain}!{v.local}@{a.domain}>",
    "name-behind": lambda v, a: f"<{a.address}> {v.address}",
    "two-brackets": lambda v, a: f"<{v.address}> <{a.address}>",
    "nested": lambda v, a: f"<{a.address}<{v.address}>>",
    "backslash": lambda v, a: f'"{v.address}\\" <{a.address}>',
    "right-to-left": lambda v, a: f'"\u202e{v.address[::-1]}" <{a.address}>',
}


def _names() -> Iterator[Attack]:
    for number, (name, header) in enumerate(NAMES.items()):
        right = RIGHTS[number % 4]
        play = _sends(header, right, LANGUAGES[number % 3], sign=number % 2 == 1)
        yield attack(f"display-name/{name}/{right.value}", "C2", play, *OWN, heard=[Heard.ATTACKER])


# ---------------------------------------------------------------- look-alikes and tags, C8 to C10

Alike = Callable[[Person], str]

HOMOGRAPHS: dict[str, Alike] = {
    "cyrillic-a": lambda v: f"{v.local.replace('a', 'а')}@{v.domain}",
    "cyrillic-e": lambda v: f"{v.local.replace('e', 'е')}@{v.domain}",
    "cyrillic-o-domain": lambda v: f"{v.local}@{v.domain.replace('o', 'о')}",
    "alabel-domain": lambda v: f"{v.local}@{v.domain.replace('o', 'о').encode('idna').decode()}",
    "greek-o-domain": lambda v: f"{v.local}@{v.domain.replace('o', 'ο')}",
    "fullwidth": lambda v: f"{v.local.replace('a', 'ａ')}@{v.domain}",
    "zero-width": lambda v: f"{v.local[:2]}\u200b{v.local[2:]}@{v.domain}",
}
SAME: dict[str, Alike] = {  # spelled otherwise, and the victim's own address all the same
    "soft-hyphen": lambda v: f"{v.local}@{v.domain[:4]}\u00ad{v.domain[4:]}",
    "fullwidth-dot": lambda v: f"{v.local}@{v.domain.replace('.', '。', 1)}",
    "capitals": lambda v: f"{v.local.upper()}@{v.domain.upper()}",
    "last-dot": lambda v: f"{v.address}.",
    "quoted-local": lambda v: f'"{v.local}"@{v.domain}',
    "folded-local": lambda v: f"{v.local[:3]}(a comment){v.local[3:]}@{v.domain}",
}
LOOKALIKES: dict[str, Alike] = {
    "accent": lambda v: f"{v.local[0]}\u0301{v.local[1:]}@{v.domain}",
    "rn-for-m": lambda v: f"{v.local}@{v.domain.replace('example', 'exarnple')}",
    "one-for-l": lambda v: f"{v.local}@{v.domain.replace('example', 'examp1e')}",
    "other-top": lambda v: f"{v.local}@{v.domain.rpartition('.')[0]}.net",
    "hyphen": lambda v: f"{v.local}@{v.domain.replace('.', '-', 1)}",
    "below-the-attacker": lambda v: f"{v.local}@{v.domain}.attacker.example.net",
    "double-letter": lambda v: f"{v.local}@{v.domain.replace('ost', 'oost')}",
}
TAGS: dict[str, Alike] = {
    "plus": lambda v: f"{v.local}+privacy@{v.domain}",
    "minus": lambda v: f"{v.local}-privacy@{v.domain}",
    "no-dot": lambda v: f"{v.local.replace('.', '')}@{v.domain}",
    "more-dots": lambda v: f"{v.local[:2]}.{v.local[2:]}@{v.domain}",
    "subdomain": lambda v: f"{v.local}@mail.{v.domain}",
    "parent": lambda v: f"{v.local}@{v.domain.partition('.')[2]}",
}


def _alike(form: Alike, right: Right, language: Language) -> Play:
    """The attacker owns an address that looks like the victim's, and answers what comes to it."""

    async def play(stage: Stage) -> None:
        own = form(stage.cast.victim)
        stage.attackers += {own, _as_we_write_it(own)} - {stage.cast.victim.address}
        await stage.deliver(write(own, ASKS[right][language]))
        await _answer_own(stage, language)

    return play


def _alike_again(form: Alike, first: Right, then: Right) -> Play:
    """They are served as the stranger they are, and come again: what follows must tell no more (C10, C19)."""

    async def play(stage: Stage) -> None:
        own = form(stage.cast.victim)
        stage.attackers += {own, _as_we_write_it(own)} - {stage.cast.victim.address}
        for number, words in enumerate((ASKS[first], ASKS[then], ASKS[first], HUMAN, ASKS[then])):
            await stage.deliver(write(own, words[Language.RU], number=str(number)))
            await _answer_own(stage, Language.RU)

    return play


def _as_we_write_it(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        return f"{normalize('NFC', local)}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _lookalikes() -> Iterator[Attack]:
    for number, (name, form) in enumerate(HOMOGRAPHS.items()):
        right = RIGHTS[number % 4]
        play = _alike(form, right, LANGUAGES[number % 3])
        yield attack(f"homograph/{name}/{right.value}", "C10", play, PERSON, heard=[Heard.ATTACKER])
    for number, (name, form) in enumerate(SAME.items()):
        right = RIGHTS[number % 3]
        play = _alike(form, right, LANGUAGES[number % 3])
        yield attack(f"same-address/{name}/{right.value}", "C8, amendment 2", play, ASKED, PERSON)
    for number, (name, form) in enumerate(LOOKALIKES.items()):
        for right in (RIGHTS[number % 4], RIGHTS[(number + 1) % 4]):
            play = _alike(form, right, LANGUAGES[number % 3])
            yield attack(f"look-alike/{name}/{right.value}", "C8", play, *OWN, heard=[Heard.ATTACKER])
        play = _alike_again(form, RIGHTS[number % 3], RIGHTS[(number + 1) % 3])
        yield attack(f"look-alike/{name}/again-and-again", "C10, C19", play, *OWN, heard=[Heard.ATTACKER])
    for number, (name, form) in enumerate(TAGS.items()):
        for right in (RIGHTS[number % 3], RIGHTS[(number + 1) % 3]):
            play = _alike(form, right, LANGUAGES[number % 3])
            yield attack(f"tag/{name}/{right.value}", "C8, C9", play, *OWN, heard=[Heard.ATTACKER])


# ---------------------------------------------------------------- other fields that name somebody

ELSEWHERE: dict[str, str] = {
    "reply-to": "Reply-To",
    "sender": "Sender",
    "resent-from": "Resent-From",
    "errors-to": "Errors-To",
    "mail-followup-to": "Mail-Followup-To",
    "mail-reply-to": "Mail-Reply-To",
    "disposition": "Disposition-Notification-To",
    "return-receipt": "Return-Receipt-To",
    "x-original-from": "X-Original-From",
    "cc": "Cc",
    "bcc": "Bcc",
}


def _elsewhere(field: str, right: Right, language: Language) -> Play:
    async def play(stage: Stage) -> None:
        victim, attacker = stage.cast.victim, stage.cast.attacker
        await stage.deliver(write(victim.address, ASKS[right][language], also=[(field, attacker.address)]))

    return play


def _fields() -> Iterator[Attack]:
    for number, (name, field) in enumerate(ELSEWHERE.items()):
        for right in (RIGHTS[number % 4], RIGHTS[(number + 2) % 4]):
            play = _elsewhere(field, right, LANGUAGES[number % 3])
            yield attack(f"{name}-attacker/{right.value}", "C14, D7, D13", play, *FORGED)


def _path(path: str, right: Right) -> Play:
    async def play(stage: Stage) -> None:
        mine = path or stage.cast.attacker.address
        await stage.deliver(write(stage.cast.victim.address, ASKS[right][Language.RU], path=mine.strip("<>")))

    return play


def _paths() -> Iterator[Attack]:
    for right in RIGHTS:
        asked = right is not Right.UNSUBSCRIBE  # amendment 2 asks From all the same; a notice would be C13's
        heard, end = ((Heard.VICTIM,), ASKED) if asked else ((), SUPPRESSED)
        rule = "amendment 2, C13, D7"
        yield attack(f"return-path/attacker/{right.value}", rule, _path("", right), end, heard=heard)
        yield attack(f"return-path/null/{right.value}", "D2", _path("<>", right), PERSON, SUPPRESSED, heard=())


ATTACKS = [*_two_from(), *_names(), *_lookalikes(), *_fields(), *_paths()]
