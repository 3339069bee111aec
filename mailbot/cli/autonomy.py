"""`mailbot go-live`: how much is done without a person."""

from pathlib import Path

import click

from mailbot.cli.common import console, go, opened, print_json, table, with_config, with_json, with_person
from mailbot.core.decide import Autonomy
from mailbot.core.model import Language, Right
from mailbot.journeys.autonomy import set_mode


@click.command("go-live")
@click.argument("right", required=False, type=click.Choice([right.value for right in Right]))
@click.argument("language", required=False, type=click.Choice([language.value for language in Language]))
@click.option(
    "--back", "mode", flag_value=Autonomy.REHEARSE.value, help="Back to rehearsal: shown, a person presses."
)
@click.option("--person", "mode", flag_value=Autonomy.PERSON.value, help="Always ask a person.")
@with_person
@with_json
@with_config
def go_live(
    right: str | None, language: str | None, mode: str | None, by: str, *, as_json: bool, config: Path
) -> None:
    """Let a right act without a person, in one language or in all; without arguments, show what is live.

    Everything rehearses as shipped: decided and shown, nothing leaves the house. The change is audited.

    \b
    Examples:  mailbot go-live                      what is live
               mailbot go-live unsubscribe kk       sure unsubscribes in Kazakh act by themselves
               mailbot go-live unsubscribe --back   back to rehearsal in every language
    """

    async def change() -> dict[str, dict[str, str]]:
        async with opened(config) as app:
            if right is not None:
                languages = [Language(language)] if language else list(Language)
                await set_mode(Right(right), languages, Autonomy(mode or Autonomy.AGREE), by=by, desk=app.desk)
            async with app.ledger.read() as book:
                modes = await book.autonomy()
        return {
            one.value: {lang.value: modes.get((one, lang), Autonomy.REHEARSE).value for lang in Language}
            for one in Right
        }

    modes = go(change())
    if as_json:
        print_json(modes)
        return
    shown = table("right", *(lang.value for lang in Language))
    for name, row in modes.items():
        shown.add_row(name, *row.values())
    console().print(shown)
