"""5.3.4: the right playbooks fire, and no others (UT-MMM-01)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pipeline.match import fits, matching
from engine.values.published import published
from tests.engine.samples import facts, playbook, signal

FAILED = signal(event_type="build.failed", source="ci", severity="high")


def test_without_triggers_it_fits_everything() -> None:
    assert fits(playbook(), facts())
    assert fits(playbook(), facts(signal=FAILED))


def test_with_triggers_and_no_signal_it_does_not_fire() -> None:
    assert not fits(playbook(triggers=[{}]), facts())


@pytest.mark.parametrize(
    ("trigger", "fires"),
    [
        ({}, True),
        ({"event_type": "build.failed"}, True),
        ({"event_type": "build"}, False),
        ({"source": "ci"}, True),
        ({"source": "ide"}, False),
        ({"severity": "high"}, True),
        ({"severity": "info"}, True),
        ({"severity": "critical"}, False),
        ({"actor_roles": ["viewer", "developer"]}, True),
        ({"actor_roles": ["dev"]}, False),
        ({"actor_roles": []}, False),
        ({"event_type": "build.failed", "source": "ide"}, False),
        ({"event_type": "build.failed", "source": "ci", "severity": "warn"}, True),
    ],
)
def test_all_parts_of_a_trigger_that_are_given_must_fit(trigger: dict[str, Any], fires: bool) -> None:  # noqa: FBT001 -- a table
    assert fits(playbook(triggers=[trigger]), facts(signal=FAILED)) is fires


def test_any_trigger_is_enough() -> None:
    book = playbook(triggers=[{"source": "ide"}, {"source": "ci"}])

    assert fits(book, facts(signal=FAILED))


def test_a_signal_without_severity_is_not_severe() -> None:
    assert not fits(playbook(triggers=[{"severity": "info"}]), facts(signal=signal()))


@pytest.mark.parametrize(
    ("kind", "value", "fires"),
    [
        ("role", "developer", True),
        ("role", "develop", False),
        ("branch", "main", True),
        ("branch", "other", False),
        ("repo", "repo-1", True),
        ("repo", "repo", False),
        ("actor_type", "human", True),
        ("actor_type", "ai_agent", False),
        ("environment", "prod", True),
        ("environment", "dev", False),
    ],
)
def test_a_condition_fits_by_its_whole_value(kind: str, value: str, fires: bool) -> None:  # noqa: FBT001 -- a table
    here = facts(branch="main", repo_id="repo-1", environment="prod")

    assert fits(playbook(conditions=[{"type": kind, "value": value}]), here) is fires


def test_all_conditions_must_fit() -> None:
    conditions = [{"type": "branch", "value": "main"}, {"type": "repo", "value": "other"}]

    assert not fits(playbook(conditions=conditions), facts(branch="main", repo_id="repo-1"))


def test_an_unknown_condition_type_never_fits() -> None:
    assert not facts().holds("moon", "full")  # type: ignore[arg-type]  # what the type forbids is the point


def test_the_type_that_the_body_claims_is_not_the_one_that_is_matched() -> None:
    here = facts(actor_type="ai_agent", claimed_type="human")

    assert not fits(playbook(conditions=[{"type": "actor_type", "value": "ai_agent"}]), here)


def test_only_what_fits_is_returned_in_order() -> None:
    one, two, three = (
        playbook(number=n, conditions=c) for n, c in ((1, []), (2, [{"type": "role", "value": "x"}]), (3, []))
    )

    assert matching((one, two, three), facts()) == (one, three)


triggers = st.fixed_dictionaries({}, optional={"event_type": st.sampled_from("abc"), "source": st.just("ci")})


@given(st.lists(st.lists(triggers, max_size=3), max_size=6), st.sampled_from([None, *"abcd"]))
def test_sorting_by_event_loses_and_adds_nothing(
    written: list[list[dict[str, str]]], event: str | None
) -> None:
    made = [playbook(number=number, triggers=each) for number, each in enumerate(written, 1)]
    known = facts(signal=signal(event_type=event, source="ci"))

    found = matching(published(made).upon(event), known)

    assert sorted(one.playbook_id for one in found) == [one.playbook_id for one in matching(made, known)]
