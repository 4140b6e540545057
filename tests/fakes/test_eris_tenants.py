"""Whose a receipt is: by its field, its repository, its token, in this order."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from fakes.eris.tenants import tenant_of_token
from tests.fakes.evidence import RECEIPTS, ask, signer_of
from tests.fakes.receipts import receipt

if TYPE_CHECKING:
    from fakes.control import ErisControl


def token(claims: Any) -> str:  # noqa: ANN401 -- any JSON value
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{part}.c2ln"


def nameless(**members: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
    return {name: value for name, value in receipt(**members).items() if name != "tenant_id"}


@pytest.mark.parametrize(
    ("named", "mapped", "claimed", "tenant"),
    [
        (True, True, True, "tenant-1"),
        (False, True, True, "of-repo"),
        (False, False, True, "of-token"),
        (False, True, False, "of-repo"),
    ],
)
async def test_the_field_comes_first_then_the_repository_then_the_token(
    eris: ErisControl, *, named: bool, mapped: bool, claimed: bool, tenant: str
) -> None:
    signer = await signer_of(eris)
    sent = signer.signed(receipt() if named else nameless())
    if mapped:
        await eris.map_repository("repo-1", "of-repo")
    headers = {"authorization": f"Bearer {token({'tenant_id': 'of-token'})}"} if claimed else {}

    single = await ask(eris, "POST", RECEIPTS, sent, **headers)
    bulk = await ask(eris, "POST", f"{RECEIPTS}/bulk", [sent], **headers)

    (kept,) = (await eris.receipts(tenant)).receipts
    assert kept.receipt == sent
    assert single.json()["chain_id"] == kept.meta.chain_id == f"{tenant}:product_cloud:dev:mmm-engine"
    assert bulk.json()["results"] == [{"receipt_id": sent["receipt_id"], "status": "duplicate"}]
    assert {entry.tenant for entry in await eris.journal()} == {tenant}
    verified = await ask(eris, "GET", f"{RECEIPTS}/{sent['receipt_id']}/verify")
    assert verified.json()["signature_valid"] is True


async def test_a_tenant_is_told_nothing_of_the_receipt_of_another_that_has_its_id(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    sent = signer.signed(nameless())
    changed = signer.signed(nameless(receipt_id=sent["receipt_id"], degraded=True))
    first, second = ({"authorization": f"Bearer {token({'tenant_id': name})}"} for name in ("x", "y"))

    kept = await ask(eris, "POST", RECEIPTS, sent, **first)
    again = await ask(eris, "POST", RECEIPTS, sent, **first)
    others = [await ask(eris, "POST", RECEIPTS, whole, **second) for whole in (sent, changed)]
    bulk = await ask(eris, "POST", f"{RECEIPTS}/bulk", [sent], **second)

    assert (kept.status, again.status, again.json()) == (200, 200, kept.json())
    assert [(other.status, other.json()["error"]["code"]) for other in others] == [
        (409, "DUPLICATE_RECEIPT")
    ] * 2
    assert bulk.json()["results"][0]["error"]["code"] == "DUPLICATE_RECEIPT"
    told = b"".join(reply.body for reply in (*others, bulk))
    assert kept.json()["hash"].encode() not in told
    assert b"x:product_cloud" not in told


async def test_a_receipt_that_nobody_owns_is_refused_and_buried(eris: ErisControl) -> None:
    sent = nameless()

    reply = await ask(eris, "POST", RECEIPTS, sent)
    bulk = await ask(eris, "POST", f"{RECEIPTS}/bulk", [sent])

    error = reply.json()["error"]
    assert (reply.status, error["code"], error["details"]["field"]) == (
        400,
        "TENANT_ID_MISSING",
        "/tenant_id",
    )
    assert bulk.json()["results"][0]["error"]["code"] == "TENANT_ID_MISSING"
    assert [letter.receipt for letter in (await eris.receipts()).dead_letters] == [sent, sent]


@pytest.mark.parametrize("path", ["search", "aggregate", "verify_range", "export"])
async def test_what_needs_a_tenant_says_so(eris: ErisControl, path: str) -> None:
    bodies: dict[str, Any] = {
        "search": {},
        "aggregate": {"group_by": []},
        "verify_range": {"chain_id": "c"},
        "export": {"format": "csv"},
    }

    reply = await ask(eris, "POST", f"/v1/evidence/{path}", bodies[path])

    assert (reply.status, reply.json()["error"]["code"]) == (400, "TENANT_ID_MISSING")


@pytest.mark.parametrize(
    "text",
    [None, "", "opaque", "a.b", "a.b.c", "a.%%.c", "a.é.c", token([]), token({"tenant_id": 7}), token({}),
     token({"tenant_id": ""})],
)  # fmt: skip
def test_a_token_that_claims_no_tenant_tells_nothing(text: str | None) -> None:
    assert tenant_of_token(text) is None


def test_a_token_tells_the_tenant_that_it_claims() -> None:
    assert tenant_of_token(token({"sub": "s", "tenant_id": "täglich"})) == "täglich"
