"""Very much at once, and who comes first: bombs of letters, in strangers' names and in the victim's (C27)."""

from collections.abc import Iterator
from datetime import timedelta

from mailbot.core.model import CaseState, Language, Right
from mailbot.journeys.decide import AT_ONCE
from mailbot.journeys.undo import undo_since
from tests.drills.spoof.asked import asked_otherwise
from tests.drills.spoof.attack import ASKED, PERSON, SERVED, SUPPRESSED, Attack, Play, attack
from tests.drills.spoof.harm import Harm
from tests.drills.spoof.stage import SLOT, Stage, file
from tests.drills.spoof.wire import honest, quoting, tokens_of, write
from tests.drills.spoof.words import ASKS, YES
from tests.fakes import START

BOMB = 10_000  # forged unsubscribes
CROWD = 250  # of others
BREATH = 25  # rounds of deciding after which all else has its turn
UNSUBSCRIBE, ERASE = ASKS[Right.UNSUBSCRIBE][Language.RU], ASKS[Right.ERASURE][Language.RU]
EVERY = (ASKED, PERSON, SUPPRESSED)


def _stranger(number: int) -> str:
    return f"someone{number}@shop{number % 97}.example.com"


def _bomb(stage: Stage, count: int, words: str) -> None:
    stage.post(*(write(_stranger(number), words) for number in range(count)))


async def _ten_thousand(stage: Stage) -> None:
    """Ten thousand forged unsubscribes, the victim's among them; behind them a real request."""
    await _counted_bomb(stage, BOMB)


async def _counted_bomb(stage: Stage, count: int) -> None:
    victim, bystander = stage.cast.victim, stage.cast.bystander
    stage.post(write(victim.address, UNSUBSCRIBE))
    _bomb(stage, count, UNSUBSCRIBE)
    stage.post(honest(bystander, UNSUBSCRIBE))
    await stage.office.loop("receive")
    await stage.office.loop("decide")
    decided = {case.address for case in await stage.cases()}
    stage.expect(bystander.address in decided, Harm.HINDERED, "a proven request waits behind the bomb for a round")
    await _all_decided(stage, count)
    stage.expect(bool(stage.letters(bystander.address)), Harm.HINDERED, "the proven sender heard nothing")
    told = len([to for to, _ in stage.office.mailer.letters if to.endswith(".example.com")])
    limit = stage.office.desk.limits.unproven_unsubscribes_an_hour
    stage.expect(told <= limit, Harm.ANSWERED, f"{told} notices to strangers, {limit} are the rate")
    mails = [letter for letter in stage.letters("lawyer@example.kz") if "mailbot undo" in letter.get_content()]
    stage.expect(len(mails) == 1, Harm.OTHERWISE, f"{len(mails)} mails to the operator about the flood")
    await _asked_the_same(stage)
    await _taken_back(stage)


async def _all_decided(stage: Stage, count: int) -> None:
    """Everything that follows from the bomb, to its last letter."""
    rounds = count // AT_ONCE + 2
    for number in range(rounds):
        await stage.office.loop("decide")
        if number % BREATH == 0 or number == rounds - 1:
            for loop in ("fulfil", "deliver", "clock"):
                await stage.office.loop(loop)
    stage.office.clock.forward(seconds=SLOT)
    await stage.office.loop("deliver")
    heard = {case.address for case in await stage.cases()}
    lost = sum(_stranger(number) not in heard for number in range(count))
    stage.expect(not lost, Harm.HINDERED, f"{lost} of {count} unsubscribes have no case")


async def _asked_the_same(stage: Stage) -> None:
    """In the midst of a flood, too, the databases are asked the same about who is on file and who is not (C19)."""
    known, unknown = (stage.cast.attacker.at(f"{name}@shop.example.com") for name in ("known", "unheard"))
    file(stage.folder, known)
    asked = []
    for person in (known, unknown):
        stage.post(write(person.address, UNSUBSCRIBE))
        before = len(stage.statements)
        for loop in ("receive", "decide", "fulfil"):
            await stage.office.loop(loop)
        asked.append(stage.statements[before:])
    stage.faults += asked_otherwise(*asked)


async def _taken_back(stage: Stage) -> None:
    """The operator takes everything back: the victim is as before, the proven request stands."""
    desk = stage.office.desk
    await undo_since(START - timedelta(minutes=1), by="drill", desk=desk)
    await stage.office.loop("fulfil")
    victim, bystander = stage.cast.victim, stage.cast.bystander
    undone = stage.rows(victim) == stage.baseline[victim.address]
    stage.expect(undone, Harm.DESTROYED, "undo has not given the victim's data back as they were")
    kept = all(row["stopped_at"] for row in stage.rows(bystander)["subscriptions"])
    stage.expect(kept, Harm.HINDERED, "undo has lifted what a proven person asked for")
    stage.baseline[bystander.address] = stage.rows(bystander)


