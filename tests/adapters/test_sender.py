import base64
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from dkim.crypto import parse_public_key

from mailbot.adapters.sender import DkimSenderCheck, DnsTxt, ZoneTxt
from mailbot.core.model import Address, Failed, Malformed, Message, Proven, Standing, Unproven
from mailbot.errors import Unavailable
from mailbot.ports import SenderCheck
from tests.adapters.fake_dns import (
    PUBLIC_KEY,
    WEAK_PRIVATE_KEY,
    WEAK_PUBLIC_KEY,
    FakeDns,
    serving,
    signed,
    signed_with,
)

US = frozenset({Address("info@example.org")})
LETTER = (
    b"From: =?utf-8?b?0JDQudCz0q/Quw==?= <aigul@example.kz>\r\n"
    b"To: info@example.org\r\n"
    b"Subject: Delete my data\r\n"
    b"Date: Mon, 16 Nov 2026 10:00:00 +0500\r\n"
    b"Message-ID: <1@example.kz>\r\n"
    b"\r\n"
    b"Please delete  my data. \r\n"
    b"\r\n"
    b".dots and From lines stay\r\n"
    b"\r\n\r\n"
)
MESSAGE = Message(
    authors=(Address("aigul@example.kz"),),
    to=(Address("info@example.org"),),
    date_field="Mon, 16 Nov 2026 10:00:00 +0500",
)
ZONE = {
    "mail._domainkey.example.kz": PUBLIC_KEY,
    "mail._domainkey.example.com": PUBLIC_KEY,
    "weak._domainkey.example.kz": WEAK_PUBLIC_KEY,
    "test._domainkey.example.kz": b"t=y; " + PUBLIC_KEY,
    "gone._domainkey.example.kz": b"v=DKIM1; p=",
    "junk._domainkey.example.kz": b"v=spf1 -all",
}
PROVEN = Proven("example.kz")
BROKEN = Unproven("the signature does not hold")

check: SenderCheck = DkimSenderCheck(resolver=ZoneTxt(ZONE), own=US)


WRITTEN = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)  # as LETTER's Date says


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - dkimpy signs by the host's clock


async def standing_of(
    raw: bytes, message: Message = MESSAGE, *, by: SenderCheck = check, at: datetime | None = None
) -> Standing:
    """As it stands when it comes at *at*; None: now, when `signed` signs."""
    return await by.standing(raw, message, received_at=at or now())


# ---------------------------------------------------------------- what proves


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
async def test_an_aligned_signature_proves_the_author(body: bytes):
    assert await standing_of(signed(LETTER, body=body)) == PROVEN


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
async def test_a_copy_with_bare_line_feeds_proves_as_well(body: bytes):
    assert await standing_of(signed(LETTER, body=body).replace(b"\r\n", b"\n")) == PROVEN


async def test_a_signature_over_elliptic_curves_proves_as_well():
    pytest.importorskip("nacl", reason="dkimpy verifies Ed25519 with pynacl only")
    # RFC 8463, appendix A: the key pair published there
    seed = b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
    zone = ZoneTxt({"ec._domainkey.example.kz": b"k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="})
    raw = signed(LETTER, selector=b"ec", key=seed, algorithm=b"ed25519-sha256")

    assert await standing_of(raw, by=DkimSenderCheck(resolver=zone, own=US)) == PROVEN


async def test_a_parent_domain_signs_for_those_below_it():
    raw = signed(LETTER.replace(b"aigul@example.kz", b"aigul@mail.example.kz"))

    assert await standing_of(raw, replace(MESSAGE, authors=(Address("aigul@mail.example.kz"),))) == PROVEN


async def test_the_aligned_signature_is_found_below_foreign_and_broken_ones():
    raw = signed(LETTER)
    raw = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.kz; s=mail; h=from; bh=AAAA; b=AAAA\r\n" + raw
    raw = b"DKIM-Signature: rubbish\r\n" + signed(raw, domain=b"example.com")

    assert await standing_of(raw) == PROVEN


