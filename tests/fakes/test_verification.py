"""Was it asked? The count, and what came nearest where it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from fakes.control import ControlError, Entry, NotAsAskedError
from tests.fakes.wire import connect

if TYPE_CHECKING:
    from fakes.control import FakeControl, IamControl

EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"


async def evaluate(control: FakeControl, *, tenant: str = "a", source: str = "ide", **more: str) -> None:
    async with connect(control.url) as wire:
        body = {"context": {"actor_type": "human", "source": source, **more}}
        await wire.ask("POST", f"/v1/policy/tenants/{tenant}/evaluate", body, x_kind="k")


@pytest.mark.parametrize(
    ("bounds", "satisfied"),
    [
        ({}, True),
        ({"exactly": 2}, True),
        ({"exactly": 1}, False),
        ({"exactly": 3}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1}, False),
        ({"at_least": 1, "at_most": 2}, True),
        ({"at_least": 3, "at_most": 5}, False),
    ],
)
async def test_it_came_as_often_as_it_must_or_not(
    policy: FakeControl, bounds: dict[str, int], *, satisfied: bool
) -> None:
    for source in ("ide", "ci", "ide"):
        await evaluate(policy, source=source)
    match = {"body": {"/context/source": {"equals": "ide"}}}

    if satisfied:
        assert await policy.verify(EVALUATE, match=match, **bounds) == 2
    else:
        with pytest.raises(NotAsAskedError, match=r"came 2 times, not (exactly|at least|at most) "):
            await policy.verify(EVALUATE, match=match, **bounds)


async def test_what_never_came_is_not_there_and_nothing_is_near(policy: FakeControl) -> None:
    with pytest.raises(NotAsAskedError) as raised:
        await policy.verify("GET /health")

    assert str(raised.value) == "fake policy: GET /health came 0 times, not at least 1"
    assert await policy.verify("GET /health", exactly=0) == 0


async def test_the_nearest_misses_the_fewest_and_says_which(policy: FakeControl) -> None:
    await evaluate(policy, source="ci", branch="main")
    await evaluate(policy, source="ci")
    await evaluate(policy, source="ide", branch="dev")
    match = {
        "tenant": "a",
        "headers": {"X-Kind": {"equals": "k"}},
        "body": {"/context/source": {"equals": "ide"}, "/context/branch": {"matches": "^main$"}},
    }

    with pytest.raises(NotAsAskedError) as raised:
        await policy.verify(EVALUATE, match=match, exactly=1)

    message = str(raised.value)
    assert "came 0 times, not exactly 1; nearest is request 3, POST /v1/policy/tenants/a/evaluate" in message
    assert message.endswith('which misses body /context/branch (expected {"matches":"^main$"}, was "dev")')
    assert "\n" not in message


async def test_a_part_that_is_not_there_is_missed_as_nothing(policy: FakeControl) -> None:
    await evaluate(policy)

    with pytest.raises(NotAsAskedError, match=r"body /context/branch \(.*, was nothing\)"):
        await policy.verify(EVALUATE, match={"body": {"/context/branch": {"equals": "main"}}})
    with pytest.raises(NotAsAskedError, match=r'operation \(expected "GET /health", was "POST /v1/policy'):
        await policy.verify("GET /health")


async def test_nobody_is_shown_what_is_somebody_elses(policy: FakeControl) -> None:
    await evaluate(policy, tenant="theirs")

    with pytest.raises(NotAsAskedError) as raised:
        await policy.verify(EVALUATE, match={"tenant": "mine"})

    assert "nearest" not in str(raised.value)


async def test_a_request_with_one_of_the_keys_is_near(policy: FakeControl) -> None:
    await evaluate(policy, tenant="mine")

    with pytest.raises(NotAsAskedError, match=r'misses traceparent \(expected "f+", was nothing\)'):
        await policy.verify(EVALUATE, match={"tenant": "mine", "traceparent": "f" * 32})


async def test_too_often_has_no_nearest(policy: FakeControl) -> None:
    for source in ("ide", "ide", "ci"):
        await evaluate(policy, source=source)

    with pytest.raises(NotAsAskedError) as raised:
        await policy.verify(EVALUATE, match={"body": {"/context/source": {"equals": "ide"}}}, at_most=1)

    assert str(raised.value).endswith("came 2 times, not at most 1")


async def test_tokens_are_found_and_never_shown(iam: IamControl) -> None:
    jwt = await iam.mint(sub="s", tenant_id="t")
    other = await iam.mint(sub="s", tenant_id="t")
    async with connect(iam.url) as wire:
        await wire.ask("POST", "/iam/v1/verify", {"token": jwt}, authorization="Bearer opaque")

    by_body = {"body": {"/token": {"equals": jwt}}}
    assert await iam.verify("POST /verify", match=by_body, exactly=1) == 1
    assert await iam.verify(match={"token": jwt, "headers": {"authorization": {"contains": "opaque"}}}) == 1
    misses: list[dict[str, Any]] = [
        {"body": {"/token": {"equals": other}}},
        {"token": other, "sub": "s"},
        {"headers": {"authorization": {"equals": "Bearer secret"}}},
    ]
    for match in misses:
        with pytest.raises(NotAsAskedError) as raised:
            await iam.verify("POST /verify", match=match)
        near = str(raised.value).partition("nearest")[2]
        assert near.count("<token:") == 2
        assert not any(secret in near for secret in (jwt, other, "opaque", "secret"))


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"exactly": 1, "at_least": 1}, "exactly stands alone"),
        ({"at_least": 2, "at_most": 1}, "at_most is not below at_least"),
        ({"operation": "GET /nowhere"}, "no operation 'GET /nowhere'"),
        ({"match": {"path": {"matches": "("}}}, "path: "),
        ({"exactly": -1}, "/body/exactly"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    policy: FakeControl, order: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ControlError, match=reason):
        await policy.verify(**order)


async def test_the_answer_is_data_for_any_language(policy: FakeControl) -> None:
    await evaluate(policy, source="ci")
    order = {"operation": EVALUATE, "match": {"body": {"/context/source": {"equals": "ide"}}}}

    async with connect(policy.url) as wire:
        reply = (await wire.ask("POST", "/__fake__/verify", order)).json()

    assert (reply["satisfied"], reply["count"], reply["nearest"]["entry"]["seq"]) == (False, 0, 1)
    assert reply["nearest"]["misses"] == [
        {"matcher": "body /context/source", "expected": {"equals": "ide"}, "actual": "ci"}
    ]
    assert msgspec.convert(reply["nearest"]["entry"], Entry) == (await policy.journal())[0]
