"""Plays attacks, each in two worlds, and counts the harms."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from tests.drills.spoof.asked import asked_otherwise
from tests.drills.spoof.attack import Attack, End
from tests.drills.spoof.cast import cast_for
from tests.drills.spoof.harm import Fault, Harm
from tests.drills.spoof.judge import Verdict, learnt, played
from tests.drills.spoof.stage import Base, Stage, prepared, staged

ZERO = (Harm.DISCLOSED, Harm.DESTROYED, Harm.LEARNT, Harm.HINDERED, Harm.ANSWERED, Harm.OTHERWISE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one attack."""

    name: str
    rule: str
    faults: Sequence[Fault]
    ends: frozenset[End]


def quiet() -> None:
    """The journeys' log is not the drill's report."""
    structlog.configure(processors=[_drop], logger_factory=structlog.ReturnLoggerFactory())


def _drop(_logger: Any, _name: str, _event: Any) -> Any:
    raise structlog.DropEvent


async def drill(
    attacks: Iterable[Attack],
    *,
    seed: int,
    change: Callable[[Stage], None] = lambda _stage: None,
    keep: Path | None = None,
) -> list[Result]:
    """Play *attacks*; *change* may alter each world first (the drill's own tests do); *keep* the mail there."""
    memory = Path("/dev/shm")  # noqa: S108 - nothing here outlives the drill
    where = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="mailbot-spoof-", dir=where) as folder:
        base_folder = Path(folder) / "base"
        base_folder.mkdir()
        async with prepared(base_folder) as base:
            return [
                await _both(attack, base, Path(folder), seed=seed, change=change, keep=keep) for attack in attacks
            ]


async def _both(
    attack: Attack, base: Base, folder: Path, *, seed: int, change: Callable[[Stage], None], keep: Path | None
) -> Result:
    known = await _world(attack, base, folder, seed=seed, change=change, known=True, keep=keep)
    faults = list(known.faults)
    if attack.compare:
        unknown = await _world(attack, base, folder, seed=seed, change=change, known=False, keep=None)
        faults += learnt(known.outside, unknown.outside)
        faults += asked_otherwise(known.asked, unknown.asked) if attack.queries else ()
        faults += [fault for fault in unknown.faults if fault.harm not in {one.harm for one in known.faults}]
    return Result(name=attack.name, rule=attack.rule, faults=faults, ends=known.ends)


async def _world(
    attack: Attack,
    base: Base,
    folder: Path,
    *,
    seed: int,
    change: Callable[[Stage], None],
    known: bool,
    keep: Path | None,
) -> Verdict:
    cast = cast_for(attack.name, seed=seed, signs=attack.signs, local=attack.local)
    here = folder / "world"
    here.mkdir()
    try:
        async with staged(base, here, cast, known=known) as stage:
            change(stage)
            verdict = await played(attack, stage, real=known)
            if keep is not None:
                _keep(stage, keep / attack.name.replace("/", "__"))
            return verdict
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(here)


def _keep(stage: Stage, folder: Path) -> None:
    """What was posted, and what went out, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(stage.wrote, 1):
        (folder / f"{number:02}-in.eml").write_bytes(raw)
    for number, (_, raw) in enumerate(stage.office.mailer.letters, 1):
        (folder / f"out-{number:02}.eml").write_bytes(raw)


def summary(results: Sequence[Result], *, seed: int) -> dict[str, Any]:
    """The line at the end: counts by harm, of attacks that did it."""
    harms = Counter(harm for result in results for harm in {fault.harm for fault in result.faults})
    return {
        "ok": bool(results) and not any(harms.values()),
        "seed": seed,
        "attacks": len(results),
        **{harm.value: harms[harm] for harm in ZERO},
        "red": [result.name for result in results if result.faults],
    }
