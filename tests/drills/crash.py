"""`make drill-crash`: kills the running program with SIGKILL, again and again, while people write to it.

    python -m tests.drills.crash [--kills 24] [--requests 36] [--seed 1]

Real Postfix and Dovecot on loopback, the program as a process; root only, because of Postfix. Every life of the
program ends at a moment that the seed chooses: some seconds after its start, or some lines of its log, with a
little noise. Afterwards everything must have happened once. The last line is JSON: {"ok": true, ...}.

A letter may come twice only as the same letter (one Message-ID), and only where the program died between the
relay's yes and its own commit (DESIGN, the one honest gap): the trail says so with "answer.again".
"""

import argparse
import json
import random  # noqa: TID251 - seeded, so that a run can be repeated
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbot.core.model import CaseState, Language, Right
from tests.acceptance.company import Company
from tests.acceptance.mailboxes import message_ids_of, opened
from tests.acceptance.people import ZONE, Person, Post, letters_due, somebody
from tests.acceptance.program import Program
from tests.servers.certificates import make_certificates
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer

RIGHTS = (Right.UNSUBSCRIBE, Right.ERASURE, Right.ACCESS, Right.WITHDRAW_CONSENT)
RELAY_TIMEOUT = 2  # seconds; a letter whose fate is unknown is taken up again after twice as long
FINISH_WITHIN = 120.0  # seconds, once nobody kills it any more
LONGEST_LIFE = 4.0  # seconds; it is ready after one and a half
MOST_LINES = 12  # of the log in a life
NOISE = 0.05  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How hard, and which dice."""

    kills: int
    requests: int
    seed: int


@dataclass(slots=True, kw_only=True)
class Asked:
    """One person's request, and how far they are with it."""

    person: Person
    right: Right
    written: bool = False
    answered: set[str] = field(default_factory=set)  # Message-IDs of our questions


