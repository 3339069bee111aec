"""What `mailbot explain` says of a message, and that it needs nothing but the message."""

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from mailbot.cli import explain as command
from mailbot.cli import main
from mailbot.cli.explained import Explained, show
from mailbot.core.model import Address, Ask, Evidence, Language, Message, Reading, Right
from mailbot.core.understanding import Knowledge, understand
from tests.command_lines import ROOT
from tests.fakes import mail

STOP = mail("Отпишите меня от рассылки, пожалуйста.", subject="Привет")
ORDINARY = mail("Когда привезут мой заказ?")
LIMIT = 25 * 2**20


def typed(*words: str, code: int = 0, stdin: bytes = b"") -> Result:
    result = CliRunner().invoke(main, ["explain", *words], input=stdin)
    assert result.exit_code == code, result.output
    return result


def told(*words: str, code: int = 0, stdin: bytes = b"") -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in typed("--json", *words, code=code, stdin=stdin).stdout.split("\n") if line
    ]


def one(raw: bytes) -> dict[str, Any]:
    (row,) = told(stdin=raw)
    return row


def written(folder: Path, **mails: bytes) -> Path:
    for name, raw in mails.items():
        (folder / f"{name}.eml").write_bytes(raw)
    return folder


# ---------------------------------------------------------------- what is said


def test_a_clear_request_is_told_with_its_evidence_and_acted_on():
    row = one(STOP)
    evidence = row.pop("evidence")

    assert "Отпишите" in {said["text"] for said in evidence}
    assert {said["request"] for said in evidence} == {"unsubscribe"}
    assert all(said.keys() == {"request", "text", "by"} and said["by"] for said in evidence)
    assert row == {
        "file": "-",
        "readable": True,
        "language": "ru",
        "automatic": False,
        "own_words": "Отпишите меня от рассылки, пожалуйста.",
        "hidden_text": False,
        "unread_text": False,
        "requests": ["unsubscribe"],
        "route": "act",
        "why": "sure",
    }


def test_ordinary_mail_is_ignored():
    row = one(ORDINARY)

    assert (row["requests"], row["route"], row["why"]) == ([], "ignore", "nothing is asked for")


def test_what_a_person_must_look_at_says_why():
    row = one(mail("Прошу удалить персональные данные моей матери из вашей базы."))

    assert (row["route"], "third party" in row["why"]) == ("review", True)


def test_a_machine_is_named_and_its_words_are_no_request():
    row = one(mail("Я в отпуске до 5 мая, отвечу позже.", headers={"Auto-Submitted": "auto-replied"}))

    assert (row["automatic"], row["requests"], row["route"], row["why"]) == (
        True,
        [],
        "ignore",
        "automatic: absence",
    )


def test_the_unsubscribe_button_is_automatic_and_a_request_all_the_same():
    row = one((ROOT / "tests/mail/gmail-unsubscribe-button.eml").read_bytes())

    assert (row["automatic"], row["requests"], row["route"], row["why"]) == (
        True,
        ["unsubscribe"],
        "act",
        "automatic: unsubscribe button",
    )


@pytest.mark.parametrize(
    ("name", "why"), [("encrypted", "encrypted"), ("two-from-fields", "From names no single author")]
)
def test_what_the_daemon_would_hand_to_a_person_goes_to_one_whatever_the_words_say(name, why):
    row = one((ROOT / f"tests/mail/{name}.eml").read_bytes())

    assert (row["readable"], row["route"]) == (True, "review")
    assert why in row["why"]


@pytest.mark.parametrize("raw", [b"", b"no header at all", b"\x00\xff" * 50])
def test_what_nobody_can_read_goes_to_a_person(raw):
    row = one(raw)

    assert (row["readable"], row["own_words"], row["requests"], row["route"]) == (False, "", [], "review")
    assert row["why"].startswith("a person must open it: ")


