"""People with mailboxes of their own in Dovecot: they write through Postfix, read what comes, and answer it."""

import imaplib
import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import localtime
from types import TracebackType
from typing import Self

from mailbot.core.model import Language, Right
from tests.acceptance.waiting import until
from tests.adapters.fake_dns import PUBLIC_KEY, signed
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer

DOMAIN = "example.org"
ZONE = {f"mail._domainkey.{DOMAIN}": PUBLIC_KEY.decode()}

ASKS: Mapping[tuple[Right, Language], str] = {
    (Right.UNSUBSCRIBE, Language.KK): "Сәлеметсіздер ме! Маған енді жарнама жібермеңіздер, өтінемін.",
    (Right.UNSUBSCRIBE, Language.RU): "Здравствуйте! Больше не присылайте мне рекламу, пожалуйста.",
    (Right.UNSUBSCRIBE, Language.EN): "Hello! Please stop sending me your newsletter.",
    (Right.WITHDRAW_CONSENT, Language.KK): "Сәлеметсіздер ме! Жеке деректерімді өңдеуге берген келісімімді "
    "кері қайтарып аламын.",
    (Right.WITHDRAW_CONSENT, Language.RU): "Здравствуйте! Отзываю своё согласие на обработку моих "
    "персональных данных.",
    (Right.WITHDRAW_CONSENT, Language.EN): "Hello! I withdraw my consent to the processing of my personal data.",
    (Right.ACCESS, Language.KK): "Сәлеметсіздер ме! Мен туралы қандай деректер бар екенін айтыңыздар.",
    (Right.ACCESS, Language.RU): "Здравствуйте! Какие данные обо мне у вас хранятся? Сообщите, пожалуйста.",
    (Right.ACCESS, Language.EN): "Hello! Please tell me what data you hold about me.",
    (Right.ERASURE, Language.KK): "Сәлеметсіздер ме! Менің барлық деректерімді жойыңыздар.",
    (Right.ERASURE, Language.RU): "Здравствуйте! Прошу удалить все мои персональные данные из вашей базы.",
    (Right.ERASURE, Language.EN): "Hello! Please delete all my personal data.",
}
CONFIRMS = {Language.KK: "РАСТАЙМЫН", Language.RU: "ПОДТВЕРЖДАЮ", Language.EN: "CONFIRM"}
QUOTES = {Language.KK: "{} жазды:", Language.RU: "{} пишет:", Language.EN: "{} wrote:"}
NAMES = {Language.KK: "Айгүл Үлгіқызы", Language.RU: "Анна Примерова", Language.EN: "Anna Example"}

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the company's file."""

    key: int
    language: Language
    address: str = field(repr=False)
    signs: bool  # whether their provider signs with DKIM

    @property
    def name(self) -> str:
        return f"{NAMES[self.language]}-{self.key}"

    @property
    def phone(self) -> str:
        return f"+7 700 000 {self.key:04}"

    @property
    def street(self) -> str:
        return f"Example street {self.key}"


def somebody(language: Language = Language.RU, *, signs: bool = False) -> Person:
    """A new person with an address nobody had before."""
    key = next(_numbers)
    return Person(key=key, language=language, address=f"person-{os.getpid()}-{key}@{DOMAIN}", signs=signs)


def letters_due(right: Right) -> int:
    """How many letters of ours end a request: an unsubscribe is not asked about."""
    return 1 if right is Right.UNSUBSCRIBE else 2


class Post:
    """The way between people and *ours*, the address that is watched."""

    def __init__(self, dovecot: DovecotServer, postfix: PostfixServer, ours: str) -> None:
        self.dovecot = dovecot
        self._postfix = postfix
        self._ours = ours
        self._clients: dict[str, imaplib.IMAP4] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._clients:
            self._clients.popitem()[1].shutdown()

    # ------------------------------------------------------------ writing

    def ask(self, person: Person, right: Right) -> bytes:
        """*person* asks for *right* in their language; the letter as it left."""
        return self.send(person, ASKS[right, person.language])

    def put(self, person: Person, right: Right) -> None:
        """The same, straight into the mailbox, for when Postfix is down."""
        self.dovecot.account(person.address)
        raw = self.written(person, ASKS[right, person.language])
        self.dovecot.deliver(self._ours, raw, mail_from=person.address)

    def answer(self, person: Person, letter: EmailMessage, word: str = "") -> bytes:
        """*person* answers our *letter* with *word* (default: yes) above the whole of it."""
        said = word or CONFIRMS[person.language]
        quoted = "".join(f"> {line}\n" for line in letter.get_content().splitlines())
        attribution = QUOTES[person.language].format(letter["From"])
        chain = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
        return self.send(
            person,
            f"{said}\n\n{attribution}\n{quoted}",
            subject=f"Re: {letter['Subject']}",
            headers={"In-Reply-To": letter["Message-ID"], "References": chain},
        )

    def send(
        self, person: Person, text: str, *, subject: str = "", headers: Mapping[str, str] | None = None
    ) -> bytes:
        """*person* writes to the company, through Postfix."""
        raw = self.written(person, text, subject=subject, headers=headers)
        self.dovecot.account(person.address)
        self._postfix.submit(raw, person.address, self._ours)
        return raw

    def written(
        self, person: Person, text: str, *, subject: str = "", headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The letter as it leaves the person's provider."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(person.name, addr_spec=person.address)
        mail["To"] = self._ours
        mail["Subject"] = subject
        mail["Date"] = localtime()
        mail["Message-ID"] = f"<{os.urandom(12).hex()}@{DOMAIN}>"
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text, cte="8bit")
        raw = mail.as_bytes(policy=SMTP.clone(cte_type="8bit"))
        return signed(raw, domain=DOMAIN.encode()) if person.signs else raw

    # ------------------------------------------------------------ reading

    def letters(self, person: Person) -> list[EmailMessage]:
        """Everything in the person's mailbox, in the order of arrival."""
        client = self._client(person.address)
        client.select("INBOX", readonly=True)
        found = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
        parts = [part[1] for part in found if isinstance(part, tuple)]
        return [message_from_bytes(raw, policy=default) for raw in parts]

    def count(self, person: Person) -> int:
        """How many letters lie there."""
        return int(self._client(person.address).select("INBOX", readonly=True)[1][0] or 0)

    def wait_for_letters(
        self, people: Sequence[Person], count: int = 1, *, within: float = 20
    ) -> list[EmailMessage]:
        """The newest letter of each of *people*, once each has *count*."""
        for person in people:
            self._wait(person, count, within)
        return [self.letters(person)[-1] for person in people]

    def _wait(self, person: Person, count: int, within: float) -> None:
        until(lambda: self.count(person) >= count, within, lambda: f"{count} letters for {person}")

    def _client(self, address: str) -> imaplib.IMAP4:
        if address not in self._clients:
            self._clients[address] = self.dovecot.login(address)
        return self._clients[address]
