"""What an editor's hand does to the word lists, and what it may not."""

import json
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailbot.adapters import lexicon as adapter
from mailbot.adapters.knowledge import examples_in, load_words
from mailbot.adapters.lexicon import Addition, Edited, edited, keep, personal
from mailbot.cli import main
from mailbot.core.model import Language
from mailbot.core.understanding import rules_said_by
from mailbot.errors import ConfigError
from tests.command_lines import ROOT

SHIPPED = ROOT / "config/knowledge"
SHIPPED_RULE = load_words(SHIPPED).rules[0].name
RULE, OTHER, WORD, SAID = "erasure.data", "erasure.word", "брямзн*", "Брямзните мои данные"  # a verb nobody has
FILES = {
    "kk.toml": """\
# Қазақ сөздері
[language]
words = "мен бұл"

[words]
data = "дерек*"
""",
    "ru.toml": """\
# Русские слова
[language]
words = "я мы это"

[words]
# что делают
erase = \"\"\"удал*, сотр*, стереть, стерт*, уничтож*, изничтож*, ликвид*, вычеркн*, истреб*, убер*, сожж*, порв*,
  выброс*\"\"\"
data = "данн*, сведен*"  # что

[except]
erase = "удалён*"
""",
    "en.toml": """\
[language]
words = "i we this"

[words]
erase = "delete*"
data = "data"
""",
    "rules.toml": """\
[[rule]]
name = "erasure.data"  # the clear one
right = "erasure"
sure = 0.9
say = ["erase", "data"]
examples = ["Удалите мои данные", "Delete my data"]

# only the word
[[rule]]
name = "erasure.word"
right = "erasure"
sure = 0.5
say = ["erase"]
counter = ["Верните кирпич"]
""",
    "replies.toml": 'confirms = ["да"]\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Small lists of our own, so that no test depends on what the shipped ones say today."""
    made = tmp_path / "knowledge"
    made.mkdir()
    for name, text in FILES.items():
        (made / name).write_text(text)
    return made


def typed(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["lexicon", *words])
    assert result.exit_code == code, result.output
    return result


def add(
    folder: Path, *more: str, word: str = WORD, said: str = SAID, code: int = 0, language: str = "ru"
) -> Result:
    rest = ("--rule", RULE, "--example", said, "--knowledge", str(folder), *more)
    return typed("add", language, "erase", word, *rest, code=code)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


# ---------------------------------------------------------------- adding


def test_an_entry_is_added_to_its_group_and_its_example_to_the_rule_and_nothing_else_changes(folder):
    result = add(folder)

    assert texts(folder) == {
        **FILES,
        "ru.toml": FILES["ru.toml"].replace("выброс*", f"выброс*, {WORD}"),
        "rules.toml": FILES["rules.toml"].replace('"Delete my data"]', f'"Delete my data", "{SAID}"]'),
    }
    assert rules_said_by(SAID, load_words(folder)) == {RULE, OTHER}
    assert result.stdout == f"{folder}/ru.toml and {folder}/rules.toml: written; 4 examples hold\n"


def test_several_examples_and_counterexamples_are_taken_at_once(folder):
    more = "Прошу: брямзните все данные"
    add(folder, "--example", more, "--counter", "Данные есть", "--counter", "Брямзните кирпич")

    assert (
        f'examples = ["Удалите мои данные", "Delete my data", "{SAID}", "{more}"]\n' in texts(folder)["rules.toml"]
    )
    assert 'counter = ["Данные есть", "Брямзните кирпич"]\n\n# only the word\n' in texts(folder)["rules.toml"]


def test_a_group_that_the_language_had_no_word_for_gets_a_line_of_its_own(folder):
    add(folder, language="kk", word="брямз*", said="Деректерді брямзыңыз")

    assert texts(folder)["kk.toml"] == FILES["kk.toml"] + 'erase = "брямз*"\n'


@pytest.mark.slow
@pytest.mark.parametrize("language", Language)
def test_every_group_of_every_shipped_list_can_be_added_to(language):
    for group, words in tomllib.loads((SHIPPED / f"{language}.toml").read_text())["words"].items():
        one = Addition(language=language, group=group, entry="qwertz", rule=SHIPPED_RULE, examples=("qwertz",))
        after = tomllib.loads(edited(SHIPPED, one)[SHIPPED / f"{language}.toml"].after.decode())
        assert " ".join(after["words"][group].split()) == f"{' '.join(words.split())}, qwertz"


@pytest.mark.slow
def test_every_shipped_rule_can_be_given_an_example_and_a_counterexample():
    for rule in tomllib.loads((SHIPPED / "rules.toml").read_text())["rule"]:
        one = Addition(
            language=Language.RU,
            group="erase",
            entry="qwertz",
            rule=rule["name"],
            examples=('так, "в кавычках" \\',),
            counters=("не так",),
        )
        text = edited(SHIPPED, one)[SHIPPED / "rules.toml"].after.decode()
        (after,) = [other for other in tomllib.loads(text)["rule"] if other["name"] == rule["name"]]
        assert after["examples"] == [*rule.get("examples", []), 'так, "в кавычках" \\']
        assert after["counter"] == [*rule.get("counter", []), "не так"]


LAYOUT = '''\
# a list  [words]
[language]
words = """one
[words]
erase = "no"
"""

[words]   # what is said
erase = "delete*, remove, # no"  # a remark
other = """first,
  second,
"""
# below
empty = ''

[except]
erase = "undelete"
'''


@pytest.mark.parametrize(
    ("group", "line"),
    [
        ("erase", 'erase = "delete*, remove, # no, new"  # a remark'),
        ("other", "  second, new"),
        ("empty", "empty = 'new'"),
        ("fresh", 'fresh = "new"'),
    ],
)
def test_any_layout_is_kept(tmp_path, group, line):
    one = Addition(language=Language.EN, group=group, entry="new", rule=RULE, examples=("new",))
    after = adapter._with_entry(LAYOUT, one, tmp_path)

    assert [one for one in after.split("\n") if one not in LAYOUT.split("\n")] == [line]


def test_a_long_list_goes_on_in_the_next_line():
    text = '[words]\nerase = """' + ", ".join(["delete"] * 13) + '"""\n'
    one = Addition(language=Language.EN, group="erase", entry="a rather long entry", rule=RULE, examples=())
    after = adapter._with_entry(text, one, Path("en.toml"))

    assert after.split("\n")[2] == '  a rather long entry"""'
    assert after.split("\n")[1].endswith("delete,")


@pytest.mark.parametrize("line", ['words = {erase = "delete"}', 'words.erase = "delete"'])
def test_a_layout_that_the_scanner_does_not_know_is_left_to_a_person(line):
    one = Addition(language=Language.EN, group="erase", entry="new", rule=RULE, examples=())

    with pytest.raises(ConfigError, match="edit it by hand"):
        adapter._with_entry(line, one, Path("en.toml"))


# ---------------------------------------------------------------- nothing is written


def unchanged(folder: Path) -> bool:
    return texts(folder) == FILES


def test_where_an_example_is_wrong_nothing_is_written_and_it_is_named(folder):
    result = add(folder, "--counter", "Брямзните данные", code=1)

    assert result.output.splitlines() == [
        "Error: nothing was written: 1 of 5 examples would be wrong:",
        f"  {RULE} must not hold in: Брямзните данные",
    ]
    assert unchanged(folder)


def test_an_entry_that_spoils_the_example_of_another_rule_is_refused(folder):
    result = add(folder, word="кирпич*", said="Кирпич и данные", code=1)

    assert f"  {OTHER} must not hold in: Верните кирпич" in result.output.splitlines()
    assert unchanged(folder)


def test_an_example_that_does_not_need_the_entry_is_taken_with_a_note(folder):
    result = add(folder, "--example", "Сотрите данные")

    assert result.stderr == f"note: {RULE} held before, without the entry, in: Сотрите данные\n"


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("УДАЛ*", "ru.toml: erase has 'УДАЛ*' already"),
        ("бря*мзн", "not an entry: 'бря*мзн'"),
        ("брямзн …", "not an entry"),
        ("брямзн, пырх", "is not one entry"),
        ('бр"ямзн', "is not one entry"),
        (" ", "is not one entry"),
    ],
)
def test_an_entry_that_is_none_is_refused(folder, word, complaint):
    result = add(folder, word=word, code=2)

    assert complaint in result.output
    assert f"{folder}/ru.toml" in result.output
    assert unchanged(folder)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("ru", "erasse", "--rule", RULE), "there is no group 'erasse'; near it: erase"),
        (
            ("ru", "erase", "--rule", "erasure.delete-mee"),
            "there is no rule 'erasure.delete-mee'; near it: " + RULE,
        ),
        (("de", "erase", "--rule", RULE), "'de' is not one of 'kk', 'ru', 'en'"),
    ],
)
def test_what_is_not_there_is_named_with_what_is_near_it(folder, words, complaint):
    result = typed("add", *words, WORD, "--example", SAID, "--knowledge", str(folder), code=2)

    assert complaint in " ".join(result.output.split())
    assert unchanged(folder)