async def _starved(stage: Stage) -> None:
    """Forged erasures in strangers' names use up the letters of the hour; who holds a question is served."""
    victim = stage.cast.victim
    await stage.asks(victim, Right.ERASURE)
    _bomb(stage, CROWD, ERASE)
    for _ in range(8):
        await stage.turn()
    sent = len([to for to, _ in stage.office.mailer.letters if to.endswith(".example.com")])
    limit = stage.office.desk.limits.letters_an_hour // 2
    stage.expect(sent <= limit, Harm.ANSWERED, f"{sent} letters to strangers within the hour, {limit} may go")
    await stage.answers(victim, YES[Language.RU], stage.question(victim.address))
    case = await stage.case_of(victim)
    served = case.state is CaseState.DONE
    stage.expect(
        served, Harm.HINDERED, f"who held a question is not served: {case.state.value} {list(case.holds)}"
    )
    stage.settle()


def _in_the_victims_name(count: int, right: Right, *, different: bool) -> Play:
    """So many forged letters in the victim's name; their mailbox must not overflow."""

    async def play(stage: Stage) -> None:
        victim = stage.cast.victim
        rights = list(ASKS) if different else [right]
        for number in range(count):
            words = ASKS[rights[number % len(rights)]][list(Language)[number % 3]]
            stage.post(write(victim.address, f"{words}\n{'!' * (number % 7)}", number=str(number)))
            if number % 10 == 9:
                await stage.turn()
        await stage.turn()
        limit = stage.office.desk.limits.letters_per_address_a_day
        heard = len(stage.letters(victim.address))
        stage.expect(heard <= limit, Harm.ANSWERED, f"{heard} letters to the victim in a day, {limit} may go")
        for case in await stage.cases():
            fits = case.letters <= 3
            stage.expect(fits, Harm.ANSWERED, f"{case.letters} letters in case {case.number}")

    return play


def _pre_empted(folder: str) -> Play:
    """A forger sends the victim's very letter first: same From, Message-ID, Date and words (the key of twins)."""

    async def play(stage: Stage) -> None:
        victim = stage.cast.victim
        real = honest(victim, ERASE, number="real")
        stage.post(b"X-Forged: yes\r\n" + real, folder=folder)
        await stage.turn()
        await stage.deliver(real)

    return play


def _first_confirms(stage_right: Right) -> Play:
    """After the forger has asked again and again, the victim answers the first question they got."""

    async def play(stage: Stage) -> None:
        victim = stage.cast.victim
        await stage.asks(victim, stage_right)
        first = stage.question(victim.address)
        for number in range(3):
            await stage.deliver(write(victim.address, ASKS[stage_right][Language.RU], number=str(number)))
        assert first is not None
        await stage.answers(victim, YES[Language.RU], first)
        case = next(case for case in await stage.cases() if case.address == victim.address)
        served = case.state is CaseState.DONE
        stage.expect(
            served, Harm.HINDERED, f"the first question no longer confirms: {case.state.value} {case.holds}"
        )
        stage.settle()

    return play


async def _old_token(stage: Stage) -> None:
    """A token that has done its work does nothing more, from whoever it comes."""
    victim = stage.cast.victim
    await stage.asks(victim, Right.ACCESS)
    question = stage.question(victim.address)
    assert question is not None
    await stage.answers(victim, YES[Language.RU], question)
    stage.settle()
    before = len(stage.letters(victim.address))
    for words in (
        quoting(question, "ПОДТВЕРЖДАЮ"),
        f"Удалите все мои данные. {tokens_of(question)[0]}",
        "ПОДТВЕРЖДАЮ",
    ):
        await stage.deliver(write(victim.address, words, answers=question["Message-ID"], number=words[:9]))
    letters = len(stage.letters(victim.address)) - before
    stage.expect(letters <= 1, Harm.ANSWERED, f"{letters} letters for a token that has done its work")


def _all() -> Iterator[Attack]:
    behind = "C27: who cannot be told from the bomb is decided in its turn"
    small = "amendment 13: the unproven share a small budget, and their new requests wait for a person"
    yield attack(
        "flood/ten-thousand-unsubscribes",
        "C27, issue 4, item 9",
        _ten_thousand,
        *EVERY,
        SERVED,
        compare=False,
        hindered_by=behind,
        crowd=True,
    )
    yield attack(
        "flood/starved-hour",
        "amendment 13",
        _starved,
        *EVERY,
        SERVED,
        compare=False,
        crowd=True,
        hindered_by=small,
    )
    for right in (Right.ERASURE, Right.ACCESS, Right.UNSUBSCRIBE):
        play = _in_the_victims_name(30, right, different=False)
        yield attack(f"flood/in-the-victims-name/{right.value}", "C15, C27, D6", play, *EVERY)
    play = _in_the_victims_name(40, Right.ERASURE, different=True)
    yield attack("flood/in-the-victims-name/everything", "C15, C27, D6", play, *EVERY)
    for signs in (False, True):
        code = "signed" if signs else "unsigned"
        yield attack(f"pre-empted/{code}", "DESIGN, three keys", _pre_empted("INBOX"), ASKED, signs=signs)
        yield attack(f"pre-empted/{code}/from-junk", "DESIGN, three keys", _pre_empted("Junk"), ASKED, signs=signs)
    for right in (Right.ERASURE, Right.ACCESS):
        play = _first_confirms(right)
        yield attack(f"first-question-still-confirms/{right.value}", "C15", play, SERVED, compare=False)
    yield attack("token-used-twice", "C15", _old_token, SERVED, ASKED, PERSON, compare=False)


ATTACKS = [*_all()]
