"""Loops, signals, backoff, and what systemd is told.

Each journey turns in a loop of its own, so that what is down holds up only what needs it: without DNS mail is
still received, without the relay requests are still carried out. The program says what it waits for.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mailbot import log
from mailbot.adapters.ledger.migrate import NEWEST, revision
from mailbot.adapters.notify import SystemdNotify
from mailbot.app import App, build, ledger_url, reloaded
from mailbot.config import Settings, load
from mailbot.errors import ConfigError, MailbotError, Rejected, Unavailable
from mailbot.journeys import pause, put_off, watching
from mailbot.journeys.clock import tick
from mailbot.journeys.decide import decide_waiting
from mailbot.journeys.deliver import deliver_due
from mailbot.journeys.fulfil import fulfil_planned
from mailbot.journeys.receive import Watch, look
from mailbot.journeys.rounds import each

logger = log.get(__name__)

GRACE = 8.0  # seconds for the letter in hand; systemd waits 15
EVERY = 2.0  # seconds between looks into the ledger: a person's verdict comes from another process
SLOWEST = 300.0  # seconds between tries when something stays away
HUNG_AFTER = 3600.0  # seconds without a turn; a round over a relay that times out takes its time

Work = Callable[[], Awaitable[int]]


async def _nothing() -> str:
    return ""


@dataclass(slots=True, kw_only=True)
class Turn:
    """One loop: what it does, and how it fares."""

    name: str
    work: Work
    put_off: Callable[[], Awaitable[str]] = _nothing  # what waits for another try; empty: nothing
    hint: Callable[[], Awaitable[None]] | None = None  # what it waits for when nothing was new; None: its bell
    bell: asyncio.Event = field(default_factory=asyncio.Event)  # something to do has turned up
    failures: int = 0
    trouble: str = ""  # what it waits for; empty: nothing
    last: float = field(default_factory=time.monotonic)  # sign of life

    def alive(self) -> None:
        """It turns: called after every turn, and within one that takes long."""
        self.last = time.monotonic()


class Daemon:
    """`mailbot run`."""

    def __init__(self, app: App, path: Path) -> None:
        self.app = app
        self._path = path
        self._stop = asyncio.Event()
        self._notify = SystemdNotify(app.settings.notify_socket)
        self._mailboxes = {name: app.mailbox() for name in ("receive", "deliver")}
        self._mailer = app.mailer()
        self._turns = (
            Turn(name="receive", work=self._receive, hint=self._hint),
            Turn(
                name="decide",
                work=lambda: decide_waiting(self.app.desk),
                put_off=lambda: put_off.undecided(self.app.desk),
            ),
            Turn(
                name="fulfil",
                work=lambda: fulfil_planned(self.app.desk),
                put_off=lambda: pause.said(self.app.desk),
            ),
            Turn(
                name="deliver",
                work=lambda: deliver_due(self._mailboxes["deliver"], self._mailer, self.app.desk),
                put_off=lambda: put_off.unsent(self.app.desk),
            ),
            Turn(name="clock", work=lambda: tick(self.app.desk)),
            Turn(name="returned", work=self._returned),
        )

    async def run(self) -> None:
        """Turn until told to stop; the letter in hand is finished, within ten seconds."""
        self._listen()
        tasks = [asyncio.create_task(self._round(turn), name=turn.name) for turn in self._turns]
        tasks.append(asyncio.create_task(self._feed_watchdog(), name="watchdog"))
        logger.info("daemon.ready", folders=[watch.folder for watch in self.app.watches])
        self._notify.ready()
        await self._stop.wait()
        self._notify.stopping()
        logger.info("daemon.stopping")
        for task in tasks:  # the first time it only asks: see `mailbot.journeys.rounds`
            task.cancel()
        _, late = await asyncio.wait(tasks, timeout=GRACE)
        for task in late:
            logger.warning("daemon.cut_short", loop=task.get_name())
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for mailbox in self._mailboxes.values():
            await mailbox.close()
        await self._mailer.close()
        logger.info("daemon.stopped")

    def stop(self) -> None:
        """Ask the loops to end."""
        self._stop.set()
        for turn in self._turns:
            turn.bell.set()

    def reload(self) -> None:
        """Read the settings again; keep the old ones where the new ones are wrong."""
        self._notify.reloading(time.monotonic_ns() // 1000)
        try:
            self.app, stale = reloaded(self.app, load(self._path))
        except ConfigError as exc:
            logger.error("config.kept", why=str(exc))  # noqa: TRY400 - the fault is the operator's, not a bug
        else:
            logger.info("config.reloaded", restart_needed_for=list(stale))
        self._notify.ready()

    # ------------------------------------------------------------ loops

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload)

    async def _round(self, turn: Turn) -> None:
        while not self._stop.is_set():
            turn.bell.clear()
            pause = await self._once(turn)
            turn.alive()
            if pause:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await turn.bell.wait()

    async def _once(self, turn: Turn) -> float:
        """One turn; how many seconds to pause after it."""
        try:
            done = await turn.work()
            self._worked(turn, await turn.put_off())
            if done:
                self._ring()
            elif turn.hint is not None:
                await turn.hint()
        except MailbotError as exc:
            return self._failed(turn, f"{turn.name}: {exc}")
        except Exception:  # a bug: said with its place, and the other loops go on
            logger.exception("loop.failed", loop=turn.name)
            return self._failed(turn, f"{turn.name}: a fault in the program, see the log")
        turn.failures = 0
        return 0.0 if turn.hint is not None else EVERY

    def _worked(self, turn: Turn, waits: str) -> None:
        """A turn went well; what was put off in an earlier one is still waited for, and said as it was then."""
        if turn.trouble and not waits:
            logger.info("loop.recovered", loop=turn.name)
        turn.trouble = waits and (turn.trouble or f"{turn.name}: {waits}")
        self._say()

    def _failed(self, turn: Turn, why: str) -> float:
        turn.failures += 1
        pause = min(SLOWEST, 2.0 ** min(turn.failures, 10))
        if turn.trouble != why:
            logger.warning("loop.waiting", loop=turn.name, why=why, next_try_s=pause)
        turn.trouble = why
        self._say()
        return pause

    def _ring(self) -> None:
        for turn in self._turns:
            if turn.name != "receive":
                turn.bell.set()

    def _say(self) -> None:
        troubles = "; ".join(turn.trouble for turn in self._turns if turn.trouble)
        self._notify.status(f"waiting for: {troubles}" if troubles else "watching")

    async def _receive(self) -> int:
        """Look into every folder; how many letters were kept."""
        return await each(self.app.watches, self._look, name="folder", whole=False)

    async def _look(self, watch: Watch) -> int:
        """Look into one folder; one that the server refuses is named, and holds up no other."""
        receive = self._turns[0]
        try:
            return await look(watch, self._mailboxes["receive"], self.app.desk, alive=receive.alive)
        except Rejected as exc:
            raise Unavailable(f"folder {watch.folder}: {exc}") from exc

    async def _returned(self) -> int:
        """Walk through the company's tables where it is time, and tell the operator."""
        turn = next(turn for turn in self._turns if turn.name == "returned")
        found = await watching.watch(self.app.desk, alive=turn.alive)
        return found + await watching.tell(self.app.desk)

    async def _hint(self) -> None:
        """Wait for the server's hint or the next poll."""
        mailbox = self._mailboxes["receive"]
        poll = float(self.app.settings.file.mailbox.poll_seconds)
        hint = asyncio.ensure_future(mailbox.wait(self.app.watches[0].folder, poll))
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({hint, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            if not hint.done():
                hint.cancel()
                with suppress(asyncio.CancelledError):
                    await hint
        if hint.done() and not hint.cancelled():
            hint.result()

    async def _feed_watchdog(self) -> None:
        """Tell systemd we live, at half the interval it asks for, while every loop turns."""
        interval = self.app.settings.watchdog
        while not self._stop.is_set():
            hung = [t.name for t in self._turns if time.monotonic() - t.last > HUNG_AFTER]
            if not hung:
                self._notify.watchdog()
            else:
                logger.error("daemon.hung", loops=hung)
            with suppress(TimeoutError):
                async with asyncio.timeout(interval.total_seconds() / 2 if interval else 30.0):
                    await self._stop.wait()


async def check_revision(settings: Settings) -> None:
    """Raise ConfigError where the ledger is not at the program's revision, naming the command."""
    found, wanted = await revision(ledger_url(settings)), NEWEST
    if found != wanted:
        state = f"at revision {found}" if found else "empty"
        raise ConfigError(f"the ledger is {state}, this program needs {wanted}: run `mailbot db upgrade`")


async def serve(path: Path) -> None:
    """Load, check, and run until stopped; raises ConfigError before any loop starts."""
    settings = load(path)
    log.set_up(level=settings.file.log.level)
    await check_revision(settings)
    app = build(settings)
    try:
        await Daemon(app, path).run()
    finally:
        await app.close()
