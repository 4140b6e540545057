from __future__ import annotations

from tests.engine.house import Talk, action


async def test_a_published_playbook_fires(talk: Talk) -> None:
    made = await talk.publish()

    decision = await talk.decided()

    assert [one["playbook_id"] for one in decision["actions"]] == [made["playbook_id"]]
    assert decision["receipt_status"] == "delivered"
    assert not decision["degraded_mode"]
    assert len(await talk.receipts(3)) == 3
