"""The machine takes an engine by other choices as it is, and sees what is wrong with one."""

from __future__ import annotations

import re

import pytest

from scenarios.model.asking import DECIDED, KINDS, NUDGED
from tests.scenarios.local import run_locally
from tests.scenarios.other_engine import DEFECTS

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEEDS = (1, 2, 3)
MOMENT = re.compile(r'"occurred_at": "[^"]+"')


def test_other_choices_are_no_mismatch_and_all_is_done_often_enough() -> None:
    local = run_locally()

    assert local.found is None
    assert local.steps == 2000
    assert [kind for kind, least in KINDS.items() if local.counts[kind] < least] == []
    assert local.counts[NUDGED] >= local.counts[DECIDED] / 3


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found_and_blamed_rightly(defect: str) -> None:
    # Chance may miss one with one seed: it has to be found with one of a few.
    runs = (run_locally(defect, number=number) for number in SEEDS)
    found = next((local.found for local in runs if local.found), None)

    assert found is not None
    assert DEFECTS[defect] in found[0].requirements
    assert 1 <= len(found[0].requirements) <= 3


def test_the_same_seed_asks_the_same_and_another_something_else() -> None:
    def asked(number: int) -> list[str]:
        local = run_locally(number=number, steps=240)
        told = "\n".join(line for trial in local.trials for line in trial.asked)
        return MOMENT.sub("<moment>", UUID.sub("<id>", told)).splitlines()

    once, again, otherwise = asked(3), asked(3), asked(4)

    assert len(once) == 240
    assert once == again
    assert once != otherwise
