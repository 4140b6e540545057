"""Section 8 and 9: logs, audit."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.observe.audit import AuditLog
from engine.observe.logs import JsonLines, log_crash, log_event
from engine.observe.trace import REQUEST_ID
from engine.receipts.signing import read_signing_key
from engine.values.caller import Caller
from tests.engine.house import CHECKOUT

if TYPE_CHECKING:
    from tests.engine.house import Place, Talk

KEY = read_signing_key("A" * 43 + "=")
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


SECRET = "somebody's private words"
TROUBLE = f"""
import asyncio, logging, threading, warnings
from engine.observe.logs import set_up_logs

class Stubborn:
    def __del__(self):
        raise ValueError({SECRET!r})

def crash():
    raise ValueError({SECRET!r})

async def forgotten():
    raise ValueError({SECRET!r})

async def forget():
    task = asyncio.create_task(forgotten())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

set_up_logs()
logging.getLogger("sqlalchemy.pool").error("it failed: %s", {SECRET!r})
logging.getLogger("httpx").info("GET /?actor=%s", {SECRET!r})
logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
warnings.warn({SECRET!r}, UserWarning)
thread = threading.Thread(target=crash)
thread.start()
thread.join()
Stubborn()
asyncio.run(forget())
crash()
"""


def test_whatever_is_in_trouble_tells_it_in_json_and_without_words() -> None:
    told = subprocess.run(
        [sys.executable, "-c", TROUBLE], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )

    written = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(line["event_type"], line.get("error")) for line in written] == [
        ("sqlalchemy.pool", None),
        ("uvicorn.error", None),
        ("warning", None),
        ("crash", "ValueError"),
        ("crash", "ValueError"),
        ("asyncio", "ValueError"),
        ("crash", "ValueError"),
    ]
    assert (written[1]["message"], written[2]["message"]) == (
        "Started server process [7]",
        "UserWarning at <string>:24",
    )
    assert all(set(line) >= MEMBERS for line in written)
    assert SECRET not in told.stdout
    assert (told.stderr, told.returncode) == ("", 1)


def test_an_engine_that_cannot_start_says_why_in_json(place: Place, tmp_path: Path) -> None:
    """The file is no database, which no waiting will mend; its name is nobody else's business."""
    (tmp_path / "secret.db").write_text("no database " * 100)
    argv = [sys.executable, "-m", "engine", "--port", "0"]
    environment = place.environment(f"sqlite:///{tmp_path}/secret.db")

    ended = subprocess.run(
        argv, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=30
    )

    written = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line["error"] for line in written if line["event_type"] == "crash"] == ["DatabaseError"]
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "secret" not in ended.stdout


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
    log = AuditLog(path, KEY)

    assert not path.parent.exists()
    log.record(CALLER, "playbook.create", "p-1", None, {"version": "1.0.0"})
    log.record(CALLER, "playbook.publish", "p-1", {"version": "1.0.0"}, None)

    first, second = map(json.loads, path.read_text().splitlines())
    assert (first["who"], first["what"], first["before"]) == ("admin-1", "playbook.create", None)
    assert (second["subject_id"], second["before"]) == ("p-1", {"version": "1.0.0"})


@pytest.mark.parametrize("kind", ["file above", "directory", "full", "pipe that nobody reads"])
def test_an_audit_log_that_cannot_be_written_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    places = {"file above": tmp_path / "file" / "audit.log", "directory": tmp_path, "full": Path("/dev/full")}

    AuditLog(places.get(kind, tmp_path / "pipe"), KEY).record(CALLER, "x", "p", None, None)

    assert [line["event_type"] for line in lines(caplog)] == ["audit_lost"]


TORN = """
import resource
import sys
from pathlib import Path
from engine.observe.audit import AuditLog
from engine.receipts.signing import read_signing_key
from engine.values.caller import Caller

caller = Caller("admin-1", "tenant-1", "human", frozenset(), frozenset())
log = AuditLog(Path(sys.argv[1]), read_signing_key(sys.argv[2]))
log.record(caller, "whole", "p", None, None)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (Path(sys.argv[1]).stat().st_size + 20, hard))
log.record(caller, "torn", "p", None, None)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
log.record(caller, "whole", "p", None, None)
"""


def test_a_line_that_found_no_room_spoils_no_other(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "audit.log"

    subprocess.run([sys.executable, "-c", TORN, str(path), place.key], cwd=CHECKOUT, check=True, timeout=30)

    first, torn, last = path.read_text().splitlines()
    assert len(torn) == 20
    assert [json.loads(line)["what"] for line in (first, last)] == ["whole", "whole"]


WRITER = """
import sys
from pathlib import Path
from engine.observe.audit import AuditLog
from engine.receipts.signing import read_signing_key
from engine.values.caller import Caller

key = read_signing_key("A" * 43 + "=")
caller = Caller(sys.argv[2], "tenant-1", "human", frozenset(), frozenset())
for number in range(200):
    AuditLog(Path(sys.argv[1]), key).record(caller, "x", str(number), None, {"digest": "x" * 9_000})
"""


def test_lines_of_several_processes_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    argv = [sys.executable, "-c", WRITER, str(path)]

    writers = [subprocess.Popen([*argv, f"admin-{number}"], cwd=CHECKOUT) for number in range(3)]
    assert [writer.wait(30) for writer in writers] == [0, 0, 0]

    written = [json.loads(line) for line in path.read_text().splitlines()]
    told = [(line["who"], int(line["subject_id"])) for line in written]
    assert sorted(told) == [(f"admin-{one}", number) for one in range(3) for number in range(200)]


def test_without_a_file_the_log_tells_all_but_the_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        AuditLog(None, KEY).record(CALLER, "playbook.create", "p", None, {"version": "1.0.0"})

    (line,) = lines(caplog)
    assert (line["event_type"], line["message"], line["subject_id"]) == ("audit", "playbook.create", "p")
    assert (line["before"], line["after"]) == (None, {"version": "1.0.0"})
    assert line["actor"] == KEY.pseudonym("tenant-1", "admin-1")
    assert "admin-1" not in str(line)
