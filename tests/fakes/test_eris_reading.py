"""What ERIS tells of what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.fakes.desk import batch
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


async def test_pages_stay_in_place_while_receipts_arrive(eris: ErisControl) -> None:
    sent = [receipt("t", environment=environment) for environment in ("dev", "prod") * 3]
    for whole in sent:
        await store(eris, whole)
    asked = {"tenant_id": "t", "environment": "dev", "limit": 1}

    found = []
    for _ in range(3):
        page = (await ask(eris, "POST", "/v1/evidence/search", asked)).json()
        found += page["receipts"]
        for environment in ("prod", "dev"):
            sent.append(receipt("t", environment=environment))
            await store(eris, sent[-1])
        asked = {**asked, "cursor": page["next_cursor"]}
    rest = (await ask(eris, "POST", "/v1/evidence/search", {**asked, "limit": 100})).json()

    assert [*found, *rest["receipts"]] == [whole for whole in sent if whole["environment"] == "dev"]
    assert rest["next_cursor"] is None


async def test_relations_are_paged_by_arrival_whatever_arrives_between(eris: ErisControl) -> None:
    root, missing = receipt(), receipt()
    children = [receipt(parent_receipt_id=root["receipt_id"]) for _ in range(3)]
    early = receipt(parent_receipt_id=missing["receipt_id"])
    for whole in (root, early, *children):
        await store(eris, whole)
    path = f"{RECEIPTS}/{root['receipt_id']}/chain?direction=down&limit=2"

    first = (await ask(eris, "GET", path)).json()
    await store(eris, {**missing, "parent_receipt_id": root["receipt_id"]})
    second = (await ask(eris, "GET", f"{path}&cursor={first['next_cursor']}")).json()
    third = (await ask(eris, "GET", f"{path}&cursor={second['next_cursor']}")).json()

    assert first["receipts"] == [root, children[0]]
    assert second["receipts"] == children[1:]
    assert [one["receipt_id"] for one in third["receipts"]] == [missing["receipt_id"]]
    assert third["next_cursor"] is None


async def test_another_tenants_receipts_are_no_relations(eris: ErisControl) -> None:
    root = receipt("t")
    mine, foreign = (receipt(tenant, parent_receipt_id=root["receipt_id"]) for tenant in ("t", "u"))
    for whole in (root, mine, foreign):
        await store(eris, whole)

    found = {
        (name, direction): (
            await ask(eris, "GET", f"{RECEIPTS}/{whole['receipt_id']}/chain?direction={direction}")
        ).json()["receipts"]
        for name, whole in (("root", root), ("mine", mine), ("foreign", foreign))
        for direction in ("up", "down", "siblings")
    }

    assert found["root", "down"] == [root, mine]
    assert found["mine", "siblings"] == [mine]
    assert found["foreign", "up"] == found["foreign", "siblings"] == [foreign]


async def test_a_circle_is_walked_once(eris: ErisControl) -> None:
    one, other = receipt(), receipt()
    one["parent_receipt_id"], other["parent_receipt_id"] = other["receipt_id"], one["receipt_id"]
    for whole in (one, other):
        await store(eris, whole)

    page = (await ask(eris, "GET", f"{RECEIPTS}/{one['receipt_id']}/chain?max_depth=1000")).json()

    assert page["receipts"] == [one, other]


@pytest.mark.parametrize(("direction", "count"), [("up", 11), ("down", 2), ("both", 12)])
async def test_relations_reach_ten_steps_where_nothing_is_asked(
    eris: ErisControl, direction: str, count: int
) -> None:
    line = [receipt()]
    for _ in range(13):
        line.append(receipt(parent_receipt_id=line[-1]["receipt_id"]))
    await ask(eris, "POST", f"{RECEIPTS}/bulk", line)

    page = (await ask(eris, "GET", f"{RECEIPTS}/{line[12]['receipt_id']}/chain?direction={direction}")).json()

    assert len(page["receipts"]) == count


@pytest.mark.parametrize(
    ("limit", "status", "count"),
    [
        (None, 200, 100),
        (1, 200, 1),
        (1000, 200, 101),
        (7.0, 200, 7),
        (0, 400, 0),
        (1001, 400, 0),
        (1.5, 400, 0),
    ],
)
async def test_a_page_is_1_to_1000_receipts_and_100_where_nothing_is_asked(
    eris: ErisControl, limit: float | None, status: int, count: int
) -> None:
    root = receipt("t")
    rest = [receipt("t", parent_receipt_id=root["receipt_id"]) for _ in range(100)]
    await ask(eris, "POST", f"{RECEIPTS}/bulk", [root, *rest])
    asked = {} if limit is None else {"limit": limit}
    query = "" if limit is None else f"?limit={limit}"

    searched = await ask(eris, "POST", "/v1/evidence/search", {"tenant_id": "t", **asked})
    related = await ask(eris, "GET", f"{RECEIPTS}/{root['receipt_id']}/chain{query}")

    for reply in (searched, related):
        assert reply.status == status
        assert len(reply.json().get("receipts", ())) == count


@pytest.mark.parametrize(
    "cursor", ["guessed", "after-", "after--1", "after-x", "after-\u0661", "after-" + "9" * 40]
)
async def test_what_is_no_cursor_is_refused(eris: ErisControl, cursor: str) -> None:
    reply = await ask(eris, "POST", "/v1/evidence/search", {"tenant_id": "t", "cursor": cursor})

    assert (reply.status, reply.json()["error"]["details"]["field"]) == (400, "/cursor")


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
    whole, other = receipt("t"), receipt("t", environment="prod")
    await store(eris, whole)
    await ask(eris, "POST", f"{RECEIPTS}/courier-batch", batch([other], tenant_id="t"))
    await eris.plan_exports("t", "pending", "completed")
    one = f"{RECEIPTS}/{whole['receipt_id']}"
    chain = {"tenant_id": "t", "chain_id": "t:product_cloud:dev:mmm-engine", "from_sequence": 1}
    for path in (one, f"{one}/verify", f"{one}/chain"):
        await ask(eris, "GET", path, authorization="Bearer reader-1")
    await ask(eris, "POST", "/v1/evidence/search", {"tenant_id": "t", "environment": "dev"})
    await ask(eris, "POST", "/v1/evidence/verify_range", chain)
    await ask(eris, "POST", "/v1/evidence/aggregate", {"tenant_id": "t", "group_by": []})
    await ask(eris, "GET", "/v1/evidence/courier-batches/batch-1/merkle-proof")
    begun = await ask(eris, "POST", "/v1/evidence/export", {"tenant_id": "t", "format": "csv"})
    export = f"/v1/evidence/export/{begun.json()['export_id']}"
    for path in (export, f"{export}/download"):
        await ask(eris, "GET", path)

    reads = await eris.meta_receipts("t")

    mine, both = (whole["receipt_id"],), (whole["receipt_id"], other["receipt_id"])
    assert [(read.operation.rpartition("/")[2], read.receipt_ids) for read in reads] == [
        ("{receipt_id}", mine), ("verify", mine), ("chain", mine), ("search", mine), ("verify_range", mine),
        ("aggregate", both), ("merkle-proof", both[1:]), ("{export_id}", ()), ("download", both),
    ]  # fmt: skip
    assert all(read.reader.startswith("<token:") for read in reads[:3])
    assert {read.reader for read in reads[3:]} == {"anonymous"}
    assert await eris.meta_receipts("u") == ()


async def test_what_is_refused_or_not_there_leaves_no_note(eris: ErisControl) -> None:
    for path in (f"{RECEIPTS}/{uuid4()}", "/v1/evidence/export/none", f"{RECEIPTS}/no-uuid"):
        await ask(eris, "GET", path)

    assert await eris.meta_receipts() == ()
