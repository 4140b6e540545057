"""Admin changes are audited: who changed what, before and after."""

from __future__ import annotations

from harness.scenario import AuditLog, EngineClient, Given, Names, People, a_playbook, each_of, requirement


@requirement("NFR-7")
async def test_every_admin_change_is_in_the_audit_log(
    engine: EngineClient, people: People, given: Given, names: Names, audit_log: AuditLog
) -> None:
    """Each change of a playbook is a JSON line of the audit log; a refused change is none."""
    before, after = names.canary(), names.canary()
    playbook = (await given.draft_playbook(a_playbook(name=before)))["playbook_id"]

    refused = await engine.update_playbook(playbook, {"name": "Unwanted"}, by=people.developer)
    changes = [
        await engine.update_playbook(playbook, {"name": after}),
        await engine.publish_playbook(playbook),
        await engine.delete_playbook(playbook),
    ]

    assert refused.status == 403
    assert [reply.status for reply in changes] == [200, 200, 204]
    entries = await audit_log.entries(about=playbook, at_least=4)
    assert len(entries) == 4
    changed = [entry for entry in entries if before in entry.text and after in entry.text]
    assert len(changed) == 1
    for entry in each_of(entries):
        assert "Unwanted" not in entry.text
        assert people.tenant in entry.text
