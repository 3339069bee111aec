"""`make demo` shows what it says, ends well, and cannot lie about it."""

import imaplib
import io
import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from mailbot.cli import main
from mailbot.core.model import Language, Right
from mailbot.demo.letters import Writer
from mailbot.demo.play import play
from mailbot.demo.screen import Screen
from mailbot.demo.stage import OURS, environment, staged
from mailbot.demo.story import VERDICTS, How, Outcome, Story, load_story

MAILBOT = (sys.executable, "-m", "mailbot")
STORY = load_story()
AT = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """A finished `mailbot demo --keep --json`."""

    folder: Path
    screen: str
    after: str  # what the person got who wrote while it was kept running
    told: dict[str, object]
    exit_code: int


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("demo") / "stage"
    words = (*MAILBOT, "demo", "--keep", "--json", "--folder", str(folder))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        assert demo.stdout is not None
        try:
            screen = ""
            for line in demo.stdout:
                screen += line
                if line.startswith("Ctrl-C ends it"):
                    break
            after = write_as_told(screen) if "Ctrl-C ends it" in screen else ""
            demo.send_signal(signal.SIGINT)
            rest, _ = demo.communicate(timeout=20)
        finally:
            demo.kill()
    last = (screen + rest).splitlines()[-1]
    return Run(folder, screen, after, json.loads(last) if last.startswith("{") else {}, demo.returncode)


def write_as_told(screen: str) -> str:
    """Do what the screen says, send a letter by its Python line; the header of the answer that comes."""
    command = next(line for line in screen.splitlines() if "smtplib" in line)
    subprocess.run(["/bin/sh", "-c", command], check=True, timeout=10)
    port = int(re.findall(r"IMAP 127\.0\.0\.1:(\d+)", screen)[-1])
    address, password = re.findall(r"^  (\S+@\S+) +password (\S+)$", screen, re.MULTILINE)[2]
    before = 1  # she has had a letter in the story
    for _ in range(200):
        with imaplib.IMAP4("127.0.0.1", port, timeout=5) as client:
            client.login(address, password)
            count = int(client.select(readonly=True)[1][0] or b"0")
            if count > before:
                return client.fetch(str(count), "(BODY.PEEK[HEADER])")[1][0][1].decode()  # type: ignore[index,union-attr]
        time.sleep(0.05)
    return ""


# ---------------------------------------------------------------- the whole of it


@pytest.mark.slow
def test_everything_comes_as_the_story_says_and_the_demo_ends_well(run: Run):
    assert run.exit_code == 0, run.screen
    assert run.told["ok"] is True
    assert run.told["faults"] == []
    assert run.told["messages"] == sum(scene.how not in VERDICTS for scene in STORY.scenes)
    assert run.told["verdicts"] == 2


@pytest.mark.slow
def test_it_takes_less_than_two_minutes(run: Run):
    assert isinstance(run.told["seconds"], float)
    assert run.told["seconds"] < 120


@pytest.mark.slow
def test_the_screen_tells_the_story_in_its_order_and_closes_with_a_line_for_each(run: Run):
    places = [run.screen.index(f"{number:>2}  {scene.title}") for number, scene in enumerate(STORY.scenes, 1)]
    table = run.screen[run.screen.index("what came of it") :]

    assert places == sorted(places)
    for number, scene in enumerate(STORY.scenes, 1):
        assert re.search(rf"^{number} +{STORY.whose(scene).name} .*✓$", table, re.MULTILINE), scene.title
    assert "✗" not in run.screen


@pytest.mark.slow
def test_a_pipe_gets_no_colours_and_no_line_is_wider_than_a_page(run: Run):
    story = run.screen[: run.screen.index("It goes on running")]

    assert "\x1b" not in run.screen
    assert max(map(len, story.splitlines())) <= 100


@pytest.mark.slow
def test_no_code_that_confirms_is_shown(run: Run):
    assert not re.search(r"\bMB[0-9A-Z]{26}\b", run.screen)


@pytest.mark.slow
def test_nothing_that_was_logged_names_anybody(run: Run):
    log = (run.folder / "mailbot.log").read_text(encoding="utf-8")
    people = STORY.people.values()
    names = {part for person in people for name in person.names for part in name.split()}

    assert log.count("letter.received") > 20
    assert "daemon.stopped" in log.splitlines()[-1]
    assert "@" not in log
    assert [name for name in names if name in log] == []
    assert not re.search(r"\bMB[0-9A-Z]{26}\b", log)
    assert (run.folder / "credentials" / "imap_password").read_text() not in log
    assert (run.folder / "credentials" / "secret_key").read_text() not in log


