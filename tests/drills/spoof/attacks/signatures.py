"""Signatures that hold and prove nothing, and border headers that nobody trusted wrote."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mailbot.core.model import Language, Right
from tests.adapters.fake_dns import WEAK_PRIVATE_KEY, signed_with
from tests.drills.spoof.attack import ASKED, PERSON, SUPPRESSED, Attack, End, Play, attack
from tests.drills.spoof.cast import RSA, Person
from tests.drills.spoof.stage import Stage
from tests.drills.spoof.wire import Signed, honest, signed, write
from tests.drills.spoof.words import ASKS

WITHDRAW = ASKS[Right.WITHDRAW_CONSENT][Language.RU]  # proven, it stops processing at once: the prize
ENDS = (ASKED, PERSON)
Sign = Callable[[bytes, Person, Person], bytes]  # an unsigned forged letter, the victim, the attacker


@dataclass(frozen=True, slots=True)
class Weak:
    """A signature that must not prove the victim."""

    rule: str
    sign: Sign


def _tags(tags: dict[bytes, bytes]) -> Sign:
    """Signed with the RSA key of the victim's domain, validly, with *tags*."""

    def sign(raw: bytes, victim: Person, _attacker: Person) -> bytes:
        return signed_with(raw, {b"d": victim.domain.encode(), b"s": RSA.encode(), **tags})

    return sign


def _how(**how: object) -> Sign:
    return lambda raw, victim, _attacker: signed(raw, replace(Signed(domain=victim.domain), **how))  # type: ignore[arg-type]


def _by(domain: Callable[[Person, Person], str]) -> Sign:
    return lambda raw, victim, attacker: signed(raw, Signed(domain=domain(victim, attacker)))


def _broken(raw: bytes, victim: Person, _attacker: Person) -> bytes:
    """The victim's own signature, over other words."""
    return signed(raw.replace(WITHDRAW.encode(), "Спасибо.".encode()), Signed(domain=victim.domain)).replace(
        "Спасибо.".encode(), WITHDRAW.encode()
    )


def _added(field: bytes) -> Sign:
    """Signed by the victim, and then a field put on top."""
    return lambda raw, victim, _attacker: field + b"\r\n" + signed(raw, Signed(domain=victim.domain))


def _appended(raw: bytes, victim: Person, _attacker: Person) -> bytes:
    """The victim signed the beginning of the body only; the request came after."""
    begun = raw.replace(WITHDRAW.encode() + b"\r\n", b"")
    return signed(begun, replace(Signed(domain=victim.domain), whole=False)) + WITHDRAW.encode() + b"\r\n"


WEAK: dict[str, Weak] = {
    "unsigned": Weak("C6", lambda raw, _v, _a: raw),
    "another-domain": Weak("C4", _by(lambda _v, a: a.domain)),
    "subdomain": Weak("C4, D40", _by(lambda v, _a: f"mail.{v.domain}")),
    "sibling": Weak("C4, D40", _by(lambda v, _a: f"news.{v.domain.partition('.')[2]}")),
    "registry": Weak("C4, D40", _by(lambda _v, _a: "com.kz")),
    "attacker-and-broken": Weak("C4", lambda raw, v, a: signed(_broken(raw, v, a), Signed(domain=a.domain))),
    "length": Weak("C4, D35", _appended),
    "length-whole": Weak("C4, D35", _how(whole=False)),
    "expired": Weak("C4, D36", _tags({b"x": b"1000000000"})),
    "from-the-future": Weak("C4", _tags({b"t": b"4102444800"})),
    "other-identity": Weak("C4", _tags({b"i": b"victim@attacker.example.net"})),
    "sha1": Weak("C4, D38", _how(algorithm="rsa-sha1", selector=RSA)),
    "weak-key": Weak("C4, D38", _how(algorithm="rsa-sha256", selector="weak", key=WEAK_PRIVATE_KEY)),
    "test-key": Weak("C4", _how(algorithm="rsa-sha256", selector="test")),
    "withdrawn-key": Weak("C4", _how(algorithm="rsa-sha256", selector="gone")),
    "no-key": Weak("C4", _how(selector="nobody")),
    "body-changed": Weak("C4", _broken),
    "subject-not-signed": Weak("C4", _how(fields=("from", "to", "date"))),
    "to-not-signed": Weak("C4, C7", _how(fields=("from", "subject", "date"))),
    "date-not-signed": Weak("C4", _how(fields=("from", "to", "subject"))),
    "cc-added": Weak("C4, C7", _added(b"Cc: info@example.kz")),
    "garbage": Weak("C4", lambda raw, _v, _a: b"DKIM-Signature: v=1; a=rsa-sha256; d=; b=;;;\r\n" + raw),
    "many": Weak("C4", lambda raw, v, _a: _rubbish(v) * 60 + raw),
}
MALFORMED: dict[str, Weak] = {
    "second-from-on-top": Weak("C1, C4", _added(b"From: other@attacker.example.net")),
    "second-from-spaced": Weak("C1, C4", _added(b"From : other@attacker.example.net")),
    "second-subject": Weak("C4, D37", _added(b"Subject: erase everything")),
    "second-to": Weak("C4, D37", _added(b"To: info@example.kz")),
    "second-date": Weak("C4, D37", _added(b"Date: Tue, 24 Nov 2026 10:00:00 +0500")),
    "second-content-type": Weak("C4, D37", _added(b"Content-Type: text/html")),
}