def test_a_message_over_the_limit_is_not_read_but_goes_to_a_person(tmp_path):
    (tmp_path / "long.eml").write_bytes(STOP + b"x" * LIMIT)

    (row,) = told(str(tmp_path / "long.eml"))

    assert (row["readable"], row["route"], row["why"]) == (
        False,
        "review",
        "a person must open it: over 25 MiB",
    )


def test_of_an_endless_file_no_more_is_read_than_the_limit(monkeypatch):
    asked: list[int] = []

    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.append(size or 0)
            return b"x\n" * 10

    command._most(Endless())

    assert asked == [LIMIT + 1]


def test_a_message_over_which_the_reader_fails_does_not_stop_the_rest(tmp_path, monkeypatch):
    written(tmp_path, a=mail("bad"), b=STOP)

    def fragile(message: Message, knowledge: Knowledge) -> Reading:
        if message.own_words == "bad":
            raise RecursionError("the words of the message")
        return understand(message, knowledge)

    monkeypatch.setattr(command, "understand", fragile)
    first, second = told(str(tmp_path))

    assert (first["readable"], first["route"]) == (False, "review")
    assert first["why"] == "a person must open it: the reader failed (RecursionError)"
    assert second["route"] == "act"


# ---------------------------------------------------------------- what is read


def names(rows: Sequence[dict[str, Any]], folder: Path) -> list[str]:
    return [str(Path(row["file"]).relative_to(folder)) for row in rows]


def test_a_folder_is_read_with_all_below_it_in_the_order_of_names(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "x.eml").mkdir()
    written(tmp_path, c=STOP, a=STOP)
    written(tmp_path / "b", z=STOP)
    written(tmp_path / "x.eml", y=STOP)
    (tmp_path / "UPPER.EML").write_bytes(STOP)
    (tmp_path / "notes.txt").write_bytes(STOP)

    assert names(told(str(tmp_path)), tmp_path) == ["UPPER.EML", "a.eml", "b/z.eml", "c.eml", "x.eml/y.eml"]


def test_links_to_folders_are_not_followed_and_end_in_no_circle(tmp_path):
    written(tmp_path, a=STOP)
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "b.eml").symlink_to(tmp_path / "a.eml")

    assert names(told(str(tmp_path)), tmp_path) == ["a.eml", "b.eml"]


def test_a_file_is_read_whatever_its_name_and_as_often_as_it_is_given(tmp_path):
    (tmp_path / "cur").write_bytes(STOP)
    path = str(tmp_path / "cur")

    assert [row["file"] for row in told(path, path)] == [path, path]


def test_standard_input_is_read_where_nothing_is_given_and_where_it_is_named(tmp_path):
    written(tmp_path, a=ORDINARY)

    assert [row["route"] for row in told(stdin=STOP)] == ["act"]
    assert [row["route"] for row in told(str(tmp_path), "-", stdin=STOP)] == ["ignore", "act"]


def test_standard_input_cannot_be_given_twice():
    assert "only once" in typed("-", "-", code=2).output


def test_what_cannot_be_read_is_named_after_which_the_others_are_shown_and_the_exit_code_is_2(tmp_path):
    written(tmp_path, a=STOP)
    (tmp_path / "lost.eml").symlink_to(tmp_path / "nowhere")
    result = typed("--json", str(tmp_path / "none.eml"), str(tmp_path), code=2)

    assert [json.loads(line)["route"] for line in result.stdout.splitlines()] == ["act"]
    assert result.stderr.splitlines() == [
        f"Error: {tmp_path}/none.eml: No such file or directory",
        f"Error: {tmp_path}/lost.eml: No such file or directory",
    ]


def test_a_folder_without_messages_says_so(tmp_path):
    assert typed(str(tmp_path)).stderr == f"{tmp_path}: no *.eml in it\n"


def test_wrong_word_lists_exit_with_2_and_name_the_file(tmp_path):
    assert "kk.toml: cannot be read" in typed("--knowledge", str(tmp_path), code=2, stdin=STOP).output


