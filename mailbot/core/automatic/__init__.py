"""Whether a machine is writing, and whether we may answer it: RFC 3834, requirements D1-D16 as amended.

Two questions, kept apart (D11): `machine` says who wrote, `no_answer` why nothing may be sent back by itself.
A sign that ordinary mail of people can carry too (a gateway's X-header, a role address, one word in the subject)
forbids the answer but makes no machine; what a list or a robot seems to ask for is for a person to look at.
"""

from mailbot.core.automatic.signs import Own, Signs
from mailbot.core.automatic.silence import no_answer
from mailbot.core.automatic.writers import machine

__all__ = ["Own", "Signs", "machine", "no_answer"]
