"""What scenarios build on: receipts are checked anew, curl lines can be run, own worlds take turns."""

from __future__ import annotations

import base64
import hashlib
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.driving.answers import Object
from harness.driving.curl import curl_line
from harness.driving.metrics import fell
from harness.driving.receipts import Receipt, chain_problems, signature_problem
from harness.driving.recorder import Disturbance
from harness.plugin.judgement import Evidence, Problem, judge
from harness.plugin.options import Stage
from harness.plugin.own_worlds import own_world, turn
from reports.record import Exchange, Message
from tests.plugin.conftest import a_world
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from harness.worlds import Plan

KEY = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()


def signed(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    receipt = {"receipt_id": "r-1", "kid": "key-1", **members}
    signature = base64.b64encode(KEY.sign(rfc8785.dumps(receipt))).decode()
    return receipt | {"signature": f"sig-ed25519:key-1:{signature}"}


def test_a_sound_signature_holds() -> None:
    assert signature_problem(signed(tenant_id="ténant"), PUBLIC) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"tenant_id": "another"},
        {"kid": "key-2"},
        {"signature": "sig-ed25519:key-1:" + "A" * 86 + "=="},
        {"signature": "mock"},
        {"signature": None},
        {"added": 1},
    ],
    ids=["content", "kid", "another signature", "no signature", "null", "added"],
)
def test_whatever_is_changed_after_signing_is_seen(change: dict[str, Any]) -> None:
    assert signature_problem(signed(tenant_id="tenant") | change, PUBLIC)


def chain_of(*contents: str) -> list[Receipt]:
    receipts, before = [], "0" * 64
    for content in contents:
        receipt = {"receipt_id": content, "content": content}
        digest = hashlib.sha256(rfc8785.dumps(receipt)).hexdigest()
        receipts.append(Receipt(receipt, Object({"hash": digest, "prev_hash": before}, "meta")))
        before = digest
    return receipts


def test_an_unbroken_chain_has_no_problem() -> None:
    assert chain_problems(chain_of("a", "b", "c")) == []


def test_a_chain_with_a_receipt_changed_or_gone_is_broken() -> None:
    chain = chain_of("a", "b", "c")
    changed = Receipt(chain[1].plain | {"content": "x"}, chain[1].meta)

    assert chain_problems([chain[0], changed, chain[2]])
    assert chain_problems([chain[0], chain[2]])
    assert chain_problems(chain[1:])


def test_a_curl_line_is_one_command_with_variables_left_to_the_shell() -> None:
    headers = (("host", "x"), ("authorization", "Bearer $TOKEN_ADMIN"), ("x-note", "it's $HOME"))
    request = Message(headers, '{"name": "it\'s"}')
    url = "http://127.0.0.1:8000/v1/mmm/playbooks?status=draft&limit=1"
    exchange = Exchange(id="1", at="", side="engine", method="POST", url=url, request=request)

    line = curl_line(exchange)

    assert '"$ENGINE/v1/mmm/playbooks?status=draft&limit=1"' in line
    assert '"Authorization: Bearer $TOKEN_ADMIN"' in line
    assert "'$HOME" not in line.replace("$HOME'", "")
    assert shlex.split(line) == [
        *("curl", "-sS", "-X", "POST", "$ENGINE/v1/mmm/playbooks?status=draft&limit=1"),
        *("-H", "Authorization: Bearer $TOKEN_ADMIN", "-H", "X-Note: it's $HOME"),
        *("--data-raw", '{"name": "it\'s"}'),
    ]


def test_a_shell_puts_the_token_wherever_it_stood() -> None:
    headers = (("cookie", "a=$TOKEN_ADMIN; b=$TOKEN_ADMIN"), ("x-token", "'$TOKEN_OTHER' $HOME $ENGINE"))
    request = Message(headers, '{"token": "$TOKEN_ADMIN", "it\'s": "`$HOME`"}')
    url = "http://127.0.0.1:8000/v1/mmm/decide?access_token=$TOKEN_ADMIN&by=$TOKEN_OTHER"
    exchange = Exchange(id="1", at="", side="engine", method="POST", url=url, request=request)

    script = "curl() { printf '%s\\n' \"$@\"; }\n" + curl_line(exchange)
    known = {"ENGINE": "http://e", "TOKEN_ADMIN": "t.1-2_3", "TOKEN_OTHER": "t.4", "HOME": "/root"}
    told = subprocess.run(["/bin/sh", "-c", script], env=known, capture_output=True, text=True, check=True)

    assert told.stdout.splitlines()[3:] == [
        "http://e/v1/mmm/decide?access_token=t.1-2_3&by=t.4",
        *("-H", "Cookie: a=t.1-2_3; b=t.1-2_3", "-H", "X-Token: 't.4' $HOME $ENGINE"),
        *("--data-raw", '{"token": "t.1-2_3", "it\'s": "`$HOME`"}'),
    ]


