"""The clock, chance and keys: the only place that reads the one and makes the others."""

import hmac
import random  # noqa: TID251 - the one door for chance
import secrets  # noqa: TID251 - the one door for chance
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256

from mailbot.ports import Chance, Key, Keys, Ring
from mailbot.ports.keys import USES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U; 26 letters are 130 bits


def real_chance() -> Chance:
    """The host's clock and the operating system's randomness."""
    return Chance(now=lambda: datetime.now(UTC), token=_token_from(secrets.choice))  # noqa: TID251 - the one door


def seeded_chance(seed: int, *, now: Callable[[], datetime] | None = None) -> Chance:
    """Tokens that a seed reproduces, for tests and the demo; never for real mail."""
    numbers = random.Random(seed)  # noqa: S311 - reproducible on purpose
    return Chance(
        now=now or (lambda: datetime.now(UTC)),  # noqa: TID251 - the one door
        token=_token_from(numbers.choice),
    )


def _token_from(choice: Callable[[str], str]) -> Callable[[], str]:
    return lambda: "".join(choice(_ALPHABET) for _ in range(26))


def keys_from(
    secret: str, *, old: Mapping[int, str] | None = None, chosen: Mapping[str, int] | None = None
) -> Keys:
    """Separate keys for separate uses, each HMAC-SHA-256 of its name and number under the secret of that number.

    *secret* has the number after the highest of *old*; *chosen* says which number a use has come to, the newest
    where it says nothing or 0.
    """
    secrets_by_id = {**(old or {}), max(old or {}, default=0) + 1: secret}
    newest = max(secrets_by_id)

    def ring(use: str) -> Ring:
        keys = {
            number: Key(number, _derived(one, use, number))
            for number, one in sorted(secrets_by_id.items(), reverse=True)
        }
        current = keys.pop((chosen or {}).get(use) or newest)
        return Ring(current, tuple(keys.values()))

    return Keys(**{use: ring(use) for use in USES})


def _derived(secret: str, use: str, key_id: int) -> bytes:
    return hmac.new(secret.encode(), f"mailbot/{use}/{key_id}".encode(), sha256).digest()