def test_an_example_that_is_there_already_is_refused(folder):
    assert "has this example already" in add(folder, said="Удалите мои данные", code=2).output
    assert unchanged(folder)


# ---------------------------------------------------------------- people's letters are never training material


@pytest.mark.parametrize(
    "text",
    [
        "Пишите мне на anna@mail.example.com",
        "почта: иван@почта.рф",
        "anna＠gmail.com",
        "я @anna_k в телеграме",
        "anna@example.organic",
        "anna@example.org.evil.com",
        "мой номер +7 701 123 45 67",
        "мой номер 8 (701) 123-45-67",
        "87011234567",
        "тел. 2-34-56-78",
        "ИИН 850101300123",
    ],
)
def test_an_address_or_number_that_may_be_somebodys_is_refused_with_the_reason(folder, text):
    result = add(folder, said=f"{SAID}, {text}", code=2)

    assert "letters of people are never training material (policy A48)" in " ".join(result.output.split())
    assert unchanged(folder)


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.org",
        "пишите на Anna.K@shop.example.kz.",
        "+7 700 000 00 01",
        "8 (700) 000-12-34",
        "700 000 00 02",
        "с 01.12.2026 по 31.12.2026",
        "заказ № 4711, дом 12, кв. 5",
    ],
)
def test_what_is_invented_is_not_refused(text):
    assert personal(text) == ""


