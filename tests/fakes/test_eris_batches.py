"""Courier batches: receipts that travelled offline."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.desk import RECEIPTS, Desk, batch
from tests.fakes.evidence import ask, flipped, signer_of, store
from tests.fakes.receipts import receipt

if TYPE_CHECKING:
    from fakes.control import ErisControl
    from tests.fakes.wire import Reply

COURIER = f"{RECEIPTS}/courier-batch"
PROOF = "/v1/evidence/courier-batches/batch-1/merkle-proof"


async def deliver(eris: ErisControl, sent: dict[str, Any]) -> Reply:
    return await ask(eris, "POST", COURIER, sent)


def token_of(tenant_id: str) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"tenant_id": tenant_id}).encode()).decode().rstrip("=")
    return f"Bearer eyJhbGciOiJub25lIn0.{claims}.c2ln"


async def test_a_batch_is_applied_once_whatever_it_is_sent_again_for(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    known = signer.signed(receipt())
    await store(eris, known)
    sent = batch([signer.signed(receipt()), known, signer.signed(receipt())])

    first = await deliver(eris, sent)
    again = await deliver(eris, {**sent, "timestamp": "2026-02-02T00:00:00Z"})

    assert first.json() == again.json() == {"batch_id": "batch-1", "accepted": 2, "duplicates": 1}
    stored = (await eris.receipts("tenant-1")).receipts
    assert [one.receipt for one in stored] == [known, sent["receipts"][0], sent["receipts"][2]]
    assert {one.meta.signature_verification_status for one in stored} == {"verified"}


async def test_a_batch_id_with_another_content_is_a_conflict(eris: ErisControl) -> None:
    first, other = batch([receipt()]), batch([receipt()])
    await deliver(eris, first)

    reply = await deliver(eris, other)

    error = reply.json()["error"]
    assert (reply.status, error["code"], error["details"]["field"]) == (
        409, "DUPLICATE_RECEIPT", "/body/batch_id",
    )  # fmt: skip
    assert first["merkle_root"] in error["details"]["expected"]
    assert other["merkle_root"] in error["details"]["actual"]
    assert len((await eris.receipts()).receipts) == 1


async def test_the_same_receipt_twice_in_a_batch_is_kept_once(eris: ErisControl) -> None:
    whole = receipt()

    reply = await deliver(eris, batch([whole, whole]))

    assert reply.json() == {"batch_id": "batch-1", "accepted": 1, "duplicates": 1}
    assert len((await eris.receipts()).receipts) == 1


FIRST = receipt()
UNFIT: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "too few numbers": (
        batch([receipt()], sequence_numbers=[]),
        400, "CHAIN_INTEGRITY_FAILED", "/body/sequence_numbers",
    ),
    "numbers that fall": (
        batch([receipt(), receipt()], sequence_numbers=[2, 1]),
        400, "CHAIN_INTEGRITY_FAILED", "/body/sequence_numbers",
    ),
    "a number twice": (
        batch([receipt(), receipt()], sequence_numbers=[1, 1]),
        400, "CHAIN_INTEGRITY_FAILED", "/body/sequence_numbers",
    ),
    "receipts in another order": (
        batch([receipt(), receipt()]) | {"receipts": [receipt(), receipt()]},
        400, "CHAIN_INTEGRITY_FAILED", "/body/merkle_root",
    ),
    "another tenant's receipt": (
        batch([receipt(), receipt("tenant-2")]),
        400, "VALIDATION_ERROR", "/body/receipts/1/tenant_id",
    ),
    "another emitter's receipt": (
        batch([receipt()], emitter_service="elsewhere"),
        400, "VALIDATION_ERROR", "/body/receipts/0/emitter_service",
    ),
    "more than metadata": (
        batch([receipt(result={"x": "ask jane@example.org"})]),
        400, "VALIDATION_ERROR", "/result/x",
    ),
    "no canonical form": (
        batch([receipt()]) | {"receipts": [receipt(timestamp_monotonic_ms=2**53 + 1)]},
        400, "VALIDATION_ERROR", "/body/receipts",
    ),
    "an unknown key": (
        batch([receipt(signature="sig-ed25519:key-1:" + "A" * 86 + "==")]),
        400, "SIGNATURE_VERIFICATION_FAILED", "/signature",
    ),
    "one id, two bodies": (
        batch([FIRST, FIRST | {"evidence_handles": ["x"]}]),
        409, "DUPLICATE_RECEIPT", "/receipt_id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_a_batch_that_is_not_whole_leaves_nothing_but_dead_letters(name: str) -> None:
    sent, expected, code, field = UNFIT[name]
    desk = Desk()

    status, answer = desk.ask("POST", COURIER, sent)
    _, held = desk.ask("GET", "/__fake__/receipts?tenant_id=tenant-1")

    assert (status, answer["error"]["code"], answer["error"]["details"]["field"]) == (expected, code, field)
    assert held["receipts"] == []
    assert [letter["receipt"] for letter in held["dead_letters"]] == sent["receipts"]
    assert all(letter["reason"].startswith(code) for letter in held["dead_letters"])
    assert desk.ask("GET", PROOF)[0] == 404


def test_of_a_batch_outside_the_contract_the_receipts_that_break_theirs_are_buried() -> None:
    desk = Desk()
    good, bad = receipt(), receipt(plane="elsewhere")

    status, answer = desk.ask("POST", COURIER, batch([good, bad]))
    _, held = desk.ask("GET", "/__fake__/receipts?tenant_id=tenant-1")

    assert (status, answer["error"]["details"]["field"]) == (400, "/body/receipts/1/plane")
    assert [letter["receipt"] for letter in held["dead_letters"]] == [bad]


async def test_a_bad_signature_keeps_the_whole_batch_out(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    reply = await deliver(eris, batch([signer.signed(receipt()), flipped(signer.signed(receipt()))]))

    assert (reply.status, reply.json()["error"]["code"]) == (400, "SIGNATURE_VERIFICATION_FAILED")
    assert (await eris.receipts()).receipts == ()


async def test_tenants_with_one_name_for_their_batches_do_not_meet(eris: ErisControl) -> None:
    mine = batch([receipt("a")], tenant_id="a")
    yours = batch([receipt("b"), receipt("b")], tenant_id="b")
    for sent in (mine, yours):
        assert (await deliver(eris, sent)).status == 200

    unsaid = await ask(eris, "GET", PROOF)
    said = await ask(eris, "GET", PROOF, authorization=token_of("b"))
    await eris.reset(tenant="b")
    alone = await ask(eris, "GET", PROOF)

    assert (unsaid.status, unsaid.json()["error"]["code"]) == (400, "TENANT_ID_MISSING")
    assert said.json()["merkle_root"] == yours["merkle_root"]
    assert alone.json()["merkle_root"] == mine["merkle_root"]
    assert [read.tenant_id for read in await eris.meta_receipts()] == ["a"]
    assert (await deliver(eris, yours)).json()["accepted"] == 2
