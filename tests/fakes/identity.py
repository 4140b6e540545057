"""IAM on the wire, and IAM alone with a clock of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.iam.fake import IamFake
from fakes.shape.stage import Stage
from tests.fakes.wire import Reply, connect

if TYPE_CHECKING:
    from fakes.control import IamControl

PERSONA: dict[str, Any] = {
    "sub": "user-1",
    "tenant_id": "tenant-1",
    "roles": ["mmm_admin", "developer"],
    "scope": ["mmm.decide", "mmm.read"],
    "actor_type": "ai_agent",
}
BEGIN = 1_800_000_000.0
HOUR = 3600.0
DAY = 24 * HOUR


async def ask(iam: IamControl, method: str, path: str, body: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- any JSON value
    async with connect(iam.url) as wire:
        return await wire.ask(method, f"/iam/v1{path}", body, **headers)


async def verify(iam: IamControl, token: str) -> Reply:
    return await ask(iam, "POST", "/verify", {"token": token})


@dataclass
class Alone:
    """An IAM fake behind no socket, at a time that the test says."""

    now: float = BEGIN
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(IamFake(self.clock), self.clock)

    def clock(self) -> float:
        return self.now

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- any JSON value
        known = {"content-type": "application/json"}
        known |= {name.replace("_", "-"): text for name, text in headers.items()}
        place = path if path.startswith("/__fake__") else f"/iam/v1{path}"
        content = b"" if body is None else json.dumps(body).encode()
        answer = self.stage.handle(Request(method, place, "", known, content))
        assert isinstance(answer, Answer)
        return Reply(answer.status, {name.lower(): text for name, text in answer.headers}, answer.body)

    def mint(self, **order: Any) -> dict[str, Any]:  # noqa: ANN401 -- the API's own members
        reply = self.ask("POST", "/__fake__/tokens", {**PERSONA, **order})
        assert reply.status == 201, reply.body
        minted: dict[str, Any] = reply.json()
        return minted

    def verify(self, token: str) -> int:
        return self.ask("POST", "/verify", {"token": token}).status

    def kids(self) -> list[str]:
        return [key["kid"] for key in self.ask("GET", "/.well-known/jwks.json").json()["keys"]]

    def decide(self, sub: str = "s", action: str = "mmm.decide", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- the API's own members
        """Ask /decision; roles, attributes, resource, context, elevation and traceparent are optional."""
        subject: dict[str, Any] = {"sub": sub, "roles": more.pop("roles", [])}
        if "attributes" in more:
            subject["attributes"] = more.pop("attributes")
        headers = {"traceparent": more.pop("traceparent")} if "traceparent" in more else {}
        body = {"subject": subject, "action": action, "resource": "mmm_engine", **more}
        reply = self.ask("POST", "/decision", body, **headers)
        assert reply.status == 200, reply.body
        answer: dict[str, Any] = reply.json()
        return answer

    def put(self, *rules: dict[str, Any], key: str = "k", **bundle: Any) -> Reply:  # noqa: ANN401 -- the API's own members
        """Put one bundle with one policy of these rules; `status` is the policy's."""
        headers = {"traceparent": bundle.pop("traceparent")} if "traceparent" in bundle else {}
        policy = {"id": "p", "rules": list(rules), "status": bundle.pop("status", "active")}
        body = {"bundle_id": "b", "version": "1", "policies": [policy], **bundle}
        return self.ask("PUT", "/policies", body, x_idempotency_key=key, **headers)
