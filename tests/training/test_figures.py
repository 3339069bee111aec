"""What the figures of docs/understanding.md count, and how they are told."""

from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from mailbot.core.model import Right
from tests.training.cells import divided, length_of, script_of
from tests.training.figures import RIGHTS, Error, Judged, counted, curve, errors
from tests.training.plot import Axes, Line, svg
from tests.training.tables import filled, of_820, of_errors, share, table

U, E, W = Right.UNSUBSCRIBE, Right.ERASURE, Right.WITHDRAW_CONSENT


def judged(*letters: tuple[set[Right], bool, set[Right], str]) -> Judged:
    """Letters as (asked for, a person must look, read, route)."""
    routes = np.array([route for *_, route in letters])
    return Judged(
        wanted=np.array([[right in wanted for right in RIGHTS] for wanted, *_ in letters]),
        person=np.array([person for _, person, *_ in letters]),
        asked=np.array([[right in asked for right in RIGHTS] for _, _, asked, _ in letters]),
        exactly=np.where(routes == "act", 0.9, 0.6),
        anything=np.full(len(letters), 0.5),
        beyond=np.zeros(len(letters), dtype=bool),
        may=np.isin(routes, ["act", "unsure"]),
        acts=routes == "act",
        ignored=routes == "ignore",
    )


def names_of(told: Judged) -> set[str]:
    """The figures, beside the sizes, for which the only letter of *told* counts."""
    return {name for name, count in counted(told).items() if count} - {"n", "plain", "ask", "ordinary", "acts"}


@pytest.mark.parametrize(
    ("letter", "names"),
    [
        (({U}, False, {U}, "act"), {"exact"}),
        (({U}, False, {U, E}, "act"), {"inexact", "critical"}),
        (({U, E}, False, {U}, "act"), {"inexact"}),
        (({E}, False, {W}, "act"), {"inexact", "critical"}),
        (({E}, True, {E}, "act"), {"overreach"}),
        ((set(), True, {U}, "act"), {"overreach"}),
        ((set(), False, {E}, "act"), {"overreach", "critical"}),
        (({U}, False, set(), "ignore"), {"missed"}),
        ((set(), True, set(), "ignore"), {"missed"}),
        (({U}, False, {U}, "review"), set()),
        ((set(), False, set(), "review"), {"noise"}),
        ((set(), False, set(), "ignore"), set()),
    ],
)
def test_a_letter_counts_for_the_figures_that_score_py_names(letter, names):
    assert names_of(judged(letter)) == names


@pytest.mark.parametrize(
    ("letter", "error"),
    [
        ((set(), False, {U}, "act"), ("acted without being asked to", "ordinary mail, read as unsubscribe")),
        (
            ({E}, True, {E}, "act"),
            ("acted without being asked to", "a person had to look (erasure), read as erasure"),
        ),
        (({U}, False, {E}, "act"), ("acted on less or more", "unsubscribe taken for erasure")),
        (({U, E}, False, {U}, "act"), ("acted on less or more", "without erasure")),
        (({U}, False, {U, E}, "act"), ("acted on less or more", "with erasure too")),
        (({U}, False, set(), "ignore"), ("request left alone", "unsubscribe")),
        ((set(), False, {U}, "review"), ("ordinary mail to a person", "read as unsubscribe")),
        ((set(), False, set(), "review"), ("ordinary mail to a person", "nothing read, but not surely nothing")),
        (({U}, False, {U}, "review"), ("clear request to a person", "read right, the readers disagree")),
        (({U}, False, {U}, "unsure"), ("clear request to a person", "read right, not surely enough")),
        (({U}, False, set(), "review"), ("clear request to a person", "nothing read: unsubscribe")),
    ],
)
def test_what_is_wrong_with_a_letter_is_said_once(letter, error):
    well = ({U}, False, {U}, "act")

    assert errors(judged(well, letter)) == [Error(1, *error)]


def test_the_curve_falls_to_the_left_as_the_bound_rises():
    right, wrong = ({U}, False, {U}, "act"), ({U}, False, {E}, "unsure")
    told = judged(*[right] * 60, *[wrong] * 20)

    assert curve(told, np.array([0.5, 0.8, 0.95])) == [(0.25, 0.75), (0.0, 0.75)]