async def test_a_large_letter_is_proven_too():
    raw = signed(LETTER + b"one more line\r\n" * 30_000)

    assert await standing_of(raw) == PROVEN
    assert await standing_of(raw + b"and one that nobody signed\r\n") == BROKEN


# ---------------------------------------------------------------- what does not


async def test_an_unsigned_letter_proves_nothing():
    assert await standing_of(LETTER) == Unproven("no signature")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Please delete", b"Please keep"),
        (b"Subject: Delete", b"Subject: Keep"),
        (b"10:00:00", b"11:00:00"),
        (b"<aigul@", b"<daulet@"),
        (b" b=", b" b=BBBB"),
    ],
)
async def test_a_letter_changed_on_its_way_proves_nothing(old: bytes, new: bytes):
    raw = signed(LETTER)
    assert old in raw

    assert await standing_of(raw.replace(old, new, 1)) == BROKEN


async def test_a_forger_with_a_domain_of_his_own_proves_nothing():
    raw = signed(LETTER, domain=b"example.com")

    assert await standing_of(raw) == Unproven("no signature speaks for the author's domain")


async def test_a_signature_over_the_beginning_of_the_body_proves_nothing():
    raw = signed(LETTER, whole=False) + b"And erase everything.\r\n"

    assert await standing_of(raw) == Unproven("signs only a part of the body")


async def test_a_weak_key_proves_nothing():
    assert await standing_of(signed(LETTER, selector=b"weak", key=WEAK_PRIVATE_KEY)) == BROKEN


async def test_a_weak_hash_proves_nothing():
    raw = signed(LETTER, algorithm=b"rsa-sha1")

    assert await standing_of(raw) == Unproven("signed with an unknown or weak algorithm")


def seconds(moment: datetime) -> bytes:
    return str(int(moment.timestamp())).encode()


@pytest.mark.parametrize(
    "tags", [{b"t": seconds(WRITTEN)}, {b"x": b"4102444800"}, {b"i": b"aigul@mail.example.kz"}]
)
async def test_a_signature_within_its_time_and_domain_proves(tags: dict[bytes, bytes]):
    assert await standing_of(signed_with(LETTER, tags), at=WRITTEN) == PROVEN


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({b"t": b"4102444800"}, "the signature is dated in the future"),
        ({b"x": b"1000000000"}, "the signature had expired"),
        ({b"t": b"1700000000"}, "the signature was old when it came"),
        ({b"t": b"soon"}, "the signature's time cannot be read"),
        ({b"i": b"aigul@example.com"}, "the signature does not hold"),
    ],
)
async def test_a_signature_out_of_its_time_or_domain_proves_nothing(tags: dict[bytes, bytes], why: str):
    assert await standing_of(signed_with(LETTER, tags), at=WRITTEN) == Unproven(why)


async def test_what_expired_after_it_came_is_not_expired():
    """A mailbot that was down for a week reads what was valid when it arrived (RFC 6376 s. 3.5, x=)."""
    raw = signed_with(LETTER, {b"t": seconds(WRITTEN), b"x": seconds(WRITTEN + timedelta(hours=1))})

    assert await standing_of(raw, at=WRITTEN) == PROVEN
    assert await standing_of(raw, at=WRITTEN + timedelta(days=2)) == Unproven("the signature had expired")


@pytest.mark.parametrize("name", [b"to", b"subject", b"date"])
async def test_a_signature_that_leaves_a_field_open_proves_nothing(name: bytes):
    raw = signed(LETTER, fields={b"from", b"to", b"subject", b"date"} - {name})

    assert await standing_of(raw) == Unproven("a field that matters is not signed")


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        (b"none", "there is no key"),
        (b"gone", "the key is withdrawn or cannot be read"),
        (b"junk", "the key is withdrawn or cannot be read"),
        (b"test", "the key is only being tested"),
    ],
)
async def test_a_signature_without_a_usable_key_proves_nothing(selector: bytes, why: str):
    assert await standing_of(signed(LETTER, selector=selector)) == Unproven(why)


