"""What ERIS tells of what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.fakes.evidence import RECEIPTS, ask, signer_of, store
from tests.fakes.receipts import digest, receipt

if TYPE_CHECKING:
    from fakes.control import ErisControl


async def test_one_receipt_and_its_verification(eris: ErisControl) -> None:
    signed, unsigned = (await signer_of(eris)).signed(receipt()), receipt()
    for whole in (signed, unsigned):
        await store(eris, whole)

    got = (await ask(eris, "GET", f"{RECEIPTS}/{signed['receipt_id']}")).json()
    verified, bare = [
        (await ask(eris, "GET", f"{RECEIPTS}/{whole['receipt_id']}/verify")).json()
        for whole in (signed, unsigned)
    ]

    assert got["receipt"] == signed
    assert got["meta"]["hash"] == digest(signed)
    assert verified == {
        "hash_valid": True, "signature_valid": True, "signature_verification_status": "verified",
    }  # fmt: skip
    assert bare == {
        "hash_valid": True, "signature_valid": False, "signature_verification_status": "not_present",
    }  # fmt: skip


async def family(eris: ErisControl) -> dict[str, dict[str, Any]]:
    """Store a root with two children and a grandchild."""
    made: dict[str, dict[str, Any]] = {}
    for name, parent in (("root", None), ("left", "root"), ("right", "root"), ("leaf", "left")):
        made[name] = receipt() if parent is None else receipt(parent_receipt_id=made[parent]["receipt_id"])
        await store(eris, made[name])
    return made


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("direction=up", ["root", "left"]),
        ("direction=down", ["left", "leaf"]),
        ("direction=both", ["root", "left", "leaf"]),
        ("", ["root", "left", "leaf"]),
        ("direction=siblings", ["left", "right"]),
        ("direction=both&limit=2", ["root", "left"]),
    ],
)
async def test_relations_of_one_receipt(eris: ErisControl, query: str, names: list[str]) -> None:
    made = await family(eris)

    page = (await ask(eris, "GET", f"{RECEIPTS}/{made['left']['receipt_id']}/chain?{query}")).json()

    assert page["receipts"] == [made[name] for name in names]


async def test_relations_reach_as_far_as_asked(eris: ErisControl) -> None:
    made = await family(eris)

    page = (await ask(eris, "GET", f"{RECEIPTS}/{made['root']['receipt_id']}/chain?max_depth=1")).json()

    assert page["receipts"] == [made[name] for name in ("root", "left", "right")]


SEARCHED = {
    "a": receipt("t", timestamp_utc="2026-01-01T00:00:00Z"),
    "b": receipt("t", timestamp_utc="2026-01-02T00:00:00+00:00", environment="prod", degraded=True),
    "c": receipt("t", timestamp_utc="2026-01-03T00:00:00.5Z", actor={"repo_id": "r2", "type": "ai_agent"}),
    "d": receipt("other", timestamp_utc="2026-01-02T00:00:00Z"),
}


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, "abc"),
        ({"from": "2026-01-02T00:00:00Z"}, "bc"),
        ({"to": "2026-01-02T02:00:00+02:00"}, "a"),
        ({"from": "2026-01-01T23:59:60Z", "to": "2026-01-03T00:00:00.500001Z"}, "bc"),
        ({"gate_id": "mmm", "environment": "prod"}, "b"),
        ({"degraded": True}, "b"),
        ({"degraded": False, "actor.type": "human"}, "a"),
        ({"actor.repo_id": "r2"}, "c"),
        ({"decision.status": "warn"}, ""),
        ({"chain_id": "t:product_cloud:prod:mmm-engine"}, "b"),
        ({"receipt_id": SEARCHED["d"]["receipt_id"]}, ""),
        ({"inputs.decision_id": SEARCHED["c"]["inputs"]["decision_id"]}, "c"),
        ({"parent_receipt_id": str(uuid4())}, ""),
    ],
)
async def test_search_finds_a_tenants_receipts_that_fit(
    eris: ErisControl, filters: dict[str, Any], names: str
) -> None:
    for whole in SEARCHED.values():
        await store(eris, whole)

    page = (await ask(eris, "POST", "/v1/evidence/search", {"tenant_id": "t", **filters})).json()

    assert page == {"receipts": [SEARCHED[name] for name in names], "next_cursor": None}


async def test_pages_follow_one_another_without_loss(eris: ErisControl) -> None:
    sent = [receipt("t") for _ in range(7)]
    for whole in sent:
        await store(eris, whole)

    found, cursors, asked = [], [], {"tenant_id": "t", "limit": 3}
    while True:
        page = (await ask(eris, "POST", "/v1/evidence/search", asked)).json()
        found += page["receipts"]
        cursors.append(page["next_cursor"])
        if page["next_cursor"] is None:
            break
        asked = {**asked, "cursor": page["next_cursor"]}

    assert found == sent
    assert len(cursors) == 3
    assert [len(read.receipt_ids) for read in await eris.meta_receipts("t")] == [3, 3, 1]


@pytest.mark.parametrize(
    ("ends", "checked"),
    [
        ({}, 5),
        ({"from_sequence": 2, "to_sequence": 4}, 3),
        ({"from_timestamp": "2026-01-03T00:00:00Z"}, 3),
        ({"to_timestamp": "2026-01-03T00:00:00Z"}, 3),
        ({"from_sequence": 9}, 0),
    ],
)
async def test_a_stretch_of_a_chain_is_whole(eris: ErisControl, ends: dict[str, Any], checked: int) -> None:
    for day in range(1, 6):
        await store(eris, receipt("t", timestamp_utc=f"2026-01-0{day}T00:00:00Z"))
    asked = {"tenant_id": "t", "chain_id": "t:product_cloud:dev:mmm-engine", **ends}

    answer = (await ask(eris, "POST", "/v1/evidence/verify_range", asked)).json()

    assert answer == {"valid": True, "checked": checked, "gaps": [], "mismatches": []}


async def test_another_tenants_chain_is_not_there(eris: ErisControl) -> None:
    await store(eris, receipt("t"))
    asked = {"tenant_id": "u", "chain_id": "t:product_cloud:dev:mmm-engine"}

    assert (await ask(eris, "POST", "/v1/evidence/verify_range", asked)).status == 404


async def test_every_read_is_noted(eris: ErisControl) -> None:
    whole = receipt("t")
    await store(eris, whole)
    one = f"{RECEIPTS}/{whole['receipt_id']}"
    chain = {"tenant_id": "t", "chain_id": "t:product_cloud:dev:mmm-engine"}
    for path in (one, f"{one}/verify", f"{one}/chain"):
        await ask(eris, "GET", path, authorization="Bearer reader-1")
    await ask(eris, "POST", "/v1/evidence/search", {"tenant_id": "t"})
    await ask(eris, "POST", "/v1/evidence/verify_range", chain)

    reads = await eris.meta_receipts("t")

    assert [read.operation.rpartition("/")[2] for read in reads] == [
        "{receipt_id}", "verify", "chain", "search", "verify_range",
    ]  # fmt: skip
    assert all(read.receipt_ids == (whole["receipt_id"],) for read in reads)
    assert all(read.reader.startswith("<token:") for read in reads[:3])
    assert [read.reader for read in reads[3:]] == ["anonymous", "anonymous"]
    assert await eris.meta_receipts("u") == ()
