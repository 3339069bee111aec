"""`mailbot cases`: a person's door."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from mailbot.cli.common import (
    console,
    go,
    opened,
    print_json,
    spelled,
    table,
    with_config,
    with_json,
    with_person,
)
from mailbot.cli.limits import with_limit
from mailbot.cli.show import Shown, plain, print_case, seen
from mailbot.core.case import Case
from mailbot.core.deadline import Ground, grounds
from mailbot.core.decide import Limit
from mailbot.core.model import CaseState, Language, Right
from mailbot.journeys import verdict

WAITING = (CaseState.PERSON, CaseState.CONFIRMATION, CaseState.FULFILLING)


@click.group()
def cases() -> None:
    """What waits for a person: list, show, and decide.

    \b
    Every day:  mailbot cases list
                mailbot cases show 2026-0417      the letter as it would go, the rows as they would change
                mailbot cases approve 2026-0417   press the button
    """


@cases.command("list")
@click.option("--all", "everything", is_flag=True, help="Ended cases too.")
@with_json
@with_config
def list_(*, everything: bool, as_json: bool, config: Path) -> None:
    """List open cases, the most urgent first.

    \b
    Example:  mailbot cases list
    """

    async def read() -> Sequence[Case]:
        async with opened(config) as app, app.ledger.read() as book:
            return await book.cases(states=() if everything else WAITING)

    found = go(read())
    if as_json:
        for case in found:
            print_json(plain(case))
        return
    shown = table("case", "state", "due (UTC)", "rights", "sender", "why a person", "letters")
    for case in found:
        rights = spelled(right.value for right in case.rights) or "not understood"
        heard = str(case.letters) if case.letters else "has heard nothing"
        holds = spelled(reason.value for reason in case.holds)
        due = f"{case.due_at:%Y-%m-%d %H:%M}"
        shown.add_row(case.number, case.state.value, due, rights, case.standing, holds, heard)
    console().print(shown if found else "nothing waits")


@cases.command()
@click.argument("number")
@with_json
@with_config
def show(number: str, *, as_json: bool, config: Path) -> None:
    """Show a case: what was written, the letter as it would go, the rows as they would change. Changes nothing.

    \b
    Example:  mailbot cases show 2026-0417
    """

    async def look() -> tuple[Shown, bool]:
        async with opened(config) as app:
            return await seen(number, app.desk), True

    shown, _ = go(look())
    if as_json:
        print_json(shown.plain())
    else:
        print_case(shown, console())


@cases.command()
@click.argument("number")
@with_person
@with_config
def approve(number: str, by: str, config: Path) -> None:
    """Carry out what the case proposes, exactly as `show` showed it.

    \b
    Example:  mailbot cases approve 2026-0417
    """

    async def act() -> Case:
        async with opened(config) as app:
            return await verdict.approve(number, by=by, desk=app.desk)

    _said(go(act()), "approved; the daemon carries it out within seconds")


@cases.command()
@click.argument("number")
@click.option("--norm", required=True, help="A ground of the law, see `mailbot cases grounds`.")
@click.option("--reason", required=True, help="The reason, in the person's language: it is printed as it stands.")
@with_person
@with_config
def refuse(number: str, norm: str, reason: str, by: str, config: Path) -> None:
    """Refuse on the law's grounds: the letter names norm, reason and where to appeal.

    An unsubscription is never refused: no law has a ground.

    \b
    Example:  mailbot cases refuse 2026-0417 --norm kz.obligation --reason "Заказ № 51 ещё не исполнен."
    """

    async def act() -> Case:
        async with opened(config) as app:
            return await verdict.refuse(number, by=by, norm=norm, reason=reason, desk=app.desk)

    _said(go(act()), "refused; the letter is on its way")


@cases.command("grounds")
@with_json
@with_config
def grounds_(*, as_json: bool, config: Path) -> None:
    """List the law's grounds for a refusal, as config/law has them.

    \b
    Example:  mailbot cases grounds
    """

    async def read() -> Mapping[str, Ground]:
        async with opened(config) as app:
            return grounds(app.desk.law, app.desk.letterhead.jurisdiction)

    known = go(read())
    shown = table("key", "norm", "against", "what it is")
    for key, ground in known.items():
        rights = [right.value for right in ground.rights]
        if as_json:
            print_json({"key": key, "norm": ground.norm, "rights": rights, "says": ground.says})
        shown.add_row(key, ground.norm, spelled(rights), ground.says)
    if not as_json:
        console().print(shown)


@cases.command()
@click.argument("number")
@click.option(
    "--right",
    "rights",
    multiple=True,
    type=click.Choice([right.value for right in Right]),
    help="What is asked; several times for several.",
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice([language.value for language in Language]),
    help="Language of the answer.",
)
@with_limit
@with_person
@with_config
def change(
    number: str, rights: Sequence[str], languages: Sequence[str], by: str, config: Path, *, limit: Limit
) -> None:
    """Correct what was read; the plan is made anew and goes on waiting for you.

    \b
    Examples:  mailbot cases change 2026-0417 --right unsubscribe --right erasure --language kk
               mailbot cases change 2026-0417 --right unsubscribe --only sms --number '+7 700 000 00 01'
    """

    async def act() -> Case:
        async with opened(config) as app:
            return await verdict.change(
                number,
                by=by,
                rights=[Right(right) for right in rights],
                languages=[Language(language) for language in languages],
                limit=limit,
                desk=app.desk,
            )

    _said(go(act()), f"changed; look at it: mailbot cases show {number}")


@cases.command()
@click.argument("number")
@click.option("--text", required=True, help="Your own words, in the person's language; - reads standard input.")
@click.option("--close", is_flag=True, help="The case ends with this letter.")
@with_person
@with_config
def reply(number: str, text: str, by: str, *, close: bool, config: Path) -> None:
    """Write to the person in your own words.

    \b
    Example:  mailbot cases reply 2026-0417 --close --text "Мекенжайыңыз түзетілді."
    """
    words = sys.stdin.read() if text == "-" else text

    async def act() -> Case:
        async with opened(config) as app:
            return await verdict.reply(number, by=by, text=words.strip(), close=close, desk=app.desk)

    answered = go(act())
    _said(answered, "the letter is on its way")
    if close and Right.RECTIFICATION in answered.rights:
        click.echo(f"who had the data is told by: mailbot tasks open {number} --right rectification")


@cases.command()
@click.argument("number")
@with_person
@with_config
def remind(number: str, by: str, config: Path) -> None:
    """Remind of an open question: not verified yet, how to continue, nothing is refused.

    \b
    Example:  mailbot cases remind 2026-0417
    """

    async def act() -> Case:
        async with opened(config) as app:
            return await verdict.remind(number, by=by, desk=app.desk)

    _said(go(act()), "the letter is on its way")


@cases.command("take-back")
@click.argument("number")
@with_person
@with_config
def take_back(number: str, by: str, config: Path) -> None:
    """Lift what a case has set, advertising and processing alike: it was somebody else who asked.

    \b
    Example:  mailbot cases take-back 2026-0417
    """

    async def act() -> Case:
        async with opened(config) as app:
            return await verdict.take_back(number, by=by, desk=app.desk)

    _said(go(act()), "the daemon lifts it within seconds; what was destroyed stays destroyed")


@cases.command()
@click.argument("number")
@with_person
@with_config
def close(number: str, by: str, config: Path) -> None:
    """End a case without a letter: it was no request, or all was done and said elsewhere.

    \b
    Example:  mailbot cases close 2026-0417
    """

    async def act() -> Case:
        async with opened(config) as app:
            return await verdict.close(number, by=by, desk=app.desk)

    _said(go(act()), "closed")


def _said(case: Case, what: str) -> None:
    click.echo(f"{case.number}: {what}")
