"""Section 7: what a receipt says, and that it is signed by the specification's letter."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from hypothesis import given
from hypothesis import strategies as st

from contracts.schema import load_schema
from engine.decide.evidence import Course, decision_receipt, refusal_receipt
from engine.receipts.content import Judgement, Scene, Subject, receipt
from engine.receipts.entry import receipt_entry
from engine.receipts.signing import read_signing_key, sign
from engine.storage.decisions import StoredDecision
from engine.values.surroundings import PolicyVerdict
from tests.engine import samples

KEY = read_signing_key(base64.b64encode(bytes(range(32))).decode())
NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
ID = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"


def course(**more: Any) -> Course:
    members: dict[str, Any] = {
        "matched": ((ID, "1.0.0"),),
        "composed": 2,
        "policy_took_all": False,
        "quiet": False,
        "snoozed": False,
        "before_limits": 2,
        "actions": (samples.action("multiplier", surfaces=("ci", "ide")), samples.action("mirror")),
        "flags": (),
        "unavailable": frozenset(),
        **more,
    }
    return Course(**members)


def told(here: Course | None = None, around: Any = None, **facts: Any) -> dict[str, Any]:
    who = samples.facts(**facts)
    decision = StoredDecision(
        ID, who.tenant_id, who.actor_id, "human", "ide", None, None, ID, None, degraded=False, created_at=NOW
    )
    return decision_receipt(decision, who, around or samples.surroundings(), here or course())


def assert_whole(unsigned: dict[str, Any]) -> None:
    signed = sign(unsigned, KEY)
    assert load_schema("receipt").check(signed) == []


def test_a_decisions_receipt_has_every_field() -> None:
    made = told(repo_id="r", source="ci", environment="prod", signal=samples.signal(signal_id="s-1"))

    assert_whole(made)
    assert made["evaluation_point"] == "pre-merge"
    assert made["environment"] == "prod"
    assert made["actor"] == {"repo_id": "r", "type": "human"}
    assert made["inputs"]["signal_ids"] == ["s-1"]
    assert made["inputs"]["playbooks"] == [{"id": ID, "version": "1.0.0"}]
    assert made["result"]["types"] == ["mirror", "multiplier"]
    assert made["result"]["surfaces"] == ["ci", "ide"]
    assert made["risk"] == {"score": 0.6, "flags": [], "safety_checks_passed": True}


def test_without_repository_and_environment_there_are_stand_ins() -> None:
    made = told()

    assert made["actor"]["repo_id"] == "none"
    assert made["environment"] == "dev"
    assert made["evaluation_point"] == "pre-commit"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "pass"),
        ({"unavailable": frozenset(("ubi",))}, "warn"),
        ({"flags": ("pii",)}, "warn"),
        ({"policy_took_all": True, "actions": ()}, "soft_block"),
    ],
)
def test_the_status_follows_the_course(more: dict[str, Any], status: str) -> None:
    made = told(course(**more))

    assert_whole(made)
    assert made["decision"]["status"] == status
    assert made["degraded"] is bool(more.get("unavailable"))


@pytest.mark.parametrize(
    ("more", "passed"),
    [
        ({}, True),
        ({"flags": ("pii",)}, False),
        ({"unavailable": frozenset(("llm",))}, False),
        ({"unavailable": frozenset(("ubi",))}, True),
    ],
)
def test_safety_is_said_to_be_passed_only_without_a_flag_and_with_the_gateway_there(
    more: dict[str, Any], *, passed: bool
) -> None:
    assert told(course(**more))["risk"]["safety_checks_passed"] is passed


def test_a_policy_that_refused_is_a_soft_block_without_snapshot() -> None:
    made = told(course(actions=()), samples.surroundings(policy=PolicyVerdict(None)))

    assert_whole(made)
    assert (made["decision"]["status"], made["snapshot_hash"]) == ("soft_block", None)
    assert "policy refused to say what is allowed" in made["decision"]["rationale"]


def test_the_rationale_explains_the_decision() -> None:
    made = told(course(before_limits=5, quiet=True, unavailable=frozenset(("ubi", "llm"))))

    assert made["decision"]["rationale"] == (
        "1 playbooks matched with 2 actions; quiet hours; without llm, ubi; 5 came to the limits; 2 proposed"
    )
    assert made["decision"]["badges"] == ["unavailable:llm", "unavailable:ubi"]


def test_a_refusals_receipt_says_why() -> None:
    made = refusal_receipt(ID, ID, NOW, samples.facts(), reason="did not answer in time")

    assert_whole(made)
    assert made["decision"]["status"] == "hard_block"
    assert "did not answer in time" in made["decision"]["rationale"]


def test_an_admins_receipt_stands_on_no_decision() -> None:
    made = receipt(
        ID,
        NOW,
        subject=Subject("admin"),
        scene=Scene("t", "human"),
        judgement=Judgement("pass", "x"),
        result={},
    )

    assert_whole(made)
    assert (made["evaluation_point"], made["risk"], made["snapshot_hash"]) == ("pre-deploy", None, None)


def verified(signed: dict[str, Any]) -> None:
    algorithm, kid, text = signed["signature"].split(":")
    assert (algorithm, kid) == ("sig-ed25519", signed["kid"])
    unsigned = {name: value for name, value in signed.items() if name != "signature"}
    KEY.private.public_key().verify(base64.b64decode(text), rfc8785.dumps(unsigned))


def test_the_signature_verifies_over_canonical_json() -> None:
    verified(sign(told(), KEY))


def test_any_change_breaks_the_signature() -> None:
    signed = sign(told(), KEY)

    with pytest.raises(InvalidSignature):
        verified({**signed, "degraded": True})


@given(st.text(), st.text(max_size=200))
def test_what_waits_in_the_outbox_still_verifies(repo_id: str, tenant: str) -> None:
    made = replace_in(told(), repo_id, tenant)

    entry = receipt_entry(made, KEY, NOW)

    verified(json.loads(entry.body))
    assert (entry.entry_id, entry.tenant_id, entry.channel) == (ID, tenant, "eris")


def replace_in(made: dict[str, Any], repo_id: str, tenant: str) -> dict[str, Any]:
    return {**made, "tenant_id": tenant, "actor": {"repo_id": repo_id, "type": "human"}}


def test_logged_ids_are_keyed_hashes() -> None:
    other = read_signing_key(base64.b64encode(bytes(32)).decode())

    assert KEY.digest(b"p", "actor") == KEY.digest(b"p", "actor")
    assert len({KEY.digest(b"p", "actor"), KEY.digest(b"q", "actor"), other.digest(b"p", "actor")}) == 3


def test_a_score_is_the_actions_and_never_the_persons() -> None:
    of_two = {told(actor_id=name)["risk"]["score"] for name in ("a", "b")}

    assert len(of_two) == 1
    assert told(replace(course(), actions=()))["risk"]["score"] == 0.0
