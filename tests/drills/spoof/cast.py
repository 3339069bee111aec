"""The invented people of one attack, and the keys and zone of their domains; all of it from a seed."""

import base64
import random  # noqa: TID251 - seeded, so that a run can be repeated
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from nacl.signing import SigningKey

from tests.adapters.fake_dns import PUBLIC_KEY, WEAK_PUBLIC_KEY

_GIVEN = (
    "Aigul",
    "Daulet",
    "Marat",
    "Saule",
    "Timur",
    "Zarina",
    "Oleg",
    "Irina",
    "Pavel",
    "Vera",
    "Henry",
    "Alice",
)
_FAMILY = ("Ulgiev", "Kokzhiekov", "Primerov", "Obraztsov", "Mysalova", "Sample", "Specimen", "Vydumkin")
_TOWNS = ("Almaty", "Astana", "Shymkent", "Karaganda", "Aktobe")

SELECTOR = "s1"
RSA = "rsa"  # selector of the invented RSA key, which every domain of the cast publishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes; what only the company knows of them must never be seen in a stranger's letter."""

    name: str
    address: str
    phone: str
    home: str
    signs: bool  # their provider signs with DKIM

    @property
    def local(self) -> str:
        return self.address.partition("@")[0]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be told to anybody else, nor to the person unasked."""
        return (self.name, self.phone, self.home)

    def at(self, address: str) -> "Person":
        """The same person's mail program with another address."""
        return replace(self, address=address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays in one attack."""

    victim: Person
    attacker: Person
    bystander: Person
    seed: str = field(repr=False)

    @property
    def on_file(self) -> Sequence[Person]:
        """Whom the company knows, the victim apart."""
        return (self.bystander,)


def cast_for(attack: str, *, seed: int, signs: bool, local: str = "") -> Cast:
    """The people of *attack*; *signs*: whether the victim's provider does; *local*: how their address begins."""
    dice = random.Random(f"{seed}/{attack}")  # noqa: S311 - see above
    given, family = dice.sample(_GIVEN, 3), dice.sample(_FAMILY, 3)
    domains = ("post.example.org", "attacker.example.net", "mail.example.kz")

    def person(number: int, *, signs: bool) -> Person:
        name = f"{given[number]} {family[number]}"
        return Person(
            name=name,
            address=f"{name.lower().replace(' ', '.')}@{domains[number]}",
            phone=f"+7 700 {dice.randrange(1000):03} {dice.randrange(100):02} {dice.randrange(100):02}",
            home=f"{dice.choice(_TOWNS)}, Example street {dice.randrange(10, 99)}-{dice.randrange(100, 999)}",
            signs=signs,
        )

    victim = person(0, signs=signs)
    return Cast(
        victim=victim.at(f"{local}@{victim.domain}") if local else victim,
        attacker=person(1, signs=True),
        bystander=person(2, signs=True),
        seed=f"{seed}/{attack}",
    )


def key_of(domain: str) -> bytes:
    """The private Ed25519 key of *domain*, as dkimpy takes it."""
    return base64.b64encode(bytes(_signing_key(domain)))


def _signing_key(domain: str) -> SigningKey:
    return SigningKey(sha256(f"invented key of {domain}".encode()).digest())


def zone_of(*domains: str) -> dict[str, bytes]:
    """TXT records of the keys of *domains*."""
    records: dict[str, bytes] = {}
    for domain in domains:
        public = base64.b64encode(bytes(_signing_key(domain).verify_key))
        records[f"{SELECTOR}._domainkey.{domain}"] = b"v=DKIM1; k=ed25519; p=" + public
        records[f"{RSA}._domainkey.{domain}"] = PUBLIC_KEY
        records[f"weak._domainkey.{domain}"] = WEAK_PUBLIC_KEY
        records[f"test._domainkey.{domain}"] = b"t=y; " + PUBLIC_KEY
        records[f"gone._domainkey.{domain}"] = b"v=DKIM1; p="
    return records
