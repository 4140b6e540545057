"""The engine of docs/examples, in Node, on a real `mmm up`: what the fakes journal is what it really did."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.up import Offer
from tests.acceptance.command import ROOT
from tests.acceptance.test_up import up
from tests.pages import as_told, commands

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.command import Desk

NODE = shutil.which("node")
SHELL, CURL = shutil.which("bash"), shutil.which("curl")
ENGINE = ROOT / "docs/examples/engine.mjs"
PAGE = (ROOT / "docs/examples.md").read_text("utf-8")
PLACE = "http://127.0.0.1:8080"
EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
REFUSAL = {
    "allowed": False,
    "policy_snapshot_id": "snapshot-1",
    "policy_version_ids": ["policy-1"],
    "restrictions": [],
    "snapshot_hash": "sha256:" + "0" * 64,
}

needs_node = pytest.mark.skipif(NODE is None, reason="no node on this machine: the example engine needs it")


@contextlib.contextmanager
def example(environment: dict[str, str], folder: Path) -> Iterator[str]:
    """Run the example with what `mmm up` printed; yield its URL."""
    process = subprocess.Popen(
        [str(NODE), str(ENGINE)],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said, _, port = process.stdout.readline().strip().rpartition(" ")
        assert said == "listening on"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def journal(offer: dict[str, Any], fake: str) -> list[dict[str, Any]]:
    """Return what a fake was asked."""
    entries: list[dict[str, Any]] = httpx.get(f"{offer['control'][fake]}/journal").json()["entries"]
    return entries


@needs_node
def test_the_example_asks_and_signs_as_the_contracts_say(desk: Desk, tmp_path: Path) -> None:
    with (
        up(desk, "--only", "iam,policy,eris") as (_, offer),
        example(offer["environment"], tmp_path) as engine,
    ):
        bearer = {"authorization": f"Bearer {offer['tokens']['developer']}"}
        decided = httpx.get(engine, headers=bearer)
        unknown = httpx.get(engine, headers={"authorization": "Bearer nobody"})
        order = {"operation": EVALUATE, "reply": {"status": 200, "body": REFUSAL}, "times": 1}
        httpx.post(f"{offer['control']['policy']}/scripts", json=order).raise_for_status()
        refused = httpx.get(engine, headers=bearer)
        asked = {fake: journal(offer, fake) for fake in ("iam", "policy", "eris")}
        stored = httpx.get(f"{offer['control']['eris']}/receipts").json()

    assert (decided.status_code, decided.json()["allowed"], decided.json()["pending"]) == (200, True, False)
    assert (unknown.status_code, unknown.json()) == (401, {"error": "AUTH_FAILED"})
    assert (refused.status_code, refused.json()["allowed"]) == (200, False)
    assert [(one["operation"], one["status"]) for one in asked["iam"]] == [
        ("POST /verify", 200),
        ("POST /verify", 401),
        ("POST /verify", 200),
    ]
    assert [(one["operation"], one["tenant"]) for one in asked["policy"]] == [
        (EVALUATE, offer["tenant_id"])
    ] * 2
    assert [one for entries in asked.values() for one in entries if one["violations"]] == []
    kept = {one["receipt"]["receipt_id"]: one for one in stored["receipts"]}
    assert list(kept) == [decided.json()["receipt_id"], refused.json()["receipt_id"]]
    assert {one["meta"]["signature_verification_status"] for one in kept.values()} == {"verified"}
    assert [one["receipt"]["decision"]["status"] for one in kept.values()] == ["pass", "hard_block"]
    assert stored["dead_letters"] == []


@needs_node
@pytest.mark.skipif(not (SHELL and CURL), reason="there is no bash and curl here for the page's commands")
def test_every_call_of_the_page_is_answered_as_it_says(desk: Desk, tmp_path: Path) -> None:
    calls = [(command, told) for command, told in commands(PAGE) if command.startswith("curl ")]
    assert len(calls) >= 11
    assert all(told for _, told in calls)

    with (
        up(desk, "--only", "iam,policy,eris") as (_, offer),
        example(offer["environment"], tmp_path) as engine,
    ):
        sourced = Offer(**offer).as_shell()
        for command, told in calls:
            script = f"{sourced}\n{command.replace(PLACE, engine)}"
            assert as_told(told, printed(script)), command


def printed(script: str) -> str:
    """Return what a shell prints; the environment has no proxy for this machine."""
    environment = {**os.environ, "no_proxy": "*"}
    done = subprocess.run(
        [str(SHELL), "-c", script], env=environment, capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout
