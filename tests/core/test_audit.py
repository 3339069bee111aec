"""The chain holds, and every way of tampering with it is found (requirements E.2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.audit import GENESIS, Broken, Event, Link, canonical, first_break, linked, pseudonym
from mailbot.core.model import Address

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def chain(count: int) -> list[Link]:
    links: list[Link] = []
    for seq in range(1, count + 1):
        event = Event(seq=seq, at=NOON + timedelta(seconds=seq), name="case.opened", actor="t", facts={"n": seq})
        links.append(linked(event, before=links[-1].hash if links else GENESIS))
    return links


def head(links: list[Link]) -> tuple[int, str]:
    return (links[-1].event.seq, links[-1].hash) if links else (0, GENESIS)


def test_an_untouched_chain_holds():
    links = chain(5)

    assert first_break(links, head=head(links)) is None


def test_an_empty_chain_holds():
    assert first_break([], head=(0, GENESIS)) is None


@given(st.integers(0, 4), st.sampled_from(["name", "actor", "case", "subject", "at", "facts"]))
def test_whatever_is_changed_in_an_event_is_found(place, field):
    links = chain(5)
    event = links[place].event
    other = {"at": NOON, "facts": {"n": 99}}.get(field, "other")
    changed = [*links]
    changed[place] = replace(links[place], event=replace(event, **{field: other}))

    assert first_break(changed, head=head(links)) == Broken(place + 1, "was changed after it was written")


def test_a_dropped_tail_is_found():
    links = chain(5)

    assert first_break(links[:3], head=head(links)) == Broken(4, "events after 3 are missing: the head says 5")


def test_a_missing_event_is_found():
    links = chain(5)

    assert first_break([*links[:1], *links[2:]], head=head(links)) == Broken(2, "event 2 is missing, 3 follows 1")


def test_two_swapped_events_are_found():
    one, two, three = chain(3)

    broken = first_break([two, one, three], head=head([one, two, three]))

    assert broken is not None
    assert broken.seq == 1


def test_a_rewritten_chain_does_not_meet_the_head_that_was_noted_apart():
    links, forged = chain(3), [*chain(2)]
    event = replace(links[2].event, facts={"n": 7})
    forged.append(linked(event, before=forged[-1].hash))

    assert first_break(forged, head=head(links)) == Broken(4, "events after 3 are missing: the head says 3")


def test_the_canonical_form_is_sorted_and_has_no_white_space():
    event = Event(seq=1, at=NOON, name="a.b", actor="t", facts={"b": [1, "қ"], "a": None})

    assert (
        canonical(event)
        == (
            '{"actor":"t","at":"2026-11-22T12:00:00.000000Z","case":"","facts":{"a":null,"b":[1,"қ"]},'
            '"name":"a.b","seq":1,"subject":""}'
        ).encode()
    )


@pytest.mark.parametrize("value", ["wrote to anna@example.org", "+77000000000"])
def test_an_event_that_would_carry_personal_data_is_refused(value):
    event = Event(seq=1, at=NOON, name="a.b", actor="t", facts={"note": value})

    with pytest.raises(ValueError, match="would carry"):
        canonical(event)


def test_a_pseudonym_is_stable_under_its_key_and_tells_nothing_without_it():
    anna = Address("anna@example.org")

    assert pseudonym(anna, key=b"k") == pseudonym(anna, key=b"k")
    assert pseudonym(anna, key=b"k") != pseudonym(anna, key=b"other")
    assert len(pseudonym(anna, key=b"k")) == 16
