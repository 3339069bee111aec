"""What persons' verdicts say about readings, and about autonomy."""

import pytest

from mailbot.core.decide import Autonomy
from mailbot.core.decide.agreement import Advice, Cell, Outcome, Tally, Verdict, cells, wilson
from mailbot.core.model import Language, Right

U, E, A, W = Right.UNSUBSCRIBE, Right.ERASURE, Right.ACCESS, Right.WITHDRAW_CONSENT
KK, RU = Language.KK, Language.RU


def verdict(
    read: set[Right],
    decided: set[Right] | None,
    *,
    languages: tuple[Language, ...] = (RU,),
    sure: bool = True,
    live: set[tuple[Right, Language]] | None = None,
) -> Verdict:
    return Verdict(
        read=frozenset(read),
        decided=frozenset(decided or ()),
        closed=decided is None,
        languages=languages,
        sure=sure,
        live=frozenset(live or ()),
    )


def by(*verdicts: Verdict) -> dict[tuple[Right, Language | None], dict[Outcome, int]]:
    return {(cell.right, cell.language): dict(cell.sure.by) for cell in cells(verdicts, {})}


@pytest.mark.parametrize(
    ("read", "decided", "said"),
    [
        ({U}, {U}, {U: Outcome.KEPT}),
        ({U, E}, {U, E}, {U: Outcome.KEPT, E: Outcome.KEPT}),
        ({U, E}, {U}, {U: Outcome.BESIDE, E: Outcome.TAKEN}),
        ({U}, {U, E}, {U: Outcome.BESIDE, E: Outcome.ADDED}),
        ({U}, {E}, {U: Outcome.TAKEN, E: Outcome.ADDED}),
        ({U, E}, None, {U: Outcome.CLOSED, E: Outcome.CLOSED}),
        (set(), {E}, {E: Outcome.ADDED}),
        (set(), None, {}),
    ],
)
def test_a_verdict_speaks_of_every_right_that_was_read_or_decided(read, decided, said):
    assert by(verdict(read, decided)) == {(right, RU): {outcome: 1} for right, outcome in said.items()}


def test_a_letter_in_two_languages_speaks_of_both_and_one_in_none_of_neither():
    told = by(verdict({U}, {U}, languages=(KK, RU)), verdict({U}, {U}), verdict({U}, {U}, languages=()))

    assert told == {(U, KK): {Outcome.KEPT: 1}, (U, RU): {Outcome.KEPT: 2}, (U, None): {Outcome.KEPT: 1}}


def test_readings_that_go_to_a_person_in_any_case_are_counted_apart_and_advise_nothing():
    (cell,) = cells([verdict({U}, {U}), *[verdict({U}, {A, U}, sure=False)] * 99], {})[1:]

    assert (cell.sure.decided, cell.unsure.of(Outcome.BESIDE), cell.advice) == (1, 99, Advice.FEW)


def advice(
    kept: int, taken: int, *, mode: Autonomy = Autonomy.REHEARSE, right: Right = U, undone: int = 0
) -> Advice:
    return Cell(
        right=right,
        language=RU,
        mode=mode,
        sure=Tally(by={Outcome.KEPT: kept, Outcome.TAKEN: taken}),
        unsure=Tally(),
        undone=undone,
    ).advice


@pytest.mark.parametrize(
    ("kept", "taken", "rehearsed", "live"),
    [
        (0, 0, Advice.FEW, Advice.FEW),
        (59, 0, Advice.FEW, Advice.FEW),
        (72, 0, Advice.NOT_YET, Advice.WATCH),
        (73, 0, Advice.WIDEN, Advice.WELL),
        (110, 1, Advice.WIDEN, Advice.WELL),
        (100, 1, Advice.NOT_YET, Advice.WATCH),
        (0, 1, Advice.FEW, Advice.NARROW),
        (8, 2, Advice.FEW, Advice.FEW),
        (80, 20, Advice.NOT_YET, Advice.NARROW),
    ],
)
def test_advice_follows_the_bounds_and_whether_the_right_is_live(kept, taken, rehearsed, live):
    assert advice(kept, taken) is advice(kept, taken, mode=Autonomy.PERSON) is rehearsed
    assert advice(kept, taken, mode=Autonomy.AGREE) is live


@pytest.mark.parametrize("right", [Right.RECTIFICATION, Right.BLOCKING])
def test_what_only_persons_carry_out_is_never_widened(right):
    assert advice(1000, 0, right=right) is Advice.PERSON


def test_one_destructive_right_taken_away_while_live_narrows_it_however_often_it_was_kept():
    live = {(E, RU), (U, RU)}
    good = [verdict({E}, {E}, live=live)] * 500
    modes = dict.fromkeys(live, Autonomy.AGREE)

    def of_erasure(*more: Verdict) -> Advice:
        return next(cell.advice for cell in cells([*good, *more], modes) if cell.right is E)

    assert of_erasure() is Advice.WELL
    assert of_erasure(verdict({E}, {U}, live=live)) is Advice.NARROW
    assert of_erasure(verdict({E}, None, live=live)) is Advice.NARROW
    assert of_erasure(verdict({E}, None, live={(U, RU)})) is Advice.WELL
    assert of_erasure(verdict({E}, None, live=live, sure=False)) is Advice.WELL
    assert of_erasure(verdict({U}, None, live=live)) is Advice.WELL


def test_cells_stand_in_the_order_of_rights_and_languages_with_their_mode():
    told = cells([verdict({E, U, A}, {E, U, A}, languages=(RU, KK))], {(E, KK): Autonomy.PERSON})

    assert [(cell.right, cell.language, cell.mode) for cell in told] == [
        (A, KK, Autonomy.REHEARSE),
        (A, RU, Autonomy.REHEARSE),
        (U, KK, Autonomy.REHEARSE),
        (U, RU, Autonomy.REHEARSE),
        (E, KK, Autonomy.PERSON),
        (E, RU, Autonomy.REHEARSE),
    ]


@pytest.mark.parametrize(
    ("kept", "decided", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (10, 10, 0.7225, 1.0),
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (95, 100, 0.8882, 0.9785),
    ],
)
def test_wilsons_bounds_are_those_of_the_books(kept, decided, low, high):
    assert wilson(kept, decided) == pytest.approx((low, high), abs=0.0001)
