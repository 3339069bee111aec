"""The whole circle of every right in every language at once: Postfix, Dovecot, act, Postfix, answer, act."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest

from mailbot.core.model import CaseState, Language, Right
from tests.acceptance.mailboxes import flags_of, message_ids_of, opened
from tests.acceptance.people import ZONE, Person, Post, letters_due, somebody
from tests.acceptance.program import Program
from tests.acceptance.waiting import until
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer

pytestmark = [pytest.mark.servers, pytest.mark.slow]

RIGHTS = (Right.UNSUBSCRIBE, Right.WITHDRAW_CONSENT, Right.ACCESS, Right.ERASURE)
CIRCLES = [(right, language) for right in RIGHTS for language in Language]
UNPROVEN_WITHDRAWAL = (Right.WITHDRAW_CONSENT, Language.RU)
SIGNED = {
    *((Right.WITHDRAW_CONSENT, language) for language in (Language.KK, Language.EN)),
    *((right, Language.RU) for right in RIGHTS if right is not Right.WITHDRAW_CONSENT),
}
ORDINARY = {
    "Заявка": "Добрый день! Пришлите, пожалуйста, счёт на 40 листов и гвозди, оплатим завтра.",
    "Баға": "Сәлеметсіз бе! 120 парақ жасыл ондулин қанша тұрады, жеткізе аласыздар ма?",
    "Truck": "Hello, please send the invoice for 48 sheets. When will the truck come?",
}

Circle = tuple[Right, Language]
Data = Mapping[str, Mapping[int, Mapping[str, Any]]]


@dataclass(kw_only=True)
class Story:
    """What happened to twelve people who asked at the same time."""

    program: Program
    post: Post
    people: Mapping[Circle, Person]
    ordinary: Mapping[int, bytes]  # UID → flags, when it had just arrived
    asked: Data  # the company's data when everybody had had a first letter
    ended: Data
    letters: Mapping[Circle, list[EmailMessage]]


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, dovecot: DovecotServer, postfix: PostfixServer
) -> Iterator[Story]:
    program = Program(tmp_path_factory.mktemp("circle"), dovecot, postfix)
    people = {circle: somebody(circle[1], signs=circle in SIGNED) for circle in CIRCLES}
    with closing(program), Post(dovecot, postfix, program.ours) as post:
        yield told(program, post, people)


def told(program: Program, post: Post, people: Mapping[Circle, Person]) -> Story:
    """Everybody asks; who is asked back answers; the program is stopped."""
    begin(program, people)
    for subject, text in ORDINARY.items():
        post.send(somebody(), text, subject=subject)
    ordinary = touched_by_a_colleague(program, post)
    for (right, _), person in people.items():
        post.ask(person, right)
    questions = dict(zip(people, post.wait_for_letters([*people.values()]), strict=True))
    asked = program.company.look()
    for circle, person in people.items():
        if letters_due(circle[0]) == 2:
            post.answer(person, questions[circle])
    for (right, _), person in people.items():
        post.wait_for_letters([person], letters_due(right))
    program.wait_for("case.done", times=len(people))
    wait_for_copies(program, post, sum(letters_due(right) for right, _ in people))
    assert program.stop()[0] == 0
    return Story(
        program=program,
        post=post,
        people=people,
        ordinary=ordinary,
        asked=asked,
        ended=program.company.look(),
        letters={circle: post.letters(person) for circle, person in people.items()},
    )


def begin(program: Program, people: Mapping[Circle, Person]) -> None:
    """Install, look at the empty mailbox once, and go live by the operator's own command."""
    (program.folder / "zone.json").write_text(json.dumps(ZONE))
    program.company.open([*people.values()])
    program.install()
    program.start()
    program.wait_for_status("watching")
    for right in RIGHTS:
        program.must("go-live", right.value, "--as", "aigul")


def wait_for_copies(program: Program, post: Post, count: int) -> None:
    """Until Sent holds as many letters: a copy is filed after its letter has gone."""
    with opened(post.dovecot, program.ours) as client:
        until(lambda: len(message_ids_of(client, "Sent")) == count, 15, lambda: f"{count} copies in Sent")


def touched_by_a_colleague(program: Program, post: Post) -> Mapping[int, bytes]:
    """Flags of the ordinary mail once all of it is there and a colleague has read one and marked another."""
    with opened(post.dovecot, program.ours) as client:
        everything = str(len(ORDINARY)).encode()
        until(lambda: client.select("INBOX")[1] == [everything], 10, lambda: "the ordinary mail")
        client.store("1", "+FLAGS", r"(\Seen)")
        client.store("2", "+FLAGS", r"(\Flagged)")
        return flags_of(client)


