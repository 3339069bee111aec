"""Addresses that look like another, may mean another, or belong to several people (requirements C9-C11).

Pure and small: no copy of Unicode's tables. The letters are those of UTS #39 that stand for Latin ones in the
scripts met here; scripts are told by Unicode names. Reasons name no address, for they go to the audit trail.
"""

import unicodedata
from collections.abc import Collection, Iterator
from itertools import product, zip_longest

from mailbot.core.model import Address, HoldReason

_LOOKS = str.maketrans(
    {
        **dict(zip("асеһіјӏорԛѕхуүԁԝѵг", "acehijlopqsxyydwvr", strict=True)),  # Cyrillic
        **dict(zip("αοορνικυχγητω", "aoopvikuxyntw", strict=True)),  # Greek
        **dict(zip("օոսհցյ", "onuhgj", strict=True)),  # Armenian
        **dict(zip("ıɑɡɩʋⅼ", "iagiul", strict=True)),  # Latin
    }
)
"""Letters that look like a Latin one in lower case (UTS #39, confusables)."""

_LOOKS_IN_CAPITALS = str.maketrans(dict(zip("вкмнт", "bkmht", strict=True)))
"""Letters whose capitals do: local parts are shown as they were typed, and compared in lower case."""

_ALIKE = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"))
"""What can be read as one Latin letter; i, because a capital I can be typed and looks like l."""

_TOGETHER = tuple(
    frozenset(scripts.split())
    for scripts in ("LATIN CJK HIRAGANA KATAKANA", "LATIN CJK HANGUL", "LATIN CJK BOPOMOFO")
)
"""Scripts that one word may mix: Japanese, Korean and Chinese do (UTS #39 s. 5.2)."""

_FAMILIES = (
    ("gmail.com", "googlemail.com"),
    ("yandex.ru", "ya.ru", "yandex.kz", "yandex.com", "yandex.by"),
    ("icloud.com", "me.com", "mac.com"),
    ("proton.me", "protonmail.com", "pm.me"),
)
"""Domains of one provider under which a local part is one mailbox; mail.ru, inbox.ru and bk.ru are three."""

_GREAT = "mail.ru inbox.ru list.ru bk.ru rambler.ru outlook.com hotmail.com yahoo.com mail.kz"
_PROVIDERS = (*(domain for domains in _FAMILIES for domain in domains), *_GREAT.split())

_SHARED_WORDS = """
admin buh buhgalter buhgalteria buhgalteriya accounting accounts billing contact contacts director family finance
hello help hotel hr info inbox job jobs kadry kassa kense mail mailbox manager marketing market obshch ofis office
opt order orders otdel post pr press priem priemnaya reception reklama sale sales school secretar secretary
sekretar service shop sklad snab support team tender zakaz zakup zakupki zayavka
инфо кеңсе касса бухгалтерия офис почта приемная приёмная продажи
"""
_SHARED = frozenset(_SHARED_WORDS.split())
"""Local parts that several people read (C11)."""

_NAME_FOLLOWS = "contact director help hello job mail manager market opt post pr press school team"
_BEFORE_NAMES = frozenset(_NAME_FOLLOWS.split())
"""Words that people put before their own names: mail.ivanova."""

MOST_TARGETS = 24  # addresses asked of the company's data about one letter


def imitates(address: Address, own: Collection[Address]) -> str:
    """Why *address* is made to be taken for another, whatever is on file; empty: it is not (C10).

    *own* are our addresses: nobody writes to us from a domain that looks like ours by chance.
    """
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    try:
        shown = [_shown(label) for label in labels]
    except UnicodeError:
        return "a part of the domain cannot be shown"
    if _mixed(local) or any(_mixed(label) for label in shown):
        return "the address mixes scripts that look alike"
    if shown[-1].isascii() and any(_all_latin_looking(label) for label in shown):
        return "the domain is written in letters that look Latin"
    drawn = "." + skeleton(domain)
    for ours in {one.rpartition("@")[2] for one in own}:
        if drawn.endswith("." + skeleton(ours)) and not f".{domain}".endswith("." + ours):
            return "the domain looks like our own"
    return ""


def held_as_lookalike(address: Address, on_file: Collection[Address]) -> HoldReason | None:
    """LOOKALIKE where *address* looks like one of these and is not it (C10); the sender gets no hint."""
    looks = skeleton(address)
    alike = any(one != address and skeleton(one) == looks for one in on_file)
    return HoldReason.LOOKALIKE if alike else None


def skeleton(text: str) -> str:
    """What *text*, an address or a domain, looks like: two with one skeleton can be taken for each other."""
    local, at, domain = text.rpartition("@")
    labels = ".".join(_drawn(_shown_or_raw(label)) for label in domain.split("."))
    return f"{_drawn(local.translate(_LOOKS_IN_CAPITALS))}{at}{labels}"