def _rubbish(victim: Person) -> bytes:
    return f"DKIM-Signature: v=1; a=ed25519-sha256; d={victim.domain}; s=x; h=from; bh=AA; b=AA\r\n".encode()


def _forged(weak: Weak) -> Play:
    async def play(stage: Stage) -> None:
        victim, attacker = stage.cast.victim, stage.cast.attacker
        await stage.deliver(weak.sign(write(victim.address, WITHDRAW, subject="consent"), victim, attacker))

    return play


def _weak() -> Iterator[Attack]:
    for name, weak in WEAK.items():
        yield attack(f"dkim/{name}", weak.rule, _forged(weak), *ENDS)
    for name, weak in MALFORMED.items():
        yield attack(f"dkim/{name}", weak.rule, _forged(weak), PERSON, heard=())


# ---------------------------------------------------------------- replay, C7


def _replayed(change: Callable[[bytes], bytes], *, to: str = "") -> Play:
    """What the victim once signed, sent to us again when the victim has long changed their mind."""

    async def play(stage: Stage) -> None:
        victim = stage.cast.victim
        old = honest(victim, WITHDRAW)
        if to:
            raw = write(victim.address, WITHDRAW, to=to)
            await stage.deliver(change(signed(raw, Signed(domain=victim.domain))))
            return
        stage.begin_rightful()
        await stage.deliver(old)
        await stage.answers(victim, "НЕТ", stage.question(victim.address))
        stage.office.clock.forward(days=40)
        await stage.turn()
        stage.settle()
        await stage.deliver(change(old))
        stage.office.clock.forward(days=2)
        await stage.turn()

    return play


