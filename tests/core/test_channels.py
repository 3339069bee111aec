"""What stops where somebody asks that not all advertising stop (issue 5, item 4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.core.datamap import DataMap
from mailbot.core.datamap.table import Reach
from mailbot.core.decide import Autonomy, Circumstances, Policy, Tells, decide, tells
from mailbot.core.model import (
    Address,
    Ask,
    Channel,
    Decision,
    Details,
    HoldReason,
    Language,
    Letter,
    Message,
    MessageId,
    Reading,
    Right,
    Step,
    StepKind,
    Topic,
    Unproven,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = Address("anna@example.org")
NUMBER = "+77000000001"
ALL = {(right, language): Autonomy.AGREE for right in Right for language in Language}
NOTHING_TOLD = Tells(channels=frozenset(), topics={})
SMS = Details(channels=(Channel.SMS,))
UNCLEAR = Details(unclear=True)


def decided(details: Details, *rights: Right, known: Tells | None = None, author: Address = ANNA) -> Decision:
    asked = rights or (Right.UNSUBSCRIBE,)
    reading = Reading(
        asks=tuple(Ask(right=right, sure=1.0) for right in asked), languages=(Language.RU,), details=details
    )
    letter = Message(authors=(author,), return_path=author, message_id=MessageId("1@example.org"))
    policy = Policy(autonomy=ALL, tells=known or Tells())
    around = Circumstances(received_at=NOW - timedelta(minutes=1))
    return decide(letter, reading, Unproven("no signature"), around, now=NOW, policy=policy)


def suppress(**limit: tuple[str, ...]) -> Step:
    return replace(Step(kind=StepKind.SUPPRESS, address=ANNA, right=Right.UNSUBSCRIBE), **limit)  # type: ignore[arg-type]  # fields by name


def test_what_comes_by_one_way_stops_and_nothing_else():
    assert decided(SMS) == Decision(rights=(Right.UNSUBSCRIBE,), now=(suppress(channels=(Channel.SMS,)),))


def test_one_topic_stops_under_the_name_that_the_companys_data_have_for_it():
    known = Tells(topics={Topic.PROMOTIONS: ("promo", "sale"), Topic.NEWS: ("news",)})
    details = Details(topics=(Topic.PROMOTIONS,), kept_topics=(Topic.NEWS,))

    assert decided(details, known=known).now == (suppress(topics=("promo", "sale")),)


def test_a_number_goes_with_the_senders_own_address_and_not_with_its_other_spellings():
    author = Address("an.na@gmail.com")
    steps = decided(Details(channels=(Channel.CALLS,), phones=(NUMBER,)), author=author).now

    assert {step.phones for step in steps if step.address == author} == {(NUMBER,)}
    assert {step.phones for step in steps if step.address != author} == {()}
    assert {step.channels for step in steps} == {(Channel.CALLS,)}


def test_where_nothing_is_limited_everything_stops():
    assert decided(Details()).now == (suppress(),)


@pytest.mark.parametrize(
    "details", [SMS, Details(topics=(Topic.NEWS,)), Details(channels=(Channel.EMAIL, Channel.SMS))]
)
def test_what_the_data_cannot_tell_apart_a_person_decides_while_the_list_has_it_already(details):
    decision = decided(details, known=NOTHING_TOLD)

    assert decision.holds == (HoldReason.CHANNEL,)
    assert decision.letter is Letter.RECEIPT
    assert decision.meanwhile == decision.now
    assert all(step.channels or step.topics for step in decision.meanwhile)


def test_a_way_that_no_table_knows_is_not_told_apart():
    known = Tells(channels=frozenset({Channel.EMAIL, Channel.SMS}))

    assert decided(SMS, known=known).holds == ()
    assert decided(Details(channels=(Channel.CALLS,)), known=known).holds == (HoldReason.CHANNEL,)


def test_email_alone_is_all_that_data_mean_which_tell_no_ways_apart():
    assert decided(Details(channels=(Channel.EMAIL,)), known=NOTHING_TOLD) == decided(Details())
    assert decided(Details(channels=(Channel.EMAIL,))).now == (suppress(channels=(Channel.EMAIL,)),)


def test_email_is_not_all_where_another_way_is_to_go_on():
    details = Details(channels=(Channel.EMAIL,), kept_channels=(Channel.SMS,))

    assert decided(details, known=NOTHING_TOLD).holds == (HoldReason.CHANNEL,)


def test_of_what_is_not_plain_nothing_is_stopped_before_a_person_has_read_it():
    decision = decided(UNCLEAR)

    assert decision.holds == (HoldReason.CHANNEL,)
    assert decision.meanwhile == ()
    assert decision.now == (suppress(),)  # what a person may agree to


@pytest.mark.parametrize("details", [SMS, UNCLEAR])
@pytest.mark.parametrize("right", [Right.ERASURE, Right.WITHDRAW_CONSENT])
def test_who_wants_everything_gone_gets_no_advertising_by_any_way(details, right):
    decision = decided(details, Right.UNSUBSCRIBE, right)

    assert decision.holds == ()
    assert {(step.channels, step.topics) for step in decision.now if step.kind is StepKind.SUPPRESS} == {((), ())}


def test_a_right_that_stops_nothing_is_not_held_for_a_way_that_is_named():
    assert decided(UNCLEAR, Right.ACCESS).holds == ()


# ---------------------------------------------------------------- what the map can tell

REFERENCE = load_datamap(Path(__file__).parents[2] / "config/datamap.toml")


def with_reach(*reaches: Reach | None) -> DataMap:
    """The reference map with these ways of telling ways apart, on one table each."""
    (store,) = REFERENCE.stores
    left = list(reaches)
    tables = [
        replace(table, reach=left.pop(0)) if table.suppress and left else replace(table, suppress=None)
        for table in store.tables
    ]
    assert not left
    return replace(REFERENCE, stores=(replace(store, tables=tuple(tables)),))


def test_a_column_with_the_channel_tells_the_ways_that_its_values_name():
    reach = Reach(channel="channel", channels={"mail": Channel.EMAIL, "text": Channel.SMS})

    assert tells(with_reach(reach)).channels == {Channel.EMAIL, Channel.SMS}
    assert tells(with_reach(Reach(channel="channel"))).channels == set(Channel)
    assert tells(with_reach(Reach(only=Channel.SMS))).channels == {Channel.SMS}


def test_topics_are_called_as_the_map_says_or_as_we_do():
    named = Reach(channel="channel", topic="topic", topics={"promo": Topic.PROMOTIONS, "sale": Topic.PROMOTIONS})

    assert tells(with_reach(named)).topics == {Topic.PROMOTIONS: ("promo", "sale"), Topic.NEWS: ()}
    assert tells(with_reach(Reach(topic="topic"))).topics == {
        Topic.PROMOTIONS: ("promotions",),
        Topic.NEWS: ("news",),
    }


def test_a_table_that_tells_nothing_makes_the_whole_map_tell_nothing():
    assert tells(with_reach(None)) == NOTHING_TOLD
