"""What a column holds, by its name and by what its values look like: Fideslang's category, and the reason.

Names are read in English, in Russian and in Kazakh, in their own letters and as programmers write them in Latin
ones (telefon, fio, mekenzhai). A name is a guess, so each comes with its reason, and a person looks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.datamap.seen import Kind, SeenColumn, SeenTable

EMAIL, PHONE, NAME = "user.contact.email", "user.contact.phone_number", "user.name"
ADDRESS, IP, CONTENT = "user.contact.address", "user.device.ip_address", "user.content"

_LOW, _HIGH = "a-zа-яёәғқңөұүһі", "A-ZА-ЯЁӘҒҚҢӨҰҮҺІ"
_PART = re.compile(f"[{_HIGH}]+(?=[{_HIGH}][{_LOW}])|[{_HIGH}]?[{_LOW}]+|[{_HIGH}]+|\\d+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PEOPLE = _words(
    "user users customer customers client clients contact contacts person persons people subject subjects "
    "subscriber subscribers member members buyer buyers lead leads account accounts guest guests employee "
    "employees patient patients student students klient klienty pokupatel pokupateli polzovatel polzovateli "
    "kontakt kontakty abonent abonenty podpischik podpischiki sotrudnik sotrudniki tutynushy tutynushylar "
    "paydalanushy koldanushy adamdar клиент клиенты пользователи покупатели контакты абоненты подписчики "
    "сотрудники тұтынушылар"
)
_WHOSE = PEOPLE | _words(
    "author billing shipping recipient display nick sender receiver owner participant delivery"
)
_NO = _words(
    "verified confirmed sent template count counter total status type enabled allowed opt is has flag domain "
    "provider format required label at date time id ids key hash token size sort order position code error "
    "attempts visible hidden"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Names that say what a column holds: one of `words` or, side by side, of `pairs`."""

    category: str
    said: str  # what the name speaks of
    words: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()  # with which a word of the name begins, whatever its ending
    never: frozenset[str] = _NO
    kinds: frozenset[Kind] = frozenset({Kind.TEXT, Kind.OTHER})

    def holds(self, parts: Sequence[str], kind: Kind) -> bool:
        """Whether a column of these *parts* and of that *kind* is meant."""
        if kind not in self.kinds or self.never & set(parts):
            return False
        pairs = {f"{one} {other}" for one, other in pairwise(parts)}
        return bool(self.words & set(parts) or self.pairs & pairs or any(p.startswith(self.stems) for p in parts))


