"""The request mailbox over IMAP: aioimaplib 2.0.3, hardened against every fault listed in LIBRARIES 1.1.

framing     octets → whole server responses, literals included
words       folder names, dates, response codes and lists as the wire spells them
protocol    responses → the one running command; a loss wakes everybody
connection  one command at a time on one connection; folders, IDLE
login       TCP, TLS, greeting, password
fetch       FETCH responses → values, and how much to ask for at once
somebody    letters that name one address
places      where a message has gone, folders that are made
mailbox     the port
"""

from mailbot.adapters.imap.mailbox import ImapMailbox

__all__ = ["ImapMailbox"]
