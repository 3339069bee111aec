"""Telephone numbers as people write them, in one spelling: E.164 (issue 5, item 4).

Kazakhstan and Russia share +7. A number without a country is one of theirs; a number of seven digits without its
city is nobody's in particular and is not guessed at.
"""

import re

_OURS = re.compile(r"[3-9]\d{9}")  # national numbers under +7: cities, 7xx Kazakhstan, 9xx mobile in Russia
_MOBILE = re.compile(r"[79]\d{9}")
_FOREIGN = re.compile(r"[1-9]\d{7,14}")
_EXTENSION = re.compile(
    r"(?:доб(?:ав\w*)?|вн(?:утр\w*)?|ext(?:ension)?|ішкі)\.?\s*\d{1,6}\s*$|[#;,]\s*\d{1,6}\s*$", re.IGNORECASE
)
_SPELLED = re.compile(r"\+?[\d\s().\-–—/\u00a0]+")
_FREE = re.compile(r"\+780\d")
"""Numbers that a company pays for: nobody is called on them."""


def normal(text: str) -> str | None:
    """*text* as E.164: "8 (913) 000-00-01" and "+7 913 000 00 01" are +79130000001; None where it is no number.

    Whatever else stands around the number makes it none: stars, letters, a second number.
    """
    spelled = _EXTENSION.sub("", text.strip())
    if not _SPELLED.fullmatch(spelled):
        return None
    digits = "".join(letter for letter in spelled if letter.isdigit())
    if spelled.lstrip().startswith("+"):
        return _abroad(digits)
    for prefix in ("8107", "007", "00"):
        if digits.startswith(prefix) and len(digits) > 11:
            return _abroad(digits.removeprefix(prefix) if prefix == "00" else "7" + digits.removeprefix(prefix))
    if len(digits) == 11 and digits[0] in "78" and _OURS.fullmatch(digits[1:]):
        return "+7" + digits[1:]
    return "+7" + digits if _MOBILE.fullmatch(digits) else None


def _abroad(digits: str) -> str | None:
    """A number that came with its country."""
    if digits.startswith("7"):
        return "+" + digits if _OURS.fullmatch(digits[1:]) else None
    if digits.startswith("8") and len(digits) == 11 and _OURS.fullmatch(digits[1:]):
        return "+7" + digits[1:]  # "+8 913 …": a country that there is not
    return "+" + digits if _FOREIGN.fullmatch(digits) else None


def free(number: str) -> bool:
    """Whether *number* (E.164) is one on which companies are called at their own cost, like 8 800 000 00 00."""
    return _FREE.match(number) is not None


def masked(number: str) -> str:
    """*number* so that its owner knows it and a looker-on does not: `+7 *** 01` (requirements C18)."""
    country = "+7" if number.startswith("+7") else "+"
    return f"{country} *** ** {number[-2:]}"
