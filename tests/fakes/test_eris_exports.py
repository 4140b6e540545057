"""Exports: their course, their files, and what is in them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.fakes.desk import RECEIPTS, Desk
from tests.fakes.evidence import store
from tests.fakes.receipts import receipt

if TYPE_CHECKING:
    from fakes.control import ErisControl

EXPORT = "/v1/evidence/export"


def begun(desk: Desk, **order: Any) -> dict[str, Any]:  # noqa: ANN401 -- the API's own members
    status, answer = desk.ask("POST", EXPORT, {"tenant_id": "t", "format": "jsonl", **order})
    assert status == 202
    return dict(answer)


def look(desk: Desk, export: dict[str, Any]) -> dict[str, Any]:
    return dict(desk.ask("GET", f"{EXPORT}/{export['export_id']}")[1])


def test_an_export_takes_a_step_each_time_it_is_looked_at() -> None:
    desk = Desk()
    export = begun(desk)

    seen = [export["status"], *(look(desk, export)["status"] for _ in range(4))]

    assert seen == ["pending", "processing", "completed", "completed", "completed"]
    assert set(export) == {"export_id", "status"}
    assert set(look(desk, export)) > {"receipt_count", "format", "compression", "sha256", "download_url"}


@pytest.mark.parametrize(
    "statuses", [["completed"], ["pending", "failed"], ["pending", "pending", "processing", "failed"]]
)
def test_a_planned_export_goes_as_planned(statuses: list[str]) -> None:
    desk = Desk()
    assert desk.ask("PUT", "/__fake__/exports/t", {"statuses": statuses})[0] == 200

    planned, other = begun(desk), begun(desk, tenant_id="u")
    seen = [planned["status"], *(look(desk, planned)["status"] for _ in statuses[1:])]

    assert seen == statuses
    assert look(desk, planned)["status"] == statuses[-1]
    assert other["status"] == "pending"
    desk.ask("POST", "/__fake__/reset", {"tenant": "t"})
    assert begun(desk)["status"] == "pending"
    assert desk.ask("GET", f"{EXPORT}/{planned['export_id']}")[0] == 404
    assert look(desk, other)["status"] == "processing"


@pytest.mark.parametrize(
    "statuses", [[], ["completed", "pending"], ["failed", "failed"], ["processing", "pending"], ["done"]]
)
def test_what_no_export_goes_through_is_no_plan(statuses: list[str]) -> None:
    assert Desk().ask("PUT", "/__fake__/exports/t", {"statuses": statuses})[0] == 400


@pytest.mark.parametrize("statuses", [["pending"], ["pending", "processing"], ["failed"]])
def test_what_is_not_completed_cannot_be_downloaded(statuses: list[str]) -> None:
    desk = Desk()
    desk.ask("PUT", "/__fake__/exports/t", {"statuses": statuses})
    export = begun(desk)
    look(desk, export)

    status, answer = desk.ask("GET", f"{EXPORT}/{export['export_id']}/download")

    assert (status, answer["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")


def unpacked(compression: str, content: bytes) -> bytes:
    if compression == "gzip":
        return gzip.decompress(content)
    if compression == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (name,) = archive.namelist()
            return archive.read(name)
    return content


TYPES = {
    ("jsonl", "none"): "application/x-ndjson",
    ("jsonl", "gzip"): "application/gzip",
    ("jsonl", "zip"): "application/zip",
    ("csv", "none"): "text/csv; charset=utf-8",
    ("csv", "gzip"): "application/gzip",
    ("csv", "zip"): "application/zip",
}


@pytest.mark.parametrize(("form", "compression"), TYPES)
async def test_a_download_is_what_was_announced(eris: ErisControl, form: str, compression: str) -> None:
    sent = [
        receipt("t", result={"note": 'a "quoted", comma', "list": [1, 2.5]}),
        receipt("t", parent_receipt_id="00000000-0000-4000-8000-000000000001"),
    ]
    for whole in (*sent, receipt("u")):
        await store(eris, whole)
    await eris.plan_exports("t", "completed")

    async with httpx.AsyncClient(trust_env=False) as client:
        order = {"tenant_id": "t", "format": form, "compression": compression}
        told = (await client.post(f"{eris.url}{EXPORT}", json=order)).json()
        reply = await client.get(told["download_url"])

    assert (told["format"], told["compression"], told["receipt_count"]) == (form, compression, 2)
    assert told["sha256"] == sha256(reply.content).hexdigest()
    assert reply.headers["content-type"] == TYPES[form, compression]
    assert f"receipts.{form}" in reply.headers["content-disposition"]
    stored = (await eris.receipts("t")).receipts
    text = unpacked(compression, reply.content).decode()
    if form == "jsonl":
        assert [json.loads(line)["receipt"] for line in text.splitlines()] == sent
        return
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["hash"] for row in rows] == [one.meta.hash for one in stored]
    assert [row["receipt_id"] for row in rows] == [whole["receipt_id"] for whole in sent]
    assert [row["parent_receipt_id"] for row in rows] == ["", sent[1]["parent_receipt_id"]]
    assert [json.loads(row["result"]) for row in rows] == [whole["result"] for whole in sent]


def test_an_export_holds_what_was_stored_in_time_when_it_was_begun() -> None:
    desk = Desk()
    days = [receipt("t", timestamp_utc=f"2026-01-0{day}T00:00:00Z") for day in (1, 2, 3)]
    desk.ask("POST", f"{RECEIPTS}/bulk", days)
    export = begun(desk, **{"from": "2026-01-02T00:00:00Z", "to": "2026-01-04T00:00:00Z"})
    desk.ask("POST", RECEIPTS, receipt("t", timestamp_utc="2026-01-02T12:00:00Z"))

    look(desk, export)

    assert look(desk, export)["receipt_count"] == 2


def test_the_same_receipts_make_the_same_file() -> None:
    desk = Desk()
    desk.ask("POST", f"{RECEIPTS}/bulk", [receipt("t"), receipt("t")])
    desk.ask("PUT", "/__fake__/exports/t", {"statuses": ["completed"]})

    made = {
        (form, compression): {begun(desk, format=form, compression=compression)["sha256"] for _ in range(2)}
        for form, compression in TYPES
    }

    assert {len(hashes) for hashes in made.values()} == {1}
    assert len({one for hashes in made.values() for one in hashes}) == len(TYPES)


def test_a_caller_that_names_no_sane_host_gets_a_relative_address() -> None:
    desk = Desk()
    desk.ask("PUT", "/__fake__/exports/t", {"statuses": ["completed"]})

    export = begun(desk)
    other = desk.ask("POST", EXPORT, {"tenant_id": "t", "format": "csv"}, host="a b")[1]

    assert export["download_url"] == f"http://eris:1{EXPORT}/{export['export_id']}/download"
    assert other["download_url"] == f"{EXPORT}/{other['export_id']}/download"