def test_no_example_of_the_program_holds_what_may_be_somebodys():
    assert [text for _, text, _ in examples_in(SHIPPED) if personal(text)] == []


def test_a_counterexample_and_an_entry_are_looked_at_too(folder):
    add(folder, "--counter", "anna@gmail.com", code=2)
    add(folder, word="87011234567", code=2)

    assert unchanged(folder)


def test_what_cannot_be_seen_is_refused(folder):
    result = add(folder, said=SAID + "\u202e\x1b", code=2)

    assert "‹U+202E›‹U+001B›" in result.output
    assert not set(result.output) & set("\u202e\x1b")
    assert unchanged(folder)


@pytest.mark.parametrize("command", [(), ("add",)])
def test_the_help_says_so(command):
    assert "never training material (policy A48)" in " ".join(typed(*command, "--help").stdout.split())


# ---------------------------------------------------------------- the files


@pytest.mark.parametrize("below", ["site-packages/mailbot/_share/config", "lib/python3/dist-packages/x"])
def test_the_folder_of_the_installed_program_is_not_edited(folder, tmp_path, below):
    folder = Path(shutil.copytree(folder, tmp_path / below / "knowledge"))
    (tmp_path / "link").symlink_to(folder)
    for path in (folder, tmp_path / "link"):
        said = " ".join(add(path, code=2).output.split())
        assert f"cp -r {path} /etc/mailbot/knowledge" in said
        assert "paths.knowledge" in said

    assert unchanged(folder)


