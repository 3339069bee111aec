import pathlib
from dataclasses import replace

import numpy as np
import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.model import Right
from mailbot.core.understanding.features import features_of
from mailbot.core.understanding.model import Judgement, judge
from mailbot.core.understanding.net import MOST_WINDOWS, OVERLAP, WINDOW, logits, starts_of
from mailbot.core.understanding.stream import looked_up, tokens_of

KNOWLEDGE = load_knowledge(pathlib.Path(__file__).parents[2] / "config" / "knowledge")


def judged(text: str) -> Judgement:
    looked = looked_up(text, KNOWLEDGE)
    return judge(looked, tokens_of(looked), (), KNOWLEDGE.model, quoted=False)


def test_a_plain_wish_is_sure_and_ordinary_mail_is_not():
    wish, order = judged("Please delete all my personal data."), judged("Пришлите прайс на черепицу, 40 листов")

    assert wish.asked == (Right.ERASURE,)
    assert order.anything < 0.1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Деректерімді жойыңыздар, өтінемін", "Деректеримди жойыныздар, отинемин"),
        ("Деректерімді жойыңыздар, өтінемін", "Derekterimdi joıyńyzdar, ótinemin"),
        ("Удалите, пожалуйста, мои данные", "Udalite, pozhaluysta, moi dannye"),
    ],
)
def test_the_same_words_in_another_alphabet_ask_for_the_same(one, other):
    assert judged(one).asked == judged(other).asked == (Right.ERASURE,)


def test_probabilities_are_probabilities():
    said = judged("Отпишите меня и удалите мои данные")

    assert all(0 <= sure <= 1 for sure in (*said.rights.values(), said.person, said.anything, said.exactly))
    assert said.exactly <= min(said.rights[right] for right in said.asked)


def test_an_empty_letter_is_judged_too():
    assert judged("").asked == ()
    assert judged("!!! ??? …").asked == ()


def test_a_long_letter_is_read_in_windows_that_overlap_and_are_bounded():
    assert starts_of(0) == starts_of(WINDOW) == [0]
    assert starts_of(WINDOW + 1) == [0, WINDOW - OVERLAP]
    assert len(starts_of(1_000_000)) == MOST_WINDOWS


def test_a_wish_far_down_a_long_letter_is_found():
    story = "Крышу мы перекрыли в мае, соседи помогали, погода стояла хорошая. " * 40

    assert Right.ERASURE in judged(f"{story} Удалите все мои персональные данные из вашей базы. {story}").asked


def test_a_letter_reads_alike_whatever_was_read_before():
    looked = looked_up("Больше не присылайте мне рекламу", KNOWLEDGE)
    tokens = tokens_of(looked)
    warm = logits(KNOWLEDGE.model.net, looked, tokens)
    cold = logits(replace(KNOWLEDGE.model.net, cache={}), looked, tokens)

    assert np.array_equal(warm, cold)


def test_features_stand_once_and_rise():
    looked = looked_up("не шлите не шлите не шлите рекламу рекламу", KNOWLEDGE)
    found = features_of(looked, tokens_of(looked), ("unsubscribe.word",), quoted=True)

    assert (np.diff(found.astype(np.int64)) > 0).all()


def test_links_addresses_and_numbers_do_not_count_as_words():
    one = looked_up("Пишите на anna@example.org или +7 700 000 11 22", KNOWLEDGE)
    other = looked_up("Пишите на ivan.k@example.kz или +7 701 000 33 44", KNOWLEDGE)

    assert [token.form for token in tokens_of(one)] == [token.form for token in tokens_of(other)]
    assert len(one.plain) == len(one.text)
