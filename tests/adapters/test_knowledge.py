import pathlib
import shutil

import pytest

from mailbot.adapters.knowledge import examples_in, load_knowledge
from mailbot.core.understanding import rules_said_by
from mailbot.errors import ConfigError

FOLDER = pathlib.Path(__file__).parents[2] / "config" / "knowledge"
KNOWLEDGE = load_knowledge(FOLDER)
EXAMPLES = tuple(examples_in(FOLDER))


@pytest.fixture
def folder(tmp_path):
    return pathlib.Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))


def edit(path: pathlib.Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("rule", "text", "holds"), EXAMPLES, ids=[f"{rule}: {text}" for rule, text, _ in EXAMPLES]
)
def test_every_example_says_what_its_rule_claims(rule, text, holds):
    assert (rule in rules_said_by(text, KNOWLEDGE)) is holds


def test_every_right_has_examples_in_all_three_languages():
    kazakh, english = set("әғқңөұүһі"), set("abcdefghijklmnopqrstuvwxyz")
    rights = {"unsubscribe", "withdraw", "blocking", "erasure", "rectification", "access"}

    seen = {
        (rule.split(".")[0], "kk" if set(text.lower()) & kazakh else "en" if set(text.lower()) & english else "ru")
        for rule, text, _ in EXAMPLES
    }

    assert {(right, language) for right in rights for language in ("kk", "ru", "en")} <= seen


def test_any_change_of_the_data_changes_the_version(folder):
    (folder / "kk.toml").write_text((folder / "kk.toml").read_text() + "\n# a remark\n")

    assert load_knowledge(folder).version != KNOWLEDGE.version
    assert load_knowledge(FOLDER).version == KNOWLEDGE.version


def test_a_bad_entry_is_named_with_file_and_line(folder):
    edit(folder / "en.toml", "get rid", "get*rid")
    line = (folder / "en.toml").read_text().split("get*rid")[0].count("\n") + 1

    with pytest.raises(ConfigError, match=rf"en\.toml:{line}: erase: not an entry: 'get\*rid.*'"):
        load_knowledge(folder)


def test_an_entry_that_ends_in_a_gap_is_refused(folder):
    edit(folder / "ru.toml", "не шлите,", "не шлите …,")

    with pytest.raises(ConfigError, match=r"ru\.toml:\d+: not_send: not an entry"):
        load_knowledge(folder)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('say = ["unsubscribe"]', 'say = ["unsubscribed"]', "no words for the group 'unsubscribed'"),
        *(
            pytest.param(*bad, marks=pytest.mark.slow)  # each loads all word lists
            for bad in [
                ('right = "unsubscribe"', 'right = "leave"', "'leave' is not a valid Right"),
                ('right = "unsubscribe"', "", "needs a name, say, and either right or concern"),
                ('say = ["unsubscribe"]', 'say = ["unsubscribe"]\nweight = 3', "has an unknown key: weight"),
            ]
        ),
    ],
)
def test_a_bad_rule_is_named_with_file_and_line(folder, old, new, complaint):
    edit(folder / "rules.toml", old, new)
    line = (folder / "rules.toml").read_text().split('name = "unsubscribe.word"')[0].count("\n") + 1

    with pytest.raises(ConfigError, match=rf"rules\.toml:{line}: rule 'unsubscribe\.word'.*{complaint}"):
        load_knowledge(folder)


def test_an_unknown_topic_is_refused(folder):
    edit(folder / "rules.toml", 'topics = ["data"', 'topics = ["nonsense"')

    with pytest.raises(ConfigError, match=r"rules\.toml:\d+: topics: no words for the group 'nonsense'"):
        load_knowledge(folder)


def test_a_broken_file_is_named(folder):
    (folder / "kk.toml").write_text("[words\n")

    with pytest.raises(ConfigError, match=r"kk\.toml: cannot be read"):
        load_knowledge(folder)


def test_a_missing_file_is_named(folder):
    (folder / "replies.toml").unlink()

    with pytest.raises(ConfigError, match=r"replies\.toml: cannot be read"):
        load_knowledge(folder)
