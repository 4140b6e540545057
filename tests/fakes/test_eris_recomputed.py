"""What ERIS says of hashes, chains and Merkle trees, computed again from the RFCs without its code."""

from __future__ import annotations

import json
import struct
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.fakes.desk import RECEIPTS, Desk, batch
from tests.fakes.evidence import signer_of, store
from tests.fakes.receipts import receipt
from tests.fakes.recompute import (
    audit_path,
    canonical,
    chain_faults,
    digest,
    leaf,
    merkle_root,
    number,
    proves,
)

if TYPE_CHECKING:
    from fakes.control import ErisControl

# RFC 8785, appendix B.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
# The tree of Certificate Transparency's own tests: its entries, and the root over the first 1, 2, 3 … 8.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_our_numbers_are_those_of_rfc_8785(bits: str, text: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))

    assert number(value) == text


def test_our_form_is_that_of_rfc_8785s_examples() -> None:
    values = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    )
    names = json.loads(r'{"\u20ac":1,"\r":1,"\ufb33":1,"1":1,"\ud83d\ude00":1,"\u0080":1,"\u00f6":1}')

    assert canonical(values).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert list(json.loads(canonical(names))) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


@pytest.mark.parametrize("count", range(1, 9))
def test_our_trees_are_those_of_certificate_transparency(count: int) -> None:
    assert merkle_root(ENTRIES[:count]).hex() == ROOTS[count - 1]


LEAVES = (
    st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.integers(1 - 2**53, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1.0, 1e21, 1e-7, 1e-5, -0.0])
)
RESULTS = st.dictionaries(
    st.text(max_size=4) | st.sampled_from(["\ue000", "😀"]), LEAVES | st.lists(LEAVES, max_size=2), max_size=3
)
PLACES = st.tuples(st.sampled_from(["tenant-1", "Tenant-2"]), st.sampled_from(["dev", "prod"]))


@st.composite
def made(draw: st.DrawFn) -> dict[str, Any]:
    tenant, environment = draw(PLACES)
    return receipt(
        tenant,
        environment=environment,
        result=draw(RESULTS),
        timestamp_monotonic_ms=draw(st.floats(0, 1e18, allow_subnormal=False)),
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.lists(made(), min_size=1, max_size=4)), max_size=5))
def test_chains_hold_however_receipts_came(deliveries: list[tuple[bool, list[dict[str, Any]]]]) -> None:
    desk = Desk()
    taken: list[dict[str, Any]] = []
    for in_bulk, receipts in deliveries:
        if in_bulk:
            _, answer = desk.ask("POST", f"{RECEIPTS}/bulk", [*receipts, receipts[0]])
            statuses = [verdict["status"] for verdict in answer["results"]]
        else:
            statuses = [
                "accepted" if desk.ask("POST", RECEIPTS, whole)[0] == 200 else "rejected"
                for whole in receipts
            ]
        taken += [whole for whole, status in zip(receipts, statuses, strict=False) if status == "accepted"]

    kept = {tenant: desk.kept(tenant) for tenant in ("tenant-1", "Tenant-2")}

    for tenant, held in kept.items():
        assert [one["receipt"] for one in held] == [whole for whole in taken if whole["tenant_id"] == tenant]
        assert chain_faults(held) == []
        for chain_id in {one["meta"]["chain_id"] for one in held}:
            asked = {"tenant_id": tenant, "chain_id": chain_id}
            whole = sum(one["meta"]["chain_id"] == chain_id for one in held)
            answer = {"valid": True, "checked": whole, "gaps": [], "mismatches": []}
            assert desk.ask("POST", "/v1/evidence/verify_range", asked) == (200, answer)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 33), st.data())
