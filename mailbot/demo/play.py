"""Plays the story from its first scene to its last, and looks at what came of each."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mailbot.core.model import CaseState, RawMail
from mailbot.demo.checks import checked
from mailbot.demo.report import Played, Report
from mailbot.demo.screen import Screen
from mailbot.demo.stage import BY, INBOX, OURS, Stage, StageFault
from mailbot.demo.story import VERDICTS, How, Person, Scene, Story
from mailbot.demo.witness import Witness


async def play(story: Story, stage: Stage, screen: Screen) -> Report:
    """Every scene, shown as it is played, and what must hold at the end."""
    started = time.monotonic()
    played: list[Played] = []
    async with Witness(stage) as witness:
        async for one in _Performance(story, stage, witness).scenes():
            screen.scene(one)
            played.append(one)
        checks = await checked(played, story, stage, witness)
    report = Report(played=played, checks=checks, seconds=time.monotonic() - started)
    screen.closing(report)
    return report


@dataclass(frozen=True, slots=True)
class _Performance:
    story: Story
    stage: Stage
    witness: Witness

    async def scenes(self) -> AsyncIterator[Played]:
        """Each scene, once nothing is under way any more."""
        for decides, group in groupby(enumerate(self.story.scenes, start=1), key=_is_verdict):
            acts = list(group)
            cases = await self._decided([scene for _, scene in acts]) if decides else [""] * len(acts)
            for (number, scene), case in zip(acts, cases, strict=True):
                started = time.monotonic()
                mail = None if decides else await self._sent(scene)
                await self.witness.settle(mail)
                person = self.story.whose(scene)
                seen = await self.witness.look(person, mail, number=case)
                took = time.monotonic() - started
                yield Played(number=number, scene=scene, person=person, mail=mail, seen=seen, seconds=took)

    async def _decided(self, scenes: Sequence[Scene]) -> Sequence[str]:
        """Verdicts that follow each other, given at once: each command takes a second to start. Their cases."""
        return await asyncio.gather(*map(self._decide, scenes))

    async def _decide(self, scene: Scene) -> str:
        """A person decides the case that waits, by the real command; its number."""
        address = self.story.whose(scene).address
        async with self.stage.app.ledger.read() as book:
            waiting = [case for case in await book.cases(states=[CaseState.PERSON]) if case.address == address]
        if not waiting:
            raise StageFault(f"nothing waits for a person: {scene.title}")
        number = waiting[0].number
        reasons = ("--norm", scene.norm, "--reason", scene.text) if scene.how is How.REFUSE else ()
        await self.stage.command("cases", scene.how.value, number, "--as", BY, *reasons)
        return number

    async def _sent(self, scene: Scene) -> RawMail:
        """The message of *scene*, sent and lying in our mailbox."""
        if scene.how is not How.OLD:  # those lay there before the daemon started
            person, now = self.story.whose(scene), self.stage.app.desk.chance.now()
            newest = await self._newest(person)
            await self.stage.post(self.stage.writer.write(scene, person, at=now, newest=newest), OURS)
        new = await self.witness.new_mail(OURS)
        if len(new) != 1:
            raise StageFault(f"one message was sent, {len(new)} have come: {scene.title}")
        return new[0]

    async def _newest(self, person: Person) -> bytes:
        """Our newest letter, as the person's mail program fetches it; empty: there is none."""
        box = self.witness.mailbox(person.address)
        uids = await box.uids(INBOX)
        return (await box.fetch(INBOX, uids[-1:]))[0].raw if uids else b""


def _is_verdict(act: tuple[int, Scene]) -> bool:
    return act[1].how in VERDICTS
