"""The faults that spoil a body, as a client sees them: raw bytes on a socket."""

from __future__ import annotations

import asyncio
import json
import time
import tracemalloc
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.document import NAMES, load_document
from fakes.control import ControlError, FakeControl
from fakes.running import running_fakes
from fakes.shape.faults import make_fault, require_fit
from fakes.shape.faults.breaking import broken
from fakes.shape.faults.delay import Lognormal, Uniform
from fakes.shape.faults.malformed_json import malformed
from fakes.shape.faults.slow_body import SlowBody
from tests.fakes.calls import SOUND, Sample
from tests.fakes.conformity import breaches
from tests.fakes.wire import Reply, Wire, connect, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.faults.breaking import Way

EVALUATE = "/v1/policy/tenants/t/evaluate"
CONTEXT = {"context": {"actor_type": "human", "source": "ide"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
WAYS: list[frozenset[Way]] = [
    frozenset({"dropping"}),
    frozenset({"retyping"}),
    frozenset({"dropping", "retyping"}),
]
SPOILING = (
    {"kind": "slow_body", "bytes_per_second": 200},
    {"kind": "truncated_body"},
    {"kind": "malformed_json"},
    {"kind": "contract_breaking_json"},
    {"kind": "wrong_content_type"},
    {"kind": "huge_body"},
)


# What says too little of its answers to be broken at all, or by a member that is missing.
NO_JSON = {"GET /metrics", "GET /v1/evidence/metrics"}
NOTHING_REQUIRED = {
    "PUT /policies",
    "GET /v1/evidence/export/{export_id}/download",
    "POST /v1/traces",
    "POST /v1/metrics",
    "POST /v1/logs",
}


def operation_of(sample: Sample) -> str:
    document = load_document(sample.fake)
    match = document.find(sample.method, sample.path.partition("?")[0].removeprefix(document.base_path))
    assert match is not None
    return match.operation.name


def breakable(operation: str, by: str) -> bool:
    return operation not in NO_JSON and not (by == "dropping" and operation in NOTHING_REQUIRED)


async def evaluated(wire: Wire) -> Reply:
    return await wire.ask("POST", EVALUATE, CONTEXT)


async def head_of(wire: Wire) -> tuple[bytes, Mapping[bytes, bytes]]:
    """Return the status line and the headers of an answer, and leave its body."""
    first, *lines = (await asyncio.wait_for(wire.reader.readuntil(b"\r\n\r\n"), 5)).split(b"\r\n")[:-2]
    return first, dict(line.lower().split(b": ", 1) for line in lines)


async def test_slow_body_sends_the_head_at_once_and_the_body_in_drips(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        normal = await evaluated(wire)
        await policy.script(fault={"kind": "slow_body", "bytes_per_second": 600})

        began = time.monotonic()
        await wire.send(request("POST", EVALUATE, CONTEXT))
        _, headers = await head_of(wire)
        head_after = time.monotonic() - began
        pieces: list[bytes] = []
        while len(b"".join(pieces)) < len(normal.body):
            pieces += [await asyncio.wait_for(wire.reader.read(100_000), 5)]
        took = time.monotonic() - began

        assert (await wire.ask("GET", "/nowhere")).status == 404  # the connection is as good as new

    assert b"".join(pieces) == normal.body
    assert int(headers[b"content-length"]) == len(normal.body)
    assert len(pieces) > 3
    assert took - head_after >= len(normal.body) / 600 * 0.8


async def test_a_slow_body_is_over_in_time(policy: FakeControl) -> None:
    fault = {"kind": "slow_body", "bytes_per_second": 1, "at_most_seconds": 0.2}
    await policy.script(fault=fault)

    async with connect(policy.url) as wire:
        began = time.monotonic()
        reply = await evaluated(wire)
        took = time.monotonic() - began

    assert reply.json()["allowed"] is True
    assert 0.2 <= took < 4


async def test_a_slow_body_ends_a_connection_that_was_to_be_closed(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "slow_body", "bytes_per_second": 10_000})

    async with connect(policy.url) as wire:
        reply = await wire.ask("GET", "/health", connection="close")

        assert await wire.rest() == b""
    assert reply.json() == {"status": "healthy"}


@given(
    body=st.binary(max_size=2000),
    rate=st.floats(min_value=0.01, max_value=1e9),
    at_most=st.floats(min_value=0.001, max_value=3600),
)
def test_drips_are_the_body_at_the_rate_and_in_time(body: bytes, rate: float, at_most: float) -> None:
    drips = list(SlowBody(rate, at_most).drips(body))

    assert b"".join(drip for _, drip in drips) == body
    assert sum(pause for pause, _ in drips) <= at_most * 1.000001
    paced = drips if sum(pause for pause, _ in drips) < at_most * 0.999999 else drips[:-1]
    assert all(len(drip) <= pause * rate * 1.000001 for pause, drip in paced)


@pytest.mark.parametrize("share", [0, 0.5, 0.999])
async def test_truncated_body_promises_more_than_it_sends(policy: FakeControl, share: float) -> None:
    async with connect(policy.url) as wire:
        normal = await evaluated(wire)
        await policy.script(fault={"kind": "truncated_body", "share": share})

        await wire.send(request("POST", EVALUATE, CONTEXT))
        first, headers = await head_of(wire)
        sent = await wire.rest()

    assert first == b"HTTP/1.1 200 OK"
    assert int(headers[b"content-length"]) == len(normal.body)
    assert sent == normal.body[: int(len(normal.body) * share)]
    assert len(sent) < len(normal.body)


async def test_wrong_content_type_changes_nothing_else(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        normal = await evaluated(wire)
        await policy.script(fault={"kind": "wrong_content_type", "content_type": "text/csv; header=present"})
        reply = await evaluated(wire)

    assert (reply.status, reply.body) == (normal.status, normal.body)
    assert reply.headers["content-type"] == "text/csv; header=present"


async def test_a_content_type_that_is_right_strikes_nobody(policy: FakeControl) -> None:
    script = await policy.script(fault={"kind": "wrong_content_type", "content_type": "Application/JSON"})

    async with connect(policy.url) as wire:
        reply = await evaluated(wire)

    assert reply.headers["content-type"] == "application/json"
    assert (await policy.state(script)).fired_at == ()


async def test_malformed_json_is_well_framed_and_no_json(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "malformed_json"})

    async with connect(policy.url) as wire:
        reply = await evaluated(wire)
        again = await evaluated(wire)

    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert reply.body == again.body


@given(JSON)
def test_any_json_can_be_malformed(value: Any) -> None:  # noqa: ANN401 -- any JSON value
    with pytest.raises(json.JSONDecodeError):
        json.loads(malformed(json.dumps(value).encode()))


@pytest.mark.parametrize("by", ["either", "dropping", "retyping"])
@pytest.mark.parametrize("sample", SOUND, ids=str)
async def test_contract_breaking_json_is_json_and_breaks_the_contract(sample: Sample, by: str) -> None:
    async with running_fakes(only=[sample.fake]) as fakes, connect(fakes.urls[sample.fake]) as wire:
        operation = operation_of(sample)
        async with FakeControl(sample.fake, fakes.urls[sample.fake]) as control:
            if not breakable(operation, by):
                with pytest.raises(ControlError, match="can be spoilt like this"):
                    await control.script(operation, fault={"kind": "contract_breaking_json", "by": by})
                return
            script = await control.script(operation, fault={"kind": "contract_breaking_json", "by": by})
            headers = {name.replace("-", "_"): text for name, text in sample.headers}
            reply = await wire.ask(sample.method, sample.path, sample.body, **headers)
            state = await control.state(script)

    assert isinstance(reply.json(), object)
    assert reply.status == sample.status
    rules = [violation.rule for violation in breaches(sample.fake, sample.method, sample.path, reply)]
    assert rules
    assert all(rule.startswith("body.") and rule != "body.malformed" for rule in rules)
    if by != "either":
        assert ("body.required" in rules) is (by == "dropping")
    assert len(state.fired_at) == 1


@given(
    JSON,
    st.sampled_from([frozenset({"dropping"}), frozenset({"retyping"}), frozenset({"dropping", "retyping"})]),
)
def test_what_is_broken_is_never_what_it_was(value: Any, ways: frozenset[Way]) -> None:  # noqa: ANN401 -- any JSON value
    before = json.dumps(value)
    near = [json.dumps(other) for other in broken(value, ways)]

    assert before not in near
    assert json.dumps(value) == before
    assert "retyping" not in ways or near


def test_outer_things_break_first() -> None:
    value = {"a": [{"b": 1}], "c": None}

    dropped = list(broken(value, frozenset({"dropping"})))
    retyped = list(broken(value, frozenset({"retyping"})))

    assert dropped == [{"c": None}, {"a": [{"b": 1}]}, {"a": [{}], "c": None}]
    assert retyped == [
        {"a": 0, "c": None},
        {"a": [{"b": 1}], "c": 0},
        {"a": [0], "c": None},
        {"a": [{"b": "changed"}], "c": None},
        0,
    ]


@pytest.mark.parametrize("kind", ["malformed_json", "contract_breaking_json"])
async def test_a_fault_that_could_never_strike_is_refused_with_the_reason(kind: str) -> None:
    async with running_fakes(only=["iam"]) as fakes, FakeControl("iam", fakes.urls["iam"]) as iam:
        with pytest.raises(ControlError, match=f"fault {kind}: no answer of GET /metrics can be spoilt"):
            await iam.script("GET /metrics", fault={"kind": kind})

        assert await iam.script(fault={"kind": kind})


@pytest.mark.parametrize("name", [name for name in NAMES if name != "engine"])
def test_every_fake_has_something_to_spoil(name: str) -> None:
    refused = []
    for order in SPOILING:
        try:
            require_fit(*make_fault(order), load_document(name), None)
        except ValueError as error:
            refused.append(str(error))

    assert refused == []


async def test_huge_body_is_whole_and_made_while_it_is_read(policy: FakeControl) -> None:
    size = 32 * 1_048_576
    async with connect(policy.url) as wire:
        normal = await evaluated(wire)
        await policy.script(fault={"kind": "huge_body", "size": size})

        tracemalloc.start()
        try:
            await wire.send(request("POST", EVALUATE, CONTEXT))
            _, headers = await head_of(wire)
            await asyncio.wait_for(policy.health(), 5)  # nobody reads meanwhile
            began = await wire.reader.readexactly(len(normal.body))
            spaces = 0
            while spaces < size - len(normal.body):
                piece = await asyncio.wait_for(wire.reader.read(1_000_000), 5)
                assert not piece.strip(b" ")
                spaces += len(piece)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert (await wire.ask("GET", "/nowhere")).status == 404

    assert began == normal.body
    assert int(headers[b"content-length"]) == size == len(began) + spaces
    assert peak < 4_000_000
    (_, entry, _) = await policy.journal()
    assert (entry.status, entry.response_body) == (200, normal.json())


@pytest.mark.parametrize("order", SPOILING, ids=lambda order: str(order["kind"]))
async def test_an_answer_without_a_body_cannot_be_spoilt(
    policy: FakeControl, order: Mapping[str, object]
) -> None:
    script = await policy.script(fault=order)

    async with connect(policy.url) as wire:
        head = await wire.ask("HEAD", "/health")
        spoilt = await policy.state(script)
        await policy.heal(script)
        normal = await wire.ask("HEAD", "/health")

    assert (head.status, head.headers["content-type"]) == (200, "application/json")
    assert head.headers["content-length"] == normal.headers["content-length"]
    assert (spoilt.hits, spoilt.fired_at) == (0, ())


def test_uniform_times_lie_between_and_are_repeatable() -> None:
    times = Uniform(low=0.5, high=1.5, seed=1)

    drawn = [times.draw(Random(number)) for number in range(1000)]

    assert drawn == [times.draw(Random(number)) for number in range(1000)]
    assert all(0.5 <= seconds <= 1.5 for seconds in drawn)
    assert 0.9 < sum(drawn) / 1000 < 1.1


def test_lognormal_times_have_their_median_their_tail_and_their_end() -> None:
    random = Random(1)

    drawn = sorted(Lognormal(median=2, sigma=0.5, at_most=6).draw(random) for _ in range(2001))

    assert 1.9 < drawn[1000] < 2.1
    assert 3 < drawn[1700] < 4  # e^(sigma * z) beyond the median, z = 1.04
    assert drawn[-1] == 6
