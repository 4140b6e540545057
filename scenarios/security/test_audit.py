"""Admin changes are audited: who changed what, before and after."""

from __future__ import annotations

from harness.scenario import AuditLog, EngineClient, Given, People, each_answered, each_of, requirement


@requirement("NFR-7")
async def test_every_admin_change_is_in_the_audit_log(
    engine: EngineClient, people: People, given: Given, audit_log: AuditLog
) -> None:
    """Each change of a playbook is a JSON line of the audit log; a refused change is none.

    What it calls its parts, and how much of the before and after it redacts, is the engine's choice.
    """
    playbook = (await given.draft_playbook())["playbook_id"]

    refused = await engine.update_playbook(playbook, {"name": "Unwanted"}, by=people.developer)
    changes = [
        await engine.update_playbook(playbook, {"name": "Renamed"}),
        await engine.publish_playbook(playbook),
        await engine.delete_playbook(playbook),
    ]

    each_answered([refused], 403)
    each_answered(changes, 200, 200, 204)
    entries = await audit_log.entries(about=playbook, at_least=4)
    assert len(entries) == 4
    for entry in each_of(entries):
        assert "Unwanted" not in entry.text
        assert people.tenant in entry.text
