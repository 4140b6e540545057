"""ERIS as a client sees it; chain and signatures computed again without its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import rfc8785

from tests.fakes.receipts import Signer, digest, receipt
from tests.fakes.wire import connect

if TYPE_CHECKING:
    from fakes.control import ErisControl
    from tests.fakes.wire import Reply

RECEIPTS = "/v1/evidence/receipts"


async def ask(eris: ErisControl, method: str, path: str, body: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- any JSON value
    async with connect(eris.url) as wire:
        return await wire.ask(method, path, body, **headers)


async def store(eris: ErisControl, whole: dict[str, Any]) -> Reply:
    return await ask(eris, "POST", RECEIPTS, whole)


async def signer_of(eris: ErisControl, kid: str = "key-1") -> Signer:
    signer = Signer.new(kid)
    await eris.register_key(signer.kid, signer.public_key)
    return signer


async def test_a_signed_receipt_is_stored_as_verified(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    whole = signer.signed(receipt())

    reply = await store(eris, whole)

    assert reply.status == 200
    assert reply.json() == {
        "receipt_id": whole["receipt_id"],
        "signature_verification_status": "verified",
        "hash": digest(whole),
        "chain_id": "tenant-1:product_cloud:dev:mmm-engine",
    }
    (kept,) = (await eris.receipts("tenant-1")).receipts
    assert kept.receipt == whole


async def test_an_unsigned_receipt_is_stored_as_not_present(eris: ErisControl) -> None:
    reply = await store(eris, receipt())

    assert reply.json()["signature_verification_status"] == "not_present"


async def test_chains_are_linked_by_hash(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    sent = [
        signer.signed(receipt(tenant, environment=environment))
        for tenant, environment in [("A:b", "dev"), ("c", "dev"), ("A:b", "prod"), ("A:b", "dev")] * 3
    ]
    for whole in sent:
        assert (await store(eris, whole)).status == 200

    stored = (await eris.receipts()).receipts

    assert [kept.receipt for kept in stored] == sent
    ends: dict[str, tuple[str, int]] = {}
    for kept in stored:
        parts = (kept.receipt[name] for name in ("tenant_id", "plane", "environment", "emitter_service"))
        chain_id = ":".join(parts).lower()
        before, number = ends.get(chain_id, ("0" * 64, 0))
        assert kept.meta.chain_id == chain_id
        assert kept.meta.prev_hash == before
        assert kept.meta.sequence == number + 1
        assert kept.meta.hash == digest(kept.receipt)
        ends[chain_id] = (kept.meta.hash, kept.meta.sequence)
    assert sorted(number for _, number in ends.values()) == [3, 3, 6]


async def test_the_same_receipt_again_stores_nothing(eris: ErisControl) -> None:
    whole = (await signer_of(eris)).signed(receipt())

    first, again = await store(eris, whole), await store(eris, dict(reversed(whole.items())))

    assert (first.status, again.status) == (200, 200)
    assert first.json() == again.json()
    assert len((await eris.receipts()).receipts) == 1


async def test_the_same_id_with_another_body_is_a_conflict(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    first = signer.signed(receipt())
    other = signer.signed(receipt(receipt_id=first["receipt_id"]))

    await store(eris, first)
    reply = await store(eris, other)

    assert (reply.status, reply.json()["error"]["code"]) == (409, "DUPLICATE_RECEIPT")
    stored = await eris.receipts()
    assert [kept.receipt for kept in stored.receipts] == [first]


def flipped(whole: dict[str, Any]) -> dict[str, Any]:
    head, _, encoded = whole["signature"].rpartition(":")
    return {**whole, "signature": f"{head}:{'B' if encoded[0] == 'A' else 'A'}{encoded[1:]}"}


async def test_a_signature_that_does_not_fit_is_refused_and_buried(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    stranger = Signer.new("key-2")
    sound = signer.signed(receipt())
    bad = {
        "wrong signature": flipped(sound),
        "changed afterwards": {**sound, "degraded": True},
        "unknown kid": stranger.signed(receipt()),
        "another kid inside": {**sound, "kid": "key-9"},
        "another's name": Signer(stranger.key, "key-1").signed(receipt()),
    }

    for name, whole in bad.items():
        reply = await store(eris, whole)
        assert reply.status == 400, name
        assert reply.json()["error"]["code"] == "SIGNATURE_VERIFICATION_FAILED", name

    stored = await eris.receipts()
    assert stored.receipts == ()
    assert [letter.receipt for letter in stored.dead_letters] == list(bad.values())
    assert all(letter.reason.startswith("SIGNATURE_VERIFICATION_FAILED") for letter in stored.dead_letters)


async def test_a_revoked_key_signs_no_more_and_what_it_signed_stays_valid(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    before = signer.signed(receipt())
    await store(eris, before)

    await eris.register_key(signer.kid, signer.public_key, "revoked")

    assert (await store(eris, signer.signed(receipt()))).status == 400
    verified = await ask(eris, "GET", f"{RECEIPTS}/{before['receipt_id']}/verify")
    assert verified.json()["signature_valid"] is True


async def test_any_kid_is_taken_when_told_so_and_only_if_a_key_verifies(eris: ErisControl) -> None:
    registered = await signer_of(eris)
    renamed = Signer(registered.key, "named:otherwise")
    stranger = Signer.new("stranger")

    before = await store(eris, renamed.signed(receipt()))
    await eris.accept_any_kid(accept=True)
    after = [await store(eris, signer.signed(receipt())) for signer in (renamed, stranger)]

    assert before.status == 400
    assert [reply.status for reply in after] == [200, 400]


async def test_a_receipt_outside_its_schema_is_buried_with_the_reason(eris: ErisControl) -> None:
    whole = receipt(plane="elsewhere")

    reply = await store(eris, whole)

    error = reply.json()["error"]
    assert (reply.status, error["code"], error["details"]["field"]) == (
        400,
        "VALIDATION_ERROR",
        "/body/plane",
    )
    (letter,) = (await eris.receipts("tenant-1")).dead_letters
    assert letter.receipt == whole
    assert "/body/plane" in letter.reason


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"{", "application/json"),
        (b"\xff", "application/json"),
        (b"{}", "text/plain"),
        (b"[1]", "application/json"),
    ],
)
async def test_what_is_no_receipt_at_all_is_buried_too(
    eris: ErisControl, content: bytes, content_type: str
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(
            f"{eris.url}{RECEIPTS}", content=content, headers={"content-type": content_type}
        )

    assert reply.status_code == 400
    assert len((await eris.receipts()).dead_letters) == 1


async def test_a_number_that_has_no_canonical_form_is_refused(eris: ErisControl) -> None:
    reply = await store(eris, receipt(timestamp_monotonic_ms=2**53 + 1))

    assert (reply.status, reply.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("depth", [200, 400, 600, 800, 900, 950, 980, 990, 1000, 5000])
async def test_a_receipt_that_is_nested_beyond_reason_breaks_nothing(eris: ErisControl, depth: int) -> None:
    whole = rfc8785.dumps(receipt(result={"deep": None})).replace(b"null", b"[" * depth + b"]" * depth)

    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"content-type": "application/json"}
        reply = await client.post(f"{eris.url}{RECEIPTS}", content=whole, headers=headers)
        listed = await client.get(f"{eris.url}/__fake__/receipts")
        journal = await client.get(f"{eris.url}/__fake__/journal")

    stored = {200: (1, 0), 400: (0, 1)}
    held = listed.json()
    assert (len(held["receipts"]), len(held["dead_letters"])) == stored[reply.status_code]
    assert len(journal.json()["entries"]) == 1


async def test_more_than_metadata_is_refused_without_repeating_it(eris: ErisControl) -> None:
    reply = await store(eris, receipt(result={"before": {"owner": "jane.doe@example.com"}}))

    error = reply.json()["error"]
    assert (reply.status, error["details"]["field"]) == (400, "/result/before/owner")
    assert "jane" not in reply.body.decode()


async def test_bulk_judges_each_by_itself(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    good, other = signer.signed(receipt()), signer.signed(receipt())
    await store(eris, good)

    reply = await ask(eris, "POST", f"{RECEIPTS}/bulk", [other, good, {**other, "plane": "x"}, {}])

    results = reply.json()["results"]
    assert [result["status"] for result in results] == ["accepted", "duplicate", "rejected", "rejected"]
    assert [result["receipt_id"] for result in results] == [
        other["receipt_id"], good["receipt_id"], other["receipt_id"], None,
    ]  # fmt: skip
    assert len((await eris.receipts()).receipts) == 2
    assert len((await eris.receipts()).dead_letters) == 2


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


async def test_reset_forgets_one_tenant_and_keeps_the_keys(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    for tenant in ("a", "b"):
        await store(eris, signer.signed(receipt(tenant)))
        await store(eris, flipped(signer.signed(receipt(tenant))))

    await eris.reset(tenant="a")

    left = await eris.receipts()
    assert [kept.receipt["tenant_id"] for kept in left.receipts] == ["b"]
    assert [letter.receipt["tenant_id"] for letter in left.dead_letters] == ["b"]
    assert (await store(eris, signer.signed(receipt("a")))).status == 200
    (again,) = (await eris.receipts("a")).receipts
    assert (again.meta.sequence, again.meta.prev_hash) == (1, "0" * 64)

    await eris.reset()
    assert (await eris.receipts()).receipts == ()


@pytest.mark.parametrize("key", ["", "AAAA", "not base64!", "A" * 88])
async def test_what_is_no_key_is_refused(eris: ErisControl, key: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.put(f"{eris.url}/__fake__/keys/k", json={"public_key": key, "status": "active"})

    assert reply.status_code == 400


async def test_calls_are_told_apart_by_the_tenant_of_the_receipt(eris: ErisControl) -> None:
    whole = receipt("t")
    await store(eris, whole)
    await ask(eris, "GET", f"{RECEIPTS}/{whole['receipt_id']}")
    await ask(eris, "POST", f"{RECEIPTS}/bulk", [receipt("t"), receipt("t")])
    await ask(eris, "POST", f"{RECEIPTS}/bulk", [receipt("t"), receipt("u")])

    entries = await eris.journal()

    assert [entry.tenant for entry in entries] == ["t", "t", "t", None]


async def test_metrics_count_receipts(eris: ErisControl) -> None:
    whole = receipt()
    for _ in range(2):
        await store(eris, whole)

    text = (await ask(eris, "GET", "/v1/evidence/metrics")).body.decode()

    assert 'eris_receipts_total{outcome="accepted"} 1\n' in text
    assert 'eris_receipts_total{outcome="duplicate"} 1\n' in text