def _with(field: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: field + b"\r\n" + raw


def _other_id(raw: bytes) -> bytes:
    """The replayer's own Message-ID: the honest signature covers it, so this only works where it does not."""
    return raw.replace(b"Message-ID: <", b"Message-ID: <again-", 1)


def _replays() -> Iterator[Attack]:
    ways: dict[str, Callable[[bytes], bytes]] = {
        "same-bytes": lambda raw: raw,
        "another-received": _with(b"Received: from elsewhere by mx.example.kz; Mon, 4 Jan 2027 10:00:00 +0500"),
        "another-way": _with(b"Delivered-To: info@example.kz"),
        "other-message-id": _other_id,
    }
    again: tuple[End, ...] = (End.SERVED, ASKED, PERSON)
    for name, change in ways.items():
        yield attack(f"replay/{name}", "C7", _replayed(change), *again, signs=True)
    for name, to in {"to-a-shop": "shop@example.org", "to-a-friend": "vera@mail.example.org"}.items():
        play = _replayed(lambda raw: raw, to=to)
        yield attack(f"replay/{name}", "C7, D5", play, PERSON, SUPPRESSED, heard=(), signs=True)


def _replayed_unsigned_id(selected: tuple[str, ...]) -> Play:
    """The provider did not sign the Message-ID: the replayer writes another one, and the signature still holds."""

    async def play(stage: Stage) -> None:
        victim = stage.cast.victim
        how = Signed(domain=victim.domain, fields=selected)
        raw = signed(write(victim.address, WITHDRAW), how)
        stage.begin_rightful()
        await stage.deliver(raw)
        await stage.answers(victim, "НЕТ", stage.question(victim.address))
        stage.office.clock.forward(days=40)
        await stage.turn()
        stage.settle()
        await stage.deliver(_other_id(raw))
        await stage.turn()

    return play


# ---------------------------------------------------------------- border headers, C3

BORDERS: dict[str, str] = {
    "ours-by-name": "mx.example.kz; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={address}; dmarc=pass",
    "another": "mx.attacker.example.net; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
    "ours-in-a-comment": "mx.attacker.example.net (mx.example.kz); dkim=pass header.d={domain}; dmarc=pass",
    "ours-with-a-version": "mx.example.kz 1; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
    "ours-in-other-case": "MX.EXAMPLE.KZ; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
    "spf-only": "mx.example.kz; spf=pass smtp.mailfrom={address}; dmarc=pass header.from={domain}",
}


def _vouched(value: str, *, trusted: bool, above: bool = True, field: str = "Authentication-Results") -> Play:
    """A border header that the attacker wrote, below a Received of theirs; *above*: our border wrote its own."""

    async def play(stage: Stage) -> None:
        victim = stage.cast.victim
        if trusted:
            stage.trust("mx.example.kz")
        filled = value.format(domain=victim.domain, address=victim.address)
        forged = write(victim.address, WITHDRAW, also=[("Received", "from a by b"), (field, filled)])
        honest_border = b"Authentication-Results: mx.example.kz; dkim=none; spf=softfail; dmarc=none\r\n"
        await stage.deliver(honest_border + forged if above else forged)

    return play


def _borders() -> Iterator[Attack]:
    for name, value in BORDERS.items():
        for where, trusted, above in (
            ("none-trusted", False, False),
            ("below-ours", True, True),
            ("ours-silent", True, False),
        ):
            play = _vouched(value, trusted=trusted, above=above)
            yield attack(f"authentication-results/{name}/{where}", "C3", play, *ENDS)
    for field in ("ARC-Authentication-Results", "Received-SPF", "X-Authentication-Results"):
        play = _vouched("mx.example.kz; dkim=pass header.d={domain}; dmarc=pass", trusted=True, field=field)
        yield attack(f"authentication-results/{field.lower()}", "C3", play, *ENDS)
    yield attack("dmarc-fail/erasure", "C.3 column F", _failing(Right.ERASURE), PERSON, heard=())
    yield attack("dmarc-fail/withdraw", "C.3 column F", _failing(Right.WITHDRAW_CONSENT), PERSON, heard=())
    yield attack("dmarc-fail/access", "C.3 column F", _failing(Right.ACCESS), PERSON, heard=())
    yield attack(
        "dmarc-fail/unsubscribe", "C.3 column F", _failing(Right.UNSUBSCRIBE), PERSON, SUPPRESSED, heard=()
    )


def _failing(right: Right) -> Play:
    """Our own border says that the mail fails the author domain's policy."""

    async def play(stage: Stage) -> None:
        stage.trust("mx.example.kz")
        raw = write(stage.cast.victim.address, ASKS[right][Language.RU])
        said = f"Authentication-Results: mx.example.kz; dmarc=fail header.from={stage.cast.victim.domain}\r\n"
        await stage.deliver(said.encode() + raw)

    return play


ATTACKS = [
    *_weak(),
    *_replays(),
    attack(
        "replay/message-id-not-signed",
        "C7",
        _replayed_unsigned_id(("from", "to", "subject", "date")),
        End.SERVED,
        ASKED,
        PERSON,
        signs=True,
    ),
    *_borders(),
]
