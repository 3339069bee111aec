"""The port's promises on servers that nobody scripted: pymap in this process, and Dovecot."""

import asyncio
import itertools
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.backend.dict.mailbox import MailboxData
from pymap.imap import IMAPServer
from pymap.parsing.specials.flag import Wildcard

from mailbot.adapters.imap import ImapMailbox
from mailbot.core.message.addresses import address as compared
from mailbot.core.model import Address, MessageId, Place
from mailbot.errors import Rejected
from tests.servers.dovecot import Account

pytestmark = pytest.mark.slow  # together they take longer than make check may

ACCOUNT = Account(user="info@example.kz", password="an invented password")
NOON = datetime(2025, 11, 23, 12, tzinfo=UTC)
Client = Callable[[], ImapMailbox]
_NUMBERS = itertools.count(1)


@asynccontextmanager
async def pymap() -> AsyncIterator[int]:
    """Port of an empty server with one user."""
    settings = {"debug": False, "host": "127.0.0.1", "port": 0, "cert": None, "key": None, "tls": False}
    settings |= {"proxy_protocol": "noop", "passlib_cfg": None, "inherited_sockets": None}
    demo = {"demo_data": False, "demo_user": ACCOUNT.user, "demo_password": ACCOUNT.password}
    backend, config = await DictBackend.init(Namespace(**settings, **demo), secure_auth=False)
    config.apply_context()
    talk = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await asyncio.sleep(0.02)


@pytest.fixture(params=["pymap", pytest.param("dovecot", marks=pytest.mark.servers)])
async def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """Makes mailboxes on one empty account."""
    async with AsyncExitStack() as stack:
        if request.param == "dovecot":
            dovecot = request.getfixturevalue("dovecot")
            account, port = dovecot.account(f"imap-{next(_NUMBERS)}@example.kz"), dovecot.imap_port
        else:  # pymap drops keywords silently unless it is told that any may be stored
            usual = cast("property", MailboxData.permanent_flags).fget or frozenset
            monkeypatch.setattr(MailboxData, "permanent_flags", property(lambda box: usual(box) | {Wildcard}))
            account, port = ACCOUNT, await stack.enter_async_context(pymap())

        def make() -> ImapMailbox:
            mailbox = ImapMailbox(
                host="127.0.0.1", port=port, tls="none", user=account.user, password=account.password, timeout=10
            )
            stack.push_async_callback(mailbox.close)
            return mailbox

        yield make


def letter(number: int, text: str = "Тоқтатыңыз") -> bytes:
    head = f"Message-ID: <{number}@example.org>\r\nFrom: anna@example.org\r\nSubject: {number}\r\n\r\n"
    return (head + text + "\r\n").encode()


async def test_a_letter_comes_back_as_it_was_put_in(client: Client):
    mailbox, raw = client(), letter(1)
    state = await mailbox.open("INBOX")
    await mailbox.append("INBOX", raw, at=NOON)

    [mail] = await mailbox.fetch("INBOX", await mailbox.uids("INBOX", above=state.uidnext - 1))

    assert (mail.raw, mail.received_at, mail.size, mail.cut) == (raw, NOON, len(raw), False)
    assert mail.place == Place(folder="INBOX", uidvalidity=state.uidvalidity, uid=state.uidnext)


async def test_all_of_many_letters_come_once_and_in_order(client: Client):
    mailbox = client()
    letters = [letter(number, "x" * (number * 50)) for number in range(1, 121)]
    for raw in letters:
        await mailbox.append("INBOX", raw, at=NOON)

    mails = await mailbox.fetch("INBOX", await mailbox.uids("INBOX"))

    assert [mail.raw for mail in mails] == letters


async def test_only_the_start_of_an_oversized_letter_is_read(client: Client):
    mailbox, raw = client(), letter(1, "x" * 26 * 2**20)
    await mailbox.append("INBOX", raw, at=NOON)

    [mail] = await mailbox.fetch("INBOX", await mailbox.uids("INBOX"))

    assert (mail.raw, mail.size, mail.cut) == (raw[:65_536], len(raw), True)


async def test_a_look_takes_up_where_the_last_one_ended(client: Client):
    mailbox = client()
    for number, days in ((1, -40), (2, -2), (3, 0)):
        await mailbox.append("INBOX", letter(number), at=NOON + timedelta(days=days))
    first, second, third = await mailbox.uids("INBOX")

    assert await mailbox.uids("INBOX", above=first) == [second, third]
    assert await mailbox.uids("INBOX", above=third) == []
    assert await mailbox.uids("INBOX", above=third + 100) == []
    assert await mailbox.uids("INBOX", since=NOON - timedelta(days=10)) == [second, third]
    assert await mailbox.uids("INBOX", above=second, since=NOON) == [third]


async def test_a_look_sees_what_came_since_the_last_one(client: Client):
    mailbox, relay = client(), client()

    for count in range(3):
        assert len(await mailbox.uids("INBOX")) == count
        await relay.append("INBOX", letter(count), at=NOON)


async def test_flags_and_keywords_are_kept(client: Client):
    mailbox = client()
    await mailbox.append("INBOX", letter(1), at=NOON)
    assert (await mailbox.open("INBOX")).keywords
    [mail] = await mailbox.fetch("INBOX", await mailbox.uids("INBOX"))

    await mailbox.add_keyword(mail.place, "$Mailbot")

    flags = await client().flags(mail.place)
    assert flags is not None
    assert flags >= {r"\Seen", "$Mailbot"}


