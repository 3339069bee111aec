"""What only a real server, its certificates and its death can show."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mailbot.adapters.imap import ImapMailbox
from mailbot.core.model import Place
from mailbot.errors import Rejected, Unavailable
from tests.servers.dovecot import DovecotServer

pytestmark = pytest.mark.servers

NOON = datetime(2025, 11, 23, 12, tzinfo=UTC)
LETTER = b"Subject: a\r\n\r\nb\r\n"
Client = Callable[..., ImapMailbox]
_NUMBERS = itertools.count(1)


@pytest.fixture
def user() -> str:
    return f"real-{next(_NUMBERS)}@example.kz"


@pytest.fixture
async def client(dovecot: DovecotServer, user: str) -> AsyncIterator[Client]:
    """Makes mailboxes of *user*."""
    clients: list[ImapMailbox] = []

    def make(**settings: Any) -> ImapMailbox:
        account = dovecot.account(user)
        usual: dict[str, Any] = {"host": "127.0.0.1", "port": dovecot.imap_port, "tls": "none", "timeout": 10}
        usual |= {"user": account.user, "password": account.password}
        clients.append(ImapMailbox(**(usual | settings)))
        return clients[-1]

    yield make
    for mailbox in clients:
        await mailbox.close()


async def test_reading_leaves_mail_unseen(dovecot: DovecotServer, client: Client, user: str):
    dovecot.deliver(user, LETTER)
    mailbox = client()

    [mail] = await mailbox.fetch("INBOX", await mailbox.uids("INBOX"))

    assert mail.raw.endswith(LETTER)
    assert r"\Seen" not in (await client().flags(mail.place) or ())


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_tls(dovecot: DovecotServer, client: Client, tls: str):
    port = dovecot.imaps_port if tls == "implicit" else dovecot.imap_port
    where = {"host": "localhost", "port": port, "tls": tls}

    assert await client(**where, ca_file=dovecot.ca_file).uids("INBOX") == []
    with pytest.raises(Rejected, match="certificate is not trusted"):
        await client(**where).uids("INBOX")


@pytest.mark.slow
async def test_a_wrong_password_is_refused_and_a_right_one_taken_afterwards(client: Client):
    with pytest.raises(Rejected, match=r"\[AUTHENTICATIONFAILED\]"):
        await client(password="wrong").uids("INBOX")

    assert await client().uids("INBOX") == []


async def test_the_uses_of_folders(client: Client):
    assert await client().special() == {r"\Junk": "Junk", r"\Sent": "Sent"}


@pytest.mark.slow
async def test_thousands_of_letters_are_listed_watched_and_deleted(
    client: Client, dovecot: DovecotServer, user: str
):
    mailbox = client()
    colleague = dovecot.login(user)
    for _ in range(3):
        await mailbox.append("INBOX", LETTER, at=NOON)
    for _ in range(10):  # 3 letters become 3 * 2**10
        colleague.select("INBOX")
        colleague.copy("1:*", "INBOX")
    uids = await mailbox.uids("INBOX")
    waiting = asyncio.create_task(mailbox.wait("INBOX", 1.5))
    await asyncio.sleep(0.2)

    colleague.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
    colleague.expunge()
    colleague.logout()
    await waiting

    assert len(uids) == 3 * 2**10
    assert await mailbox.uids("INBOX") == []


async def test_a_folder_made_anew_does_not_lend_its_uids(client: Client, dovecot: DovecotServer, user: str):
    mailbox = client()
    await mailbox.append("Old", LETTER, at=NOON)
    [uid] = await mailbox.uids("Old")
    place = Place(folder="Old", uidvalidity=(await mailbox.open("Old")).uidvalidity, uid=uid)
    await mailbox.close()
    colleague = dovecot.login(user)
    colleague.delete("Old")
    colleague.logout()
    await asyncio.sleep(1.1)  # UIDVALIDITY is a time in seconds

    await mailbox.append("Old", LETTER, at=NOON)

    assert await mailbox.uids("Old") == [uid]
    assert await mailbox.flags(place) is None


async def test_the_death_of_the_server_is_told_and_its_return_is_found(client: Client, dovecot: DovecotServer):
    mailbox = client(timeout=3)
    await mailbox.append("INBOX", LETTER, at=NOON)
    uids = await mailbox.uids("INBOX")
    waiting = asyncio.create_task(mailbox.wait("INBOX", 30))
    await asyncio.sleep(0.2)

    await asyncio.to_thread(dovecot.kill)
    try:
        with pytest.raises(Unavailable):
            async with asyncio.timeout(10):
                await waiting
        with pytest.raises(Unavailable):
            await mailbox.uids("INBOX")
    finally:
        await asyncio.to_thread(dovecot.start)

    assert await mailbox.uids("INBOX") == uids