def test_a_name_that_is_no_text_is_told_so_that_it_can_be_had_back(tmp_path):
    name = str(tmp_path / "\udcff.eml")
    Path(name).write_bytes(STOP)

    (row,) = told(name)

    assert row["file"] == name


def test_messages_do_not_pile_up(tmp_path, monkeypatch):
    """Eight messages of 100 kB take no more at their peak than one does."""
    written(tmp_path, **{f"m{number}": STOP + b"> quoted\r\n" * 10_000 for number in range(8)})
    monkeypatch.setattr(command, "print_json", lambda _: None)
    typed("--json", str(tmp_path / "m0.eml"))
    peaks = []
    for path in (tmp_path / "m0.eml", tmp_path):
        tracemalloc.start()
        typed("--json", str(path))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 1.5 * peaks[0]


# ---------------------------------------------------------------- for people


def shown(*asks: Ask, words: str, subject: str = "", colours: bool = True) -> str:
    """A message, read so, as the terminal gets it."""
    message = Message(authors=(Address("anna@example.org"),), subject=subject, own_words=words)
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=colours, width=60, color_system="standard" if colours else None)
    show(Explained(file="a.eml", message=message, reading=Reading(asks=asks, languages=(Language.RU,))), terminal)
    return screen.getvalue()


def ask(right: Right, *texts: str, sure: float = 0.9) -> Ask:
    return Ask(right=right, sure=sure, evidence=tuple(Evidence(text=text, by="ru.rule") for text in texts))


YELLOW, RED, PLAIN = "\x1b[1;33m", "\x1b[1;31m", "\x1b[0m"


def test_where_there_is_no_terminal_it_is_plain_text():
    lines = typed(stdin=STOP).stdout.splitlines()

    assert lines[:4] == ["-", "  route      act: sure", "  language   ru", "  automatic  no"]
    assert lines[4].startswith("  asks       unsubscribe, ")
    assert lines[-4:] == ["  subject    Привет", "  own words", "    Отпишите меня от рассылки, пожалуйста.", ""]
    assert not [line for line in lines if "\x1b" in line]


def test_it_says_that_text_was_hidden_and_that_some_may_be_unread():
    """C29: what nobody can see is dropped and said."""
    page = (
        '<p>Здравствуйте</p><p style="color:#fefefe">delete everything</p><hr><div id="divRplyFwdMsg">От: А</div>'
    )
    raw = mail(page).replace(b"text/plain", b"text/html")

    row, lines = one(raw), typed(stdin=raw).stdout.splitlines()

    assert (row["hidden_text"], row["unread_text"], row["route"]) == (True, True, "review")
    assert lines[-3:] == [
        "  hidden     text that nobody can see was left out",
        "  unread     some of it could not be shown, or may be quoted: look at the message in the mailbox",
        "",
    ]
    assert not any(line.startswith(("  hidden", "  unread")) for line in typed(stdin=STOP).stdout.splitlines())


def test_an_ask_is_shown_with_how_sure_it_is_and_by_what():
    lines = shown(ask(Right.BLOCKING, "заморозьте"), words="заморозьте", colours=False).splitlines()

    assert lines[4:6] == [
        "  asks       blocking, 90% sure, carried out by a person",
        "               “заморозьте” by ru.rule",
    ]


def test_on_a_terminal_the_evidence_stands_out_in_the_own_words_wherever_it_stands_as_words():
    text = shown(ask(Right.UNSUBSCRIBE, "стоп"), words="стоп, стопка, стоп")

    assert f"    {YELLOW}стоп{PLAIN}, стопка, {YELLOW}стоп{PLAIN}\n" in text


def test_several_rights_stand_out_each_in_its_colour_in_the_subject_too():
    asks = ask(Right.UNSUBSCRIBE, "не шлите"), ask(Right.ERASURE, "удалите")
    text = shown(*asks, words="и удалите", subject="не шлите")

    assert f"subject    {YELLOW}не шлите{PLAIN}" in text
    assert f"    и {RED}удалите{PLAIN}" in text


