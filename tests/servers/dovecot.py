"""A real Dovecot 2.3 on loopback, with everything it has in one folder.

Runs as root (its parts then as Debian's `dovecot` user) and as an ordinary user (everything as that user).
"""

import getpass
import grp
import imaplib
import os
import re
import shutil
import smtplib
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.certificates import Certificates
from tests.servers.child import Child, answers
from tests.servers.installed import DOVECOT
from tests.servers.ports import free_port

PASSWORD = "an invented password"

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = mailbot-tests
protocols = imap lmtp
listen = 127.0.0.1
log_path = /dev/stderr
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}

ssl = yes
ssl_cert = <{cert_file}
ssl_key = <{key_file}

disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_chars =
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/accounts/%u
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}

mail_location = maildir:{folder}/mail/%u/Maildir
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 500
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}

service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth_port}
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
  }}
}}
service lmtp {{
  user = {user}
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
  unix_listener lmtp {{
    mode = 0
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@example.kz
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a mail client is told."""

    user: str
    password: str = field(repr=False)


class DovecotServer:
    """IMAP (plain with STARTTLS, and implicit TLS), LMTP for what delivers, SASL for Postfix.

    Two folders stand in every account from the start: Junk and Sent, marked with their special use.
    """

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        self.ca_file = certificates.ca_file
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.lmtp_port, self.auth_port = free_port(), free_port()
        self._accounts = folder / "accounts"  # a file each: Dovecot does not look twice a second into the same one
        self._mail = folder / "mail"
        self._write(folder, certificates)
        ports = (self.imap_port, self.imaps_port, self.lmtp_port, self.auth_port)
        self._child = Child(
            [str(DOVECOT), "-F", "-c", str(folder / "dovecot.conf")],
            ready=lambda: all(answers(port) for port in ports),
            log=folder / "dovecot.log",
        )

    def _write(self, folder: Path, certificates: Certificates) -> None:
        user = "dovecot" if os.geteuid() == 0 else getpass.getuser()
        group = "dovecot" if os.geteuid() == 0 else grp.getgrgid(os.getegid()).gr_name
        self._accounts.mkdir()
        self._mail.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._mail, user, group)
        text = _CONFIG.format(
            folder=folder,
            user=user,
            group=group,
            cert_file=certificates.cert_file,
            key_file=certificates.key_file,
            auth_port=self.auth_port,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            lmtp_port=self.lmtp_port,
        )
        (folder / "dovecot.conf").write_text(text)

    @property
    def pid(self) -> int:
        """Process id of the master."""
        return self._child.pid

    def start(self) -> None:
        """Start on what the folder holds; the accounts and their mail are those of the last run."""
        self._child.start()

    def stop(self) -> None:
        """Stop politely; open sessions are cut."""
        self._child.stop()

    def kill(self) -> None:
        """Stop as a power cut would."""
        self._child.kill()

    def account(self, address: str) -> Account:
        """The account of *address*, made now if it does not exist; a test that wants an empty one invents one."""
        (self._accounts / address).write_text(f"{address}:{{PLAIN}}{PASSWORD}\n")
        return Account(user=address, password=PASSWORD)

    def login(self, address: str) -> imaplib.IMAP4:
        """A connection logged in as *address*, for looking at a mailbox in a few lines; the caller logs out."""
        account = self.account(address)
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=10)
        client.login(account.user, account.password)
        return client

    def deliver(self, address: str, raw: bytes, *, mail_from: str = "") -> None:
        """Put *raw* into the INBOX of *address* by LMTP, which adds Return-Path and Received; LF becomes CRLF."""
        self.account(address)
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            lmtp.sendmail(mail_from, [address], re.sub(rb"\r?\n", b"\r\n", raw))