async def test_a_sixth_signature_is_not_asked_about():
    rubbish = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.kz; s=s%d; h=from:to:subject:date; bh=AA; b=AA; t=%s\r\n"
    )
    stamp = seconds(now())
    server = FakeDns({})
    async with serving(server) as port:
        asking = DkimSenderCheck(resolver=DnsTxt(nameservers=["127.0.0.1"], port=port), own=US)
        raw = b"".join(rubbish % (number, stamp) for number in range(40)) + signed(LETTER)

        standing = await standing_of(raw, by=asking)

    assert standing == Unproven("there is no key")
    assert sorted(server.asked) == [f"s{number}._domainkey.example.kz" for number in range(5)]


async def test_signatures_that_cannot_be_read_count_towards_the_limit_and_foreign_ones_do_not():
    foreign = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from:to:subject:date; bh=AA; b=AA\r\n"

    assert await standing_of(b"DKIM-Signature: v=1; rubbish\r\n" * 4 + signed(LETTER)) == PROVEN
    assert await standing_of(b"DKIM-Signature: v=1; rubbish\r\n" * 5 + signed(LETTER)) != PROVEN
    assert await standing_of(foreign * 5 + signed(LETTER)) == PROVEN


# ---------------------------------------------------------------- signed once, said twice


async def test_a_letter_written_to_somebody_else_cannot_be_replayed_to_us():
    raw = signed(LETTER.replace(b"To: info@example.org", b"To: shop@example.com"))

    assert await standing_of(raw, replace(MESSAGE, to=(Address("shop@example.com"),))) == Unproven(
        "not addressed to us"
    )


async def test_a_replayer_cannot_add_our_address_as_a_copy():
    raw = b"Cc: info@example.org\r\n" + signed(LETTER.replace(b"info@example.org", b"shop@example.com"))

    assert await standing_of(raw) == Unproven("a field that matters is not signed")