@pytest.mark.parametrize(
    ("language", "text", "script"),
    [
        ("kk", "Маған жарнама жібермеңіздер", "Kazakh, own letters"),
        ("kk", "Маган жарнама жибермениздер", "Kazakh, Russian keyboard"),
        ("kk", "Magan jarnama jibermenizder", "Kazakh, Latin"),
        ("kk", "Маған email жібермеңіз, spam керек емес, unsubscribe", "Kazakh, both alphabets"),
        ("ru", "Отпишите меня", "Russian, Cyrillic"),
        ("ru", "Otpishite menya", "Russian, transliterated"),
        ("ru", "Отпишите меня от Onduline", "Russian, Cyrillic"),
        ("en", "Unsubscribe me", "English"),
        ("mixed", "Мені отпишите", "two languages in one letter"),
    ],
)
def test_the_script_of_a_letter(language, text, script):
    assert script_of(language, text) == script


@pytest.mark.parametrize(
    ("text", "length"), [("Отписка", "up to 5 words"), ("да " * 6, "6 to 10"), ("да " * 101, "more than 100")]
)
def test_the_length_of_a_letter(text, length):
    assert length_of(text) == length


def test_every_letter_is_in_one_cell_of_its_language_and_in_one_for_each_right_it_asks_for():
    letters: list[dict[str, Any]] = [
        {"lang": "kk", "subject": "", "body": "Маған жазбаңыз", "kind": "plain"},
        {"lang": "ru", "subject": "", "body": "Не пишите мне", "kind": "plain", "hard": True},
    ]
    wanted = np.array([[right in {U, E} for right in RIGHTS], [right is U for right in RIGHTS]])

    cells = {one.title: one.cells for one in divided(letters, ["dev-kk", "more-ru-a"], wanted)}

    assert {name: mark.tolist() for name, mark in cells["Language"].items()} == {
        "Kazakh": [True, False],
        "Russian": [False, True],
    }
    assert cells["Right asked for"]["unsubscribe"].tolist() == [True, True]
    assert cells["Right asked for"]["erasure"].tolist() == [True, False]
    assert {name: mark.tolist() for name, mark in cells["Writer"].items()} == {
        "dev-kk": [True, False],
        "more-ru-a": [False, True],
    }


def test_a_count_is_told_for_820_letters_and_a_share_with_its_bounds():
    assert (of_820(3, 1640), share(8, 10), share(0, 0)) == ("3 (1.5)", "80.0 % (49.0–94.3)", "–")


def test_rare_errors_are_summed():
    found = [Error(0, "missed", "a"), Error(1, "missed", "a"), Error(2, "missed", "b"), Error(3, "missed", "c")]

    assert of_errors(found, 820, most=1).splitlines()[2:] == [
        "| **missed** |  | 4 | 4.0 |",
        "|  | a | 2 | 2.0 |",
        "|  | 2 rarer reasons | 2 | 2.0 |",
    ]


def test_only_the_marked_parts_of_a_document_are_filled():
    document = (
        "before\n<!-- figures: one -->\nold\n<!-- /figures -->\n<!-- figures: two -->\nkept\n<!-- /figures -->\n"
    )

    assert filled(document, {"one": table(("a", "b"), [("1", "2")])}) == (
        "before\n<!-- figures: one -->\n\n| a | b |\n| --- | --: |\n| 1 | 2 |\n\n<!-- /figures -->\n"
        "<!-- figures: two -->\nkept\n<!-- /figures -->\n"
    )


def test_a_part_that_the_document_has_no_place_for_is_an_error():
    with pytest.raises(KeyError, match="no part 'one'"):
        filled("nothing", {"one": "…"})


def test_the_plot_is_well_formed_and_names_its_axes_and_lines():
    axes = Axes(x="error <%>", y="coverage", x_most=0.05, y_least=0.3, must=((0.65, "must"),))
    picture = ET.fromstring(svg("A & B", axes, [Line("all", [(0.01, 0.5), (0.02, 0.6)], (0.01, 0.5))]))  # noqa: S314 - our own

    texts = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"error <%>", "coverage", "must", "all", "50.0 % / 1.0 %"} <= {*texts}
    assert len([*picture.iter("{http://www.w3.org/2000/svg}polyline")]) == 1
