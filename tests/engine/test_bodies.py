"""Section 2 and 4: a long body or answer makes nobody else wait, and takes no more than it weighs."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from typing import TYPE_CHECKING, TypeVar

import pytest
from starlette.requests import Request

from engine.decide.request import DecideBody
from engine.edge.bodies import LONG_BYTES, JsonBody, parsed
from engine.edge.errors import ApiError, json_list
from engine.routes.playbooks import PlaybookBody

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")


def request(body: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def turns_of_others(work: Awaitable[T]) -> tuple[T, int]:
    """Do the work; count how often others have their turn meanwhile."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    going_on = asyncio.create_task(others())
    done = await work
    going_on.cancel()
    return done, turns


async def test_others_go_on_while_a_long_body_is_read() -> None:
    texts = [f"text {number}" for number in range(20_000)]
    body = json.dumps({"tenant_id": "t", "signal": {"payload": {"lines": texts}}}).encode()

    read, turns = await turns_of_others(JsonBody(DecideBody)(request(body)))

    assert read.tenant_id == "t"
    assert len(body) > LONG_BYTES
    assert turns > 100


async def test_others_go_on_while_a_long_list_is_written() -> None:
    texts = ["\u00e4" * 60_000 for _ in range(100)]

    answer, turns = await turns_of_others(json_list(texts, lambda text: {"text": text}))

    assert json.loads(bytes(answer.body)) == [{"text": text} for text in texts]
    assert answer.headers["content-type"] == "application/json"
    assert turns > 10


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