@pytest.mark.parametrize(
    ("then", "now", "two"),
    [
        ("a_total 2\na_sum 0.5", "a_total 2\na_sum 0.5", False),
        ("a_total 2\na_sum 0.5", "a_total 3\na_sum 0.7", False),
        ("a_total 2\na_sum 0.5", "a_total 2\na_sum 0.3", True),
        ('a_total{of="x"} 1\na_total{of="y"} 1', 'a_total{of="x"} 1', True),
        ('a_total{of="x",by="z"} 1', 'a_total{by="z",of="x"} 1.0', False),
        ("process_start_time_seconds 1.7e9", "process_start_time_seconds 1.6e9", True),
        ("a_sum 0.30000000000000004", "a_sum 0.3", False),
        ("a_state 2\na_total NaN", "a_state 0\na_total 1", False),
    ],
)
def test_numbers_of_two_processes_are_told_from_those_of_one(then: str, now: str, *, two: bool) -> None:
    assert fell(then, now) is two


def test_a_fault_that_never_fired_makes_even_a_failure_not_exercised() -> None:
    evidence = Evidence(
        problems=[Problem("call", AssertionError("assert 200 == 503"))],
        exchanges=1,
        kinds=frozenset({"wire"}),
        disturbances=[Disturbance("iam reset", is_fault=True, hits=0)],
    )

    judgement = judge(evidence)

    assert judgement.outcome == "not_exercised"
    assert "iam reset" in judgement.reason


def test_a_crash_in_the_teardown_leaves_nothing_certain() -> None:
    failed = Problem("call", AssertionError("assert 200 == 503"))
    crashed = Problem("teardown", OSError("gone"))

    judgement = judge(Evidence([failed, crashed], exchanges=1, kinds=frozenset({"wire"})))

    assert judgement.outcome == "unknown"
    assert "teardown crashed: OSError: gone" in judgement.reason


def test_a_crash_among_several_errors_counts_more_than_a_failed_claim() -> None:
    group = BaseExceptionGroup("several", [AssertionError("no"), KeyError("ours")])

    judgement = judge(Evidence([Problem("call", group)], exchanges=1, kinds=frozenset({"wire"})))

    assert judgement.outcome == "unknown"


@pytest.mark.parametrize(
    ("asked", "settings", "replicas"),
    [({}, {}, None), ({"replicas": 2, "breaker_failures": 3}, {"breaker_failures": 3}, 2)],
)
def test_how_many_replicas_an_own_world_has_is_no_setting_of_the_engine(
    asked: dict[str, int],
    settings: dict[str, int],
    replicas: int | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plans: list[Plan] = []

    class StartedError(Exception):
        pass

    def started(plan: Plan) -> None:
        plans.append(plan)
        raise StartedError

    monkeypatch.setattr("harness.plugin.own_worlds.start_world", started)
    profile = tmp_path / "profile.toml"
    profile.write_text(
        '[target]\nname = "x"\ncommand = ["run", "{port}"]\nsettings = {breaker_failures = "FAILURES"}\n'
    )
    world = msgspec.structs.replace(a_world(tmp_path, "http://127.0.0.1:1", {}), controllable=True)

    with pytest.raises(StartedError), own_world(Stage(world, "here"), "a.py::test_a", asked):
        pass

    assert [(plan.settings, plan.replicas) for plan in plans] == [(settings, replicas)]


def test_own_worlds_wait_for_their_turn(tmp_path: Path) -> None:
    came = []

    def third() -> None:
        with turn(tmp_path, places=2):
            came.append("third")

    with ThreadPoolExecutor(1) as pool, turn(tmp_path, places=2):
        with turn(tmp_path, places=2):
            pool.submit(third)
            waited = not eventually(lambda: bool(came), within=0.3)

        assert waited
        assert eventually(lambda: bool(came), within=5.0)
