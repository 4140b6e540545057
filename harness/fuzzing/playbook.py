"""The given of the contract run: a published playbook that fits everything, so decisions have actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from harness.driving.builders import a_playbook

if TYPE_CHECKING:
    from contracts.document import Document
    from harness.worlds import World

CREATE = "POST /playbooks"


def publish_playbook(world: World, document: Document, token: str, timeout: float) -> str:
    """Create and publish it; return in a few words what stood in the way, or nothing."""
    if not any(operation.name == CREATE for operation in document.operations):
        return ""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=world.api_url, headers=headers, timeout=timeout, trust_env=False) as client:
        try:
            created = client.post("/playbooks", json=a_playbook())
            if not created.is_success:
                return f"{CREATE} answered {created.status_code}"
            path = f"/playbooks/{created.json()['playbook_id']}/publish"
            published = client.post(path)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            return f"{CREATE} and publish: {type(error).__name__}"
    return "" if published.is_success else f"publishing answered {published.status_code}"
