"""Approvals and experiments are their own tenant's, and what admins do to experiments is audited."""

from __future__ import annotations

from harness.scenario import (
    AuditLog,
    EngineClient,
    Eris,
    Given,
    Names,
    People,
    each_answered,
    requirement,
)


@requirement("NFR-5", "FR-6")
async def test_another_tenants_action_is_not_there_to_approve(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Another tenant's action is 404 for whoever asks or approves, an actor of the same name too."""
    others = people.elsewhere()
    decision = await given.decision_to_approve(others)
    action = decision.actions[0].string("action_id")
    namesake = people.someone("namesake", roles=("mmm_admin",), sub=others.developer.sub)

    foreign = [
        await engine.approval_of(action, by=people.admin),
        await engine.approve(action, by=people.approver),
        await engine.approve(action, by=namesake),
    ]
    own = [
        await engine.approve(action, by=others.developer),
        await engine.approve(action, by=others.approver),
    ]

    each_answered(foreign, 404)
    each_answered(own, 200)
    assert await eris.settled(given, due=0) == []


@requirement("NFR-5", "FR-13")
async def test_another_tenants_experiment_does_not_exist(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """Another tenant's experiment is 404 for an admin, stays as it is, and is in no list but its own."""
    others = people.elsewhere()
    theirs = await given.experiment(names.canary(), by=others.admin)
    ours = await given.experiment(names.canary())
    experiment = theirs.string("experiment_id")

    foreign = [
        await engine.update_experiment(experiment, {"name": "Taken over"}),
        await engine.switch_experiment(experiment, "activate"),
        await engine.switch_experiment(experiment, "deactivate"),
    ]

    each_answered(foreign, 404)
    their_list = (await engine.list_experiments(by=others.admin)).objects
    assert [each.plain for each in their_list] == [theirs.plain]
    assert (await engine.list_experiments()).objects.pluck("experiment_id") == [ours["experiment_id"]]


@requirement("NFR-7", "FR-13")
async def test_every_change_of_an_experiment_is_in_the_audit_log(
    engine: EngineClient, given: Given, names: Names, audit_log: AuditLog
) -> None:
    """Each change of an experiment is a JSON line of the audit log.

    What it calls its parts, and how much of the before and after it redacts, is the engine's choice.
    """
    experiment = (await given.experiment(names.canary())).string("experiment_id")

    changes = [
        await engine.update_experiment(experiment, {"name": "Renamed"}),
        await engine.switch_experiment(experiment, "activate"),
        await engine.switch_experiment(experiment, "deactivate"),
    ]

    each_answered(changes, 200)
    assert len(await audit_log.entries(about=experiment, at_least=4)) >= 4
