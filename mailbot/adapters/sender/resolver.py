"""Where TXT records come from: DNS, or a dictionary that stands for it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.resolver

from mailbot.errors import Unavailable


class TxtResolver(Protocol):
    """Where key records come from."""

    async def txt(self, name: str) -> bytes | None:
        """The TXT record at *name*, its strings joined; None where there is none, or more than one.

        Raises `Unavailable` while DNS does not answer (timeout, SERVFAIL).
        """
        ...


class DnsTxt:
    """TXT records out of DNS."""

    def __init__(self, *, timeout: float = 5.0, nameservers: Sequence[str] = (), port: int = 53) -> None:
        """Ask *nameservers* (IP addresses), or the system's own; *timeout* in seconds bounds one question."""
        self._timeout, self._nameservers, self._port = timeout, list(nameservers), port
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def txt(self, name: str) -> bytes | None:
        """The TXT record at *name*."""
        self._resolver = self._resolver or self._configured()
        try:
            answer = await self._resolver.resolve(name + ".", "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return None
        except (dns.exception.DNSException, OSError) as exc:
            raise Unavailable(f"DNS does not answer ({type(exc).__name__})") from None
        records = [b"".join(record.strings) for record in answer]
        return records[0] if len(records) == 1 else None  # several: undefined, RFC 6376 s. 3.6.2.2

    def _configured(self) -> dns.asyncresolver.Resolver:
        """A resolver, made at the first question: the system's settings may come after us at boot."""
        try:
            resolver = dns.asyncresolver.Resolver(configure=not self._nameservers)
        except dns.resolver.NoResolverConfiguration:
            raise Unavailable("DNS: no name server is known, /etc/resolv.conf cannot be read") from None
        if self._nameservers:
            resolver.nameservers, resolver.port = list(self._nameservers), self._port
        resolver.lifetime = self._timeout
        resolver.use_edns(0, 0, 1232)  # key records rarely fit 512 octets; 1232 is never fragmented
        return resolver


class ZoneTxt:
    """TXT records out of a dictionary: for the demo, tests and machines without DNS."""

    def __init__(self, records: Mapping[str, bytes], *, down: Collection[str] = ()) -> None:
        """Serve *records* by lower-case name without the last dot; names in *down* do not answer."""
        self._records = dict(records)
        self._down = frozenset(down)

    async def txt(self, name: str) -> bytes | None:
        """The TXT record at *name*."""
        if name in self._down:
            raise Unavailable("DNS does not answer")
        return self._records.get(name)
