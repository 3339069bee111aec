"""On what a refusal may rest: the law's grounds, chosen by a person (requirements B.4, "Refusal grounds")."""

from dataclasses import replace

import pytest

from mailbot.adapters.law import load_law
from mailbot.core.deadline import Ground, Jurisdiction, grounds
from mailbot.core.model import Right
from tests.command_lines import ROOT

LAW = load_law(ROOT / "config" / "law")
REFUSABLE = {right for right in Right if right is not Right.UNSUBSCRIBE}


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_every_right_but_unsubscribe_has_a_ground_in_each_law(jurisdiction: Jurisdiction):
    against = {right for ground in grounds(LAW, jurisdiction).values() for right in ground.rights}

    assert against == REFUSABLE


def test_where_the_law_is_not_known_both_may_be_chosen_from_and_no_third():
    named = {key.partition(".")[0] for key in grounds(LAW, Jurisdiction.UNKNOWN)}

    assert named == {"kz", "ru"}


def test_an_unfulfilled_obligation_is_kazakhstans_ground_against_withdrawal():
    ground = grounds(LAW, Jurisdiction.KZ)["kz.obligation"]

    assert (ground.norm, Right.WITHDRAW_CONSENT in ground.rights) == ("94-V 8(2)", True)


def test_a_file_that_gives_a_ground_against_unsubscribing_is_not_taken():
    against = Ground(norm="n", rights=(Right.UNSUBSCRIBE,), says="no")

    with pytest.raises(ValueError, match="no law has a ground"):
        replace(LAW.kz, refusals={"x": against})
