"""Section 8 and 9: logs, audit."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from engine.observe.audit import AuditLog
from engine.observe.logs import JsonLines, log_crash, log_event
from engine.observe.trace import REQUEST_ID
from engine.values.caller import Caller

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.house import Talk

CALLER = Caller("admin-1", "tenant-1", "human", frozenset(("mmm_admin",)), frozenset())
MEMBERS = {
    "timestamp",
    "level",
    "service",
    "tenant_id",
    "decision_id",
    "trace_id",
    "event_type",
    "message",
    "degraded_mode",
}


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(JsonLines().format(record)) for record in caplog.records]


def test_a_line_has_every_member(caplog: pytest.LogCaptureFixture) -> None:
    reset = REQUEST_ID.set("request-1")
    with caplog.at_level(logging.INFO):
        log_event("decision", "1 action", tenant_id="tenant-1", decision_id="d", degraded_mode=True)

    (line,) = lines(caplog)
    REQUEST_ID.reset(reset)
    assert set(line) >= MEMBERS
    assert (line["event_type"], line["tenant_id"], line["degraded_mode"]) == ("decision", "tenant-1", True)
    assert line["request_id"] == "request-1"


def test_a_crash_tells_its_place_but_not_its_text(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="private") as crashed:
        raise ValueError("somebody's private words")

    log_crash("it crashed", crashed.value)

    (line,) = lines(caplog)
    assert (line["error"], line["event_type"]) == ("ValueError", "crash")
    assert str(line["where"]).startswith("['test_observe.py:")
    assert "private" not in str(line)


async def test_the_engine_writes_json_lines_and_hashes_actors(talk: Talk) -> None:
    decision = await talk.decided()

    written = [json.loads(line) for line in talk.engine.log.read_text().splitlines()]

    (line,) = [line for line in written if line.get("decision_id") == decision["decision_id"]]
    assert line["tenant_id"] == talk.tenant
    assert len(line["actor"]) == 24
    assert talk.sub not in talk.engine.log.read_text()
    assert await talk.token() not in talk.engine.log.read_text()


def test_the_audit_log_is_opened_on_first_use(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "audit.log"
    log = AuditLog(path)

    assert not path.parent.exists()
    log.record(CALLER, "playbook.create", "p-1", None, {"version": "1.0.0"})
    log.record(CALLER, "playbook.publish", "p-1", {"version": "1.0.0"}, None)

    first, second = map(json.loads, path.read_text().splitlines())
    assert (first["who"], first["what"], first["before"]) == ("admin-1", "playbook.create", None)
    assert (second["subject_id"], second["before"]) == ("p-1", {"version": "1.0.0"})


def test_an_audit_log_that_cannot_be_written_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()

    AuditLog(tmp_path / "file" / "audit.log").record(CALLER, "x", "p", None, None)

    assert [line["event_type"] for line in lines(caplog)] == ["audit_lost"]


def test_without_a_file_the_log_tells_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        AuditLog(None).record(CALLER, "playbook.create", "p", None, None)

    assert [(line["event_type"], line["message"]) for line in lines(caplog)] == [("audit", "playbook.create")]