def test_owner_and_rights_stay_and_nothing_is_left_behind(folder):
    (folder / "ru.toml").chmod(0o640)
    if os.geteuid() == 0:
        os.chown(folder / "ru.toml", 4711, 4712)
    before = (folder / "ru.toml").stat()
    add(folder)
    after = (folder / "ru.toml").stat()

    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert texts(folder).keys() == FILES.keys()


def test_a_link_stays_a_link(folder, tmp_path):
    (folder / "ru.toml").rename(tmp_path / "mine.toml")
    (folder / "ru.toml").symlink_to(tmp_path / "mine.toml")
    add(folder)

    assert (folder / "ru.toml").is_symlink()
    assert WORD in (tmp_path / "mine.toml").read_text()


def test_what_somebody_has_changed_meanwhile_is_not_overwritten(folder):
    files = {folder / "ru.toml": Edited(b"as it was", b"as it should be")}

    with pytest.raises(ConfigError, match="was changed by somebody meanwhile"):
        keep(files)
    assert unchanged(folder)


def test_where_the_second_file_cannot_be_written_the_first_is_not_either(folder, monkeypatch):
    files = edited(folder, Addition(language=Language.RU, group="erase", entry=WORD, rule=RULE, examples=(SAID,)))
    writing: Iterator[Any] = iter([os.fsync])

    def full(number: int) -> None:
        if next(writing, None) is None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"rules\.toml cannot be written: No space left on device"):
        keep(files)
    assert unchanged(folder)


def test_a_folder_without_word_lists_is_named(tmp_path):
    assert "kk.toml: cannot be read" in add(tmp_path, code=2).output


# ---------------------------------------------------------------- testing and looking


def test_all_examples_of_the_program_hold():
    assert typed("check").stdout.endswith(" examples, 0 wrong\n")
    assert json.loads(typed("check", "--json").stdout)["wrong"] == 0


def test_wrong_examples_are_named_and_exit_with_1(folder):
    path = folder / "rules.toml"
    path.write_text(path.read_text().replace("counter = [", 'counter = ["Удалите", '))
    first, last = map(json.loads, typed("check", "--json", "--knowledge", str(folder), code=1).stdout.splitlines())

    assert (first["text"], first["must_hold"], last["wrong"]) == ("Удалите", False, 1)
    assert (
        f"wrong: {OTHER} must not hold in: Удалите\n" in typed("check", "--knowledge", str(folder), code=1).stdout
    )


def test_what_holds_in_a_sentence_is_shown_with_its_words(folder):
    seen = json.loads(typed("find", "Удалите эти мои данные", "--json", "--knowledge", str(folder)).stdout)

    assert seen == {
        "languages": ["ru"],
        "groups": [
            {"group": "erase", "language": "ru", "text": "Удалите"},
            {"group": "data", "language": "ru", "text": "данные"},
        ],
        "rules": [
            {"rule": RULE, "right": "erasure", "concern": None, "sure": 0.9, "text": "Удалите эти мои данные"},
            {"rule": OTHER, "right": "erasure", "concern": None, "sure": 0.5, "text": "Удалите"},
        ],
    }


def test_what_holds_is_shown_to_people_and_nothing_of_the_text_acts_on_their_screen():
    text = typed("find", "Удалите [red]мои\x1b[2J данные").stdout

    assert "[red]" in text
    assert "erasure" in text
    assert "\x1b" not in text


def test_where_nothing_holds_it_says_so():
    text = typed("find", "qwertz").stdout

    assert "no group is met" in text
    assert "no rule holds" in text


def test_a_sentence_is_read_from_standard_input():
    result = CliRunner().invoke(main, ["lexicon", "find", "-", "--json"], input="Удалите мои данные")

    assert json.loads(result.stdout)["rules"]