def test_every_receipt_of_a_batch_is_proven_and_a_flipped_bit_proves_nothing(
    count: int, data: st.DataObject
) -> None:
    desk = Desk()
    receipts = [receipt(result=data.draw(RESULTS)) for _ in range(count)]
    sent = batch(receipts)

    status, answer = desk.ask("POST", f"{RECEIPTS}/courier-batch", sent)
    assume(status == 200)  # a result may look like more than metadata

    _, proof = desk.ask("GET", "/v1/evidence/courier-batches/batch-1/merkle-proof")
    entries = [canonical(whole) for whole in receipts]
    root = bytes.fromhex(proof["merkle_root"])
    assert answer == {"batch_id": "batch-1", "accepted": count, "duplicates": 0}
    assert root == merkle_root(entries)
    assert proof["leaves"] == [leaf(entry).hex() for entry in entries]
    assert proof["paths"].keys() == {whole["receipt_id"] for whole in receipts}
    for place, whole in enumerate(receipts):
        path = [(bytes.fromhex(step["hash"]), step["side"]) for step in proof["paths"][whole["receipt_id"]]]
        assert path == audit_path(place, entries)
        assert proves(root, leaf(entries[place]), path)
        assert not proves(root, leaf(flipped(data, entries[place])), path)
        assert not proves(flipped(data, root), leaf(entries[place]), path)
        for at, (beside, side) in enumerate(path):
            broken = [*path[:at], (flipped(data, beside), side), *path[at + 1 :]]
            assert not proves(root, leaf(entries[place]), broken)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.data())
def test_a_batch_with_a_flipped_bit_is_not_applied(count: int, data: st.DataObject) -> None:
    desk = Desk()
    receipts = [receipt() for _ in range(count)]
    sent = batch(receipts)
    if data.draw(st.booleans(), label="the root is wrong"):
        sent["merkle_root"] = flipped(data, bytes.fromhex(sent["merkle_root"])).hex()
    else:
        place = data.draw(st.integers(0, count - 1))
        sent["receipts"][place] = {**receipts[place], "degraded": True, "decision": WARNED}

    status, answer = desk.ask("POST", f"{RECEIPTS}/courier-batch", sent)

    assert (status, answer["error"]["code"]) == (400, "CHAIN_INTEGRITY_FAILED")
    assert desk.kept("tenant-1") == []
    assert desk.ask("GET", "/v1/evidence/courier-batches/batch-1/merkle-proof")[0] == 404
    _, held = desk.ask("GET", "/__fake__/receipts")
    assert [letter["receipt"] for letter in held["dead_letters"]] == sent["receipts"]


WARNED = {"status": "warn", "rationale": "Another.", "badges": []}


def flipped(data: st.DataObject, value: bytes) -> bytes:
    """The same bytes but for one bit."""
    bit = data.draw(st.integers(0, len(value) * 8 - 1), label="bit")
    return bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(value))


DAMAGE: list[dict[str, Any]] = [
    {"members": {"degraded": True, "decision": WARNED}},
    {"hash": "a" * 64},
    {"prev_hash": "b" * 64},
    {"lost": True},
]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.data())
def test_whatever_is_tampered_with_is_seen_by_eris_and_by_us(count: int, data: st.DataObject) -> None:
    desk = Desk()
    sent = [receipt() for _ in range(count)]
    desk.ask("POST", f"{RECEIPTS}/bulk", sent)
    place = data.draw(st.integers(0, count - 1))
    damage = data.draw(st.sampled_from(DAMAGE))
    victim = sent[place]["receipt_id"]

    status, _ = desk.ask("PUT", f"/__fake__/receipts/{victim}/tamper", damage)
    assert status == 200

    held = desk.kept("tenant-1")
    asked = {"tenant_id": "tenant-1", "chain_id": "tenant-1:product_cloud:dev:mmm-engine"}
    status, found = desk.ask("POST", "/v1/evidence/verify_range", asked)
    if "lost" in damage:
        assert len(held) == count - 1
        assert (status == 404) if count == 1 else (found["gaps"] == [place + 1])
    else:
        assert found["valid"] is False
        assert chain_faults(held) != []
        assert victim in {wrong["receipt_id"] for wrong in found["mismatches"]}


async def test_an_export_is_enough_to_check_the_chains_offline(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    for environment in ("dev", "prod", "dev"):
        await store(eris, signer.signed(receipt("t", environment=environment)))
    await eris.plan_exports("t", "completed")
    order = {"tenant_id": "t", "format": "jsonl"}

    async with httpx.AsyncClient(trust_env=False) as client:
        begun = (await client.post(f"{eris.url}/v1/evidence/export", json=order)).json()
        content = (await client.get(begun["download_url"])).content

    held = [json.loads(line) for line in content.splitlines()]
    assert sha256(content).hexdigest() == begun["sha256"]
    assert len(held) == begun["receipt_count"] == 3
    assert chain_faults(held) == []
    assert [one["meta"]["hash"] for one in held] == [digest(one["receipt"]) for one in held]
