"""The drill itself: it plays what issue 4 names, and goes red where the product is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.automatic import Own
from mailbot.core.message import read
from mailbot.core.model import Address, Language, Message, Right, Route
from mailbot.core.understanding import understand
from mailbot.ports import Delivery, Rendered, Renderer
from tests.command_lines import ROOT
from tests.drills.spoof.attacks import ATTACKS
from tests.drills.spoof.attacks.floods import BOMB
from tests.drills.spoof.harm import Harm
from tests.drills.spoof.run import drill, summary
from tests.drills.spoof.stage import Post, Stage
from tests.drills.spoof.words import ASKS
from tests.fakes import FakeSenders, mail

NAMED_BY_ISSUE_4 = {
    "two From": "two-from/",
    "display-name addresses": "display-name/",
    "homographs": "homograph/",
    "look-alike domains": "look-alike/",
    "DKIM replay": "replay/",
    "signed by another domain": "dkim/another-domain",
    "l=": "dkim/length",
    "expired": "dkim/expired",
    "subdomain": "dkim/subdomain",
    "forged Authentication-Results": "authentication-results/",
    "Reply-To to the attacker": "reply-to-attacker/",
    "plus-addresses": "tag/plus/",
    "forwarded mailboxes": "forwarded-mailbox/",
    "token guessing": "reply-without-token/guessed-token/",
    "token from another address": "token-from-another-address/",
    "vacation replies quoting the token": "absence-quotes-the-token/",
    "enumeration": "enumerate/",
    "ten thousand forged unsubscribes": "flood/ten-thousand-unsubscribes",
    "forged ARF": "forged-complaint/",
    "forged bounces": "forged-bounce/",
    "reply OK for 30 % off": "reply-ok/",
    "an address of another in the body": "names-another/erase-address",
    "a phone number of another in the body": "names-another/by-phone",
}


@pytest.mark.parametrize("named", NAMED_BY_ISSUE_4)
def test_every_kind_that_issue_4_names_is_played(named: str):
    assert [attack.name for attack in ATTACKS if attack.name.startswith(NAMED_BY_ISSUE_4[named])]


def test_there_are_two_hundred_attacks_and_more_each_with_a_name_of_its_own_and_a_rule():
    assert len(ATTACKS) >= 200
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert not [attack.name for attack in ATTACKS if not attack.rule or not attack.ends]
    assert BOMB >= 10_000


def test_what_people_ask_for_in_the_drill_is_read_without_doubt():
    knowledge = load_knowledge(ROOT / "config/knowledge")
    own = Own(addresses=frozenset({Address("info@example.kz")}), loop_id="x", trusted_borders=(), border_hops=1)
    for right, by_language in ASKS.items():
        for language, words in by_language.items():
            message = read(mail(words), own=own)
            assert isinstance(message, Message)
            reading = understand(message, knowledge, today=date(2026, 11, 23))
            assert (reading.rights, reading.route, reading.languages[:1]) == ((right,), Route.ACT, (language,))
    assert set(ASKS) == set(Right) - {Right.RECTIFICATION, Right.BLOCKING}
    assert all(set(by_language) == set(Language) for by_language in ASKS.values())


# ---------------------------------------------------------------- products that are wrong

Spoil = Callable[[Stage], None]


@dataclass
class Leaking:
    """A renderer that says more than it may."""

    honest: Renderer
    more: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.honest, name)

    def render(self, letters: Any, languages: Any, facts: Mapping[str, object]) -> Rendered:
        said = self.honest.render(letters, languages, facts)
        return replace(said, body=f"{said.body}\n{self.more}\n")


@dataclass
class Copying(Post):
    """A mailer that sends everything to somebody else as well."""

    other: str = ""

    async def send(self, mail_from: str, recipient: Any, raw: bytes) -> Delivery:
        await super().send(mail_from, Address(self.other), raw)
        return await super().send(mail_from, recipient, raw)


def _desk(stage: Stage, **parts: Any) -> None:
    stage.office.desk = replace(stage.office.desk, **parts)


def believes_everybody(stage: Stage) -> None:
    _desk(stage, senders=FakeSenders(proven={stage.cast.victim.address}))


def tells_the_name(stage: Stage) -> None:
    _desk(stage, renderer=Leaking(stage.office.desk.renderer, stage.cast.victim.name))


def tells_who_is_on_file(stage: Stage) -> None:
    _desk(stage, renderer=Leaking(stage.office.desk.renderer, "customer" if stage.known else "unknown "))


def is_slow_for_customers(stage: Stage) -> None:
    stage.office.clock.forward(seconds=stage.known)


def copies_to_the_attacker(stage: Stage) -> None:
    stage.office.mailer = Copying(clock=stage.office.clock, other="friend@elsewhere.example.net")


def asks_no_more_than_once(stage: Stage) -> None:
    _desk(stage, limits=replace(stage.office.desk.limits, letters_per_address_a_day=1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attack", "spoil", "harm"),
    [
        ("dkim/unsigned", believes_everybody, Harm.DESTROYED),
        ("dkim/unsigned", tells_the_name, Harm.DISCLOSED),
        ("enumerate/access/ru/unsigned", tells_who_is_on_file, Harm.LEARNT),
        ("enumerate/access/ru/unsigned", is_slow_for_customers, Harm.LEARNT),
        ("enumerate/access/ru/unsigned", copies_to_the_attacker, Harm.ANSWERED),
        ("dkim/expired", asks_no_more_than_once, Harm.HINDERED),
    ],
)
async def test_a_product_that_is_wrong_makes_the_drill_red(attack: str, spoil: Spoil, harm: Harm):
    chosen = [one for one in ATTACKS if one.name == attack]
    (honest,) = await drill(chosen, seed=1)
    (spoiled,) = await drill(chosen, seed=1, change=spoil)

    assert harm not in {fault.harm for fault in honest.faults}
    assert harm in {fault.harm for fault in spoiled.faults}
    assert summary([spoiled], seed=1)["ok"] is False
