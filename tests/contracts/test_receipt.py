"""The receipt's schema takes a good receipt of every kind, and no other."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.schema import load_schema
from tests.contracts.samples import KINDS, UUID, a_receipt

SCHEMA = load_schema("receipt")
OPTIONAL = {
    "/signature",
    "/parent_receipt_id",
    "/actor/machine_fingerprint",
    "/inputs/decision_id",
    "/inputs/action_id",
    "/inputs/outcome_id",
    "/inputs/approval_id",
}
NO_DECISION = ("admin", "erasure")

every_kind = pytest.mark.parametrize("kind", KINDS)


def pointers(receipt: object) -> set[str]:
    return {violation.pointer for violation in SCHEMA.check(receipt)}


@every_kind
def test_a_good_receipt_is_taken(kind: str) -> None:
    assert SCHEMA.check(a_receipt(kind)) == []


@every_kind
def test_every_required_member_is_missed_and_every_optional_one_is_not(kind: str) -> None:
    good = a_receipt(kind)
    parts = [("", good), *((f"/{name}", good[name]) for name in ("inputs", "decision", "actor"))]
    members = [f"{where}/{name}" for where, part in parts for name in part]

    for member in members:
        receipt = copy.deepcopy(good)
        *holders, name = member.split("/")[1:]
        holder = receipt
        for step in holders:
            holder = holder[step]
        del holder[name]

        missed = [each.pointer for each in SCHEMA.check(receipt) if each.rule == "receipt.required"]

        assert missed == ([] if member in OPTIONAL else [f"/receipt{member}"])
    assert len(members) > 30


@pytest.mark.parametrize("member", ["score", "flags", "safety_checks_passed"])
def test_a_risk_is_whole(member: str) -> None:
    receipt = a_receipt()
    del receipt["risk"][member]

    assert pointers(receipt) == {f"/receipt/risk/{member}"}


@every_kind
@pytest.mark.parametrize("where", ["", "inputs", "decision", "actor"])
def test_an_unknown_member_is_refused(kind: str, where: str) -> None:
    receipt = copy.deepcopy(a_receipt(kind))
    (receipt[where] if where else receipt)["source_code"] = "x"

    assert pointers(receipt) == {f"/receipt{where and '/' + where}/source_code"}


@every_kind
def test_an_optional_member_is_absent_rather_than_null(kind: str) -> None:
    assert pointers(a_receipt(kind, parent_receipt_id=None)) == {"/receipt/parent_receipt_id"}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("receipt_id", "receipt-1"),
        ("receipt_id", UUID.upper()),
        ("gate_id", "other"),
        ("schema_version", "2.0.0"),
        ("tenant_id", ""),
        ("tenant_id", "t" * 201),
        ("plane", "edge"),
        ("environment", "production"),
        ("module_id", "mmm"),
        ("emitter_service", "mmm"),
        ("policy_version_ids", None),
        ("snapshot_hash", "a" * 64),
        ("snapshot_hash", "sha256:" + "A" * 64),
        ("snapshot_hash", "sha256:" + "a" * 63),
        ("timestamp_utc", "2026-03-02T10:15:00"),
        ("timestamp_utc", "2026-03-02T10:15:00+01:00"),
        ("timestamp_utc", "yesterday"),
        ("timestamp_monotonic_ms", "12"),
        ("timestamp_monotonic_ms", -1),
        ("evaluation_point", "pre-merge "),
        ("result", None),
        ("result", []),
        ("evidence_handles", None),
        ("degraded", "false"),
        ("risk", {"score": 1.1, "flags": [], "safety_checks_passed": True}),
        ("risk", {"score": 0.1, "flags": [1], "safety_checks_passed": True}),
        ("kid", ""),
        ("signature_algo", "Ed25519"),
        ("signature", None),
        ("signature", "mock"),
        ("signature", "sig-ed25519:key-1:" + "A" * 88),
        ("signature", "sig-ed25519:" + "A" * 86 + "=="),
    ],
)
def test_a_wrong_value_is_refused_where_it_is(member: str, value: object) -> None:
    found = pointers(a_receipt() | {member: value})

    assert found
    assert all(pointer.startswith(f"/receipt/{member}") for pointer in found)


@pytest.mark.parametrize(
    ("part", "member", "value"),
    [
        ("inputs", "kind", "read"),
        ("inputs", "decision_id", "d-1"),
        ("inputs", "signal_ids", [""]),
        ("inputs", "playbooks", [{"id": UUID}]),
        ("inputs", "playbooks", [{"id": UUID, "version": "1"}]),
        ("inputs", "policy_snapshot_id", ""),
        ("decision", "status", "passed"),
        ("decision", "rationale", ""),
        ("decision", "badges", [1]),
        ("actor", "repo_id", ""),
        ("actor", "type", None),
    ],
)
def test_a_wrong_value_within_a_part_is_refused_where_it_is(part: str, member: str, value: object) -> None:
    receipt = copy.deepcopy(a_receipt())
    receipt[part][member] = value

    found = pointers(receipt)

    assert found
    assert all(pointer.startswith(f"/receipt/{part}/{member}") for pointer in found)


@pytest.mark.parametrize("kind", NO_DECISION)
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("evaluation_point", "pre-commit"),
        ("policy_version_ids", ["policy-1"]),
        ("snapshot_hash", f"sha256:{'a' * 64}"),
        ("risk", {"score": 0, "flags": [], "safety_checks_passed": True}),
    ],
)
def test_where_there_is_no_decision_nothing_is_said_of_one(kind: str, member: str, value: object) -> None:
    assert pointers(a_receipt(kind, **{member: value})) == {f"/receipt/{member}"}


def test_a_decision_that_passed_knew_its_policy_and_its_risk() -> None:
    receipt = a_receipt(snapshot_hash=None, risk=None)
    receipt["inputs"] = {**receipt["inputs"], "policy_snapshot_id": None}

    assert pointers(receipt) == {
        "/receipt/snapshot_hash",
        "/receipt/risk",
        "/receipt/inputs/policy_snapshot_id",
    }


def test_a_decision_refused_for_want_of_policy_may_know_neither() -> None:
    refused = {"status": "hard_block", "rationale": "Policy is unknown.", "badges": ["degraded"]}
    receipt = a_receipt(snapshot_hash=None, risk=None, decision=refused, degraded=True, policy_version_ids=[])
    receipt["inputs"] = {**receipt["inputs"], "policy_snapshot_id": None}

    assert pointers(receipt) == set()


def test_a_degraded_decision_has_a_risk_but_perhaps_no_snapshot() -> None:
    degraded = {"status": "warn", "rationale": "Policy is unknown.", "badges": []}

    assert pointers(a_receipt(snapshot_hash=None, decision=degraded, degraded=True)) == set()
    assert pointers(a_receipt(risk=None, decision=degraded, degraded=True)) == {"/receipt/risk"}


@pytest.mark.parametrize("receipt", [None, [], "receipt", 1, {}])
def test_anything_else_is_refused(receipt: object) -> None:
    assert pointers(receipt)


def test_an_unknown_schema_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no schema 'invoice'; there are: receipt"):
        load_schema("invoice")


# Where the specification says it, word by word: "Fields:" of section 7, up to what `kid` is.
SPECIFICATION = (Path(__file__).parents[2] / "docs" / "spec" / "engine.md").read_text(encoding="utf-8")
FIELDS = SPECIFICATION.partition("\nFields:")[2].partition("\n`kid` is")[0]
WORD = re.compile(r"`([a-z_]+)(\?)?(?:\[(?:\{([a-z, ]+)\})?\])?(?:: \"[^`]*\")?`|([{}])")


def specified() -> tuple[set[str], set[str]]:
    """Return the pointers of every member of section 7, and of those that may be missing."""
    members, optional, holders, last = set(), set(), [""], ""
    for name, may_miss, items, brace in WORD.findall(FIELDS):
        if brace:
            holders = [*holders, last] if brace == "{" else holders[:-1]
            continue
        last = f"{holders[-1]}/{name}"
        members |= {last, *(f"{last}/{item}" for item in items.split(", ") if item)}
        optional |= {last} if may_miss else set()
    return members, optional


def described(schema: dict[str, Any], where: str = "") -> tuple[set[str], set[str]]:
    """Return the pointers of every member that the schema describes, and of those that may be missing."""
    members, optional = set(), set()
    for name, part in schema.get("properties", {}).items():
        here = f"{where}/{name}"
        below = described(part.get("items", part), here)
        members |= {here} | below[0]
        optional |= below[1] if name in schema["required"] else below[1] | {here}
    return members, optional


def test_the_schema_has_every_member_of_section_7_and_no_other() -> None:
    deposit = load_schema("receipt", part="deposit").raw
    members, optional = described(deposit)

    wanted, may_miss = specified()

    assert members == wanted
    # ERIS derives a tenant that is missing; an unsigned receipt it stores as not_present.
    assert optional == may_miss | {"/tenant_id", "/signature"}
    assert SCHEMA.raw["required"] == ["tenant_id"]
    assert len(members) > 40


def test_a_receipt_without_tenant_is_eris_to_judge_and_not_the_engines_to_send() -> None:
    nameless = {name: value for name, value in a_receipt().items() if name != "tenant_id"}

    assert load_schema("receipt", part="deposit").check(nameless) == []
    assert pointers(nameless) == {"/receipt/tenant_id"}
