"""Answers to our question: guessed tokens, other addresses, machines that quote, forgers who hinder."""

from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage

from mailbot.core.model import CaseState, Language, Right
from tests.drills.spoof.attack import ASKED, PERSON, Attack, Heard, Play, attack
from tests.drills.spoof.attacks.authors import LANGUAGES
from tests.drills.spoof.harm import Harm
from tests.drills.spoof.stage import Stage
from tests.drills.spoof.wire import Signed, quoting, signed, tokens_of, write
from tests.drills.spoof.words import ASKS, NO, YES
from tests.drills.spoof.words import PERSON as A_PERSON

ERASE = ASKS[Right.ERASURE]
GUESS = "MB0123456789ABCDEFGHJKMNPQRS"
After = Callable[[Stage, EmailMessage], Sequence[bytes]]


def _interferes(mail: After, *, unmoved: bool = True) -> Play:
    """The victim has asked and holds our question; then comes *mail*, which leaves the case *unmoved*."""

    async def play(stage: Stage) -> None:
        await stage.asks(stage.cast.victim, Right.ERASURE)
        asked = await stage.case_of(stage.cast.victim)
        question = stage.question(stage.cast.victim.address)
        assert question is not None
        for raw in mail(stage, question):
            await stage.deliver(raw)
        now = next(case for case in await stage.cases() if case.id == asked.id)
        waits = now.state is CaseState.CONFIRMATION and now.holds == ()
        stage.expect(waits or not unmoved, Harm.HINDERED, f"the open case is {now.state.value}, {list(now.holds)}")

    return play


# ---------------------------------------------------------------- without the token


def _says(words: str, *, subject: str = "", times: int = 1) -> After:
    """Forged in the victim's name; the forger knows neither token nor Message-ID."""
    return lambda stage, _question: [
        write(stage.cast.victim.address, words, subject=subject, number=str(number)) for number in range(times)
    ]


def _guessed(count: int) -> After:
    tokens = [f"MB{number:026d}" for number in range(count)]
    return _says("\n".join(("ПОДТВЕРЖДАЮ", *tokens)))


def _without() -> Iterator[tuple[str, str, After]]:
    for language in LANGUAGES:
        code = language.value
        yield f"bare-yes/{code}", "C16, amendment 3", _says(YES[language])
        yield f"bare-no/{code}", "amendment 4", _says(NO[language])
        yield f"bare-person/{code}", "amendment 4", _says(A_PERSON[language])
        yield f"guessed-token/{code}", "C15", _says(f"{YES[language]} {GUESS}")
        yield f"the-same-again/{code}", "C15", _says(ERASE[Language.RU])
        yield f"the-same-four-times/{code}", "C15, amendment 9", _says(ERASE[language], times=4)
    yield "twenty-guesses-in-one", "C15", _guessed(20)
    yield "a-thousand-guesses-in-one", "C15", _guessed(1000)
    yield "thirty-guesses", "C15", _says(f"ПОДТВЕРЖДАЮ {GUESS}", times=30)
    yield "guess-in-subject", "C15", _says("ПОДТВЕРЖДАЮ", subject=f"Re: {GUESS}")
    yield "case-number-in-subject", "C16", _says("ПОДТВЕРЖДАЮ", subject="Re: № 2026-0001")
    yield "unsure", "C.3", _says("Здравствуйте, а что у вас с моими данными? Может быть, удалите что-нибудь?")
    yield "threat", "C.3", _says("Это возмутительно, я подам на вас в суд, если вы тронете мои данные!")
    yield "stop-everything", "amendment 4", _says("Не удаляйте мои данные, я передумал.")
    yield "another-right", "amendment 7", _says(ASKS[Right.ACCESS][Language.RU])
    yield "other-words", "C15", _says("Удалите, пожалуйста, мои персональные данные из всех ваших баз.")
    yield "in-a-quote", "C17", _says("Добрый день!\n\n> ПОДТВЕРЖДАЮ\n> удаление всех данных")


def _made_up_thread(stage: Stage, _question: EmailMessage) -> Sequence[bytes]:
    address = stage.cast.victim.address
    return [write(address, "ПОДТВЕРЖДАЮ", answers="<0123456789ABCDEFGHJKMNPQRS@example.kz>")]


# ---------------------------------------------------------------- the token in other hands


def _from_attacker(words: str) -> After:
    """The question was forwarded to the attacker, who answers it from their own address."""

    def mail(stage: Stage, question: EmailMessage) -> Sequence[bytes]:
        attacker = stage.cast.attacker
        raw = write(attacker.address, quoting(question, words), answers=question["Message-ID"])
        return [signed(raw, Signed(domain=attacker.domain))]

    return mail


def _from_attacker_as_name(stage: Stage, question: EmailMessage) -> Sequence[bytes]:
    victim, attacker = stage.cast.victim, stage.cast.attacker
    header = f'"{victim.address}" <{attacker.address}>'
    return [write(attacker.address, f"ПОДТВЕРЖДАЮ {tokens_of(question)[0]}", header=header)]


def _own_token(stage: Stage, question: EmailMessage) -> Sequence[bytes]:
    """The attacker's own token, in a letter that says it is from the victim."""
    own = stage.question(stage.cast.attacker.address)
    token = tokens_of(own)[0] if own is not None else GUESS
    return [write(stage.cast.victim.address, f"ПОДТВЕРЖДАЮ {token}")]