def test_evidence_that_overlaps_stands_out_as_a_whole():
    text = shown(ask(Right.ERASURE, "delete my", "my data", "delete"), words="Please delete my data.")

    assert f"    Please {RED}delete my data{PLAIN}." in text


def test_evidence_of_two_rights_that_overlaps_leaves_neither_out():
    text = shown(ask(Right.UNSUBSCRIBE, "stop and"), ask(Right.ERASURE, "and delete"), words="stop and delete")

    assert f"    {YELLOW}stop {PLAIN}" in text
    assert f"delete{PLAIN}" in text


def test_evidence_that_is_broken_over_lines_or_cut_off_stands_out():
    text = shown(ask(Right.ERASURE, "удалите все мои дан"), words="удалите\nвсе мои данные")

    assert f"    {RED}удалите{PLAIN}\n    {RED}все мои дан{PLAIN}ные" in text


def test_evidence_that_does_not_stand_in_the_text_is_named_all_the_same():
    text = shown(ask(Right.UNSUBSCRIBE, "List-Unsubscribe", ""), words="ok")

    assert "“List-Unsubscribe” by ru.rule" in text


HOSTILE = "Отпишите \x1b[31mменя\x07 от\u202eикласс\u2066 рассылки\x9b2J \u200b\r\x85\U000e0041 конец"


def test_nothing_in_hostile_mail_reaches_the_terminal_as_it_is():
    plain = typed(stdin=mail(HOSTILE, subject="=?utf-8?B?G1swbdCf4oCu?=")).stdout
    evil = ask(Right.UNSUBSCRIBE, "меня\x07 от\u202e")
    for text in (plain, shown(evil, words=HOSTILE, subject=HOSTILE).replace(YELLOW, "").replace(PLAIN, "")):
        text = text.replace("\x1b[1m", "")  # noqa: PLW2901 - bold is ours
        assert not set(text) & set("\x1b\x07\u202e\u2066\x9b\u200b\r\x85\U000e0041")
        assert "‹U+202E›" in text


def test_nothing_in_a_hostile_name_reaches_the_terminal_as_it_is(tmp_path):
    name = tmp_path / "a\x1b[2J\n\u202e.eml"
    name.write_bytes(STOP)

    result = typed(str(name), str(name) + "\x1b", code=2)

    assert not set(result.output) & set("\x1b\u202e")
    assert result.stdout.splitlines()[0].endswith("/a‹U+001B›[2J ‹U+202E›.eml")


def test_a_line_of_json_is_one_line_whatever_the_message_holds():
    result = typed("--json", stdin=mail(HOSTILE + "\u2028\u2029"))
    (line,) = result.stdout.splitlines()

    assert not set(line) & set("\x1b\u202e\x9b\u2028\x85")
    assert "\u202e" in json.loads(line)["own_words"]


def test_a_very_long_message_is_shown_by_its_beginning():
    text = typed(stdin=mail("слово " * 5_000)).stdout

    assert "characters more" in text
    assert len(text) < 25_000


# ---------------------------------------------------------------- how it starts


def test_it_loads_no_database_no_network_and_no_clock_of_the_program(tmp_path):
    """Started anew, for what other tests have loaded is loaded."""
    looks = (
        "import sys\nfrom mailbot.cli import main\n"
        "main(['explain', '--json'], standalone_mode=False)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}"
        " | {name for name in sys.modules if name.startswith('mailbot.')}))"
    )
    run = subprocess.run([sys.executable, "-c", looks], input=STOP, capture_output=True, check=True, cwd=tmp_path)
    line, modules = run.stdout.decode().splitlines()

    assert json.loads(line)["route"] == "act"
    heavy = {"sqlalchemy", "alembic", "structlog", "jinja2", "dns", "dkim", "aioimaplib", "aiosmtplib", "holidays"}
    assert heavy & set(modules.split()) == set()
    assert {"mailbot.app", "mailbot.daemon", "mailbot.journeys"} & set(modules.split()) == set()
