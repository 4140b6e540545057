"""The parts of ERIS that are pure functions."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from fakes.eris.canonical import Canonical, NotCanonicalError
from fakes.eris.metadata import _SECRETS, breach
from fakes.eris.ranges import stretch_of, verify_range
from fakes.eris.signatures import KeyBook, fits
from fakes.eris.store import ReceiptStore
from tests.fakes.receipts import digest, receipt

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

    refused = book.problem(signed, Canonical(signed))
    book.accept_any_kid = True

    assert refused == "the kid is not registered"
    assert book.problem(signed, Canonical(signed)) == "the signature does not fit the receipt"


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
        ("call +49 (0)30 123 456-78", "a telephone number"),
        ("call +14155550100", "a telephone number"),
    ],
)
def test_what_is_not_metadata_is_found_wherever_it_stands(value: str, kind: str) -> None:
    whole = receipt(result={"before": None, "after": [{"x": 1}, {"text": value}]})

    assert breach(whole) == ("/result/after/1/text", kind)


def test_the_name_of_a_member_is_looked_at_and_never_repeated() -> None:
    assert breach(receipt(result={"a/b": {"jane@example.org": 1}})) == ("/result/a~1b", "a mail address")


@given(st.from_regex(_SECRETS))
def test_whatever_has_the_form_of_a_secret_is_found(value: str) -> None:
    assert breach(receipt(result={"after": [value]})) == ("/result/after/0", "a secret")


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
        "2026-01-01T00:00:00+00:00",
        "1.2.3+20260101120000",
        "a+1234567890",
        "+10 of 20 points",
        "mirror",
        "",
    ],
)
def test_prose_and_ids_are_metadata(value: str) -> None:
    assert breach(receipt(result={"after": value})) is None


CHAIN = "t:product_cloud:dev:mmm-engine"


def store_of(count: int) -> ReceiptStore:
    store = ReceiptStore()
    for _ in range(count):
        whole = receipt("t")
        store.append(
            whole,
            "t",
            text=rfc8785.dumps(whole),
            digest=bytes.fromhex(digest(whole)),
            at=0.0,
            status="verified",
        )
    return store


def verified(store: ReceiptStore, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 -- the API's own members
    chain = store.chain(CHAIN)
    return verify_range(chain, stretch_of(chain, asked), asked)


@pytest.mark.parametrize(
    ("lost", "asked", "gaps"),
    [
        ([3, 4], {}, [3, 4]),
        ([1], {}, [1]),
        ([6], {}, [6]),
        ([1, 2, 3, 4, 5, 6], {}, [1, 2, 3, 4, 5, 6]),
        ([3, 4], {"from_sequence": 4, "to_sequence": 5}, [4]),
        ([3, 4], {"from_sequence": 5, "to_sequence": 10**18}, []),
        ([1, 4, 6], {"from_timestamp": "2026-01-01T00:00:00Z", "to_timestamp": "2027-01-01T00:00:00Z"}, [4]),
        ([4], {"from_timestamp": "2027-01-01T00:00:00Z"}, []),
        ([4], {"to_timestamp": "2025-01-01T00:00:00Z"}, []),
    ],
)
def test_a_missing_link_is_a_gap(lost: list[int], asked: dict[str, Any], gaps: list[int]) -> None:
    store = store_of(6)
    for link in tuple(store.chain(CHAIN).links):
        if link.sequence in lost:
            store.replace(link, None)

    found = verified(store, **asked)

    assert (found["gaps"], found["valid"]) == (gaps, not gaps)


def test_a_link_outside_the_time_asked_for_is_no_gap() -> None:
    store = store_of(3)
    middle = store.chain(CHAIN).links[1]
    late = middle.text.replace(b"2026-01-02", b"2030-01-02")
    store.replace(middle, msgspec.structs.replace(middle, text=late))

    found = verified(store, to_timestamp="2027-01-01T00:00:00Z")

    assert (found["checked"], found["gaps"]) == (2, [])


@pytest.mark.parametrize(
    ("at", "damage", "wrong"),
    [
        (
            1,
            {"digest": b"f" * 32},
            {2: "the hash is not the receipt's", 3: "prev_hash is not the hash before it"},
        ),
        (0, {"before": b"f" * 32}, {1: "the first receipt's prev_hash is not 64 zeros"}),
        (2, {"before": b"f" * 32}, {3: "prev_hash is not the hash before it"}),
    ],
)
def test_a_damaged_link_is_a_mismatch(at: int, damage: dict[str, bytes], wrong: dict[int, str]) -> None:
    store = store_of(3)
    link = store.chain(CHAIN).links[at]
    store.replace(link, msgspec.structs.replace(link, **damage))

    found = verified(store)

    assert {one["sequence"]: one["reason"] for one in found["mismatches"]} == wrong
    assert (found["valid"], found["checked"]) == (False, 3)


def test_a_changed_receipt_is_a_mismatch() -> None:
    store = store_of(2)
    link = store.chain(CHAIN).links[0]
    changed = link.text.replace(b'"degraded":false', b'"degraded":true')
    store.replace(link, msgspec.structs.replace(link, text=changed))

    found = verified(store, to_sequence=1)

    assert [one["receipt_id"] for one in found["mismatches"]] == [link.receipt_id]


def test_a_chain_begins_anew_once_its_tenant_is_forgotten_even_if_all_of_it_was_lost() -> None:
    store = store_of(2)
    for link in tuple(store.chain(CHAIN).links):
        store.replace(link, None)

    store.forget("t")

    assert store.chain(CHAIN).length == 0


NUMBERS = (
    st.integers(1 - 2**53, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        [
            0.0,
            -0.0,
            1.0,
            1e15,
            1e16,
            1e20,
            1e21,
            1e-4,
            0.001,
            0.00099,
            1e-5,
            1e-6,
            1e-7,
            9999999999999998.0,
            0.1,
        ]
    )
)
TEXTS = st.text() | st.sampled_from(
    ["\ue000", "\U0001f600", "\ufb33", "\x7f\u2028", ":1.0,", "a:1e5]", '"\\/\b']
)
VALUES = st.none() | st.booleans() | TEXTS | NUMBERS
TREES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(TEXTS, TREES, max_size=5))
def test_the_canonical_form_is_that_of_rfc_8785(whole: dict[str, Any]) -> None:
    canonical = Canonical({**whole, "signature": "s"})

    assert canonical.whole == rfc8785.dumps({**whole, "signature": "s"})
    assert canonical.signed == rfc8785.dumps({n: v for n, v in whole.items() if n != "signature"})


@pytest.mark.parametrize("value", [2**53, -(2**53), 2**70, "\ud800"])
def test_what_has_no_canonical_form_is_said_to_have_none(value: Any) -> None:  # noqa: ANN401 -- any JSON value
    with pytest.raises(NotCanonicalError):
        _ = Canonical({"deep": [{"in": value}]}).whole
