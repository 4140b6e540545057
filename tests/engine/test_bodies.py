"""Section 2 and 4: a long body or answer makes nobody else wait, and takes no more than it weighs."""

from __future__ import annotations

import asyncio
import json
import threading
import tracemalloc

import pytest
from starlette.requests import Request

from engine.decide.request import DecideBody
from engine.edge import bodies
from engine.edge.bodies import LONG_BYTES, JsonBody, parsed
from engine.edge.errors import ApiError, json_list
from engine.routes.playbooks import PlaybookBody


def request(body: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_others_go_on_while_a_long_body_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader waits for somebody else's turn: one that keeps the loop to itself waits in vain."""
    texts = [f"text {number}" for number in range(20_000)]
    body = json.dumps({"tenant_id": "t", "signal": {"payload": {"lines": texts}}}).encode()
    loop, gone_on = asyncio.get_running_loop(), threading.Event()

    def read_slowly(model: type[DecideBody], raw: bytes) -> DecideBody:
        loop.call_soon_threadsafe(gone_on.set)
        assert gone_on.wait(5.0), "nobody else had a turn"
        return parsed(model, raw)

    monkeypatch.setattr(bodies, "parsed", read_slowly)

    read = await JsonBody(DecideBody)(request(body))

    assert read.tenant_id == "t"
    assert len(body) > LONG_BYTES
    assert gone_on.is_set()


async def test_others_go_on_while_a_long_list_is_written() -> None:
    """Who writes an item waits for somebody else's turn, as the reader does."""
    loop, gone_on = asyncio.get_running_loop(), threading.Event()

    def written(text: str) -> dict[str, str]:
        loop.call_soon_threadsafe(gone_on.set)
        assert gone_on.wait(5.0), "nobody else had a turn"
        return {"text": text}

    answer = await json_list(["\u00e4", "b"], written)

    assert json.loads(bytes(answer.body)) == [{"text": "\u00e4"}, {"text": "b"}]
    assert answer.headers["content-type"] == "application/json"


async def test_an_empty_list_is_one() -> None:
    assert (await json_list([], str)).body == b"[]"


def test_of_a_million_bad_items_one_is_told() -> None:
    body = b'{"name": "n", "actions": [], "triggers": [' + b"1," * 500_000 + b"1]}"
    tracemalloc.start()

    with pytest.raises(ApiError) as refused:
        parsed(PlaybookBody, body)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.status == 422
    assert [one["field"] for one in refused.value.details["fields"]] == ["triggers.0", "actions"]
    assert peak < 50_000_000
