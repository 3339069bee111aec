"""The clock, chance and keys: the only place that reads the one and makes the others."""

import hmac
import random  # noqa: TID251 - the one door for chance
import secrets  # noqa: TID251 - the one door for chance
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from mailbot.ports import Chance, Keys

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


def keys_from(secret: str) -> Keys:
    """Separate keys for separate uses, each HMAC-SHA-256 of its name under the secret."""

    def key(name: str) -> bytes:
        return hmac.new(secret.encode(), f"mailbot/{name}/1".encode(), sha256).digest()

    return Keys(token=key("token"), twin=key("twin"), subject=key("subject"), suppression=key("suppression"))