_DATED = frozenset({Kind.DAY, Kind.MOMENT, Kind.TEXT})
RULES = (
    Rule(
        category=IP,
        said="an IP address",
        words=_words("ip ipv4 ipv6 ipaddress ipaddr userip айпи"),
        pairs=frozenset({"remote addr", "remote host", "remote address", "forwarded for"}),
        never=_NO - {"hash"},
        kinds=frozenset({Kind.TEXT, Kind.NUMBER, Kind.OTHER}),
    ),
    Rule(
        category=EMAIL,
        said="an e-mail address",
        words=_words(
            "email emails mail mails useremail emailaddress epochta elpochta pochta poshta почта пошта емейл"
        ),
        pairs=frozenset({"e mail", "эл почта", "el pochta"}),
        stems=("pocht", "почт", "пошта"),
        never=_NO - {"order"} | _words("body text subject list lists server host port password pass smtp imap"),
    ),
    Rule(
        category=PHONE,
        said="a telephone number",
        words=_words(
            "phone phones telephone telephones tel telefon telefony mobile mobilephone mob cell cellphone msisdn "
            "fax faks whatsapp viber sotovyi sotovyy uyaly uyali phonenumber telnumber телефон телефоны моб факс "
            "ұялы"
        ),
        stems=("telefon", "telephon", "телефон"),
        never=_NO - {"code"} | _words("app version model theme site"),
        kinds=frozenset({Kind.TEXT, Kind.NUMBER, Kind.OTHER}),
    ),
    Rule(
        category="user.demographic.date_of_birth",
        said="a date of birth",
        words=_words("birthday birthdate dob birth rozhdeniya rozhdenie rojdeniya tugan рождения туған"),
        never=frozenset({"place", "mesto", "city"}),
        kinds=_DATED,
    ),
    Rule(
        category="user.government_id",
        said="a number that the state has given",
        words=_words("iin inn ssn snils passport pasport udostoverenie zhsn иин инн снилс паспорт жсн"),
        never=frozenset(),
        kinds=frozenset({Kind.TEXT, Kind.NUMBER}),
    ),
    Rule(
        category="user.financial",
        said="an account or a card",
        words=_words("iban cardnumber pan bic iik иик"),
        pairs=frozenset({"card number", "bank account", "account number", "nomer karty", "nomer scheta"}),
        never=frozenset(),
        kinds=frozenset({Kind.TEXT, Kind.NUMBER}),
    ),
    Rule(
        category=NAME,
        said="a person's name",
        words=_words(
            "fullname firstname lastname middlename surname patronymic otchestvo familiya familia imya fio "
            "nickname nicename forename esimi esim atyzhoni atyzhony zhoni tegi фио имя фамилия отчество есімі "
            "тегі"
        ),
        pairs=frozenset(
            {f"{one} name" for one in (*_WHOSE, "first", "last", "full", "middle", "second", "family", "given")}
            | {"akesinin aty", "aty zhoni", "tolyk aty", "contact person", "kontaktnoe lico", "kontaktnoe litso"}
            | {"аты жөні", "әкесінің аты", "контактное лицо"}
        ),
        never=_NO - {"order"} | _words("file domain product field column table company"),
    ),
    Rule(
        category=ADDRESS,
        said="a postal address",
        words=_words(
            "address addresses addr adres adresa adresi street ulica ulitsa postcode zip zipcode mekenzhai "
            "mekenjai mekenzhay mekenzhayi koshe адрес улица мекенжай мекенжайы көше"
        ),
        pairs=frozenset({"postal code", "post code", "pochtovyi indeks", "pochtovyy indeks", "poshta indeksi"}),
        stems=("mekenzh", "mekenj", "мекенжай", "адрес"),
        never=_NO - {"order", "code"} | _words("mac wallet web url email mail ip"),
        kinds=frozenset({Kind.TEXT, Kind.NUMBER, Kind.OTHER}),
    ),
    Rule(
        category="user.device",
        said="a device or a browser",
        words=_words("useragent browser brauzer device"),
        pairs=frozenset({"user agent", "comment agent", "device id"}),
        never=_words("count version language"),
    ),
    Rule(
        category="user.device.cookie_id",
        said="a cookie",
        words=_words("cookie cookies"),
        never=frozenset(),
    ),
    Rule(
        category="user.account.username",
        said="a login",
        words=_words("login username logins"),
        never=_NO,
    ),
    Rule(category="user.demographic.gender", said="a gender", words=_words("gender sex pol zhynysy пол жынысы")),
    Rule(
        category=CONTENT,
        said="what people write",
        words=_words(
            "note notes comment comments remark remarks message kommentariy komment primechanie zametka eskertpe "
            "комментарий примечание ескертпе"
        ),
        pairs=frozenset({"comment content", "review text", "meta value"}),
        never=_NO - {"order"} | _words("agent author parent karma approved"),
    ),
)
_CALLED = _words("name aty имя аты imia")
_WROTE = _words("author avtor reviewer автор")
_PLACES = _words("city gorod town region district raion audan house apartment kvartira қала kala qala город")
_VAGUE = _words("state country index indeks dom oblast oblys oblysy strana el province")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A category, and why."""

    category: str
    why: str


def parts(name: str) -> tuple[str, ...]:
    """The words of which *name* is made: userEmail, USER_EMAIL and user-email alike."""
    return tuple(part.lower() for part in _PART.findall(name))


def by_name(column: SeenColumn) -> Hint | None:
    """What the name of *column* alone says."""
    said = tuple(part for part in parts(column.name) if not part.isdigit())
    for rule in RULES:
        if rule.holds(said, column.kind):
            return Hint(category=rule.category, why=f"its name speaks of {rule.said}")
    return None


def by_shape(column: SeenColumn) -> Hint | None:
    """What the values of *column* say."""
    seen = column.shapes
    of = f"of {seen.filled} values looked at"
    if seen.mostly(seen.emails):
        return Hint(category=EMAIL, why=f"{seen.emails} {of} are e-mail addresses")
    if seen.mostly(seen.phones) and seen.phones > seen.plain_phones:
        return Hint(category=PHONE, why=f"{seen.phones} {of} are written like telephone numbers")
    if seen.mostly(seen.ips):
        return Hint(category=IP, why=f"{seen.ips} {of} are IP addresses")
    if seen.mentions:
        return Hint(category=CONTENT, why=f"e-mail addresses stand in {seen.mentions} {of}")
    return None


def hints(table: SeenTable) -> dict[str, Hint]:
    """What each column of *table* seems to hold; columns that seem to hold nothing of a person are left out."""
    found: dict[str, Hint] = {}
    for column in table.columns:
        hint = _both(by_shape(column), by_name(column))
        if hint:
            found[column.name] = hint
    categories = {hint.category for hint in found.values()}
    if {EMAIL, PHONE, NAME} & categories or PEOPLE & set(parts(table.name)) or any(map(_whose, table.columns)):
        found |= {name: hint for name, hint in _beside(table, categories).items() if name not in found}
    return {column.name: found[column.name] for column in table.columns if column.name in found}


def _whose(column: SeenColumn) -> bool:
    """Whether a column says which person a row belongs to: customer_id, id_klienta."""
    said = parts(column.name)
    return len(said) == 2 and "id" in said and bool(PEOPLE & set(said))


def _both(seen: Hint | None, named: Hint | None) -> Hint | None:
    """Values are surer than names; where both agree, both are told. A note that mentions mail is still a note."""
    if seen and named and seen.category == named.category:
        return Hint(category=seen.category, why=f"{named.why}, and {seen.why}")
    if seen and named and seen.category == CONTENT:
        return Hint(category=named.category, why=f"{named.why}; {seen.why}")
    return seen or named


def _beside(table: SeenTable, known: set[str]) -> dict[str, Hint]:
    """Words that mean much beside a person's data and nothing elsewhere: name, city, state."""
    found: dict[str, Hint] = {}
    for column in table.columns:
        said = tuple(part for part in parts(column.name) if not part.isdigit())
        of_an_address = ADDRESS in known or bool({"billing", "shipping", "delivery", "address"} & set(said))
        vague = _PLACES | _VAGUE if of_an_address else _PLACES
        if len(said) == 1 and said[0] in _CALLED and column.kind is Kind.TEXT:
            found[column.name] = Hint(category=NAME, why="a name, in a table of people")
        elif len(said) == 1 and said[0] in PEOPLE and column.kind is Kind.TEXT and column.name not in table.key:
            found[column.name] = Hint(category=NAME, why="who it is, in a table of people")
        elif said and said[-1] in _WROTE and column.kind is Kind.TEXT:
            found[column.name] = Hint(category=NAME, why="who wrote it, in a table of people")
        elif said and said[-1] in vague and column.kind is Kind.TEXT:
            found[column.name] = Hint(category=ADDRESS, why="a part of an address, in a table of people")
    return found
