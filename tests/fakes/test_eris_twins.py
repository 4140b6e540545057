"""A receipt with a member twice is refused, wherever it stands; what is wrong in bulk is journaled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.eris.twice import has_twins
from fakes.local import FakeERIS
from tests.fakes.desk import RECEIPTS, batch
from tests.fakes.receipts import receipt
from tests.fakes.wire import connect

if TYPE_CHECKING:
    from fakes.control import ErisControl
    from tests.fakes.wire import Reply

TWINS = {
    "at the top": ('"degraded": false', '"degraded": true, "degraded": false'),
    "deeper": ('"badges": []', '"badges": [], "badges": []'),
    "escaped": ('"type": "human"', '"type": "human", "typ\\u0065": "human"'),
    "behind a text with colons": ('"title": "', '"title": "a:b", "title": "\\u003a \\\\u003a'),
}
TEXTS = st.text(st.sampled_from('a:¢"\\\\u003é{}'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def torn(whole: Any, before: str, after: str) -> bytes:  # noqa: ANN401 -- any JSON value
    text = json.dumps(whole)
    assert before in text
    return text.replace(before, after, 1).encode()


async def send(eris: ErisControl, path: str, body: bytes) -> Reply:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    async with connect(eris.url) as wire:
        await wire.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return await wire.reply()


@pytest.mark.parametrize(("before", "after"), TWINS.values(), ids=TWINS)
async def test_a_receipt_with_a_member_twice_is_refused(eris: ErisControl, before: str, after: str) -> None:
    body = torn(receipt(), before, after)

    reply = await send(eris, RECEIPTS, body)

    assert (reply.status, reply.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    kept = await eris.receipts()
    assert (len(kept.receipts), len(kept.dead_letters)) == (0, 1)
    assert [entry.violations[0].rule for entry in await eris.violations()] == ["body.duplicate"]


async def test_one_with_colons_in_texts_and_escapes_is_taken(eris: ErisControl) -> None:
    text = json.dumps(receipt(result={**receipt()["result"], "title": "@"}))

    reply = await send(eris, RECEIPTS, text.replace("@", 'a: \\"b\\": \\u003a \\\\u003a').encode())

    assert (reply.status, await eris.violations()) == (200, [])


async def test_in_bulk_each_is_judged_for_itself(eris: ErisControl) -> None:
    good, bad = receipt(), receipt()
    body = b"[" + json.dumps(good).encode() + b"," + torn(bad, *TWINS["deeper"]) + b"]"

    reply = await send(eris, f"{RECEIPTS}/bulk", body)

    results = reply.json()["results"]
    assert [one["status"] for one in results] == ["accepted", "rejected"]
    assert results[1]["error"]["code"] == "VALIDATION_ERROR"
    assert [letter.receipt["receipt_id"] for letter in (await eris.receipts()).dead_letters] == [
        bad["receipt_id"]
    ]
    (entry,) = await eris.violations()
    assert [(one.rule, one.pointer) for one in entry.violations] == [("body.duplicate", "/body/1")]


async def test_a_batch_with_a_receipt_like_that_is_refused_whole(eris: ErisControl) -> None:
    sent = batch([receipt(), receipt()])

    reply = await send(eris, f"{RECEIPTS}/courier-batch", torn(sent, *TWINS["deeper"]))

    assert (reply.status, reply.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    kept = await eris.receipts()
    assert (len(kept.receipts), len(kept.dead_letters)) == (0, 2)


async def test_what_breaks_the_schema_is_journaled_of_one_in_bulk_as_of_one_alone(eris: ErisControl) -> None:
    sent = {**receipt(plane="elsewhere"), "surplus": 1}

    await send(eris, RECEIPTS, json.dumps(sent).encode())
    await send(eris, f"{RECEIPTS}/bulk", json.dumps([receipt(), sent]).encode())

    alone, bulk = await eris.violations()
    assert (alone.status, bulk.status) == (400, 200)
    assert len(alone.violations) > 1
    assert [(one.rule, one.pointer.replace("/body/1", "/body"), one.message) for one in bulk.violations] == [
        (one.rule, one.pointer, one.message) for one in alone.violations
    ]


async def test_it_is_journaled_where_the_answer_is_scripted_too(eris: ErisControl) -> None:
    await eris.script("POST /v1/evidence/receipts/bulk", fault={"kind": "status", "status": 503}, times=1)

    reply = await send(eris, f"{RECEIPTS}/bulk", b'[{"surplus": 1}]')

    assert reply.status == 503
    assert len(await eris.violations()) == 1


def test_a_strict_fake_fails_at_what_was_wrong_in_bulk() -> None:
    eris = FakeERIS()

    with pytest.raises(AssertionError, match="/body/0/plane"), eris:
        eris.do(lambda: send(eris.control, f"{RECEIPTS}/bulk", json.dumps([receipt(plane="x")]).encode()))


@given(VALUES, st.sampled_from([None, 1]))
def test_twins_are_found_and_nothing_else(value: Any, indent: int | None) -> None:  # noqa: ANN401 -- any JSON value
    text = json.dumps(value, ensure_ascii=False, indent=indent).replace(
        "¢", "\\u003a"
    )  # which may make twins
    found: list[bool] = []

    def read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.append(len(dict(pairs)) < len(pairs))
        return dict(pairs)

    assert has_twins(text.encode(), json.loads(text, object_pairs_hook=read)) == any(found)


@given(VALUES, VALUES, TEXTS)
def test_twins_are_found_whatever_they_hold(one: Any, other: Any, name: str) -> None:  # noqa: ANN401 -- drawn
    pair = f"{json.dumps(name)}: {json.dumps(one)}, {json.dumps(name)}: {json.dumps(other)}"

    assert has_twins(f"[{{{pair}}}]".encode(), [{name: other}])


@pytest.mark.parametrize("depth", [10, 200, 250, 300, 900, 960, 980, 990, 1000])
async def test_depth_is_no_way_past_it(eris: ErisControl, depth: int) -> None:
    body = torn(receipt(evidence_handles=[{"a": 0}]), '"a": 0', '"a": ' + "[" * depth + "]" * depth)

    reply = await send(eris, RECEIPTS, body)

    assert reply.status in {200, 400}