@pytest.mark.parametrize(("right", "language"), CIRCLES)
def test_everybody_hears_the_outcome_in_their_own_language(story: Story, right: Right, language: Language):
    letters = story.letters[right, language]

    assert len(letters) == letters_due(right)
    assert {letter["Content-Language"].split(",")[0] for letter in letters} == {language.value}
    assert {letter["From"].addresses[0].addr_spec for letter in letters} == {story.program.ours}
    assert {letter["Auto-Submitted"] for letter in letters} == {"auto-replied"}


@pytest.mark.parametrize(("right", "language"), CIRCLES)
def test_every_request_is_one_case_that_is_done(story: Story, right: Right, language: Language):
    address = story.people[right, language].address
    (case,) = [case for case in story.program.cases() if case.address == address]

    assert (case.state, case.rights, case.holds) == (CaseState.DONE, (right,), ())
    assert case.standing == ("Proven" if (right, language) in SIGNED else "Unproven")
    assert all(letter["Subject"].startswith(f"№ {case.number}: ") for letter in story.letters[right, language])


@pytest.mark.parametrize("language", Language)
def test_an_unsubscribe_stops_advertising_and_nothing_else(story: Story, language: Language):
    key = story.people[Right.UNSUBSCRIBE, language].key

    assert story.ended["subscriptions"][key]["stopped_at"] is not None
    assert story.ended["subjects"][key] == story.asked["subjects"][key]
    assert story.ended["subjects"][key]["blocked_at"] is None
    assert story.ended["consents"][key]["withdrawn_at"] is None


@pytest.mark.parametrize("language", Language)
def test_access_changes_nothing_and_tells_no_values(story: Story, language: Language):
    person = story.people[Right.ACCESS, language]
    answer = story.letters[Right.ACCESS, language][-1].get_content()

    assert story.ended["subjects"][person.key]["full_name"] == person.name
    assert story.ended["subscriptions"][person.key]["stopped_at"] is None
    assert [value for value in (person.name, person.phone, person.street, "192.0.2.7") if value in answer] == []


@pytest.mark.parametrize("right", [Right.ERASURE, Right.WITHDRAW_CONSENT])
@pytest.mark.parametrize("language", Language)
def test_what_was_confirmed_is_destroyed_and_not_before(story: Story, right: Right, language: Language):
    key = story.people[right, language].key

    assert {table for table, rows in story.asked.items() if key in rows} == {*story.asked}
    assert {table for table, rows in story.ended.items() if key in rows} == set()


@pytest.mark.parametrize("language", Language)
def test_a_proven_withdrawal_stops_processing_before_it_is_confirmed_an_unproven_one_only_marketing(
    story: Story, language: Language
):
    circle = (Right.WITHDRAW_CONSENT, language)
    key, proven = story.people[circle].key, circle != UNPROVEN_WITHDRAWAL

    assert story.asked["subscriptions"][key]["stopped_at"] is not None
    assert (story.asked["subjects"][key]["blocked_at"] is not None) is proven
    assert (story.asked["consents"][key]["withdrawn_at"] is not None) is proven


def test_every_answer_stands_in_sent_once_as_the_person_got_it(story: Story):
    with opened(story.post.dovecot, story.program.ours) as client:
        in_sent = message_ids_of(client, "Sent").values()

    got = [letter["Message-ID"] for letters in story.letters.values() for letter in letters]
    assert sorted(in_sent) == sorted(got)


def test_mail_is_left_where_it_was_and_as_it_was(story: Story):
    with opened(story.post.dovecot, story.program.ours) as client:
        now = flags_of(client)

    assert {uid: now[uid] for uid in story.ordinary} == story.ordinary
    assert {uid: said for uid, said in now.items() if uid not in story.ordinary and said} == {}


def test_an_answer_hangs_on_the_letter_it_answers(story: Story):
    question, outcome = story.letters[Right.ERASURE, Language.RU]

    assert question["In-Reply-To"] in outcome["References"]
    assert question["Message-ID"] in outcome["References"]


def test_the_trail_verifies_and_holds_every_step_once(story: Story):
    said = json.loads(story.program.must("audit", "verify", "--json"))
    links = story.program.trail()
    names = [link.event.name for link in links]

    assert (said["ok"], said["events"], said["head"]) == (True, len(links), links[-1].hash)
    assert {link.event.actor for link in links if link.event.name == "autonomy.set"} == {"aigul"}
    assert names.count("case.opened") == names.count("case.done") == len(CIRCLES)
    assert names.count("answer.sent") == sum(letters_due(right) for right, _ in CIRCLES)


def test_nothing_waited_for_a_person(story: Story):
    assert story.program.log("operator.told") == []
    assert [line for line in story.program.log() if line["level"] != "info"] == []


def test_nothing_personal_is_logged(story: Story):
    assert story.program.indiscretions() == []