def targets(address: Address) -> tuple[Address, ...]:
    """Addresses that *address* may have been made after, to be looked up one by one; a bounded guess."""
    local, _, domain = address.rpartition("@")
    locals_ = _with_variants(_latin(local.translate(_LOOKS_IN_CAPITALS)))
    domains = _domains_meant(domain)
    steps = zip_longest(locals_, domains, fillvalue="")
    near = [one for local_, domain_ in steps for one in (f"{local_}@{domains[0]}", f"{locals_[0]}@{domain_}")]
    both = [f"{one}@{two}" for one, two in product(locals_, domains)]
    whole = (one for one in dict.fromkeys([*near, *both]) if one.isascii() and one[0] != "@" and one[-1] != "@")
    return tuple(Address(one) for one in whole if one != address)[:MOST_TARGETS]


def _domains_meant(domain: str) -> list[str]:
    """Domains that *domain* may be made after: a great provider's, else every one that is a step away."""
    if domain in _PROVIDERS:
        return [domain]
    name, _, ending = ".".join(_latin(_shown_or_raw(label)) for label in domain.split(".")).rpartition(".")
    great = [one for one in _PROVIDERS if skeleton(one) == skeleton(domain)]
    return great or [f"{one}.{ending}" for one in _with_variants(name)]


def candidates(address: Address) -> tuple[Address, ...]:
    """Addresses that may be the same person's mailbox: plus tag, dots, a provider's other domains (C9).

    They only suggest. Nothing is shown, changed or destroyed under them; advertising may stop under those on file.
    """
    local, _, domain = address.rpartition("@")
    family = next((domains for domains in _FAMILIES if domain in domains), (domain,))
    untagged = local.partition("+")[0] or local
    locals_ = dict.fromkeys((local, untagged, *_respelled(untagged, family[0])))
    found = (Address(f"{one}@{other}") for one, other in product(locals_, family))
    return tuple(one for one in found if one != address)


def same_mailbox(one: Address, other: Address) -> bool:
    """Whether two addresses may be one person's: never enough to act for them (C8, C9)."""
    return one == other or bool({one, *candidates(one)} & {other, *candidates(other)})


def shared(address: Address) -> bool:
    """Whether several people are likely to read this address: nothing is told there by mail alone (C11)."""
    words = address.partition("@")[0].partition("+")[0].strip("0123456789_.-").replace("_", "-").replace(".", "-")
    return words in _SHARED or words.split("-")[0] in _SHARED - _BEFORE_NAMES


# ---------------------------------------------------------------- parts


def _shown(label: str) -> str:
    """The label as people see it; UnicodeError where it is no A-label at all."""
    if not label.startswith("xn--"):
        return label
    return unicodedata.normalize("NFKC", label[4:].encode("ascii").decode("punycode")).casefold()


def _shown_or_raw(label: str) -> str:
    try:
        return _shown(label)
    except UnicodeError:
        return label


def _drawn(text: str) -> str:
    """Accents gone, letters by the Latin ones they look like, then what looks like one Latin letter."""
    bare = _latin(text)
    for pair, letter in _ALIKE:
        bare = bare.replace(pair, letter)
    return bare


def _latin(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if unicodedata.category(char) != "Mn").translate(_LOOKS)


def _mixed(word: str) -> bool:
    """Whether letters of scripts that are never written together stand in *word*."""
    scripts = {
        unicodedata.name(char, "?").partition(" ")[0]
        for char in word
        if unicodedata.category(char).startswith("L")
    }
    return len(scripts) > 1 and not any(scripts <= allowed for allowed in _TOGETHER)


def _all_latin_looking(label: str) -> bool:
    """Whether a label that is not Latin could be read as a Latin one: рау, in Cyrillic, as pay."""
    return not label.isascii() and label.translate(_LOOKS).isascii()


def _with_variants(text: str) -> list[str]:
    """*text* with everything that is no letter read as one, as it is, then with one thing changed, each way."""
    read = text
    for drawn, letter in _ALIKE[:4]:
        read = read.replace(drawn, letter)
    found = list(dict.fromkeys((read, text)))
    for pair in _ALIKE:
        for one, other in (pair, pair[::-1]):
            at = text.find(one)
            while at >= 0:
                found.append(text[:at] + other + text[at + len(one) :])
                at = text.find(one, at + 1)
    return found


def _respelled(local: str, provider: str) -> Iterator[str]:
    """Other spellings that *provider* takes for the same mailbox."""
    if provider == "gmail.com":
        yield local.replace(".", "")
    if provider == "yandex.ru":
        yield local.replace(".", "-")
        yield local.replace("-", ".")
