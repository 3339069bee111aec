from datetime import date

import pytest

from mailbot.adapters import reference_schema as schema
from mailbot.adapters.registry import SqlRegistry
from mailbot.core.model import Address, Change, Language, Obligation, StepKind, Subject
from mailbot.errors import Rejected
from tests.adapters.registry.company import (
    ANNA,
    BORIS,
    LATER,
    MAY,
    NOON,
    RIGHTS,
    add_person,
    column,
    contents,
    execute,
    owe,
    step,
)

pytestmark = pytest.mark.slow  # together they take longer than make check may

NOTHING = ()
LIFTS = {
    StepKind.RESUME_ADVERTISING: StepKind.SUPPRESS,
    StepKind.RESUME_PROCESSING: StepKind.STOP_PROCESSING,
}


def rows(changes: object) -> dict[str, int]:
    return {change.table: change.rows for change in changes}  # type: ignore[attr-defined]  # any sequence of Change


# ---------------------------------------------------------------- find


async def test_a_person_is_found_whatever_the_case_of_the_stored_address(registry: SqlRegistry):
    assert await registry.find(ANNA) == (Subject(key="company/subjects/1"),)


async def test_nobody_is_found_by_half_an_address(registry: SqlRegistry):
    assert await registry.find(Address("nna@example.kz")) == NOTHING


async def test_an_address_with_sql_wildcards_matches_only_itself(registry: SqlRegistry):
    assert await registry.find(Address("%@example.kz")) == NOTHING


async def test_a_domain_stored_in_kazakh_letters_is_found_by_its_a_labels(registry: SqlRegistry, url: str):
    await add_person(url, 3, email="gulnar@қазақ.қаз", language="kk")
    arriving = Address("gulnar@" + "қазақ.қаз".encode("idna").decode())

    found = await registry.find(arriving)

    assert found == (Subject(key="company/subjects/3", languages=(Language.KK,)),)


async def test_an_address_stored_in_a_labels_is_found_by_them(registry: SqlRegistry, url: str):
    a_labels = "gulnar@" + "қазақ.қаз".encode("idna").decode()
    await add_person(url, 3, email=a_labels)

    assert [subject.key for subject in await registry.find(Address(a_labels))] == ["company/subjects/3"]


async def test_only_live_obligations_are_told_and_only_those_of_this_person(registry: SqlRegistry, url: str):
    await owe(url, 1, norm="гарантия", until=date(2026, 12, 1))
    await owe(url, 1, norm="fulfilled", fulfilled_at=MAY)
    await owe(url, 2, norm="of Boris")

    found = await registry.find(ANNA)

    order = Obligation(kind="order", norm="гарантия", until=date(2026, 12, 1))
    assert found == (Subject(key="company/subjects/1", obligations=(order,)),)


async def test_of_two_persons_under_one_address_each_owes_for_themselves(registry: SqlRegistry, url: str):
    await add_person(url, 3, email="anna@example.kz")
    await owe(url, 3)

    found = await registry.find(ANNA)

    order = Obligation(kind="order", norm="договор № 7", until=None)
    assert found == (
        Subject(key="company/subjects/1"),
        Subject(key="company/subjects/3", obligations=(order,)),
    )


@pytest.mark.parametrize(
    ("kind", "until", "live"),
    [
        ("hold", date(2026, 11, 22), False),
        ("hold", date(2026, 11, 23), True),  # the last day still holds
        ("hold", None, True),
        ("order", date(2026, 11, 22), True),  # late, and still owed
    ],
)
async def test_a_hold_lapses_after_its_last_day_and_an_order_never(
    registry: SqlRegistry, url: str, kind: str, until: date | None, *, live: bool
):
    await owe(url, 1, kind=kind, until=until)

    (anna,) = await registry.find(ANNA)

    assert bool(anna.obligations) is live


# ---------------------------------------------------------------- unsubscribe


async def test_unsubscribe_stops_the_mail_to_this_address_and_nothing_else(registry: SqlRegistry, url: str):
    others = await contents(url, without=[1])

    done = await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)

    assert done == (
        Change(
            store="company",
            table="subscriptions",
            operation="blocking",
            rows=2,
            columns=("stopped_at",),
            category="subscriptions",
        ),
    )
    assert await column(url, schema.SUBSCRIPTIONS.c.stopped_at) == [NOON, NOON, None]
    assert await column(url, schema.SUBJECTS.c.blocked_at) == [None]
    assert await contents(url, without=[1]) == others


async def test_unsubscribe_acts_on_everybody_under_the_address(registry: SqlRegistry, url: str):
    await add_person(url, 3, email="anna@example.kz", full_name="Ержан Примеров")

    done = await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)

    assert rows(done) == {"subscriptions": 4}
    assert await registry.remaining(step(StepKind.SUPPRESS)) == NOTHING


