"""Whose results about a sender are believed: by position and name, as providers really write them (C3, D30-D34).

The header blocks are written after those that Yandex 360, Mail.ru, Gmail, Microsoft 365, OpenDKIM with OpenDMARC
and rspamd wrote between 2013 and 2026, with invented people.
"""

import pytest

from mailbot.core.message import Own, read
from mailbot.core.message.border import BORDERS, UNNAMED, believed, named
from mailbot.core.model import Message

FRONT = "mail-nwsmtp-mxfront-production-main-80.iva.yp-c.yandex.net"
YANDEX = f"""\
Received: from postback1a.mail.yandex.net by mail-notsolitesrv-production-main-25.vla.yp-c.yandex.net with LMTPS
Received: from {FRONT} by postback1a.mail.yandex.net (Yandex) with ESMTPS
Received: from mail.example.kz by {FRONT} (mxfront) with ESMTPS
X-Yandex-Fwd: 1
Authentication-Results: {FRONT}; spf=pass ({FRONT}: domain of example.kz designates 192.0.2.7 as permitted sender,
 rule=[ip4:192.0.2.0/24]) smtp.mail=anna@example.kz; dkim=pass header.i=@example.kz
X-Yandex-Spam: 1"""

MAILRU = """\
Delivered-To: info@example.org
Return-path: <anna@example.kz>
Authentication-Results: mxs.mail.ru; spf=pass (mx5.mail.ru: domain of example.kz designates 192.0.2.7 as permitted
 sender) smtp.mailfrom=anna@example.kz smtp.helo=mail.example.kz;
\t dkim=pass header.d=example.kz; dmarc=pass header.from=anna@example.kz
Received-SPF: pass (mx5.mail.ru: domain of example.kz designates 192.0.2.7 as permitted sender)
 client-ip=192.0.2.7; envelope-from=anna@example.kz; helo=mail.example.kz;
Received: from [192.0.2.7] (port=54884 helo=mail.example.kz) by mx5.mail.ru with esmtp"""

GMAIL = """\
Delivered-To: info@example.org
Received: by 2002:a05:6a10:8f0e:b0:5f1:1234 with SMTP id x; Mon, 16 Nov 2026 10:00:02 -0800
X-Received: by 2002:a17:906:1 with SMTP id abc; Mon, 16 Nov 2026 10:00:02 -0800
ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@example.kz
Return-Path: <anna@example.kz>
Received: from mail.example.kz (mail.example.kz. [192.0.2.7]) by mx.google.com with ESMTPS id y
Received-SPF: pass (google.com: domain of anna@example.kz designates 192.0.2.7 as permitted sender)
 client-ip=192.0.2.7;
Authentication-Results: mx.google.com; dkim=pass header.i=@example.kz header.s=mail header.b=AbCd1234;
 spf=pass (google.com: domain of anna@example.kz designates 192.0.2.7 as permitted sender)
 smtp.mailfrom=anna@example.kz; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.kz"""

MICROSOFT = """\
Received: from A.prod.outlook.com by B.prod.outlook.com with HTTPS; Mon, 16 Nov 2026 05:00:05 +0000
Received: from C.prod.outlook.com by A.outlook.office365.com via Frontend Transport; Mon, 16 Nov 2026
Authentication-Results: spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=example.kz; dkim=pass (signature was
 verified) header.d=example.kz;dmarc=pass action=none header.from=example.kz;compauth=pass reason=100
Received-SPF: Pass (protection.outlook.com: domain of example.kz designates 192.0.2.7 as permitted sender)
 receiver=protection.outlook.com; client-ip=192.0.2.7; helo=mail.example.kz; pr=C
Received: from mail.example.kz by C.mail.protection.outlook.com via Frontend Transport"""

POSTFIX = """\
Return-Path: <anna@example.kz>
Received: from mx.example.org by mx.example.org with LMTP; Mon, 16 Nov 2026 10:00:05 +0500
Authentication-Results: mx.example.org; dmarc=pass (p=reject dis=none) header.from=example.kz
Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.kz
Authentication-Results: mx.example.org; dkim=pass (2048-bit key) header.d=example.kz header.i=@example.kz
Received: from mail.example.kz (mail.example.kz [192.0.2.7]) by mx.example.org (Postfix) with ESMTPS"""

