"""Admin changes are audited: who changed what, before and after."""

from __future__ import annotations

import asyncio
import json

from harness.scenario import (
    CREATED,
    AuditLog,
    EngineClient,
    Given,
    Object,
    People,
    Running,
    each_answered,
    each_of,
    flat,
    not_exercised,
    own_world,
    requirement,
    starts_again,
    with_audit_log_nowhere,
)


@requirement("NFR-7")
async def test_every_admin_change_is_in_the_audit_log(
    engine: EngineClient, given: Given, audit_log: AuditLog
) -> None:
    """Each change of a playbook is a JSON line of the audit log.

    What it calls its parts, how much of the before and after it redacts, and whether it tells of refused
    attempts as well, is the engine's choice.
    """
    playbook = (await given.draft_playbook())["playbook_id"]

    changes = [
        await engine.update_playbook(playbook, {"name": "Renamed"}),
        await engine.publish_playbook(playbook),
        await engine.delete_playbook(playbook),
    ]

    each_answered(changes, 200, 200, 204)
    assert len(await audit_log.entries(about=playbook, at_least=4)) >= 4


@requirement("NFR-7")
async def test_the_audit_log_is_lines_of_json(
    engine: EngineClient, given: Given, audit_log: AuditLog
) -> None:
    """Every line of the audit log is a JSON object, whatever it tells and whoever's change it was."""
    playbook = (await given.draft_playbook())["playbook_id"]
    changed = [await engine.update_playbook(playbook, {"name": name}) for name in ("One", "Two")]

    each_answered(changed, 200)
    about = await audit_log.entries(about=playbook, at_least=3)
    assert len(await audit_log.all_entries()) >= len(about) >= 3


@requirement("NFR-7")
async def test_the_audit_log_says_who_made_a_change(
    engine: EngineClient, people: People, given: Given, audit_log: AuditLog
) -> None:
    """The lines of one admin's changes say the same of who it was, those of another's something else."""
    playbook = (await given.draft_playbook())["playbook_id"]
    known = await audit_log.entries(about=playbook, at_least=1)
    told: list[list[Object]] = []

    for admin, name in ((people.admin, "One"), (people.admin, "Two"), (people.tenant_admin, "Six")):
        each_answered([await engine.update_playbook(playbook, {"name": name}, by=admin)], 200)
        entries = await audit_log.entries(about=playbook, at_least=len(known) + 1)
        before = [entry.text for entry in known]
        told.append([entry for entry in entries if entry.text not in before])
        known = entries

    assert all(told)
    first, second, another = (_said(entries) for entries in told)
    same, other = first & second, {path for path, _ in another}
    named = [people.admin.sub in "".join(entry.text for entry in entries) for entries in told[:2]]
    assert all(named) or any(path in other for path, _ in same - another)


def _said(entries: list[Object]) -> set[tuple[str, str]]:
    return {
        (path, json.dumps(value, sort_keys=True))
        for entry in each_of(entries)
        for path, value in flat(entry.plain)
    }


@requirement("NFR-7")
async def test_an_admins_change_of_anothers_wishes_is_in_the_audit_log(
    engine: EngineClient, people: People, audit_log: AuditLog
) -> None:
    """Each change that an admin makes of an actor's preferences is a JSON line of the audit log.

    Whether it names the preferences, the actor or only their tenant, is the engine's choice.
    """
    changes = [
        await engine.update_preferences(
            {"opt_out_categories": ["mentor"]}, people.admin, of=people.developer
        ),
        await engine.snooze({"duration_hours": 2}, people.admin, of=people.developer),
    ]

    each_answered(changes, CREATED, 200)
    ids = (changes[0].object.string("preference_id"), people.developer.sub, people.tenant)
    assert len(await audit_log.entries(*ids, at_least=2)) >= 2


@requirement("NFR-7")
@own_world(replicas=1)
async def test_an_audit_log_whose_directory_is_missing_stops_no_start(
    engine: EngineClient, running: Running
) -> None:
    """An engine whose audit log is to be in a directory that is not there starts, and answers.

    Whether it makes the directory, tells its changes elsewhere, or takes none that it cannot write down, is
    its choice.
    """
    nowhere = with_audit_log_nowhere(running.engine.blueprint)
    if nowhere is None:
        not_exercised("the profile does not give MMM_AUDIT_LOG_FILE: it cannot be in a missing directory")
    await starts_again(running)
    each_answered([await engine.list_playbooks()], 200)

    assert await asyncio.to_thread(running.engine.restart_as, nowhere) == ""
    each_answered([await engine.list_playbooks()], 200)