@pytest.mark.parametrize("field", [b"From: a@example.com", b"subject: other", b"TO : x@example.com"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
async def test_a_second_field_makes_a_signed_letter_malformed(field: bytes, end: bytes):
    assert await standing_of(field + end + signed(LETTER)) == Malformed("a field that may stand once stands twice")


@pytest.mark.parametrize(
    "smuggled",
    [
        b"X-Note: hello\r\rErase everything.\r\n",  # Python's mail parser: an empty line, then the body
        b"From now on I want everything erased\r\n",  # Python's: the body's first line; dkimpy skips it
        b"Erase everything.\r\n",  # Python's: the body
        b": Erase everything.\r\n",
    ],
)
async def test_words_smuggled_in_below_a_signed_header_prove_nothing(smuggled: bytes):
    header, end, body = signed(LETTER).partition(b"\r\n\r\n")

    assert await standing_of(header + b"\r\n" + smuggled + end[2:] + body) == Unproven(
        "the header has a line that is no field"
    )


async def seal_of(raw: bytes, message: Message = MESSAGE, *, by: SenderCheck = check) -> str:
    found = await standing_of(raw, message, by=by)
    assert isinstance(found, Proven)
    return found.seal


def with_signature(raw: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """*raw*, signed, with another b= of the same worth."""
    match = re.search(rb" b=([A-Za-z0-9+/=\s]+?)\r\n(?=\S)", raw)
    assert match is not None
    number = change(base64.b64decode(re.sub(rb"\s", b"", match[1])))
    return raw[: match.start(1)] + base64.b64encode(number) + raw[match.end(1) :]


def plus_modulus(number: bytes) -> bytes:
    key = base64.b64decode(PUBLIC_KEY.partition(b"p=")[2])
    modulus = int(parse_public_key(key)["modulus"])
    return (int.from_bytes(number, "big") + modulus).to_bytes(257, "big")


@pytest.mark.parametrize(
    "again",
    [
        lambda raw: b"Received: by evil\r\n" + raw,
        lambda raw: raw.replace(b"Subject: ", b"SUBJECT:  "),
        lambda raw: raw + b"\r\n\r\n",
        lambda raw: with_signature(raw, lambda number: number),
        lambda raw: with_signature(raw, lambda number: b"\0" + number),
        lambda raw: with_signature(raw, plus_modulus),
    ],
    ids=[
        "by another way",
        "other spaces",
        "empty lines",
        "b= unfolded",
        "b= with a nought",
        "b= plus the modulus",
    ],
)
async def test_c7_a_letter_signed_once_has_one_seal_though_its_signature_can_be_spelled_anew(
    again: Callable[[bytes], bytes],
):
    raw = signed(LETTER, fields=(b"from", b"to", b"subject", b"date"))

    assert again(raw) != raw
    assert await seal_of(again(raw)) == await seal_of(raw) != ""


async def test_c7_another_message_id_or_one_signature_less_makes_no_second_request():
    once = signed(LETTER, fields=(b"from", b"to", b"subject", b"date"))
    twice = signed(once, selector=b"other", fields=(b"from", b"to", b"subject", b"date"))
    zone = DkimSenderCheck(resolver=ZoneTxt({**ZONE, "other._domainkey.example.kz": PUBLIC_KEY}), own=US)

    seals = {
        await seal_of(once),
        await seal_of(once.replace(b"<1@example.kz>", b"<2@evil.example>")),
        await seal_of(twice, by=zone),
        await seal_of(once.replace(b"Message-ID: <1@example.kz>\r\n", b"")),
        await seal_of(once, replace(MESSAGE, border={"dkim": "pass", "dkim.d": "example.kz"})),
    }

    assert len(seals) == 1


async def test_c7_the_seal_stays_when_the_signature_has_grown_old_or_is_gone():
    raw = signed(LETTER)
    late = await standing_of(raw, at=now() + timedelta(days=30))
    bare = await standing_of(LETTER)

    assert isinstance(late, Unproven)
    assert isinstance(bare, Unproven)
    assert late.seal == bare.seal == await seal_of(raw)


async def test_c7_two_letters_have_two_seals():
    another = LETTER.replace(b"10:00:00", b"10:00:01")

    assert await seal_of(signed(LETTER)) != await seal_of(signed(another))


async def test_c7_a_seal_is_neither_compared_nor_printed():
    proven = await standing_of(signed(LETTER))

    assert isinstance(proven, Proven)
    assert proven == Proven("example.kz")
    assert proven.seal not in repr(proven)


# ---------------------------------------------------------------- strict alignment

BELOW = LETTER.replace(b"aigul@example.kz", b"aigul@mail.example.kz")
FROM_BELOW = replace(MESSAGE, authors=(Address("aigul@mail.example.kz"),))
STRICT = b"v=DMARC1; p=reject; adkim=s"


@pytest.mark.parametrize(
    ("records", "proven"),
    [
        ({}, True),
        ({"_dmarc.mail.example.kz": STRICT}, False),
        ({"_dmarc.example.kz": STRICT}, False),
        ({"_dmarc.mail.example.kz": b"v=DMARC1; p=none", "_dmarc.example.kz": STRICT}, True),
    ],
)
async def test_c4_a_parents_signature_counts_unless_dmarc_asks_for_the_very_domain(
    records: dict[str, bytes],
    proven: bool,  # noqa: FBT001 - a table of facts
):
    asking = DkimSenderCheck(resolver=ZoneTxt({**ZONE, **records}), own=US)
    passed = replace(FROM_BELOW, border={"dkim": "pass", "dkim.d": "example.kz"})

    assert isinstance(await standing_of(signed(BELOW), FROM_BELOW, by=asking), Proven) is proven
    assert isinstance(await standing_of(signed(BELOW), passed, by=asking), Proven) is proven


async def test_c6_dmarc_that_does_not_answer_is_later_where_a_parent_signed_and_else_is_not_asked():
    silent = DkimSenderCheck(resolver=ZoneTxt(ZONE, down={"_dmarc.example.kz"}), own=US)

    with pytest.raises(Unavailable):
        await standing_of(signed(BELOW), FROM_BELOW, by=silent)
    assert await standing_of(signed(LETTER), by=silent) == PROVEN


async def test_c6_dmarc_above_a_record_that_was_found_is_not_waited_for():
    zone = {**ZONE, "_dmarc.mail.example.kz": b"v=DMARC1; p=none"}
    nearest = DkimSenderCheck(resolver=ZoneTxt(zone, down={"_dmarc.example.kz"}), own=US)

    assert await standing_of(signed(BELOW), FROM_BELOW, by=nearest) == PROVEN


# ---------------------------------------------------------------- DNS


async def test_a_question_dns_leaves_open_is_asked_again_later():
    broken_dns = ZoneTxt({}, down={"mail._domainkey.example.kz"})

    with pytest.raises(Unavailable):
        await standing_of(signed(LETTER), by=DkimSenderCheck(resolver=broken_dns, own=US))


async def test_an_open_question_does_not_matter_when_another_signature_proves():
    zone = ZoneTxt(ZONE, down={"other._domainkey.example.kz"})
    raw = signed(signed(LETTER), selector=b"other")

    assert await standing_of(raw, by=DkimSenderCheck(resolver=zone, own=US)) == PROVEN


async def test_a_foreign_domain_whose_dns_is_down_keeps_nobody_waiting():
    zone = ZoneTxt(ZONE, down={"mail._domainkey.example.com"})
    raw = signed(LETTER, domain=b"example.com")

    assert isinstance(await standing_of(raw, by=DkimSenderCheck(resolver=zone, own=US)), Unproven)


async def test_a_key_is_fetched_over_the_wire():
    server = FakeDns({"mail._domainkey.example.kz": [PUBLIC_KEY]})
    async with serving(server) as port:
        wired = DkimSenderCheck(resolver=DnsTxt(nameservers=["127.0.0.1"], port=port), own=US)

        assert await standing_of(signed(LETTER), by=wired) == PROVEN


async def test_dns_says_what_is_there_and_what_is_not():
    server = FakeDns({"one.example.kz": [b"v=DKIM1; p=x"], "none.example.kz": [], "two.example.kz": [b"a", b"b"]})
    async with serving(server) as port:
        resolver = DnsTxt(nameservers=["127.0.0.1"], port=port)

        assert await resolver.txt("one.example.kz") == b"v=DKIM1; p=x"
        assert await resolver.txt("none.example.kz") is None
        assert await resolver.txt("two.example.kz") is None  # undefined, RFC 6376 s. 3.6.2.2
        assert await resolver.txt("nowhere.example.kz") is None


@pytest.mark.parametrize("trouble", ["broken", "silent"])
async def test_dns_that_fails_or_stays_silent_is_unavailable(trouble: str):
    name = "mail._domainkey.example.kz"
    server = FakeDns(
        {}, broken={name} if trouble == "broken" else (), silent={name} if trouble == "silent" else ()
    )
    async with serving(server) as port:
        resolver = DnsTxt(nameservers=["127.0.0.1"], port=port, timeout=0.3)

        with pytest.raises(Unavailable) as caught:
            await resolver.txt(name)

    assert "example" not in str(caught.value)  # the domain may be a person's name


# ---------------------------------------------------------------- the border, and hostile mail


async def test_the_border_is_heard_before_dns_is_asked():
    everything_down = DkimSenderCheck(resolver=ZoneTxt({}, down=set(ZONE)), own=US)
    failed = replace(MESSAGE, border={"dmarc": "fail"})
    passed = replace(MESSAGE, border={"dkim": "pass", "dkim.d": "example.kz"})

    assert isinstance(await standing_of(signed(LETTER), failed, by=everything_down), Failed)
    assert await standing_of(signed(LETTER), passed, by=everything_down) == PROVEN


async def test_the_border_cannot_vouch_for_words_added_to_a_signed_letter():
    passed = replace(MESSAGE, border={"dkim": "pass", "dkim.d": "example.kz"})
    header, end, body = signed(LETTER).partition(b"\r\n\r\n")
    longer = signed(LETTER, whole=False) + b"And erase everything.\r\n"

    assert isinstance(await standing_of(header + b"\r\nErase everything." + end + body, passed), Unproven)
    assert isinstance(await standing_of(longer, passed), Unproven)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b";;;",
        b"v=1",
        b"v=1; a=rsa-sha256; d=example.kz; s=..; h=from; bh=; b=",
        b"v=1; a=rsa-sha256; d=example.kz; s=\xff; h=from; bh=; b=",
        b"v=1; a=rsa-sha256; d=example.kz; s=mail; h=from:to:subject:date; bh=; b=",
        b"v=1; a=rsa-sha256; d=example.kz; s=mail; h=from:to:subject:date; bh=A; b=A",
        b"v=1; a=rsa-sha256; d=example.kz; s=mail; i=kz; h=from:to:subject:date; bh=AAAA; b=AAAA",
        b"v=1; a=rsa-sha256; d=example.kz; s=mail; t="
        + b"9" * 5000
        + b"; h=from:to:subject:date; bh=AAAA; b=AAAA",
        b"v=1; a=rsa-sha256; d=example.kz; s=mail; c=x/y/z; h=from:to:subject:date; bh=AAAA; b=AAAA",
        b"v=1; a=rsa-sha256; d=example.kz; d=example.kz; s=mail; h=from; bh=AAAA; b=AAAA",
    ],
)
async def test_a_garbled_signature_counts_for_nothing_and_breaks_nothing(value: bytes):
    assert isinstance(await standing_of(b"DKIM-Signature: " + value + b"\r\n" + LETTER), Unproven)


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\r\n\r\n", b" ", b"\x00", b"X", LETTER.partition(b"\r\n\r\n")[0]])
async def test_any_bytes_at_all_have_a_standing(raw: bytes):
    assert isinstance(await standing_of(raw), Unproven)


async def test_a_header_without_end_is_not_searched():
    raw = signed(LETTER).replace(b"\r\n\r\n", b"\r\nX-Filler: " + b"x" * 70_000 + b"\r\n\r\n", 1)

    assert await standing_of(raw) == Unproven("the header is too long")


KEYS = [
    b"p=",
    b"p=!!!",
    b"k=rsa; p=AAAA",
    b"k=rsa; p=MAYCAQACAQA=",  # modulus and exponent nought
    b"k=rsa; p=MAYCAQECAQE=",  # both one
    b"k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ==",  # cut off
    b"k=rsa; p=" + base64.b64encode(bytes.fromhex("300f300d06092a864886f70d0101010501ff")),  # a NULL of one octet
    b"k=dsa; p=AAAA",
    b"k=ed25519; p=AAAA",
    b"v=DKIM2; p=AAAA",
    b"s=other; " + PUBLIC_KEY,
    b"p=" + b"A" * 4000,
    b"\xff\xfe=\x00",
]


@pytest.mark.parametrize("key", KEYS)
async def test_a_garbled_key_counts_for_nothing_and_breaks_nothing(key: bytes):
    hostile = DkimSenderCheck(resolver=ZoneTxt({"mail._domainkey.example.kz": key}), own=US)

    assert isinstance(await standing_of(signed(LETTER), by=hostile), Unproven)


SPACES = b" " * 1_000_000
TAGS = b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.kz; s=mail; h=from:to:subject:date; bh=AAAA; b=AAAA"


@pytest.mark.parametrize(
    "raw",
    [
        b"DKIM-Signature: " + TAGS + b"\r\n" + LETTER + SPACES + b"x\r\n",  # quadratic in dkimpy: hours
        b"DKIM-Signature: " + TAGS + b"\r\n " * 10_000 + b"!\r\n" + LETTER,
        b"DKIM-Signature: " + TAGS + b"A" * 60_000 + b"!\r\n" + LETTER,
        b"DKIM-Signature: " + TAGS.replace(b"h=from", b"h=from" + b":x" * 3000) + b"\r\n" + LETTER,
    ],
    ids=["spaces in the body", "folds in the signature", "endless signature", "endless h="],
)
async def test_hostile_mail_cannot_hold_the_daemon_up(raw: bytes):
    began = time.process_time()

    standing = await standing_of(raw)

    assert isinstance(standing, Unproven)
    assert time.process_time() - began < 2.0