RSPAMD = """\
Received: from mail.example.kz by mx.example.org (Postfix) with ESMTPS id 4X
Authentication-Results: mx.example.org;
\tdkim=pass header.d=example.kz header.s=mail header.b=AbCd1234;
\tspf=pass (mx.example.org: domain of anna@example.kz designates 192.0.2.7 as permitted sender) \
smtp.mailfrom=anna@example.kz;
\tdmarc=pass (policy=reject) header.from=example.kz"""

OURS = ("mx.example.org",)
BLOCKS = {
    "yandex360": (YANDEX, ()),
    "mailru": (MAILRU, ()),
    "gmail": (GMAIL, ()),
    "microsoft365": (MICROSOFT, ()),
    "own": (RSPAMD, OURS),
}
FORGED = (
    f"Authentication-Results: {FRONT}; dkim=pass header.d=example.com\n"
    "Authentication-Results: mxs.mail.ru; dkim=pass header.d=example.com\n"
    "Authentication-Results: mx.google.com; dkim=pass header.d=example.com; dmarc=pass\n"
    "Authentication-Results: dkim=pass header.d=example.com; dmarc=pass\n"
    "Authentication-Results: mx.example.org; dkim=pass header.d=example.com; dmarc=pass"
)
SENDERS = "Received: from phone by mail.example.kz\nFrom: anna@example.kz\nTo: info@example.org"


def told(block: str, border: str, *names: str, hops: int | None = None, below: str = SENDERS) -> dict[str, str]:
    """What is believed of a letter that came with *block* on top, where *border* is set."""
    chosen = believed(border, names, hops)
    own = Own(addresses=frozenset(), loop_id="x", trusted_borders=chosen.names, border_hops=chosen.hops)
    message = read(f"{block}\n{below}\n\nHello.\n".replace("\n", "\r\n").encode(), own=own)
    assert isinstance(message, Message)
    return dict(message.border)


def signer(border: dict[str, str]) -> str:
    return border.get("dkim.d") or border.get("dkim.i", "")


# ---------------------------------------------------------------- each provider


@pytest.mark.parametrize("border", BLOCKS)
def test_c3_each_preset_reads_what_its_provider_writes(border: str):
    block, names = BLOCKS[border]

    found = told(block, border, *names)

    assert (found["dkim"], signer(found).lstrip("@")) == ("pass", "example.kz")
    assert (found["spf"], found["spf.mailfrom"].rpartition("@")[2]) == ("pass", "example.kz")
    assert found.get("dmarc", "pass") == "pass"  # Yandex tells none


@pytest.mark.parametrize("border", BLOCKS)
def test_c3_no_border_is_believed_by_default(border: str):
    block, _ = BLOCKS[border]

    assert told(block, "") == {}
    assert told(block, "own") == {}


@pytest.mark.parametrize("border", BLOCKS)
def test_c3_a_border_does_not_believe_anothers(border: str):
    _, names = BLOCKS[border]
    others = [told(block, border, *names) for name, (block, _) in BLOCKS.items() if name != border]

    assert others == [{}] * 4


@pytest.mark.parametrize("border", BLOCKS)
@pytest.mark.parametrize("below", [f"{FORGED}\n{SENDERS}", f"Received: by evil\n{FORGED}\n{SENDERS}"])
def test_c3_what_a_forger_puts_first_or_below_changes_nothing(border: str, below: str):
    block, names = BLOCKS[border]

    assert told(block, border, *names, below=below) == told(block, border, *names)


@pytest.mark.parametrize("border", BLOCKS)
def test_c3_a_forger_fares_no_better_where_the_border_says_nothing_of_dkim(border: str):
    """The border that has nothing to say about a method must not be finished by somebody else."""
    block, names = BLOCKS[border]
    silent = {"header.i=@example.kz", "header.d=example.kz"}
    lines = [line for line in block.replace("dkim=pass", "x-dkim=none").splitlines() if line not in silent]

    found = told("\n".join(lines), border, *names, below=f"{FORGED}\n{SENDERS}")

    assert "dkim" not in found


