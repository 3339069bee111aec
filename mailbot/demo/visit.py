"""What somebody needs to know to send the running demo mail and to look behind it."""

import sys
from collections.abc import Sequence

from mailbot.demo.servers import HOST
from mailbot.demo.stage import COMPANY, LEDGER, LOG, OPERATOR, OURS, Stage

_SWAKS = "swaks --server {host}:{port} --from {sender} --to {ours} --body '{words}'"
_PYTHON = (
    """python3 -c 'import smtplib; smtplib.SMTP("{host}", {port}).sendmail("{sender}", "{ours}", """
    """"From: {sender}\\nTo: {ours}\\nSubject: letter\\n\\n{words}")'"""
)
_WORDS = "Please unsubscribe me from your newsletter."


def directions(stage: Stage) -> Sequence[str]:
    """Where to send mail, as whom, and where to look; one line each."""
    facts = {
        "host": HOST,
        "port": stage.mail.smtp_port,
        "sender": next(address for address in stage.passwords if address not in {OURS, OPERATOR}),
        "ours": OURS,
        "words": _WORDS,
    }
    folder = stage.folder
    run = f"CREDENTIALS_DIRECTORY={folder / 'credentials'} {sys.executable} -m mailbot"
    return (
        "",
        "It goes on running, without TLS, for this machine alone:",
        f"  SMTP {HOST}:{stage.mail.smtp_port}, no login; IMAP {HOST}:{stage.mail.imap_port}",
        *(f"  {address:26} password {password}" for address, password in stage.passwords.items()),
        "",
        "Send it mail, for example one of:",
        f"  {_SWAKS.format(**facts)}",
        f"  {_PYTHON.format(**facts)}",
        "",
        "Look at what comes of it:",
        f"  {run} cases list --config {stage.settings}",
        f"  {run} audit tail --config {stage.settings}",
        f"  tail -f {folder / LOG}",
        f"  the ledger: {folder / LEDGER}",
        f"  the company's data: {folder / COMPANY}",
        "",
        "Ctrl-C ends it.",
    )
