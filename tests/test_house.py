"""What stands in one place is said alike in the others: settings, letters, words, commands, documents, tables."""

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters.knowledge import examples_in, load_knowledge
from mailbot.adapters.ledger.migrate import NEWEST, revision, upgrade
from mailbot.adapters.ledger.tables import metadata
from mailbot.adapters.registry.steps import OPERATIONS
from mailbot.cli import main
from mailbot.config import SECRETS, File, load
from mailbot.core.model import Concern, HoldReason, Language, Letter, Right, StepKind
from tests.command_lines import ROOT, examples, leaves, parsed

PACKAGE = ROOT / "mailbot"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)
LONGEST = 300  # lines, STYLE 1.1
COMMANDS = dict(leaves())
ENVIRONMENT = {f"MAILBOT_{name.upper()}": f"{name}-that-must-not-print-{'x' * 20}" for name in SECRETS}
ENVIRONMENT["MAILBOT_OLD_SECRET_KEYS"] = f"1:{ENVIRONMENT['MAILBOT_OLD_SECRET_KEYS']}"


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


# ---------------------------------------------------------------- commands


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=[*COMMANDS])
def test_every_command_says_what_it_does_and_shows_an_example_that_parses(name, command):
    shown = examples(command)

    assert shown, f"{name} shows no example"
    for words in shown:
        assert parsed(words).command_path == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps(name):
    result = CliRunner().invoke(main, [*name.split()[1:], "--help"])

    assert (result.exit_code, "Usage:" in result.output) == (0, True)


def test_every_option_of_every_command_is_explained():
    unexplained = [
        f"{name} {option.opts[0]}"
        for name, command in COMMANDS.items()
        for option in command.params
        if option.param_type_name == "option" and not getattr(option, "hidden", False)
        if not getattr(option, "help", None)
    ]

    assert unexplained == []


# ---------------------------------------------------------------- settings


@dataclass(frozen=True)
class Shown:
    """A setting as config/mailbot.toml shows it."""

    value: Any
    off: bool  # commented out: what holds if nothing is said
    explained: str  # on its line or on its section's


def sample_settings() -> dict[str, Shown]:
    text = (ROOT / "config/mailbot.toml").read_text(encoding="utf-8")
    section, about, shown = "", "", {}
    for line in text.splitlines():
        if heading := re.fullmatch(r"\[([\w.]+)\]\s*#?\s*(.*)", line):
            section, about = heading[1], heading[2]
        elif section and (setting := re.fullmatch(r"(# )?((\w+) = .*)", line)):
            value = tomllib.loads(setting[2])[setting[3]]
            comment = re.search(r"\s# (.*)", setting[2])
            explained = comment[1] if comment else about
            shown[f"{section}.{setting[3]}"] = Shown(value, bool(setting[1]), explained)
    return shown


def settings_of(kind: type[msgspec.Struct], path: str = "") -> Iterator[tuple[str, msgspec.structs.FieldInfo]]:
    for one in msgspec.structs.fields(kind):
        if isinstance(one.type, type) and issubclass(one.type, msgspec.Struct):
            yield from settings_of(one.type, f"{path}{one.name}.")
        else:
            yield f"{path}{one.name}", one


SETTINGS = dict(settings_of(File))
SAMPLE = sample_settings()


def test_the_sample_shows_every_setting_and_no_other():
    assert SAMPLE.keys() == SETTINGS.keys()


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_explained_on_its_line_or_its_sections(name):
    assert SAMPLE[name].explained


@pytest.mark.parametrize("name", [name for name, one in SETTINGS.items() if one.required])
def test_a_setting_that_must_be_given_stands_in_the_sample_switched_on(name):
    assert not SAMPLE[name].off


@pytest.mark.parametrize("name", [name for name, shown in SAMPLE.items() if shown.off])
def test_a_setting_that_is_switched_off_in_the_sample_shows_the_programs_default(name):
    shown, default = SAMPLE[name], SETTINGS[name].default

    if default in (None, ""):  # nothing is given: either nothing is shown, or words say what holds instead
        assert shown.value == "" or "default:" in shown.explained
    else:
        assert msgspec.convert(shown.value, SETTINGS[name].type) == default


def test_the_sample_loads_and_no_secret_prints():
    settings = load(ROOT / "config/mailbot.toml", ENVIRONMENT)

    assert not [value for value in ENVIRONMENT.values() if value in repr(settings)]
    assert settings.secrets.imap_password == ENVIRONMENT["MAILBOT_IMAP_PASSWORD"]


def test_the_sample_names_every_secret():
    text = (ROOT / "config/mailbot.toml").read_text(encoding="utf-8")

    assert [name for name in SECRETS if not re.search(rf"MAILBOT_{name.upper()} +{name} ", text)] == []


# ---------------------------------------------------------------- letters and words


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("letter", Letter)
def test_every_letter_has_a_subject_and_a_body_in_every_language(letter, language):
    folder = ROOT / "templates" / letter / language

    assert {"subject.txt", "body.txt"} <= {path.name for path in folder.iterdir()}


def test_no_folder_of_templates_is_left_over():
    folders = {path.name for path in (ROOT / "templates").iterdir()}

    assert folders == {*Letter, "layout", "operator", "several", "words"}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("table", "named"), [("right", Right), ("to_confirm", Right), ("right_name", Right), ("reason", HoldReason)]
)
def test_every_word_of_the_domain_that_letters_name_is_there_and_no_other(language, table, named: type[StrEnum]):
    words = tomllib.loads((ROOT / f"templates/words/{language}.toml").read_text(encoding="utf-8"))

    assert words[table].keys() == {one.value for one in named}