async def test_a_moved_letter_is_where_it_was_moved(client: Client):
    mailbox = client()
    await mailbox.append("Өтініштер", letter(9), at=NOON)  # makes the folder
    await mailbox.append("INBOX", letter(1), at=NOON)
    [mail] = await mailbox.fetch("INBOX", await mailbox.uids("INBOX"))

    place = await mailbox.move(mail.place, "Өтініштер")

    assert place is not None
    assert await mailbox.uids("INBOX") == []
    assert [moved.raw for moved in await mailbox.fetch("Өтініштер", [place.uid])] == [mail.raw]
    assert "Өтініштер" in await mailbox.folders()


async def test_a_letter_that_a_colleague_took_away_is_no_error(client: Client):
    mailbox, colleague = client(), client()
    await mailbox.append("Done", letter(9), at=NOON)
    await mailbox.append("INBOX", letter(1), at=NOON)
    [mail] = await mailbox.fetch("INBOX", await mailbox.uids("INBOX"))

    await colleague.move(mail.place, "Done")

    assert await mailbox.flags(mail.place) is None
    assert await mailbox.fetch("INBOX", [mail.place.uid]) == []
    await mailbox.add_keyword(mail.place, "$Mailbot")
    assert await mailbox.move(mail.place, "Done") is None
    assert len(await mailbox.uids("Done")) == 2


async def test_whether_our_letter_was_put_away(client: Client):
    mailbox = client()
    await mailbox.append("Жіберілген хаттар", letter(7), at=NOON)

    assert await mailbox.holds("Жіберілген хаттар", MessageId("7@example.org"))
    assert not await mailbox.holds("Жіберілген хаттар", MessageId("77@example.org"))


async def test_new_mail_ends_the_wait(client: Client):
    mailbox, relay = client(), client()
    await mailbox.uids("INBOX")
    waiting = asyncio.create_task(mailbox.wait("INBOX", 30))
    await asyncio.sleep(0.1)

    await relay.append("INBOX", letter(1), at=NOON)

    async with asyncio.timeout(5):
        await waiting
    assert len(await mailbox.uids("INBOX")) == 1


def to(number: int, **headers: str) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (f"Message-ID: <{number}@example.org>\r\n{head}Subject: {number}\r\n\r\nanna@example.org\r\n").encode()


async def test_letters_are_found_by_exactly_one_address_in_from_to_or_cc(client: Client):
    mailbox = client()
    for number, raw in enumerate(
        [
            {"From": "Anna <ANNA@Example.org>"},
            {"From": "joanna@example.org"},  # SEARCH takes it for anna: C8 does not
            {"From": "boris@example.org", "To": "info@example.kz, anna@example.org"},
            {"From": "boris@example.org", "Cc": "Anna <anna@example.org>"},
            {"From": "boris@example.org", "Reply-To": "anna@example.org"},
            {"From": "anna@example.org.example.com"},
            {"From": '"anna@example.org" <boris@example.org>'},
        ]
    ):
        await mailbox.append("INBOX", to(number, **raw), at=NOON)
    first, _, third, fourth, *_ = await mailbox.uids("INBOX")

    places = await mailbox.search("INBOX", Address("anna@example.org"))

    assert [place.uid for place in places or ()] == [first, third, fourth]
    assert await mailbox.search("INBOX", Address("nobody@example.org")) == []
    assert await mailbox.search("Nowhere", Address("anna@example.org")) is None


async def test_letters_are_found_by_an_address_in_its_own_letters(client: Client):
    mailbox, address = client(), "анна@мысал.example"
    await mailbox.append("INBOX", to(1, From=f"Анна <{address}>"), at=NOON)
    await mailbox.append("INBOX", to(2, From="boris@example.org"), at=NOON)

    (place,) = await mailbox.search("INBOX", compared(address)) or ()

    assert place.uid == (await mailbox.uids("INBOX"))[0]


async def test_letters_are_destroyed_by_their_uids_and_none_that_others_have_marked(client: Client):
    """D64: a plain EXPUNGE would take what a colleague has marked and may want back."""
    mailbox, colleague = client(), client()
    for number in range(120):
        await mailbox.append("INBOX", letter(number), at=NOON)
    places = await mailbox.search("INBOX", Address("anna@example.org")) or ()
    spared = places[60]
    async with colleague._turn("INBOX") as connection:
        await connection.run("STORE", str(spared.uid), "+FLAGS.SILENT", r"(\Deleted)", uid=True)

    await mailbox.expunge([place for place in places if place != spared])
    await mailbox.expunge(places[:2])

    assert await mailbox.search("INBOX", Address("anna@example.org")) == [spared]
    assert r"\Deleted" in (await mailbox.flags(spared) or ())


async def test_uids_of_a_folder_that_was_made_anew_destroy_nothing(client: Client):
    """D57: the numbers name other letters now."""
    mailbox = client()
    await mailbox.append("INBOX", letter(1), at=NOON)
    (place,) = await mailbox.search("INBOX", Address("anna@example.org")) or ()

    await mailbox.expunge([replace(place, uidvalidity=place.uidvalidity + 1)])

    assert await mailbox.search("INBOX", Address("anna@example.org")) == [place]


async def test_a_folder_that_is_missing_is_refused_and_the_next_call_works(client: Client):
    mailbox = client()

    with pytest.raises(Rejected, match="SELECT: NO"):
        await mailbox.uids("Nowhere")

    assert await mailbox.uids("INBOX") == []
