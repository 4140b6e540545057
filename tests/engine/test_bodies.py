"""Section 2 and 4: reading a long body makes nobody else wait."""

from __future__ import annotations

import asyncio
import json

from starlette.requests import Request

from engine.decide.request import DecideBody
from engine.edge.bodies import LONG_BYTES, JsonBody


def request(body: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_others_go_on_while_a_long_body_is_read() -> None:
    texts = [f"text {number}" for number in range(20_000)]
    body = json.dumps({"tenant_id": "t", "signal": {"payload": {"lines": texts}}}).encode()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    going_on = asyncio.create_task(others())
    read = await JsonBody(DecideBody)(request(body))
    going_on.cancel()

    assert read.tenant_id == "t"
    assert len(body) > LONG_BYTES
    assert turns > 100