@pytest.mark.slow
def test_the_real_command_verifies_the_chain_afterwards(run: Run):
    words = (*MAILBOT, "audit", "verify", "--json", "--config", str(run.folder / "mailbot.toml"))
    verified = subprocess.run(words, env=environment(run.folder), capture_output=True, check=True, timeout=30)
    told = json.loads(verified.stdout)
    shown = re.search(r"the chain holds, (\d+) events", run.screen)

    assert told["ok"] is True
    assert shown is not None
    assert told["events"] > int(shown[1])  # the letter that was sent while it was kept running came later


@pytest.mark.slow
def test_the_companys_data_are_as_the_screen_says(run: Run):
    with sqlite3.connect(run.folder / "company.sqlite") as company:
        left = {row[0] for row in company.execute("select email from subjects")}
        stopped = {
            row[0]
            for row in company.execute(
                "select email from subjects join subscriptions on subject_id = subjects.id where stopped_at > 0"
            )
        }
    company.close()

    def addresses(*names: str) -> set[str]:
        return {STORY.people[name].address for name in names}

    assert not left & addresses("nurlan", "olga", "yerlan", "oliver")
    assert addresses("klara", "viktor", "maria", "family", "james", "sergey") <= left
    assert stopped == addresses("aigerim", "ivan", "emily", "samal", "james", "maria", "rebecca")


@pytest.mark.slow
def test_whoever_follows_the_directions_gets_an_answer(run: Run):
    assert "To: aigerim@example.kz" in run.after
    assert "Auto-Submitted: auto-replied" in run.after


# ---------------------------------------------------------------- it cannot lie


@pytest.mark.slow
async def test_whatever_comes_otherwise_than_expected_is_named(tmp_path: Path):
    old, first, *_ = STORY.scenes
    wrong = msgspec.structs.replace(first.expect, languages=(Language.EN,), changes={"subjects destroyed": 1})
    story = msgspec.structs.replace(STORY, scenes=(old, msgspec.structs.replace(first, expect=wrong)))
    screen = io.StringIO()

    async with staged(story, tmp_path, seed=1) as stage:
        report = await play(story, stage, Screen(screen))

    assert report.faults == (
        f"2. {first.title}: languages: expected en, came kk",
        f"2. {first.title}: changes: expected subjects destroyed 1, came subscriptions.stopped_at set 2",
    )
    assert report.plain()["ok"] is False
    assert "✗" in screen.getvalue()


def test_two_outcomes_that_are_the_same_do_not_differ():
    for scene in STORY.scenes:
        assert scene.expect.differences(msgspec.structs.replace(scene.expect)) == ()


def test_each_thing_that_differs_is_named_once():
    expected = Outcome(asked=(Right.ACCESS,), suppressed=True)

    assert expected.differences(Outcome()) == (
        "asked: expected access, came nothing",
        "suppressed: expected True, came False",
    )


# ---------------------------------------------------------------- the story


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "right",
    [Right.UNSUBSCRIBE, Right.WITHDRAW_CONSENT, Right.ACCESS, Right.ERASURE],
    ids=lambda right: right.value,
)
def test_every_right_is_asked_for_in_every_language(right: Right, language: Language):
    asked = [
        scene.title
        for scene in STORY.scenes
        if right in scene.expect.asked and STORY.whose(scene).language is language
    ]
    assert asked


def test_every_way_in_which_a_message_can_come_about_is_shown():
    assert {scene.how for scene in STORY.scenes} == set(How)


def test_a_story_about_nobody_is_refused(tmp_path: Path):
    path = tmp_path / "story.toml"
    path.write_text('people = {}\n[[scenes]]\ntitle = "x"\nwho = "ghost"\nexpect = {}\n')

    with pytest.raises(ValueError, match="ghost"):
        load_story(path)


def test_the_same_seed_writes_the_same_letters():
    def letters(story: Story, seed: int) -> list[bytes]:
        writer = Writer(OURS, seed=seed)
        written = [scene for scene in story.scenes if scene.how in {How.WRITTEN, How.ENCRYPTED, How.NEWSLETTER}]
        raws = [writer.write(scene, story.whose(scene), at=AT).raw for scene in written]
        return [re.sub(rb"(?s)DKIM-Signature:.*?\r\n(?=\S)", b"", raw) for raw in raws]  # signed at its own time

    assert letters(STORY, 7) == letters(STORY, 7)
    assert letters(STORY, 7) != letters(STORY, 8)


# ---------------------------------------------------------------- the command


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    for name in list(sys.modules):
        if name.startswith("mailbot.demo."):
            monkeypatch.delitem(sys.modules, name)
        elif name.partition(".")[0] == "aiosmtpd":
            monkeypatch.setitem(sys.modules, name, None)

    result = CliRunner().invoke(main, ["demo"])

    assert result.exit_code == 2
    assert "pip install 'mailbot[demo]'" in result.output


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path):
    (tmp_path / "mine").touch()

    result = CliRunner().invoke(main, ["demo", "--folder", str(tmp_path)])

    assert result.exit_code == 2
    assert "not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
