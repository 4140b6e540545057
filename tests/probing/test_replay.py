"""A finding of our own checks is seen again on an engine that has never heard of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from harness.corpus.judge import can_judge
from harness.driving.altered import ALTERED, altered_stand_in
from harness.driving.people import stand_in
from harness.fuzzing.asking import TIMED_OUT
from harness.repeating import Repeater
from harness.stages.recollection import recall
from reports.record import Exchange, Message, Persona, RunStarted
from reports.run import EventLog
from tests.fuzzing.raw import answering, drip
from tests.probing import standin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.probing import Summary
    from harness.worlds import World
    from reports.record import Event

    Probe = Callable[..., Summary]

START = RunStarted(
    at="2026-11-23T09:12:00Z", run_id="r", target="t", target_version="1", environment="light", seed=7
)
CASES = [
    ("by substring", "POST /playbooks", "wrong_role", "NFR-7"),
    ("credulous", "GET /playbooks", "bad_token", "NFR-7"),
    ("shared", "POST /playbooks/{playbook_id}/publish", "other_tenant", "NFR-5"),
    ("fragile", "GET /playbooks", "nasty_input", "NFR-4"),
    ("undead", "DELETE /playbooks/{playbook_id}", "use_after_delete", "FR-3"),
    ("careless", "POST /playbooks", "secret_echoed", "NFR-7"),
    ("promoting", "PUT /playbooks/{playbook_id}", "mass_assignment", "FR-3"),
]


@pytest.mark.parametrize("case", CASES, ids=[case[2] for case in CASES])
def test_a_finding_is_repeated_on_another_engine_with_the_same_flaw_and_not_on_a_sound_one(
    probe: Probe,
    events: list[Event],
    world: Callable[..., World],
    tmp_path: Path,
    case: tuple[str, str, str, str],
) -> None:
    flaw, operation, rule, requirement = case
    with standin.running(flaw) as server:
        summary = probe(server, operations=(operation,), requirements=(requirement,))
    (finding,) = [each for each in summary.findings if each.rule == f"contract:{rule}"]
    with EventLog(tmp_path, "contracts") as log:
        for event in (START, *events):
            log.emit(event)
    exchanges = recall(tmp_path, finding.id).exchanges

    answers = []
    for again in (flaw, ""):
        with standin.running(again) as server:
            there = msgspec.structs.replace(world(server.url), fakes={"iam": server.url})
            answers.append([*Repeater(there, exchanges).steps()][-1].same)

    assert answers == [True, False]


def test_an_answer_that_drips_is_waited_for_no_longer_than_any_other(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.repeating.repeater.PATIENCE", 0.3)
    seen = Exchange(id="x", at="", side="engine", method="GET", url="http://h/v1", request=Message((), ""))

    with answering(drip) as (url, _):
        (step,) = Repeater(world(url.removesuffix("/v1")), [seen]).steps()

    assert (step.now, step.note) == (None, TIMED_OUT)
    assert step.call is not None
    assert step.call.seconds < 1.0


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_token_is_made_again_of_the_tokens_of_now(how: str, world: Callable[..., World]) -> None:
    one, other = (
        Persona(name=name, sub=name, tenant_id="t", scope=("mmm.read",)) for name in ("one", "other")
    )
    said = altered_stand_in(how, stand_in(one), stand_in(other))
    sent = [(one, stand_in(one)), (other, stand_in(other)), (None, said), (one, stand_in(one))]

    with standin.running() as server:
        there = msgspec.structs.replace(world(server.url), fakes={"iam": server.url})
        seen = [asked(server.url, person, token) for person, token in sent]
        calls = [step.call for step in Repeater(there, seen).steps()]

    tokens = [dict(call.headers)["authorization"].removeprefix("Bearer ") for call in calls if call]
    assert tokens[2] == ALTERED[how](tokens[0], tokens[1])
    assert tokens[2] not in tokens[:2]
    assert [call.status for call in calls if call] == [200, 200, 401, 200]


def asked(url: str, person: Persona | None, token: str) -> Exchange:
    request = Message((("authorization", f"Bearer {token}"),), "")
    url = f"{url}/v1/mmm/playbooks"
    return Exchange(id="x", at="", side="engine", method="GET", url=url, request=request, persona=person)


@pytest.mark.parametrize("rule", ["mass_assignment", "request_id", "other_tenant", "security_headers"])
def test_what_an_answer_does_not_show_by_its_status_is_not_kept_as_a_past_finding(rule: str) -> None:
    assert not can_judge(f"contract:{rule}")
