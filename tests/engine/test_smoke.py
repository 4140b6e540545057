from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engine.house import Talk


async def test_a_published_playbook_fires(talk: Talk) -> None:
    made = await talk.publish()

    decision = await talk.decided()

    assert [one["playbook_id"] for one in decision["actions"]] == [made["playbook_id"]]
    assert decision["receipt_status"] == "delivered"
    assert not decision["degraded_mode"]
    assert len(await talk.receipts(3)) == 3
