"""What lies on this machine: settings, secrets, law, word lists, templates, data map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mailbot import app
from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.knowledge import load_knowledge
from mailbot.adapters.law import load_law
from mailbot.cli.checks.line import Line, fail, ok, warn
from mailbot.config import Settings, load
from mailbot.core.datamap import DataMap
from mailbot.core.deadline import Jurisdiction, statutes
from mailbot.core.model import Language, Letter
from mailbot.core.working_days import WorkingDays
from mailbot.errors import ConfigError

LAW_IS_OLD_AFTER = timedelta(days=180)  # Kazakhstan's law on personal data changes about once a year
LOOK_AHEAD = timedelta(days=60)  # the longest term: a month, and working days around new year
_NO_SECRETS = {"MAILBOT_IMAP_PASSWORD": "-", "MAILBOT_SECRET_KEY": "-" * 32}

_CORRECT = "correct the file, or take it away from beside mailbot.toml: the program's own is used then"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What became of the settings file."""

    settings: Settings | None  # None: unreadable
    secrets: bool  # whether those in `settings` are the real ones
    lines: tuple[Line, ...]


def read(path: Path) -> Read:
    """The settings in *path*. Where only a secret is missing, what needs none can still be looked at."""
    try:
        settings = load(path)
    except ConfigError as exc:
        try:
            settings = load(path, _NO_SECRETS)
        except ConfigError:
            wrong = fail("configuration", str(exc), "correct it; config/mailbot.toml explains every line")
            return Read(settings=None, secrets=False, lines=(wrong,))
        missing = fail("secrets", str(exc), "in a shell: export CREDENTIALS_DIRECTORY=/etc/mailbot/credentials")
        return Read(settings=settings, secrets=False, lines=(_configuration(path, settings), missing))
    return Read(settings=settings, secrets=True, lines=(_configuration(path, settings), _secrets(settings)))


def _configuration(path: Path, settings: Settings) -> Line:
    box = settings.file.mailbox
    return ok(
        "configuration", f"{path}: {len(box.folders) + len(box.junk)} folders, release = {box.release.value}"
    )


def _secrets(settings: Settings) -> Line:
    secrets = settings.secrets
    if settings.file.relay.user and not secrets.smtp_password:
        remedy = "set it like imap_password, or leave relay.user out where the relay wants no login"
        return fail("secrets", "smtp_password is missing, but relay.user is set", remedy)
    there = ("imap_password", "secret_key", "smtp_password", "company_url", "ledger_url")
    return ok("secrets", f"there: {', '.join(name for name in there if getattr(secrets, name))}")


async def house(settings: Settings, *, today: date) -> list[Line]:
    """The files mailbot works by, beside the settings or its own."""
    return [
        *_reading("law", lambda: _law(settings, today=today)),
        *_reading("word lists", lambda: _words(settings)),
        *_reading("templates", lambda: _templates(settings)),
        *_reading("data map", lambda: _datamap(settings)),
    ]


def _reading(check: str, work: Callable[[], Sequence[Line]]) -> Sequence[Line]:
    try:
        return work()
    except ConfigError as exc:
        return [fail(check, str(exc), _CORRECT)]


def _law(settings: Settings, *, today: date) -> Sequence[Line]:
    """The law tables, how long ago somebody compared them with the law, and the calendars behind them."""
    known = load_law(settings.law)
    all_of_them = {"kz": known.kz, "ru": known.ru, "eu": known.eu}
    rules = [rule for one in all_of_them.values() for rule in (*one.rules.values(), *one.duties.values())]
    oldest = min(rule.checked for rule in rules)
    said = f"{', '.join(all_of_them)}: last compared with the law on {oldest} or later"
    old = warn("law", said, f"have a lawyer compare {settings.law} with the law, and set `checked`")
    lines = [old if today - oldest > LAW_IS_OLD_AFTER else ok("law", said)]
    ours = statutes(known, Jurisdiction(settings.file.company.jurisdiction))
    days = {whose.value: statute.days for whose, statute in ours if statute.days.country}
    return [*lines, _calendars(days, settings, today=today)]


def _calendars(days: dict[str, WorkingDays], settings: Settings, *, today: date) -> Line:
    """Whether this year, and from November on the next, is confirmed: governments publish moved days yearly."""
    if not days:
        return ok("calendars", "none is needed: Monday to Friday")
    said = ", ".join(
        f"{name}: holidays known through {one.known_through}, moved working days through {one.moved_through}"
        for name, one in days.items()
    )
    if min(min(one.known_through, one.moved_through) for one in days.values()) >= (today + LOOK_AHEAD).year:
        return ok("calendars", said)
    remedy = (
        f"compare {settings.law / 'calendar'} with the Government's decision, enter its days and raise "
        "moved_through; until then weekends count as working days, and deadlines fall early, never late"
    )
    return warn("calendars", said, remedy)


def _words(settings: Settings) -> Sequence[Line]:
    """The word lists, rules and model by which requests are understood."""
    knowledge = load_knowledge(settings.knowledge)
    said = f"{len(knowledge.rules)} rules, version {knowledge.version}; model of corpus {knowledge.model.version}"
    return [ok("word lists", said)]


def _templates(settings: Settings) -> Sequence[Line]:
    """Every letter in every language, and a word for every category of the data map."""
    renderer = app.make_renderer(settings)
    faults = renderer.check(_categories(settings))
    if faults:
        return [fail("templates", fault, f"correct it under {settings.templates}") for fault in faults]
    said = f"{len(Letter)} letters × {len(Language)} languages, version {renderer.version[:12]}"
    return [ok("templates", said)]


def _categories(settings: Settings) -> Sequence[str]:
    """Categories the data map names; none where it cannot be read, which has a line of its own."""
    try:
        tables = [table for store in load_datamap(settings.datamap).stores for table in store.tables]
    except ConfigError:
        return ()
    named = [name for table in tables for name in (table.category, *(column.category for column in table.columns))]
    return tuple(dict.fromkeys(named))


def _datamap(settings: Settings) -> Sequence[Line]:
    """The map of where personal data live, and whether it tells when somebody was last heard of."""
    known = load_datamap(settings.datamap)
    return [ok("data map", _shape(known)), _last_contact(known), _consent(known)]


def _last_contact(known: DataMap) -> Line:
    """Whether an address of which nothing was heard for a year can be noticed: providers give them out again."""
    persons = [table for store in known.stores for table in store.tables if table.persons]
    silent = [table.name for table in persons if not table.last_contact]
    if not silent or len(silent) < len(persons):
        return ok("last contact", "the data map tells when people were last heard of")
    remedy = (
        f"name the column in the data map: last_contact, in table {silent[0]}; until then a request from an "
        "address that may be another person's by now is not held for you"
    )
    return warn("last contact", "the data map has no last_contact", remedy)


def _consent(known: DataMap) -> Line:
    """Whether the return watch can tell who came back freely from whom an import has brought back."""
    tables = [table for store in known.stores for table in store.tables]
    if any(table.consent for table in tables) or not any(table.suppress for table in tables):
        return ok("return watch", "the data map tells when people agreed")
    remedy = (
        "name the columns in the data map: consent, in the table where people agree to advertising; until then "
        "advertising is stopped again to everybody who was ever stopped, also to who subscribes anew"
    )
    return warn("return watch", "the data map has no consent", remedy)


def _shape(known: DataMap) -> str:
    tables = sum(len(store.tables) for store in known.stores)
    return f"{len(known.stores)} stores, {tables} tables, version {known.version}"
