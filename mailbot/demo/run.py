"""The whole demo: set up, played, shown, and if wanted left running."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mailbot.demo.play import play
from mailbot.demo.report import Report
from mailbot.demo.screen import Screen
from mailbot.demo.stage import staged
from mailbot.demo.story import load_story
from mailbot.demo.visit import directions


async def perform(*, seed: int, keep: bool = False, folder: Path | None = None) -> Report:
    """Tell the story once; *keep* leaves it running until Ctrl-C. Its files lie in *folder*, or in a passing one.

    Raises `StageFault` where the demo itself cannot go on.
    """
    story, screen = load_story(), Screen()
    _end_in_good_order()
    with _folder(folder) as where:
        async with staged(story, where, seed=seed) as stage:
            screen.opening(stage)
            report = await play(story, stage, screen)
            if keep:
                screen.say(*directions(stage))
                await _interrupted()
    return report


def _end_in_good_order() -> None:
    """SIGTERM ends the demo as Ctrl-C does: with its servers and its daemon."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


@contextmanager
def _folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is None:
        with TemporaryDirectory(prefix="mailbot-demo-") as name:
            yield Path(name)
    else:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.resolve()


async def _interrupted() -> None:
    """Return at Ctrl-C or SIGTERM."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
