"""Looking at a mailbox as another mail program would, without a trace."""

import imaplib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.servers.dovecot import DovecotServer

_UID = re.compile(rb"UID (\d+)")


@contextmanager
def opened(dovecot: DovecotServer, address: str) -> Iterator[imaplib.IMAP4]:
    """A connection logged in as *address*."""
    with dovecot.login(address) as client:  # logs out
        yield client


def flags_of(client: imaplib.IMAP4, folder: str = "INBOX") -> Mapping[int, bytes]:
    r"""UID → flags, sorted; without \Recent, which is a matter of sessions."""
    client.select(folder, readonly=True)
    lines = [line for line in client.uid("FETCH", "1:*", "(UID FLAGS)")[1] if isinstance(line, bytes)]
    told = {_uid(line): imaplib.ParseFlags(line) for line in lines}
    return {uid: b" ".join(sorted({*flags} - {rb"\Recent"})) for uid, flags in told.items()}


def message_ids_of(client: imaplib.IMAP4, folder: str = "INBOX") -> Mapping[int, str]:
    """UID → Message-ID, with its angle brackets."""
    client.select(folder, readonly=True)
    parts = client.uid("FETCH", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
    told = [part for part in parts if isinstance(part, tuple)]
    return {_uid(head): header.partition(b":")[2].strip().decode() for head, header in told}


def _uid(line: bytes) -> int:
    found = _UID.search(line)
    assert found is not None
    return int(found[1])
