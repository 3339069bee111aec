"""Who is really writing: DKIM by dkimpy, keys over dnspython's asynchronous resolver (LIBRARIES 3.8).

resolver    TXT records, from DNS or from a dictionary
claims      header → signatures as they stand, and what speaks against each
hashing     dkimpy, kept from input it cannot bear
check       the port; what the result is worth is decided in `mailbot.core.standing`
"""

from mailbot.adapters.sender.check import DkimSenderCheck
from mailbot.adapters.sender.resolver import DnsTxt, TxtResolver, ZoneTxt

__all__ = ["DkimSenderCheck", "DnsTxt", "TxtResolver", "ZoneTxt"]
