"""What README tells people to type works: every command exists, and the first hour is really lived through."""

import re

import pytest
from click.testing import CliRunner

from mailbot.cli import main
from mailbot.core.model import CaseState, Right
from tests.command_lines import ROOT, blocks, is_ours, parsed, program
from tests.first_hour import ANNA, first_hour

README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "CONTRIBUTING.md", "systemd/README.md")
}
COMMANDS = [(name, words) for name, text in TEXTS.items() for block in blocks(text) for words in block]
OURS = [(name, words) for name, words in COMMANDS if is_ours(words)]
INLINE = [*dict.fromkeys(re.findall(r"`(mailbot [^`]*)`", README))]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

# ---------------------------------------------------------------- every command exists


@pytest.mark.parametrize(("name", "words"), OURS, ids=[f"{name}: {' '.join(words)}" for name, words in OURS])
def test_every_mailbot_command_in_a_document_is_one_that_mailbot_takes(name, words):
    helped = CliRunner().invoke(main, [*parsed(words).command_path.split()[1:], "--help"])

    assert helped.exit_code == 0


@pytest.mark.parametrize("line", INLINE)
def test_every_mailbot_command_in_the_text_of_readme_exists(line):
    words = line.replace("RIGHT", "unsubscribe").replace("[LANGUAGE]", "kk").split()

    assert parsed(words).command_path.startswith("mailbot ")


def test_every_target_of_make_in_a_document_stands_in_the_makefile():
    wanted = {words[1] for _, words in COMMANDS if program(words) == "make"}
    wanted |= set(re.findall(r"`(?:[A-Z_]+=1 )?make ([a-z-]+)", "".join(TEXTS.values())))

    assert wanted - TARGETS == set()
    assert {"demo", "test", "check", "install"} <= wanted


def test_readme_calls_no_program_that_nothing_checks():
    called = {program(words) for block in blocks(README) for words in block}

    assert called == {"make", "mailbot", "export", "cp"}


# ---------------------------------------------------------------- the first hour

SECTION = README[README.index("## The first hour") : README.index("## Every day")]


@pytest.mark.slow
async def test_the_first_hour_goes_as_readme_says(tmp_path):
    async with first_hour(tmp_path) as hour:
        await hour.write("old", "Больше не присылайте мне рекламу.")  # lies there before the first start

        for block in blocks(SECTION):
            for words in block:
                await hour.type(words)

        (case,) = await hour.cases(lambda cases: cases[0].state is CaseState.DONE)
        (answer,) = await hour.letters(ANNA)  # and none to the letter that lay there before
        said = dict(hour.said)
        assert "1 messages; 1 look like requests" in said["trial --last 90d"]
        assert "FAIL" not in said["doctor"]
        assert "has heard nothing" in said["cases list"]
        assert (case.rights, case.letters) == ((Right.UNSUBSCRIBE,), 1)
        assert case.number.encode() in answer
        assert "agree" in said["go-live unsubscribe kk"]
        assert "agree" not in said["go-live unsubscribe kk --back"]
        assert await hour.interrupt() == 0
