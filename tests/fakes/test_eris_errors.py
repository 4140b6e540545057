"""How ERIS says no, and what it says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.desk import RECEIPTS, Desk
from tests.fakes.evidence import ask, flipped, signer_of, store
from tests.fakes.receipts import digest, receipt

if TYPE_CHECKING:
    from fakes.control import ErisControl


def refused(desk: Desk, body: Any, path: str = RECEIPTS) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
    status, answer = desk.ask("POST", path, body)
    assert status == 400
    return dict(answer["error"])


@pytest.mark.parametrize(
    ("members", "field", "expected", "actual"),
    [
        ({"plane": "elsewhere"}, "/body/plane", '"product_cloud" was expected', "string"),
        ({"degraded": "yes"}, "/body/degraded", 'the value is not of type "boolean"', "string"),
        ({"evidence_handles": [{}, 7]}, "/body/evidence_handles/1", None, "number"),
        ({"decision": {"status": "pass", "rationale": "x"}}, "/body/decision/badges", None, "nothing"),
        ({"risk": []}, "/body/risk", None, "array"),
        ({"a/b": 1}, "/body/a~1b", None, "number"),
    ],
)
def test_details_name_the_place_what_belongs_there_and_what_came(
    members: dict[str, Any], field: str, expected: str | None, actual: str
) -> None:
    error = refused(Desk(), receipt(**members))

    details = error["details"]
    assert error["code"] == "VALIDATION_ERROR"
    assert (details["field"], details["actual"]) == (field, actual)
    assert details["reason"] == error["message"] == f"{field}: {details['expected']}"
    assert expected in (None, details["expected"])


def test_what_came_is_never_repeated() -> None:
    error = refused(Desk(), receipt(environment="ghp_" + "a" * 36, kid="x" * 201))

    assert "ghp_" not in str(error)


@pytest.mark.parametrize(
    ("version", "actual"),
    [("2.0.0", "2.0.0"), ("2", "2"), (2, "number"), (None, "null"), ("v2 secret", "string")],
)
def test_a_receipt_of_an_unknown_schema_is_told_so_one_by_one_and_in_bulk(version: Any, actual: str) -> None:  # noqa: ANN401 -- any JSON value
    desk = Desk()
    whole = {"schema_version": version, "tenant_id": "t", "something": "new"}

    error = refused(desk, whole)
    _, bulk = desk.ask("POST", f"{RECEIPTS}/bulk", [whole])

    assert (error["code"], error["details"]["field"]) == ("SCHEMA_NOT_FOUND", "/body/schema_version")
    assert (error["details"]["expected"], error["details"]["actual"]) == ("1.0.0", actual)
    assert bulk["results"][0]["error"]["code"] == "SCHEMA_NOT_FOUND"
    _, held = desk.ask("GET", "/__fake__/receipts?tenant_id=t")
    assert [letter["receipt"] for letter in held["dead_letters"]] == [whole, whole]


async def test_a_wrong_signature_says_what_is_wrong_with_it(eris: ErisControl) -> None:
    signer = await signer_of(eris)

    reply = await store(eris, flipped(signer.signed(receipt())))

    details = reply.json()["error"]["details"]
    assert details["field"] == "/signature"
    assert details["actual"] == details["reason"] == "the signature does not fit the receipt"
    assert details["expected"] == "a signature of this receipt by a registered, active key"


async def test_a_conflict_names_both_hashes(eris: ErisControl) -> None:
    first = receipt()
    other = receipt(receipt_id=first["receipt_id"])
    await store(eris, first)

    details = (await store(eris, other)).json()["error"]["details"]

    assert digest(first) in details["expected"]
    assert digest(other) in details["actual"]


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (401, "UNAUTHORIZED", False),
        (403, "FORBIDDEN", False),
        (429, "RATE_LIMIT_EXCEEDED", True),
        (500, "INTERNAL_ERROR", True),
        (503, "DEPENDENCY_UNAVAILABLE", True),
    ],
)
async def test_scripted_statuses_have_eris_codes(
    eris: ErisControl, status: int, code: str, *, retryable: bool
) -> None:
    await eris.script(fault={"kind": "status", "status": status})

    reply = await ask(eris, "POST", RECEIPTS, receipt(), x_request_id="r-1")

    error = reply.json()["error"]
    assert (reply.status, error["code"], error["retryable"], error["request_id"]) == (
        status, code, retryable, "r-1",
    )  # fmt: skip
    assert set(error["details"]) == {"field", "expected", "actual", "reason"}
    headers = {name.lower(): text for name, text in reply.headers.items()}
    assert (headers.get("retry-after") == "1") is (status in {429, 503})
    assert (await eris.receipts()).receipts == ()