@pytest.mark.parametrize(
    "junk", ["mx.example.org; none", "mx.example.org; spf=pass smtp.mailfrom=a(b@x", "mx.example.org 2; x"]
)
def test_c3_a_border_that_says_nothing_readable_leaves_no_room_for_a_forger(junk: str):
    block = f"Received: from evil by mx.example.org\nAuthentication-Results: {junk}"

    assert "dkim" not in told(block, "own", *OURS, below=f"{FORGED}\n{SENDERS}")


# ---------------------------------------------------------------- one's own server


def test_c3_results_in_several_fields_are_put_together_above_the_last_received_field_only():
    """OpenDKIM, OpenDMARC and an SPF daemon write a field each."""
    assert set(told(POSTFIX, "own", *OURS, hops=2)) >= {"dmarc", "spf", "dkim"}
    assert set(told(POSTFIX, "own", *OURS, hops=1)) == {"dmarc", "dmarc.from"}
    assert told(POSTFIX, "own", *OURS, hops=0) == {}  # the LMTP server's Received stands above them


def test_c3_above_every_received_field_nobody_but_a_border_can_write():
    block = "\n".join(line for line in POSTFIX.splitlines() if "LMTP" not in line)

    assert set(told(block, "own", *OURS, hops=0)) >= {"dmarc", "spf", "dkim"}
    assert told(f"Received: by mx.example.org\n{FORGED}", "own", *OURS, hops=0) == {}


def test_c3_of_two_fields_about_one_thing_the_upper_one_counts():
    block = POSTFIX.replace("spf=pass smtp.mailfrom=example.kz", "dmarc=fail header.from=example.kz; spf=none")

    assert told(block, "own", *OURS, hops=2)["dmarc"] == "pass"


def test_c3_exchange_on_premises_tells_of_spf_only():
    block = (
        "Received: from edge.example.org by mbx.example.org; Mon, 16 Nov 2026 10:00:05 +0500\n"
        "Received-SPF: Pass (edge.example.org: domain of anna@example.kz designates 192.0.2.7 as sender)\n"
        " receiver=edge.example.org; client-ip=192.0.2.7; helo=mail.example.kz;"
    )

    found = told(block, "own", "*.example.org")
    assert found == {"spf": "pass", "spf.mailfrom": "anna@example.kz"}
    assert told(block, "own", "mx.example.com") == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("softfail (mx.example.org: domain of a@example.kz) receiver=mx.example.org;", "softfail"),
        ("Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.7; receiver=mx.example.org", "pass"),
        ("pass (mx.example.net: domain of a@example.kz designates) receiver=mx.example.org;", None),
        ("pass", None),
        ("yes (mx.example.org: x)", None),
        ("", None),
    ],
)
def test_c3_received_spf_counts_only_of_a_named_receiver(line: str, expected: str | None):
    assert told(f"Received-SPF: {line}\nReceived: by mx.example.org", "own", *OURS).get("spf") == expected


# ---------------------------------------------------------------- names, settings


@pytest.mark.parametrize(
    ("name", "pattern", "fits"),
    [
        ("mx7.example.org", "mx*.example.org", True),
        ("MX7.Example.ORG", "mx*.example.org", True),
        ("a.b.example.org", "*.example.org", True),
        ("evilexample.org", "*.example.org", False),
        ("mx.example.org.evil.net", "*.example.org", False),
        ("mxxexample.org", "mx.example.org", False),
        ("mx example.org", "mx*example.org", False),
        ("", "*", True),
    ],
)
def test_a_star_stands_for_what_a_host_name_may_hold(name: str, pattern: str, fits: bool):  # noqa: FBT001 - a table of facts
    assert named(name, (pattern,)) is fits


def test_only_microsoft_writes_no_name_and_nobody_else_is_taken_for_it():
    assert [name for name, border in BORDERS.items() if UNNAMED in border.names] == ["microsoft365"]
    assert told(MICROSOFT, "gmail", hops=2) == {}


def test_the_operators_names_and_hops_go_beside_the_presets():
    chosen = believed("gmail", ("mx.example.org",), 5)

    assert (chosen.names, chosen.hops) == (("mx.google.com", "google.com", "mx.example.org"), 5)
    assert believed("", (), None).names == ()
