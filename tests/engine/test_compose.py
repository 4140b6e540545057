"""5.3.6: actions match their template and the semantics of their type (UT-MMM-02)."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pipeline.compose import composed
from tests.engine.samples import facts, playbook, signal, template

if TYPE_CHECKING:
    from engine.values.action import Action
    from engine.values.playbook import Playbook
    from engine.values.surroundings import Facts


def made(book: Playbook, here: Facts | None = None, recent: tuple[str, ...] = ()) -> tuple[Action, ...]:
    numbers = count(1)
    return composed([book], here or facts(), recent, lambda: f"id-{next(numbers)}")


def test_an_action_is_what_its_template_says() -> None:
    book = playbook(template(surfaces=["ci", "ide", "ci"], requires_dual_channel=True), version="2.1.0")

    (action,) = made(book)

    assert (action.title, action.body, action.type) == ("Title", "Body", "mirror")
    assert action.surfaces == ("ci", "ide")
    assert action.requires_dual_channel
    assert (action.playbook_id, action.playbook_version) == (book.playbook_id, "2.1.0")


@pytest.mark.parametrize("wanted", [True, False])
def test_a_multiplier_always_needs_consent(wanted: bool) -> None:  # noqa: FBT001 -- a table
    (action,) = made(playbook(template("multiplier", requires_consent=wanted)))

    assert action.requires_consent


def test_a_mentor_without_written_reasons_says_why_all_the_same() -> None:
    here = facts(signal=signal(signal_id="signal-1", event_type="build.failed"), repo_id="repo-1")

    (action,) = made(playbook(template("mentor")), here, recent=("signal-2", "signal-1"))

    assert action.rationale is not None
    assert action.rationale.evidence_links == ("signal:signal-1", "signal:signal-2")
    assert action.rationale.baseline_comparison
    assert action.rationale.why_relevant == "Fits build.failed in repo-1"


def test_a_mentor_keeps_the_reasons_that_were_written() -> None:
    reasons = {"evidence_links": ["https://ci.example/1"], "baseline_comparison": "b", "why_relevant": "w"}
    payload = {"title": "Title", "body": "Body", "rationale": reasons}

    (action,) = made(playbook(template("mentor", payload=payload)), recent=("signal-2",))

    assert action.rationale is not None
    assert action.rationale.evidence_links == ("https://ci.example/1",)
    assert (action.rationale.baseline_comparison, action.rationale.why_relevant) == ("b", "w")


def test_a_mirror_never_asks_for_generated_content() -> None:
    (action,) = made(playbook(template("mirror", llm_prompt="Write about {repo}")))

    assert action.prompt is None
    assert action.rationale is None


def test_a_prompt_is_filled_with_what_is_known() -> None:
    here = facts(repo_id="repo-1", signal=signal(event_type="build.failed"))

    (action,) = made(playbook(template("mentor", llm_prompt="{actor} {repo} {event} {other} {")), here)

    assert action.prompt == "actor-1 repo-1 build.failed {other} {"


@given(st.text())
def test_no_prompt_breaks_a_decide(prompt: str) -> None:
    (action,) = made(playbook(template("mentor", llm_prompt=prompt)))

    assert bool(action.prompt) is bool(prompt)


def test_every_action_has_an_id_of_its_own() -> None:
    actions = made(playbook(template(), template("mentor")))

    assert [action.action_id for action in actions] == ["id-1", "id-2"]