@pytest.mark.parametrize(
    "kind", [StepKind.STOP_PROCESSING, StepKind.RESUME_PROCESSING, StepKind.DISCLOSE, StepKind.DESTROY]
)
async def test_where_two_persons_share_an_address_nothing_but_advertising_is_touched(
    registry: SqlRegistry, url: str, kind: StepKind
):
    await add_person(url, 3, email="anna@example.kz", full_name="Ержан Примеров")
    before = await contents(url)

    with pytest.raises(Rejected, match="several persons"):
        await registry.carry_out(step(kind), at=NOON)

    assert await contents(url) == before


# ---------------------------------------------------------------- withdrawal


async def test_withdrawal_blocks_the_record_and_stops_every_channel(registry: SqlRegistry, url: str):
    done = await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)

    assert rows(done) == {"subscriptions": 3, "consents": 1, "subjects": 1}
    assert await column(url, schema.SUBJECTS.c.blocked_at) == [NOON]
    assert await column(url, schema.CONSENTS.c.withdrawn_at) == [NOON]
    assert await registry.remaining(step(StepKind.STOP_PROCESSING)) == NOTHING


async def test_withdrawal_leaves_open_orders_alone(registry: SqlRegistry, url: str):
    await owe(url, 1)
    before = await contents(url)

    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)

    assert (await contents(url))["obligations"] == before["obligations"]


async def test_an_earlier_stop_keeps_its_own_moment(registry: SqlRegistry, url: str):
    await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)

    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=LATER)

    assert await column(url, schema.SUBSCRIPTIONS.c.stopped_at) == [NOON, NOON, LATER]


async def test_lifting_a_stop_restores_what_stood_before_it(registry: SqlRegistry, url: str):
    await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)
    before = await contents(url)
    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=LATER)
    resume = step(StepKind.RESUME_PROCESSING)

    lifted = await registry.carry_out(resume, at=LATER)

    assert rows(lifted) == {"subscriptions": 1, "consents": 1, "subjects": 1}
    assert await contents(url) == before
    assert await registry.remaining(resume, at=LATER) == NOTHING
    assert await registry.carry_out(resume, at=LATER) == NOTHING


async def test_a_block_that_lapses_leaves_the_advertising_of_the_same_moment_stopped(
    registry: SqlRegistry, url: str
):
    await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)
    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)

    await registry.carry_out(step(StepKind.RESUME_PROCESSING), at=NOON)

    assert await column(url, schema.SUBSCRIPTIONS.c.stopped_at) == [NOON, NOON, None]


async def test_who_denies_a_forged_withdrawal_has_everything_back(registry: SqlRegistry, url: str):
    before = await contents(url)
    for kind in (StepKind.SUPPRESS, StepKind.STOP_PROCESSING):
        await registry.carry_out(step(kind), at=NOON)

    for kind in (StepKind.RESUME_ADVERTISING, StepKind.RESUME_PROCESSING):
        await registry.carry_out(step(kind), at=NOON)

    assert await contents(url) == before


async def test_lifting_a_suppression_leaves_an_older_one(registry: SqlRegistry, url: str):
    await execute(
        url, "UPDATE subscriptions SET stopped_at = subscribed_at WHERE subject_id = 1 AND topic = 'prices'"
    )
    await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)

    lifted = await registry.carry_out(step(StepKind.RESUME_ADVERTISING), at=NOON)

    assert rows(lifted) == {"subscriptions": 1}
    assert await column(url, schema.SUBSCRIPTIONS.c.stopped_at) == [None, MAY, None]
    assert await registry.remaining(step(StepKind.RESUME_ADVERTISING), at=NOON) == NOTHING


async def test_lifting_a_stop_leaves_a_block_somebody_else_has_set(registry: SqlRegistry, url: str):
    await execute(url, "UPDATE subjects SET blocked_at = '2026-01-02 03:04:05.000000+00:00' WHERE id = 1")
    blocked = await column(url, schema.SUBJECTS.c.blocked_at)
    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)

    await registry.carry_out(step(StepKind.RESUME_PROCESSING), at=NOON)

    assert await column(url, schema.SUBJECTS.c.blocked_at) == blocked
    assert await column(url, schema.CONSENTS.c.withdrawn_at) == [None]


async def test_without_its_moment_a_stop_is_never_called_lifted(registry: SqlRegistry):
    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)
    resume = step(StepKind.RESUME_PROCESSING)

    assert rows(await registry.plan(resume)) == {"subscriptions": 1, "consents": 1, "subjects": 1}
    assert await registry.carry_out(resume, at=LATER) == NOTHING
    assert rows(await registry.remaining(resume)) == {"subjects": 1}


# ---------------------------------------------------------------- access


async def test_access_counts_rows_and_changes_none(registry: SqlRegistry, url: str):
    before = await contents(url)

    told = await registry.carry_out(step(StepKind.DISCLOSE), at=NOON)

    assert rows(told) == {"subscriptions": 3, "consents": 1, "site_visits": 2, "subjects": 1}
    assert {change.operation for change in told} == {"access"}
    assert await registry.remaining(step(StepKind.DISCLOSE)) == NOTHING
    assert await contents(url) == before


