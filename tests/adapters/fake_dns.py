"""Invented keys, mail signed with them, and a name server on loopback that knows the public halves."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import cast

import dkim
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import parse_pem_private_key

PRIVATE_KEY = b"""\
-----BEGIN RSA PRIVATE KEY-----
MIIEogIBAAKCAQEAm4MmhRz8BpLz0GIOkIFMxM+ryJA2nzVEdwnPrzMwXllV2vPs
9B8bf9+Xy6ZtCy8T9ilBlFCW1E+APUfPdnyaAHJ5x+l7K++z3z2fKKtKMhlHhwhd
jVZi6UzJW+c6enIiurvxdnTMjBLX7reP2QceV1Z5Sjm17kwggMf759vw8ZTP4LVT
/2CHkAz+kKU6J6fuDqNaFx7UgDe1N1OZab5wz9xnPHKX1rrQlpdG9mTLOKMM2KeL
aKdibUCX/SeRGefR7VwaTWHPUAZts8wDuHnyXN1txXkSlNJKPuAxhmXUwbI50WPO
fnKzYJqb4i1y9XxzWF5RftZlo494DTw0g8kAAQIDAQABAoIBAACmpL+eXRTkpoyG
fM1GpIfzTuayIXem25nmRak8AQqP0ANkgYclgkAhoyQyosCu/1/QpR0VJda65AZz
pIP4YEVWvVUqmFPZHSAO1SW8mvEDBnvTg29ciXmsrxAHX50WoT/+AnAZk8etQnQJ
5sJKuooU5SFMHNOL7B/YYHTcXJ+w/y6zlnYucl2+aHLPoS13kiOAM3qRGNIsrWMa
JQksZHa4PXC1ABBx6T9LJl4tfVclsInNJ8uw1urJpT9tpNKxPa5nAxFFY3cEr7xZ
g1QYl4Cpj9ecTVcOZOmlpvKTH+hveVDFWjfZ5HwOBsin14gr6KKo6O91WAR7m78A
dv4SkwECgYEAx7GREbfPcQU0FSCKOcOcbKxcTGLZ7ct45RXGHcALknYYUMi4kH0f
lYkdDGl+B1exeLHp+AazwmAgvKM6EZBWeFDY1kk0yadYYEApxqR0YTLrJvCrCxRN
2wP1PHre6UrMG1yleNFkUTtdcoQzHLzh7bGb1dtUeRCrIf7neXP8GoECgYEAx1x0
lGHeeBn/EOxWGDpnHyg/ouGPacUXpEmXgLPmRSUKSsoLObhvf2SI9yDFGFm0jwqx
/sjXQHSmZH2Ip3tkwy0FPYpoFqyqQffbK/1OTrbIf2QIAYoRazYEMjv4jT5nyaDP
qszIjCiy6JpbgUuv8mfyJazIcjXziOKFq45rJYECgYB+SM/KGajI+5ZtSe/ACfFR
VErmT5kr5YIltXhddgabb61+4QC+9zHTGivRnqEBubZU8oZYwLxLTwlE4iCl3Nai
LdaC5TbJ09dyvwDsSzICCfZl4Mr6LbPyrnUW80km1ZNwNk26swiyyk0VT38XTGfA
LpKzUooAKcdfr1jpGK00gQKBgENF5KUJnYvDofmw9qB4XMH7z/WDzeQwOPkcSD6K
9mJQzHdOVJlmrmE7qKhT6456/t3iCwxh85jxhBCW990kW20tLP6GTPeRzmYyYEgo
0xrmvSOXusfiMlyOPr5A1G+9JkK4vDrznZ0GQtEQ/V3VD4tqHiEue/lmUUbYwaiR
h4CBAoGAd/gHVdzoG9QEm1Rn77vp+EKTwJe7IhKYY62H+5CdviqjTKpB+eJy3wUV
G9UAMflz0GK+KR8ZXuuRWP3tAVMe+nfi8H3G/hecJ6U1ZgeIEAt4e+YEEtIxhXVY
SAG08eHeHwn1aBkEJPRuwd7I/fXtmNS1HKJaNdgEUrgImr4qiEY=
-----END RSA PRIVATE KEY-----
"""

PUBLIC_KEY = (
    b"v=DKIM1; k=rsa; p="
    b"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAm4MmhRz8BpLz0GIOkIFMxM+ryJA2nzVE"
    b"dwnPrzMwXllV2vPs9B8bf9+Xy6ZtCy8T9ilBlFCW1E+APUfPdnyaAHJ5x+l7K++z3z2fKKtKMhlH"
    b"hwhdjVZi6UzJW+c6enIiurvxdnTMjBLX7reP2QceV1Z5Sjm17kwggMf759vw8ZTP4LVT/2CHkAz+"
    b"kKU6J6fuDqNaFx7UgDe1N1OZab5wz9xnPHKX1rrQlpdG9mTLOKMM2KeLaKdibUCX/SeRGefR7Vwa"
    b"TWHPUAZts8wDuHnyXN1txXkSlNJKPuAxhmXUwbI50WPOfnKzYJqb4i1y9XxzWF5RftZlo494DTw0"
    b"g8kAAQIDAQAB"
)

WEAK_PRIVATE_KEY = b"""\
-----BEGIN RSA PRIVATE KEY-----
MIIBywIBAAJhAOjR2BmhW1yQBmrQzEcgPEACp+1Sq3HxOEHE6OMYPXFoO2ex8iFU
xuc1tcZ+YfpgD0I9Tocjd5oH7IhXIFG4sNHZq1bxWuk0qJRjjjPJClbLjZzZdBwb
UnxKL6dIY1E3hQIDAQABAmEAtWldk4sRX2yyM2UC56EMkWwAYYH7KUumZEkEln96
0PVA5KnZW3NtkRdezo4H1kol3RK9U2i3CsI12w8g3bMQ/JdlJoVxgMjTaR07JsmR
BMbJS4RD8tw8BSpiTcEPz5GBAjEA+SnU1pgaHugK+Gaeua4SKjoLF9VHl2jgeGJh
H8fLd1eWKXJGfxGxwpxtRl76Y/yVAjEA7zU2LqTrdxZ0DzAF2Iz3q2GnsknD0f/6
MNX94nEKBdgts4XmuOZNDJ+x9HN5L6MxAjAJl5WtCUAALpi1hWXY6h2i6IcizMAr
0QrLN6ZbjdqEZqfOQqr6G1lHj7QZQHDNRp0CMFVBg+QwB3RUXl0jYpIB/CvrDFfx
DogEUemh+3D/lPDsUa2QZeE0w/Vh3Y0gsuqVoQIxAM7Q97pyoxyUiS+goVy6kGzF
EdVBF2RSGOww6bBmGld4uFXNn44m2P7F0X8Mwi3Q/g==
-----END RSA PRIVATE KEY-----
"""

WEAK_PUBLIC_KEY = (
    b"v=DKIM1; k=rsa; p="
    b"MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAOjR2BmhW1yQBmrQzEcgPEACp+1Sq3HxOEHE6OMYPXFo"
    b"O2ex8iFUxuc1tcZ+YfpgD0I9Tocjd5oH7IhXIFG4sNHZq1bxWuk0qJRjjjPJClbLjZzZdBwbUnxK"
    b"L6dIY1E3hQIDAQAB"
)

SIGNED_FIELDS = (b"from", b"to", b"cc", b"subject", b"date", b"message-id")


def signed(
    raw: bytes,
    *,
    domain: bytes = b"example.kz",
    selector: bytes = b"mail",
    key: bytes = PRIVATE_KEY,
    fields: Collection[bytes] = SIGNED_FIELDS,
    algorithm: bytes = b"rsa-sha256",
    body: bytes = b"relaxed",
    whole: bool = True,
) -> bytes:
    """*raw* with a DKIM-Signature on top, as a provider at *domain* would send it."""
    present = [name for name in fields if b"\n" + name + b":" in b"\n" + raw.lower()]
    signature = dkim.sign(
        raw,
        selector,
        domain,
        key,
        canonicalize=(b"relaxed", body),
        signature_algorithm=algorithm,
        include_headers=present,
        length=not whole,
    )
    return bytes(signature) + raw


def signed_with(raw: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """*raw*, validly signed by example.kz with *tags* beside or instead of the usual ones."""
    signer = dkim.DKIM(raw)
    signer.hasher = hashlib.sha256
    policy = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    names = [b"from", b"to", b"subject", b"date"]
    body = base64.b64encode(hashlib.sha256(policy.canonicalize_body(signer.body)).digest())
    usual = {b"v": b"1", b"a": b"rsa-sha256", b"c": b"relaxed/relaxed", b"d": b"example.kz", b"s": b"mail"}
    every = {**usual, b"h": b":".join(names), b"bh": body, **tags, b"b": b"0" * 60}
    key = parse_pem_private_key(PRIVATE_KEY)
    header = signer.gen_header(list(every.items()), names, policy, b"DKIM-Signature", key)
    return b"DKIM-Signature: " + bytes(header) + raw


class FakeDns(asyncio.DatagramProtocol):
    """Answers TXT questions from *records*; names in *broken* get SERVFAIL, names in *silent* no answer."""

    def __init__(
        self,
        records: Mapping[str, Collection[bytes]],
        *,
        broken: Collection[str] = (),
        silent: Collection[str] = (),
    ) -> None:
        self.records = records
        self.broken = broken
        self.silent = silent
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if name not in self.silent:
            self.transport.sendto(self._answer(query, name).to_wire(), addr)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query, recursion_available=True)
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif self.records[name]:
            texts = [_quoted(record) for record in self.records[name]]
            answer.answer.append(dns.rrset.from_text_list(name + ".", 300, "IN", "TXT", texts))
        return answer


def _quoted(record: bytes) -> str:
    """*record* as zone files hold it: strings of at most 255 octets."""
    text = record.decode("ascii")
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))


@asynccontextmanager
async def serving(server: FakeDns) -> AsyncIterator[int]:
    """The UDP port on 127.0.0.1 where *server* listens."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: server, local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
