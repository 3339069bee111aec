"""DNS: without it no sender can be proven."""

from collections.abc import Sequence

from mailbot import app
from mailbot.cli.checks.line import PATIENCE, Line, guarded, ok, warn
from mailbot.config import Settings

_DNS = {
    "zone_file": "correct dns.zone_file, or take it out: it is for drills",
    "": "look at dns.nameservers, or at /etc/resolv.conf and UDP port 53",
}


async def dns(settings: Settings, *, until: float) -> list[Line]:
    """Whether a TXT question is answered, and what stands in DNS about our own domain."""
    return await guarded("DNS", _answers(settings), _DNS, until=until)


async def _answers(settings: Settings) -> Sequence[Line]:
    if settings.file.dns.zone_file:
        app.make_resolver(settings, patience=PATIENCE)
        said = "answers come from the file dns.zone_file: for drills only"
        return [warn("DNS", said, "take dns.zone_file out, or everybody's keys are what the file says")]
    name = f"_dmarc.{settings.file.mailbox.address.rpartition('@')[2]}"
    record = await app.make_resolver(settings, patience=PATIENCE).txt(name)
    if record is not None and record.startswith(b"v=DMARC1"):
        return [ok("DNS", f"answers; your domain has DMARC at {name}")]
    remedy = "publish SPF, DKIM and DMARC, or answers land in junk; if you have, this resolver does not see it"
    return [warn("DNS", f"answers; there is no DMARC record at {name}", remedy)]