async def test_an_access_letter_names_the_categories_that_hold_a_value(registry: SqlRegistry):
    told = await registry.holdings(ANNA)

    assert {holding.category: holding.rows for holding in told.held} == {
        "user.name": 1,
        "user.contact.phone_number": 1,
        "user.contact.email": 1,  # no postal address: none on file
        "subscriptions": 3,
        "consents": 1,
        "user.behavior.browsing_history": 2,
        "user.device.ip_address": 2,
        "user.device": 2,
    }
    name = told.held[0]
    assert [purpose[Language.EN] for purpose in name.purposes] == [
        "keeping in touch with you, notices and questions",
        "sending news, special offers and prices",
    ]
    assert [source[Language.KK] for source in name.sources] == ["сайттағы нысан"]
    assert [party.name for party in told.processors] == ["ТОО «Пример Хостинг»"]
    assert [party.address for party in told.recipients] == ["010000, Астана, ул. Образцовая, 2"]


async def test_a_source_without_words_of_its_own_is_told_as_it_stands(registry: SqlRegistry, url: str):
    await execute(url, "UPDATE subjects SET source = 'выставка 2025' WHERE id = 1")

    told = await registry.holdings(ANNA)

    assert told.held[0].sources == (dict.fromkeys(Language, "выставка 2025"),)


async def test_what_two_persons_hold_under_one_address_is_told_to_neither(registry: SqlRegistry, url: str):
    await add_person(url, 3, email="anna@example.kz")

    with pytest.raises(Rejected, match="several persons"):
        await registry.holdings(ANNA)


async def test_of_a_stranger_nothing_is_held(registry: SqlRegistry):
    assert (await registry.holdings(Address("nobody@example.org"))).held == NOTHING


# ---------------------------------------------------------------- destruction


async def test_destruction_leaves_nothing_of_this_person_and_everything_of_the_others(
    registry: SqlRegistry, url: str
):
    others = await contents(url, without=[1])
    await owe(url, 1, fulfilled_at=MAY)

    done = await registry.carry_out(step(StepKind.DESTROY), at=NOON)

    assert rows(done) == {"subscriptions": 3, "consents": 1, "site_visits": 2, "obligations": 1, "subjects": 1}
    assert {change.operation for change in done} == {"destruction"}
    assert await registry.remaining(step(StepKind.DESTROY)) == NOTHING
    assert await contents(url) == others


async def test_destruction_is_refused_while_an_order_is_open(registry: SqlRegistry, url: str):
    await owe(url, 1, norm="договор № 7")
    before = await contents(url)

    planned = await registry.plan(step(StepKind.DESTROY))
    with pytest.raises(Rejected, match="obligation"):
        await registry.carry_out(step(StepKind.DESTROY), at=NOON)

    assert {(change.operation, change.kept_for) for change in planned} == {("storage", "договор № 7")}
    assert "subjects" in rows(await registry.remaining(step(StepKind.DESTROY)))
    assert await contents(url) == before


# ---------------------------------------------------------------- every step


@pytest.mark.parametrize("kind", RIGHTS)
async def test_a_plan_changes_nothing_and_foretells_what_is_done(registry: SqlRegistry, url: str, kind: StepKind):
    if kind in LIFTS:
        await registry.carry_out(step(LIFTS[kind]), at=NOON)
    before = await contents(url)

    planned = await registry.plan(step(kind), at=NOON)
    unchanged = await contents(url)
    done = await registry.carry_out(step(kind), at=NOON)

    assert unchanged == before
    assert done == planned != NOTHING


@pytest.mark.parametrize("kind", [StepKind.SUPPRESS, StepKind.STOP_PROCESSING, StepKind.DESTROY])
async def test_a_step_taken_twice_changes_nothing_the_second_time(registry: SqlRegistry, url: str, kind: StepKind):
    await registry.carry_out(step(kind), at=NOON)
    after = await contents(url)

    assert await registry.carry_out(step(kind), at=LATER) == NOTHING
    assert await contents(url) == after


@pytest.mark.parametrize("kind", RIGHTS)
async def test_a_step_for_a_stranger_finds_nothing_to_do(registry: SqlRegistry, url: str, kind: StepKind):
    before = await contents(url)

    assert await registry.carry_out(step(kind, Address("nobody@example.org")), at=NOON) == NOTHING
    assert await contents(url) == before


async def test_what_comes_back_by_an_import_is_seen_by_the_second_look(registry: SqlRegistry, url: str):
    await registry.carry_out(step(StepKind.DESTROY, BORIS), at=NOON)
    await add_person(url, 9, email="BORIS@example.org")

    assert rows(await registry.remaining(step(StepKind.DESTROY, BORIS))) == {
        "subscriptions": 3,
        "consents": 1,
        "subjects": 1,
    }
