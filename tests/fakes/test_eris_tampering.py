"""Append-only: nothing that ERIS serves changes a receipt; tests may, and ERIS then sees it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from fakes.eris import ErisFake
from tests.fakes.calls import SOUND
from tests.fakes.desk import RECEIPTS, Desk
from tests.fakes.evidence import ask, signer_of, store
from tests.fakes.receipts import receipt

if TYPE_CHECKING:
    from fakes.control import ErisControl

CHAIN = {"tenant_id": "tenant-1", "chain_id": "tenant-1:product_cloud:dev:mmm-engine"}
WARNED = {"decision": {"status": "warn", "rationale": "Another.", "badges": []}}


def test_no_method_but_get_and_post_is_served() -> None:
    assert {operation.partition(" ")[0] for operation in ErisFake().routes()} == {"GET", "POST"}


def test_no_call_that_is_served_changes_what_is_stored() -> None:
    desk = Desk()
    whole = receipt()
    desk.ask("POST", RECEIPTS, whole)
    before = desk.ask("GET", f"{RECEIPTS}/{whole['receipt_id']}")
    changed = {**whole, **WARNED}
    paths = [sample.path for sample in SOUND if sample.fake == "eris"]
    paths += [f"{RECEIPTS}/{whole['receipt_id']}{below}" for below in ("", "/verify", "/chain", "/tamper")]

    for method, path in product(("POST", "PUT", "PATCH", "DELETE"), paths):
        for body in (changed, [changed], {"members": WARNED}):
            desk.ask(method, path, body)

    assert desk.ask("GET", f"{RECEIPTS}/{whole['receipt_id']}") == before


@pytest.mark.parametrize(
    ("damage", "verification"),
    [
        ({"members": WARNED}, {"hash_valid": False, "signature_valid": False}),
        ({"hash": "a" * 64}, {"hash_valid": False, "signature_valid": True}),
        ({"prev_hash": "b" * 64}, {"hash_valid": True, "signature_valid": True}),
    ],
)
async def test_verification_sees_what_was_tampered_with(
    eris: ErisControl, damage: dict[str, Any], verification: dict[str, bool]
) -> None:
    signer = await signer_of(eris)
    sent = [signer.signed(receipt()) for _ in range(3)]
    for whole in sent:
        await store(eris, whole)

    await eris.tamper(sent[1]["receipt_id"], **damage)

    one = (await ask(eris, "GET", f"{RECEIPTS}/{sent[1]['receipt_id']}/verify")).json()
    chain = (await ask(eris, "POST", "/v1/evidence/verify_range", CHAIN)).json()
    status = "verified" if verification["signature_valid"] else "failed"
    assert one == {**verification, "signature_verification_status": status}
    assert (chain["valid"], chain["checked"], chain["gaps"]) == (False, 3, [])
    assert sent[1]["receipt_id"] in {wrong["receipt_id"] for wrong in chain["mismatches"]}


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_lost_receipt_is_a_gap_and_the_chain_goes_on(eris: ErisControl, place: int) -> None:
    sent = [receipt() for _ in range(3)]
    for whole in sent:
        await store(eris, whole)

    await eris.tamper(sent[place]["receipt_id"], lost=True)
    await store(eris, receipt())

    chain = (await ask(eris, "POST", "/v1/evidence/verify_range", CHAIN)).json()
    assert (await ask(eris, "GET", f"{RECEIPTS}/{sent[place]['receipt_id']}")).status == 404
    assert (chain["valid"], chain["checked"], chain["gaps"]) == (False, 3, [place + 1])
    assert chain["mismatches"] == []


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        ({"members": {"plane": "elsewhere"}}, 400),
        ({"members": {"timestamp_utc": None}}, 400),
        ({"hash": "short"}, 400),
        ({"surplus": 1}, 400),
        ({"members": {}}, 200),
    ],
)
def test_what_is_no_tampering_is_refused(damage: dict[str, Any], status: int) -> None:
    desk = Desk()
    whole = receipt()
    desk.ask("POST", RECEIPTS, whole)
    path = f"/__fake__/receipts/{whole['receipt_id']}/tamper"

    assert desk.ask("PUT", path, damage)[0] == status
    assert desk.kept("tenant-1")[0]["receipt"] == whole
    assert desk.ask("PUT", path.replace(whole["receipt_id"], "none"), damage)[0] in {400, 404}
