"""The first start on a mailbox that people have used for a quarter of a year (issue 2, item 2)."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from email.utils import localtime
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.model import Right
from tests.acceptance.mailboxes import flags_of, message_ids_of, opened
from tests.acceptance.old_mail import ORDINARY_COUNT, REQUEST_COUNT, Old, fill
from tests.acceptance.people import Person, Post, somebody
from tests.acceptance.program import Program
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer

pytestmark = [pytest.mark.servers, pytest.mark.slow]

TRIAL_WITHIN = 60.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The mailbox at one moment."""

    flags: Mapping[int, bytes]  # UID → flags
    files: Mapping[str, str]  # name in the Maildir → its flags there
    sent: int  # messages in Sent


@dataclass(kw_only=True)
class Story:
    """Trial, first start, going live, a restart; one new request at the end."""

    program: Program
    mails: Sequence[Old]
    names: Mapping[int, str]  # UID → Message-ID
    before: Look
    after: Look  # before the new request
    person: Person  # who wrote it
    trial: Sequence[dict[str, Any]]  # lines of `mailbot trial --json`
    took: float  # seconds of the trial


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, dovecot: DovecotServer, postfix: PostfixServer
) -> Iterator[Story]:
    program = Program(tmp_path_factory.mktemp("first"), dovecot, postfix)
    with closing(program), Post(dovecot, postfix, program.ours) as post:
        yield told(program, post)


def told(program: Program, post: Post) -> Story:
    """Try first, as the README says; then start, go live and start again; then somebody writes."""
    maildir = post.dovecot._mail / program.ours / "Maildir"
    mails = fill(maildir, localtime().timestamp())
    program.company.open([])
    program.install()
    before = look(program, post, maildir)
    began = time.monotonic()
    trial = [json.loads(line) for line in program.must("trial", "--last", "90d", "--json").splitlines()]
    took = time.monotonic() - began
    for _ in range(2):
        program.start()
        program.live()
        assert program.stop()[0] == 0
    after = look(program, post, maildir)
    person = somebody()
    program.start()
    post.ask(person, Right.UNSUBSCRIBE)
    post.wait_for_letters([person])
    program.stop()
    with opened(post.dovecot, program.ours) as client:
        names = message_ids_of(client)
    return Story(
        program=program,
        mails=mails,
        names=names,
        before=before,
        after=after,
        person=person,
        trial=trial,
        took=took,
    )


def look(program: Program, post: Post, maildir: Path) -> Look:
    with opened(post.dovecot, program.ours) as client:
        flags, sent = flags_of(client), len(flags_of(client, "Sent"))
    names = (file.name.partition(":2,") for part in ("cur", "new") for file in (maildir / part).iterdir())
    return Look(flags=flags, files={name: said for name, _, said in names}, sent=sent)


def test_the_trial_names_the_requests_and_nothing_else(story: Story):
    *found, total = story.trial
    named = {story.names[int(line["message"].removeprefix("INBOX;"))] for line in found}

    assert named == {old.message_id for old in story.mails if "request" in old.message_id}
    assert len(found) == REQUEST_COUNT
    assert total["messages"] == ORDINARY_COUNT + REQUEST_COUNT


def test_the_trial_tells_which_requests_were_never_answered(story: Story):
    *found, total = story.trial
    answered = {story.names[int(line["message"].removeprefix("INBOX;"))] for line in found if line["answered"]}

    assert answered == {old.message_id for old in story.mails if "request" in old.message_id and "R" in old.flags}
    assert total["unanswered"] == REQUEST_COUNT - len(answered)


def test_the_trial_reads_two_thousand_messages_in_time(story: Story):
    assert story.took < TRIAL_WITHIN


def test_no_message_is_marked_moved_or_answered(story: Story):
    assert len(story.before.flags) == len(story.before.files) == ORDINARY_COUNT + REQUEST_COUNT
    assert story.after == story.before
    assert story.after.sent == 0


def test_no_old_request_is_acted_on_though_everything_is_live(story: Story):
    (case,) = story.program.cases()

    assert case.address == story.person.address
    names = [link.event.name for link in story.program.trail()]
    assert names.count("folder.begun") == 1
    assert names.count("letter.received") == names.count("answer.queued") == 1


def test_the_operator_is_not_alarmed(story: Story):
    assert "operator.told" not in [line["event"] for line in story.program.log()]


def test_nothing_personal_is_logged(story: Story):
    assert story.program.indiscretions() == []