def _with_own_case(mail: After) -> Play:
    async def play(stage: Stage) -> None:
        await stage.asks(stage.cast.attacker, Right.ERASURE)
        await _interferes(mail)(stage)

    return play


# ---------------------------------------------------------------- machines of the victim's side, C17

AUTOMATIC: dict[str, list[tuple[str, str]]] = {
    "auto-submitted": [("Auto-Submitted", "auto-replied")],
    "precedence": [("Precedence", "auto_reply")],
    "x-autoreply": [("X-Autoreply", "yes")],
    "outlook": [("X-Auto-Response-Suppress", "All")],
    "null-path": [],
    "subject-only": [],
}
ABSENT = "Я в отпуске до 7 декабря и отвечу вам по возвращении."


def _absence(kind: str, words: str = ABSENT) -> After:
    def mail(stage: Stage, question: EmailMessage) -> Sequence[bytes]:
        return [
            write(
                stage.cast.victim.address,
                quoting(question, words),
                subject=f"Автоответ: {question['Subject']}",
                answers=question["Message-ID"],
                also=AUTOMATIC[kind],
                path="" if kind == "null-path" else None,
            )
        ]

    return mail


def _delayed(action: str, status: str) -> After:
    """A report about our letter by the victim's own server: it is not lost, or not yet."""

    def mail(stage: Stage, question: EmailMessage) -> Sequence[bytes]:
        report = (
            f"--b\nContent-Type: text/plain\n\nDelivery {action}.\n--b\nContent-Type: message/delivery-status\n\n"
            f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {stage.cast.victim.address}\n"
            f"Action: {action}\nStatus: {status}\n\n--b\nContent-Type: text/rfc822-headers\n\n"
            f"Message-ID: {question['Message-ID']}\n\n--b--\n"
        )
        kind = 'multipart/report; report-type=delivery-status; boundary="b"'
        sender = f"MAILER-DAEMON@{stage.cast.victim.domain}"
        return [write(sender, report, path="", subject="Delivery status", instead={"Content-Type": kind})]

    return mail


# ---------------------------------------------------------------- the advertisement that asks for an OK

LURED = {
    "ok": "OK",
    "ok-ru": "ок",
    "ok-wanted": "OK, хочу скидку 30 %",
    "thumb": "👍",
    "thanks": "Спасибо!",
    "plus": "+",
    "want-it": "Хочу скидку",
    "ok-kk": "Жарайды",
}


def _lured(words: str, *, quoted: bool) -> After:
    """The victim answers an advertisement that asked for an OK; or writes OK over our question itself."""

    def mail(stage: Stage, question: EmailMessage) -> Sequence[bytes]:
        victim = stage.cast.victim.address
        if quoted:
            return [write(victim, quoting(question, words), answers=question["Message-ID"])]
        ad = "\n\n> Reply OK for 30 % off everything!\n> Ответьте OK и получите скидку 30 %\n"
        return [write(victim, words + ad, subject="Re: 30 % off", answers="<ad-1@attacker.example.net>")]

    return mail


def _all() -> Iterator[Attack]:
    for name, rule, mail in _without():
        yield attack(f"reply-without-token/{name}", rule, _interferes(mail), ASKED, PERSON)
    play = _interferes(_made_up_thread)
    yield attack("reply-without-token/made-up-thread", "amendment 3", play, ASKED, PERSON)
    for name, words in {"yes": "ПОДТВЕРЖДАЮ", "no": "НЕТ", "person": "ЧЕЛОВЕК"}.items():
        yield attack(
            f"token-from-another-address/{name}",
            "amendment 3",
            _interferes(_from_attacker(words), unmoved=False),
            ASKED,
            PERSON,
            hindered_by="amendment 3: somebody else holds the code, so a person looks",
        )
    yield attack(
        "token-from-another-address/display-name",
        "C2, amendment 3",
        _interferes(_from_attacker_as_name, unmoved=False),
        ASKED,
        PERSON,
        hindered_by="amendment 3: somebody else holds the code, so a person looks",
    )
    both = (Heard.VICTIM, Heard.ATTACKER)
    yield attack("attackers-own-token", "C15", _with_own_case(_own_token), ASKED, PERSON, heard=both)
    for kind in AUTOMATIC:
        yield attack(f"absence-quotes-the-token/{kind}", "C17", _interferes(_absence(kind)), ASKED)
    yes = _absence("auto-submitted", "Да, подтверждаю: письмо получено.")
    yield attack("absence-quotes-the-token/says-yes", "C17", _interferes(yes), ASKED)
    for action, status in (
        ("delayed", "4.4.1"),
        ("relayed", "2.0.0"),
        ("delivered", "2.1.5"),
        ("expanded", "2.0.0"),
    ):
        yield attack(f"report/{action}", "D12", _interferes(_delayed(action, status)), ASKED)
    unclear = "amendment 4: an answer that says neither yes nor no is a person's"
    for name, words in LURED.items():
        for quoted in (False, True):
            where = "over-our-question" if quoted else "over-the-ad"
            play = _interferes(_lured(words, quoted=quoted), unmoved=not quoted)
            yield attack(
                f"reply-ok/{name}/{where}",
                "amendment 4",
                play,
                ASKED,
                PERSON,
                hindered_by=unclear if quoted else "",
            )


ATTACKS = [*_all()]
