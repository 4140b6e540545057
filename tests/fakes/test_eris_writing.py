"""What ERIS takes and what it refuses; chain and signatures computed again without its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
import rfc8785

from contracts.document import load_document
from tests.fakes.evidence import RECEIPTS, ask, flipped, signer_of, store
from tests.fakes.receipts import Signer, digest, receipt

if TYPE_CHECKING:
    from fakes.control import ErisControl


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


async def test_the_example_in_the_contract_is_a_receipt_that_is_stored(eris: ErisControl) -> None:
    body = load_document("eris").raw["paths"][RECEIPTS]["post"]["requestBody"]
    (example,) = body["content"]["application/json"]["examples"].values()

    assert (await store(eris, example["value"])).status == 200


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


async def test_a_revoked_key_signs_no_more_even_where_any_kid_is_taken(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    await eris.accept_any_kid(accept=True)
    await eris.register_key(signer.kid, signer.public_key, "revoked")

    reply = await store(eris, Signer(signer.key, "otherwise").signed(receipt()))

    assert (reply.status, reply.json()["error"]["code"]) == (400, "SIGNATURE_VERIFICATION_FAILED")


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
    await store(eris, receipt(plane="elsewhere"))
    await store(eris, receipt(result={"x": "jane@example.org"}))
    await ask(eris, "POST", f"{RECEIPTS}/bulk", [{}])

    text = (await ask(eris, "GET", "/v1/evidence/metrics")).body.decode()

    assert 'eris_receipts_total{outcome="accepted"} 1\n' in text
    assert 'eris_receipts_total{outcome="duplicate"} 1\n' in text
    assert 'eris_receipts_total{outcome="rejected"} 3\n' in text
