"""5.3.5: the order is total and stable."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from engine.pipeline.rank import ranked
from tests.engine import samples

if TYPE_CHECKING:
    import random

    from engine.values.playbook import Playbook


@given(samples.playbooks, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_they_came(playbooks: list[Playbook], chance: random.Random) -> None:
    shuffled = list(playbooks)
    chance.shuffle(shuffled)

    assert ranked(shuffled) == ranked(playbooks)
    assert sorted(p.playbook_id for p in ranked(playbooks)) == sorted(p.playbook_id for p in playbooks)


@given(samples.playbooks)
def test_priority_goes_first_then_name(playbooks: list[Playbook]) -> None:
    for higher, lower in pairwise(ranked(playbooks)):
        first, second = higher.content, lower.content
        assert (first.limits.priority or 0) >= (second.limits.priority or 0)
        if first.limits.priority == second.limits.priority:
            assert first.name <= second.name


@given(samples.playbooks)
def test_ranking_twice_changes_nothing(playbooks: list[Playbook]) -> None:
    assert ranked(ranked(playbooks)) == ranked(playbooks)