@dataclass(slots=True, kw_only=True)
class Report:
    """What was found afterwards."""

    faults: list[str] = field(default_factory=list)  # what should not have happened
    figures: dict[str, Any] = field(default_factory=dict)

    def expect(self, true: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Note *what* as a fault unless it is *true*."""
        if not true:
            self.faults.append(what)


# ---------------------------------------------------------------- people


class Crowd:
    """People who write when it is their turn, and answer our questions as soon as they see them."""

    def __init__(self, post: Post, asked: Sequence[Asked]) -> None:
        self._post = post
        self.asked = asked

    def write(self, count: int) -> None:
        """The next *count* of them write."""
        waiting = [one for one in self.asked if not one.written]
        for one in waiting[:count]:
            self._post.ask(one.person, one.right)
            one.written = True

    def read(self) -> None:
        """Everybody who has written looks into their mailbox, and answers each question once."""
        for one in self.asked:
            if one.written and letters_due(one.right) == 2 and not one.answered:
                for letter in self._post.letters(one.person)[:1]:
                    self._post.answer(one.person, letter)
                    one.answered.add(letter["Message-ID"])

    def served(self) -> bool:
        """Whether everybody has all the letters that are due."""
        return all(one.written and self._post.count(one.person) >= letters_due(one.right) for one in self.asked)


# ---------------------------------------------------------------- lives and deaths


class Killer(threading.Thread):
    """Ends one life of the program at the moment it was given."""

    def __init__(self, program: Program, dice: random.Random) -> None:
        super().__init__(daemon=True)
        self._program = program
        self._lines = dice.randint(1, MOST_LINES) if dice.random() < 0.7 else None
        self._seconds = dice.uniform(0.2, LONGEST_LIFE)
        self._noise = dice.uniform(0, NOISE)
        self.last_words = ""  # event of the last log line before the end; empty: it had said nothing

    def run(self) -> None:
        log = self._program.folder / "stdout"
        before, began = log.stat().st_size, time.monotonic()
        while not self._due(log, before, time.monotonic() - began):
            time.sleep(0.002)
        time.sleep(self._noise)
        self._program.kill()
        lines = log.read_bytes()[before:].splitlines()
        self.last_words = str(json.loads(lines[-1])["event"]) if lines else ""

    def _due(self, log: Path, before: int, lived: float) -> bool:
        if self._lines is None or lived > 2 * LONGEST_LIFE:  # it waits, too: nothing is logged
            return lived > self._seconds
        return log.read_bytes()[before:].count(b"\n") >= self._lines


def lives(program: Program, crowd: Crowd, plan: Plan) -> Counter[str]:
    """Kill the program as often as planned; the last words of its lives, counted."""
    dice = random.Random(plan.seed)  # noqa: S311 - a drill
    words: Counter[str] = Counter()
    for number in range(plan.kills):
        program.begin()
        killer = Killer(program, dice)
        killer.start()
        crowd.write(len(crowd.asked) * (number + 1) // plan.kills - sum(one.written for one in crowd.asked))
        while killer.is_alive():
            crowd.read()
            killer.join(0.1)
        words[killer.last_words] += 1
    return words


def in_peace(program: Program, crowd: Crowd) -> bool:
    """Start it once more and let it finish; whether it did."""
    program.start()
    deadline = time.monotonic() + FINISH_WITHIN
    crowd.write(len(crowd.asked))
    while not crowd.served():
        crowd.read()
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    time.sleep(2 * RELAY_TIMEOUT + 3)  # a letter of unknown fate would be taken up again by now
    return True


# ---------------------------------------------------------------- afterwards


def drill(folder: Path, dovecot: DovecotServer, postfix: PostfixServer, plan: Plan) -> Report:
    """Carry *plan* out on an installation in *folder*."""
    report, began = Report(), time.monotonic()
    circles = [(right, language) for language in Language for right in RIGHTS]
    asked = [
        Asked(person=somebody(language, signs=number % 2 == 0), right=right)
        for number, (right, language) in enumerate(circles * (plan.requests // len(circles) + 1))
    ][: plan.requests]
    program = Program(folder, dovecot, postfix)
    with closing(program), Post(dovecot, postfix, program.ours) as post:
        installed(program, asked)
        crowd = Crowd(post, asked)
        words = lives(program, crowd, plan)
        report.expect(in_peace(program, crowd), f"not everybody was served within {FINISH_WITHIN:g} s")
        report.expect(program.stop()[0] == 0, "the last stop was not in order")
        report.figures = {"kills": words.total(), "requests": plan.requests, "last_words": dict(words)}
        judge_cases(program, asked, report)
        judge_letters(program, post, asked, report)
        judge_data(program.company, asked, report)
    report.figures |= {"seconds": round(time.monotonic() - began, 1), "seed": plan.seed}
    return report


def installed(program: Program, asked: Sequence[Asked]) -> None:
    """Everybody on file, an empty mailbox looked at once, everything live, a relay that is soon given up."""
    program.sections["relay"]["timeout_seconds"] = RELAY_TIMEOUT
    program.company.open([one.person for one in asked])
    (program.folder / "zone.json").write_text(json.dumps(ZONE))
    program.install()
    program.start()
    program.live()
    program.kill()


def judge_cases(program: Program, asked: Sequence[Asked], report: Report) -> None:
    """One case each, done; every event of it in the trail as often as it may happen."""
    cases, links = program.cases(), program.trail()
    events = Counter((link.event.case, link.event.name) for link in links)
    report.figures |= {"events": len(links), "again": sum(link.event.name == "answer.again" for link in links)}
    report.expect(len(cases) == len(asked), f"{len(cases)} cases for {len(asked)} requests")
    report.faults += [f"said: {word}" for word in program.indiscretions()]
    report.expect(not program.log("operator.told"), "a person was called")
    for one in asked:
        for case in (case for case in cases if case.address == one.person.address):
            told = {name: events[case.number, name] for name in ("case.opened", "case.done", "answer.queued")}
            due = {"case.opened": 1, "case.done": 1, "answer.queued": letters_due(one.right)}
            report.expect(told == due, f"case {case.number}: {told}, expected {due}")
            report.expect(case.state is CaseState.DONE, f"case {case.number} is {case.state.value}")


def judge_letters(program: Program, post: Post, asked: Sequence[Asked], report: Report) -> None:
    """As many different letters as are due; one that came twice is the same one, and the trail knows of it."""
    again = Counter(link.event.case for link in program.trail() if link.event.name == "answer.again")
    different, twice = 0, 0
    for one in asked:
        letters = post.letters(one.person)
        ids = {letter["Message-ID"] for letter in letters}
        different, twice = different + len(ids), twice + len(letters) - len(ids)
        case = letters[0]["X-Mailbot-Case"] if letters else ""
        due = letters_due(one.right)
        report.expect(len(ids) == due, f"case {case}: {len(ids)} different letters, expected {due}")
        report.expect(
            len(letters) - len(ids) <= again[case], f"case {case}: a letter came twice and nobody knows why"
        )
    with opened(post.dovecot, program.ours) as client:
        in_sent = [*message_ids_of(client, "Sent").values()]
    report.expect(len(in_sent) == len(set(in_sent)) == different, f"{len(in_sent)} in Sent of {different} letters")
    report.figures |= {"letters": different, "duplicates_same_id": twice}


def judge_data(company: Company, asked: Sequence[Asked], report: Report) -> None:
    """What each right leaves behind."""
    people, subscriptions = company.rows("subjects"), company.rows("subscriptions")
    for one in asked:
        key = one.person.key
        gone = one.right in {Right.ERASURE, Right.WITHDRAW_CONSENT}
        report.expect((key not in people) is gone, f"person {key}, {one.right.value}: on file: {key in people}")
        if one.right is Right.UNSUBSCRIBE:
            report.expect(subscriptions[key]["stopped_at"] is not None, f"person {key} is still subscribed")


# ---------------------------------------------------------------- by hand


@contextmanager
def servers() -> Iterator[tuple[DovecotServer, PostfixServer]]:
    """Dovecot and Postfix in a folder that others may enter."""
    folder = Path(tempfile.mkdtemp(prefix="mailbot-"))
    folder.chmod(0o755)
    parts = [folder / name for name in ("certificates", "dovecot", "postfix")]
    for part in parts:
        part.mkdir()
    certificates = make_certificates(parts[0])
    dovecot = DovecotServer(parts[1], certificates)
    postfix = PostfixServer(parts[2], certificates, dovecot)
    try:
        dovecot.start()
        postfix.start()
        yield dovecot, postfix
    finally:
        postfix.stop()
        dovecot.stop()
        shutil.rmtree(folder)


def main() -> int:
    """Run the drill; 0 when everything happened once."""
    parser = argparse.ArgumentParser(description="Kill the program again and again while people write to it.")
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--requests", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    plan = Plan(**vars(parser.parse_args()))
    with servers() as (dovecot, postfix), tempfile.TemporaryDirectory(prefix="mailbot-crash-") as folder:
        report = drill(Path(folder), dovecot, postfix, plan)
    for fault in report.faults:
        print(f"fault: {fault}")
    print(json.dumps({"ok": not report.faults, **report.figures}))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
