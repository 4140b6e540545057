"""What is said of a scenario follows from what it did, looked at and ended with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugin.conftest import Ran

pytest_plugins = ["pytester"]

PASSES = '''
@requirement("FR-1", "UT-MMM-02")
async def test_it(engine):
    """Decide answers."""
    reply = await engine.decide()

    assert reply.status == 200
'''


def test_a_scenario_that_holds_is_passed(run: Callable[..., Ran]) -> None:
    ran = run(PASSES)

    assert ran.code == 0
    assert ran.only.outcome == "passed"
    assert ran.only.scenario == "features/test_it.py::test_it"
    assert ran.only.suite == "features"
    assert ran.only.title == "Decide answers."
    assert ran.only.requirements == ("FR-1", "UT-MMM-02")
    assert ran.only.kinds == ("wire",)
    assert ran.only.exchanges == 1
    assert ran.findings == []


def test_what_was_exercised_of_the_contract_is_told_once_at_the_end(run: Callable[..., Ran]) -> None:
    ran = run(PASSES)

    # The stand-in's answers break the contract: what was sent and done counts, what came back does not.
    assert type(ran.events[-1]).__name__ == "CoverageObserved"
    assert 'POST /decide request.signal.severity = "warn"' in ran.covered
    assert "POST /decide request.actor_id absent" in ran.covered
    assert "POST /decide request.actor_id given" not in ran.covered
    assert not {"POST /decide", "POST /decide 200"} & set(ran.covered)
    assert "token" not in " ".join(ran.covered)


def test_a_scenario_that_does_not_hold_is_a_finding(run: Callable[..., Ran]) -> None:
    ran = run(
        '''
@requirement("ST-MMM-01")
async def test_it(engine, people):
    """Only admins create playbooks."""
    await engine.decide()

    reply = await engine.create_playbook(a_playbook(), by=people.developer)

    assert reply.status == 201
'''
    )

    (finding,) = ran.findings
    assert ran.code == 1
    assert ran.only.outcome == "failed"
    assert ran.only.finding == finding.id
    assert finding.rule == ran.only.scenario
    assert finding.operation == "POST /playbooks"
    assert finding.requirements == ("ST-MMM-01",)
    assert finding.title == "Only admins create playbooks."
    assert "403" in finding.detail
    assert finding.seed == 7
    assert finding.exchanges == tuple(exchange.id for exchange in ran.exchanges)
    assert len(finding.exchanges) == 2
    assert finding.curl.startswith('curl -sS -X POST "$ENGINE/v1/mmm/playbooks"')
    assert '-H "Authorization: Bearer $TOKEN_DEVELOPER"' in finding.curl


VACUOUS = {
    "nothing": ("assert True", "without one exchange"),
    "no_look": ("await engine.decide()", "never looked at an answer"),
    "given_only": ("await given.decision()", "never looked at an answer"),
    "empty_loop": ("for each in each_of([]): assert each", "each of nothing"),
    "crash": ("reply = await engine.decide(); assert reply.status == 200; {}['key']", "KeyError"),
    "own_claim": ("await engine.decide(); assert 1 == 2", "before it looked at an answer"),
    "fault": ("await policy.goes_down()", "own_world"),
}


def test_what_proves_nothing_is_unknown_and_not_green(run: Callable[..., Ran]) -> None:
    scenarios = [
        f'''
@requirement("FR-1")
async def test_{name}(engine, given, policy):
    """Decide answers."""
    {body}
'''
        for name, (body, _) in VACUOUS.items()
    ]

    ran = run("".join(scenarios))

    assert ran.code == 1
    assert "4 failed" in ran.out
    assert "3 errors" in ran.out
    assert {event.outcome for event in ran.finished} == {"unknown"}
    assert ran.findings == []
    for name, (_, reason) in VACUOUS.items():
        assert reason in ran.of(name).reason


STATUSES = {
    "one_of_two_for_all": ("CREATED", None),
    "one_of_two_for_one": ("CREATED, 200", None),
    "neither_of_two": ("(201, 202)", "where 201 or 202 must be the answer"),
    "another_for_one": ("CREATED, 202", "where 202 must be the answer"),
}


def test_each_answer_may_have_one_status_or_one_of_several(run: Callable[..., Ran]) -> None:
    scenarios = [
        f'''
@requirement("FR-1")
async def test_{name}(engine):
    """Decide answers."""
    replies = [await engine.decide(), await engine.decide()]

    each_answered(replies, {statuses})
'''
        for name, (statuses, _) in STATUSES.items()
    ]

    ran = run("".join(scenarios))

    assert [ran.of(name).outcome for name in STATUSES] == ["passed", "passed", "failed", "failed"]
    for name, detail in ((name, detail) for name, (_, detail) in STATUSES.items() if detail):
        assert detail in ran.finding_of(name).detail


MALFORMED = {
    "text": ("reply.object", "not JSON"),
    "array": ("reply.decision", "is no object"),
    "empty object": ("reply.decision.id", "no 'decision_id'"),
    "no objects": ("reply.decision.actions", "is no object"),
    "decision": ("[each for each in reply.decision.actions]", "is empty"),
    "drop": ("reply.status", "no answer"),
}


def test_an_answer_that_no_engine_may_give_is_the_engines_failure(run: Callable[..., Ran]) -> None:
    scenarios = [
        f'''
@requirement("FR-1")
async def test_{answer.replace(" ", "_")}(engine):
    """Decide answers."""
    reply = await engine.decide(answer="{answer}")

    assert {claim}
'''
        for answer, (claim, _) in MALFORMED.items()
    ]

    ran = run("".join(scenarios))

    assert [event.outcome for event in ran.finished] == ["failed"] * len(MALFORMED)
    for answer, (_, detail) in MALFORMED.items():
        finding = ran.finding_of(answer.replace(" ", "_"))
        assert detail in finding.detail
        assert finding.operation == "POST /decide"


def test_a_refused_given_is_blamed_on_its_own_requirement_once(run: Callable[..., Ran]) -> None:
    ran = run(
        '''
@requirement("UT-MMM-01")
@parametrize("n", [1, 2, 3])
async def test_it(n, engine, given):
    """A playbook fires."""
    await given.published_playbook()

    reply = await engine.decide()

    assert reply.decision.actions
'''
    )

    (finding,) = ran.findings
    assert ran.code == 1
    assert [event.outcome for event in ran.finished] == ["blocked"] * 3
    assert {event.finding for event in ran.finished} == {finding.id}
    assert finding.requirements == ("FR-3",)
    assert finding.key == ("given a playbook is created", "POST /playbooks")
    assert "403" in finding.detail
    assert "$TOKEN_ADMIN" in finding.curl


def test_a_dropped_connection_in_a_given_blocks(run: Callable[..., Ran]) -> None:
    ran = run(
        '''
@requirement("NFR-5")
async def test_it(engine, given):
    """A decision can be had."""
    await given.decision(answer="drop")

    assert (await engine.decide()).status == 200
'''
    )

    assert ran.only.outcome == "blocked"
    assert ran.findings[0].operation == "POST /decide"


def test_a_scripted_answer_that_nobody_asked_for_is_not_exercised(run: Callable[..., Ran]) -> None:
    ran = run(
        '''
@requirement("FR-11")
async def test_it(engine, policy):
    """Policy is obeyed."""
    await policy.rules(allowed=False)

    reply = await engine.decide()

    assert len(reply.decision.actions) == 0
'''
    )

    assert ran.only.outcome == "not_exercised"
    assert "policy answers 200" in ran.only.reason
    control = [exchange for exchange in ran.exchanges if exchange.side == "control:policy"]
    assert [exchange.method for exchange in control] == ["POST", "DELETE"]
    assert '"allowed": false' in control[0].request.body


def test_an_engine_of_somebody_elses_gives_no_world_of_its_own(run: Callable[..., Ran]) -> None:
    ran = run(
        '''
@requirement("RF-MMM-01")
@own_world(breaker_recovery_seconds=1)
async def test_it(engine, llm):
    """Facts go on."""
    assert False
'''
    )

    assert ran.code == 0
    assert ran.only.outcome == "not_exercised"
    assert "somebody else" in ran.only.reason


def test_a_process_that_dies_leaves_its_scenario_unknown(run: Callable[..., Ran]) -> None:
    ran = run(
        '''
@requirement("FR-1")
async def test_it(engine):
    """Decide answers."""
    import os
    assert (await engine.decide()).status == 200
    os._exit(3)
''',
        "-n1",
    )

    assert ran.only.outcome == "unknown"
    assert ran.only.title == "Decide answers."
    assert ran.only.requirements == ("FR-1",)
    assert "died" in ran.only.reason


def test_a_receipt_that_never_comes_is_the_engines_failure(run: Callable[..., Ran]) -> None:
    ran = run(
        '''
@requirement("FR-12")
async def test_it(engine, eris):
    """A decision leaves a receipt."""
    decided = (await engine.decide()).decision.id

    await eris.awaited(lambda receipt: receipt.decision_id == decided, "its receipt", within=0.3)
'''
    )

    assert ran.only.outcome == "failed"
    assert ran.only.kinds == ("dependency", "wire")
    assert "its receipt did not reach ERIS within 0.3 s (0 of 1)" in ran.findings[0].detail
