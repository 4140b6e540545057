"""The parts of ERIS that are pure functions."""

from __future__ import annotations

import doctest
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from fakes.eris.canonical import Canonical
from fakes.eris.metadata import breach
from fakes.eris.ranges import verify_range
from fakes.eris.signatures import KeyBook, fits
from fakes.eris.store import ReceiptStore
from tests.fakes.receipts import digest, receipt

if TYPE_CHECKING:
    from fakes.records import Kept

# RFC 8032, section 7.1: TEST 1, TEST 2, TEST 3 (public key, message, signature).
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"  # noqa: ISC004 -- one signature, over two lines
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"  # noqa: ISC004 -- one signature, over two lines
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"  # noqa: ISC004 -- one signature, over two lines
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures_are_those_of_rfc_8032(public: str, message: str, signature: str) -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    good = bytes.fromhex(signature)

    assert fits(key, good, bytes.fromhex(message))
    assert not fits(key, good, bytes.fromhex(message) + b"\0")
    assert not fits(key, good[:-1] + bytes([good[-1] ^ 1]), bytes.fromhex(message))
    assert not fits(key, good[:-1], bytes.fromhex(message))


def test_without_any_key_no_signature_is_accepted() -> None:
    book = KeyBook()
    signed = receipt(signature="sig-ed25519:key-1:" + "A" * 86 + "==")

    refused = book.problem(signed, Canonical.of(signed))
    book.accept_any_kid = True

    assert refused == "the kid is not registered"
    assert book.problem(signed, Canonical.of(signed)) == "the signature does not fit the receipt"


@pytest.mark.parametrize("name", ["canonical", "signatures", "moments"])
def test_the_examples_in_the_docs_are_true(name: str) -> None:
    outcome = doctest.testmod(import_module(f"fakes.eris.{name}"))

    assert outcome.attempted > 0
    assert outcome.failed == 0


CODE = "def pay(order):\n    total = order.total\n    return total"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (CODE, "source code"),
        ("function pay(order) {\n  const total = order.total;\n  return total;\n}", "source code"),
        ("#include <stdio.h>\nint main() {\n  return 0;\n}", "source code"),
        ("AKIAIOSFODNN7EXAMPLE", "a secret"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a secret"),
        ("password = hunter22", "a secret"),
        ("Authorization: Bearer abcdefghijklmnop1234", "a secret"),
        ("ask jane.doe@example.co.uk", "a mail address"),
    ],
)
def test_what_is_not_metadata_is_found_wherever_it_stands(value: str, kind: str) -> None:
    whole = receipt(result={"before": None, "after": [{"x": 1}, {"text": value}]})

    assert breach(whole) == ("/result/after/1/text", kind)


@pytest.mark.parametrize(
    "value",
    [
        "Three checks failed; see {link} for more.",
        "Import the settings first.\nThen return to the build; it should pass.",
        "If it fails: look at the log.\nFor more, ask the platform team.",
        "Rotate your password regularly",
        "class of 2026",
        "user@host",
        "repo/path:main@1.2.3",
        "mirror",
        "",
    ],
)
def test_prose_and_ids_are_metadata(value: str) -> None:
    assert breach(receipt(result={"after": value})) is None


def chain_of(count: int) -> list[Kept]:
    store = ReceiptStore()
    receipts = [receipt("t") for _ in range(count)]
    return [
        store.append(whole, digest=digest(whole), received_at="now", status="verified") for whole in receipts
    ]


def damaged(kept: Kept, **meta: Any) -> Kept:  # noqa: ANN401 -- whatever is to be wrong
    return msgspec.structs.replace(kept, meta=msgspec.structs.replace(kept.meta, **meta))


def test_a_missing_link_is_a_gap() -> None:
    chain = chain_of(6)

    found = verify_range([*chain[:2], *chain[4:]], {})

    assert (found["valid"], found["gaps"]) == (False, [3, 4])


@pytest.mark.parametrize(
    ("at", "damage", "wrong"),
    [
        (
            1,
            {"hash": "f" * 64},
            {2: "the hash is not the receipt's", 3: "prev_hash is not the hash before it"},
        ),
        (0, {"prev_hash": "f" * 64}, {1: "the first receipt's prev_hash is not 64 zeros"}),
        (2, {"prev_hash": "f" * 64}, {3: "prev_hash is not the hash before it"}),
    ],
)
def test_a_damaged_link_is_a_mismatch(at: int, damage: dict[str, str], wrong: dict[int, str]) -> None:
    chain = chain_of(3)
    chain[at] = damaged(chain[at], **damage)

    found = verify_range(chain, {})

    assert {one["sequence"]: one["reason"] for one in found["mismatches"]} == wrong
    assert (found["valid"], found["checked"]) == (False, 3)


def test_a_changed_receipt_is_a_mismatch() -> None:
    chain = chain_of(2)
    chain[0] = msgspec.structs.replace(chain[0], receipt={**chain[0].receipt, "degraded": True})

    found = verify_range(chain, {"to_sequence": 1})

    assert [one["receipt_id"] for one in found["mismatches"]] == [chain[0].receipt["receipt_id"]]


VALUES = st.none() | st.booleans() | st.text() | st.integers(1 - 2**53, 2**53 - 1) | st.floats(-1e20, 1e20)
TREES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), TREES, max_size=5))
def test_the_canonical_form_is_that_of_rfc_8785(whole: dict[str, Any]) -> None:
    canonical = Canonical.of({**whole, "signature": "s"})

    assert canonical.whole == rfc8785.dumps({**whole, "signature": "s"})
    assert canonical.signed == rfc8785.dumps({n: v for n, v in whole.items() if n != "signature"})
