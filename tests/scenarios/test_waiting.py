"""Scenarios wait for what may come, and no longer than it may."""

from __future__ import annotations

import pytest

from harness.driving.recorder import Recorder
from harness.driving.reply import RawReply, Reply
from harness.scenario import asked_until


@pytest.mark.parametrize(
    ("statuses", "operation", "asked"),
    [
        ((404, 404, 200), "GET /ready", 2),
        ((501, 501, 200), "GET /actors/{actor_id}/preferences", 2),
        ((404, 503, 200), "GET /ready", 3),
        ((404, 404, 200), "GET /actions/{action_id}/approval-status", 3),
        ((503, 503, 200), "GET /ready", 3),
    ],
)
async def test_nobody_waits_for_a_route_that_is_not_there(
    statuses: tuple[int, ...], operation: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.scenario.ASK_AGAIN_AFTER", 0.0)
    answers = iter(statuses)

    async def ask() -> Reply:
        raw = RawReply(operation, next(answers), (), b"", 0.0, "x-1")
        return Reply(raw, Recorder("a.py::test_it", lambda _: None))

    replies = await asked_until(ask, lambda reply: reply.raw.status == 200, within=5.0)

    assert [reply.raw.status for reply in replies] == list(statuses[:asked])