def test_every_kind_of_step_is_one_of_the_policys_operations():
    assert OPERATIONS.keys() == set(StepKind)


def test_every_right_is_read_by_rules_with_examples():
    knowledge, shown = load_knowledge(ROOT / "config/knowledge"), examples_in(ROOT / "config/knowledge")
    by_rule = {rule.name: rule.right for rule in knowledge.rules}

    assert {by_rule[name] for name, _, holds in shown if holds} >= set(Right)


def test_every_concern_is_raised_somewhere():
    raised = {rule.concern for rule in load_knowledge(ROOT / "config/knowledge").rules}
    code = "".join(path.read_text(encoding="utf-8") for path in MODULES if "model" not in path.parts)

    assert [one for one in Concern if one not in raised and f"Concern.{one.name}" not in code] == []


# ---------------------------------------------------------------- code


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_read_in_one_sitting(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= LONGEST


def test_nothing_is_left_for_later():
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError")
    files = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".toml", ".mako"}]

    assert [name_of(path) for path in files if unfinished.search(path.read_text(encoding="utf-8"))] == []


# ---------------------------------------------------------------- requirements


REQUIREMENTS = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
AMENDMENTS, _, NUMBERED = REQUIREMENTS.partition("**Six findings")
_NUMBER = re.compile(r"(?<![-\w.])([A-F])(\.?)(\d{1,3})(?:-\1?(\d{1,3}))?\b")
_AMENDMENTS = re.compile(r"\bamendments? (\d+)(?:(?:, | and |-)(\d+))*", re.IGNORECASE)


def told_in(path: Path) -> str:
    """Docstrings and comments of a module, without what is said to the linters."""
    text = path.read_text(encoding="utf-8")
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, nodes)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [re.sub(r"# noqa: [\w, ]+", "", token.string) for token in tokens if token.type == tokenize.COMMENT]
    return "\n".join([*docstrings, *comments])


def known_numbers() -> set[str]:
    rows = re.findall(r"^(?:\| ([A-F]\d{1,3}) \||- ([A-F]\d{1,3})\. )", NUMBERED, re.MULTILINE)
    sections = re.findall(r"^## ([A-F]\.\d)", NUMBERED, re.MULTILINE)
    amendments = re.findall(r"^(\d+)\. ", AMENDMENTS, re.MULTILINE)
    return {*map("".join, rows), *sections, *(f"amendment {number}" for number in amendments)}


def numbers_in(text: str) -> set[str]:
    """Numbers of requirements and amendments that *text* rests on, ranges by both their ends."""
    found = set()
    for letter, dot, first, last in _NUMBER.findall(text):
        found |= {f"{letter}{dot}{number}" for number in (first, last) if number}
    for match in _AMENDMENTS.finditer(text):
        found |= {f"amendment {number}" for number in re.findall(r"\d+", match[0])}
    return found


def test_the_requirements_are_found_by_their_numbers():
    assert {"A12", "C15", "D53", "B.4", "E.2", "amendment 3", "amendment 15"} <= known_numbers()
    assert numbers_in("Source: D17-D25, B.5; amendments 3 and 4") == {
        *("D17", "D25", "B.5", "amendment 3", "amendment 4")
    }


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_requirement_that_a_module_names_exists(path):
    assert numbers_in(told_in(path)) - known_numbers() - {"E.164"} == set()  # ITU's, how numbers are written


# ---------------------------------------------------------------- the ledger's tables


async def differences(url: str) -> list[Any]:
    """What alembic would still have to do after every migration, so that the tables are those of the code."""
    await upgrade(url)
    assert await revision(url) == NEWEST
    engine = create_async_engine(url)

    def compared(connection: Connection) -> list[Any]:
        return [*compare_metadata(MigrationContext.configure(connection), metadata)]

    async with engine.connect() as connection:
        found: list[Any] = await connection.run_sync(compared)
    await engine.dispose()
    return found


async def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path):
    assert await differences(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite") == []


@pytest.mark.servers
async def test_the_migrations_make_exactly_the_tables_of_the_code_on_postgresql(postgres):
    assert await differences(postgres.database()) == []


# ---------------------------------------------------------------- documents

DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "systemd/README.md")]
PLACEHOLDER = re.compile(r"LANGUAGE|LETTER|NAME")  # in recipes
ADRS = sorted((ROOT / "docs/adr").glob("*.md"))


@pytest.mark.parametrize("path", [*DOCUMENTS, *ADRS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_in_a_document_leads_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", [*DOCUMENTS, *ADRS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_document_names_exists(path):
    named = re.findall(r"`((?:mailbot|config|templates|tests|docs|systemd)/[\w./@-]*\w)`", path.read_text("utf-8"))

    assert [name for name in named if not (ROOT / name).exists() and not PLACEHOLDER.search(name)] == []


def test_the_decisions_are_numbered_without_gaps_and_each_tells_its_price():
    numbers = [int(path.name[:4]) for path in ADRS]
    texts = [path.read_text(encoding="utf-8") for path in ADRS]

    assert numbers == list(range(1, len(ADRS) + 1))
    for number, text in zip(numbers, texts, strict=True):
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["Context", "Decision", "What it costs"]


def test_the_readme_has_a_line_for_every_room():
    rooms = {path.name for path in PACKAGE.glob("[a-z]*")}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| (`mailbot/.*?) \|", readme, re.MULTILINE)

    assert {name for line in lines for name in re.findall(r"`mailbot/([\w.]+)", line)} >= rooms


def test_the_changelog_tells_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert re.search(rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
