"""A real Postfix 3.7 on loopback, in and out: a closed world that delivers into Dovecot and nowhere else.

Runs as root only: its master gives every part its own rights. It asks no DNS and reaches no other machine.
"""

import os
import shutil
import smtplib
from collections.abc import Sequence
from pathlib import Path

from tests.servers.certificates import Certificates
from tests.servers.child import Child, answers
from tests.servers.dovecot import DovecotServer
from tests.servers.installed import POSTFIX_MASTER
from tests.servers.ports import free_port

DOMAINS = ("example.kz", "example.org")  # the company, the people

_MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}

myhostname = mx.example.kz
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =

virtual_mailbox_domains = {domains}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp_port}
default_transport = error:this server delivers to {domains} only
local_transport = $default_transport
relay_transport = $default_transport
smtpd_relay_restrictions = reject_unauth_destination

smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no

smtpd_tls_security_level = may
smtpd_tls_cert_file = {cert_file}
smtpd_tls_key_file = {key_file}
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}

smtputf8_enable = yes
message_size_limit = 52428800
in_flow_delay = 0
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
"""
# 52428800 octets: tests send mail above the 25 MiB of requirements D53. The short times bring mail that waited
# for a stopped Dovecot soon after it is back.

_MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{submission_port} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
anvil unix - - n - 1 anvil
bounce unix - - n - 0 bounce
cleanup unix n - n - 0 cleanup
defer unix - - n - 0 bounce
error unix - - n - - error
lmtp unix - - n - - lmtp
postlog unix-dgram n - n - 1 postlogd
proxymap unix - - n - - proxymap
qmgr unix n - n 300 1 qmgr
retry unix - - n - - error
rewrite unix - - n - - trivial-rewrite
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
trace unix - - n - 0 bounce
"""

_QUEUES = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
)


class PostfixServer:
    """A relay like a company's own: SMTP with STARTTLS and DSN offered, and a submission port that wants a login.

    Mail for `DOMAINS` goes into Dovecot, for which see `DovecotServer`: to an account it does not know, a bounce
    goes back. Other domains are refused at RCPT. SMTPUTF8 letters are taken and then bounce (5.6.7) when an
    address or header needs it: LMTP of Dovecot 2.3 does not offer it.
    """

    def __init__(self, folder: Path, certificates: Certificates, dovecot: DovecotServer) -> None:
        self.ca_file = certificates.ca_file
        self.port = free_port()  # nobody logs in; STARTTLS is offered
        self.submission_port = free_port()  # STARTTLS and the login of a Dovecot account are required
        self.log = folder / "postfix.log"
        _make_queue(folder)
        main_cf = _MAIN_CF.format(
            folder=folder,
            domains=", ".join(DOMAINS),
            cert_file=certificates.cert_file,
            key_file=certificates.key_file,
            auth_port=dovecot.auth_port,
            lmtp_port=dovecot.lmtp_port,
        )
        _write(folder / "main.cf", main_cf)
        master_cf = _MASTER_CF.format(port=self.port, submission_port=self.submission_port)
        _write(folder / "master.cf", master_cf)
        self._child = Child(
            [str(POSTFIX_MASTER), "-s", "-c", str(folder)],
            ready=lambda: answers(self.port) and answers(self.submission_port),
            log=self.log,
        )

    @property
    def pid(self) -> int:
        """Process id of the master."""
        return self._child.pid

    def start(self) -> None:
        """Start; mail that was queued goes on its way."""
        self._child.start()

    def stop(self) -> None:
        """Stop politely; queued mail stays in the folder."""
        self._child.stop()

    def kill(self) -> None:
        """Stop as a power cut would."""
        self._child.kill()

    def submit(self, raw: bytes, mail_from: str, rcpt: str) -> None:
        """Hand over one letter over plain SMTP; returns when it is queued, raises what smtplib raises."""
        options: Sequence[str] = () if (mail_from + rcpt).isascii() else ("SMTPUTF8", "BODY=8BITMIME")
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example.org") as smtp:
            smtp.sendmail(mail_from, [rcpt], raw, mail_options=options)


def _write(file: Path, text: str) -> None:
    """Write a file that looks a minute old: Postfix re-reads a fresh one until it has stood for 1.5 seconds."""
    file.write_text(text)
    written = file.stat().st_mtime
    os.utime(file, (written - 60, written - 60))


def _make_queue(folder: Path) -> None:
    """The folders that `postfix check` makes, with the same rights, without its half second of shell."""
    queue = folder / "queue"
    _make(folder / "data", "postfix", 0o700)
    _make(queue, "root", 0o755)
    _make(queue / "pid", "root", 0o755)
    for name in _QUEUES:
        _make(queue / name, "postfix", 0o700)
    for name, mode in (("maildrop", 0o730), ("public", 0o710)):
        _make(queue / name, "postfix", mode)
        shutil.chown(queue / name, group="postdrop")


def _make(folder: Path, owner: str, mode: int) -> None:
    folder.mkdir()
    shutil.chown(folder, owner)
    folder.chmod(mode)
