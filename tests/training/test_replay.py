"""The program measured with readers that are told what to say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.model import Address, Concern, Language, Message, Right, Route
from mailbot.core.understanding.model import ANYTHING, OUTPUTS, PERSON, RIGHTS
from tests.training.replay import Said, replayed

KNOWLEDGE = load_knowledge(Path(__file__).parents[2] / "config" / "knowledge")
LETTER = Message(authors=(Address("somebody@example.kz"),), own_words="Отпишите меня от рассылки, пожалуйста")
EVENLY = np.tile(np.array([0.5, 0.5, 0.0], np.float32), (OUTPUTS, 1))
AS_SAID = np.tile(np.array([1.0, 0.0], np.float32), (2, OUTPUTS, 1))
U, E = Right.UNSUBSCRIBE, Right.ERASURE


def logits(*said: int) -> np.ndarray:
    told = np.full(OUTPUTS, -4.0, np.float32)
    told[[*said]] = 4.0
    return told


def said(linear: np.ndarray, net: np.ndarray) -> Said:
    return Said(linear, net, EVENLY, AS_SAID, act_above=dict.fromkeys(Language, 0.5), look_above=0.1)


@pytest.mark.parametrize("rights", [(U,), (E,), (U, E)])
def test_the_letter_is_read_as_both_readers_were_told_to_say(rights):
    told = logits(*(RIGHTS.index(right) for right in rights), ANYTHING)

    reading = replayed(LETTER, said(told, told), KNOWLEDGE)

    assert ({*reading.rights}, reading.route) == ({*rights}, Route.ACT)


def test_what_is_not_sure_enough_goes_to_a_person():
    told = logits(RIGHTS.index(U), ANYTHING)

    reading = replayed(LETTER, replace(said(told, told), act_above=dict.fromkeys(Language, 0.99)), KNOWLEDGE)

    assert (reading.rights, reading.route) == ((U,), Route.REVIEW)


def test_a_right_that_only_one_reader_names_is_not_acted_upon():
    strong, weak = logits(RIGHTS.index(U), ANYTHING), logits(ANYTHING)
    strong[RIGHTS.index(U)] = 12.0

    reading = replayed(LETTER, said(strong, weak), KNOWLEDGE)

    assert (reading.rights, reading.route) == ((U,), Route.REVIEW)


def test_what_neither_reader_speaks_of_is_left_alone():
    assert replayed(LETTER, said(logits(), logits()), KNOWLEDGE).route is Route.IGNORE


def test_what_a_person_must_look_at_goes_to_a_person():
    told = logits(PERSON, ANYTHING)

    assert replayed(LETTER, said(told, told), KNOWLEDGE).route is Route.REVIEW


def test_the_quoted_text_is_read_by_the_programs_own_model():
    letter = replace(LETTER, own_words="См. ниже, жду ответа", cut_away="> Прошу удалить все мои данные из базы.")

    reading = replayed(letter, said(logits(), logits()), KNOWLEDGE)

    assert (reading.rights, reading.concerns) == ((), (Concern.POINTS_AT_QUOTE,))
