"""Rate limits: exact at their edges, for one client and no other, off until ordered."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.control import ControlError
from fakes.iam.buckets import Bucket
from tests.fakes.conformity import breaches
from tests.fakes.identity import BEGIN, PERSONA, Alone, verify
from tests.fakes.wire import Reply

if TYPE_CHECKING:
    from fakes.control import IamControl

MICRO = Fraction(1, 1_000_000)


class Model:
    """A bucket in fractions: as slow as it is exact."""

    def __init__(self, rate: Fraction, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self.level, self.at = Fraction(burst), Fraction(0)

    def take(self, at: Fraction) -> bool:
        self.level = min(Fraction(self.burst), self.level + (at - self.at) * self.rate)
        self.at = at
        if self.level < 1:
            return False
        self.level -= 1
        return True

    def wait(self) -> int:
        missing = max(Fraction(0), 1 - self.level)
        return -((-missing / self.rate) // 1) if missing else 0


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 2_000_000),
    st.integers(1, 5),
    st.lists(
        st.integers(0, 3_000_000) | st.sampled_from([0, 1, 19_999, 20_000, 20_001, 999_999]), max_size=30
    ),
)
def test_a_bucket_lets_pass_exactly_what_it_should(millis: int, burst: int, pauses: list[int]) -> None:
    model, bucket = Model(Fraction(millis, 1000), burst), Bucket(millis / 1000, burst, 0.0)
    micros = 0

    for pause in pauses:
        micros += pause
        assert bucket.take(micros / 1_000_000) is model.take(micros * MICRO)
        assert bucket.wait() == model.wait()


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 2000), st.lists(st.integers(0, 500_000), max_size=20))
def test_who_comes_again_when_told_is_let_in(millis: int, pauses: list[int]) -> None:
    bucket, now = Bucket(millis / 1000, 1, BEGIN), BEGIN

    for pause in pauses:
        now += pause / 1_000_000
        if not bucket.take(now):
            assert bucket.wait() >= 1
            now += bucket.wait()
            assert bucket.take(now)


def test_a_clock_that_goes_back_fills_nothing_and_stops_nothing() -> None:
    bucket = Bucket(rate=1, burst=1, now=100.0)

    assert [bucket.take(now) for now in (100.0, 50.0, 50.5, 51.0, 51.0)] == [True, False, False, True, False]


async def test_there_is_no_limit_until_one_is_ordered(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA)
    alone = Alone()

    assert [alone.decide()["decision"] for _ in range(300)] == ["ALLOW"] * 300
    assert (await verify(iam, token)).status == 200


def limited(iam: Alone, order: dict[str, Any]) -> None:
    assert iam.ask("PUT", "/__fake__/rate-limits", order).status == 200


def test_the_default_is_the_real_one_s_and_the_answer_says_when_to_come_back() -> None:
    iam = Alone()
    limited(iam, {"client": {"tenant": PERSONA["tenant_id"]}})
    token = iam.mint()["token"]
    other = iam.mint(tenant_id="other")["token"]

    at_once = [iam.verify(token) for _ in range(201)]
    iam.now += 1.0
    a_second_later = [iam.verify(token) for _ in range(51)]
    refused = iam.ask("POST", "/verify", {"token": token})

    assert at_once == [*[200] * 200, 429]
    assert a_second_later == [*[200] * 50, 429]
    assert (refused.json()["error_code"], refused.json()["retriable"]) == ("RATE_LIMITED", True)
    assert refused.headers["retry-after"] == "1"
    typed = Reply(refused.status, {**refused.headers, "content-type": "application/json"}, refused.body)
    assert breaches("iam", "POST", "/iam/v1/verify", typed) == []
    assert iam.verify(other) == 200


def test_a_slow_limit_says_how_long_to_wait() -> None:
    iam = Alone()
    limited(iam, {"client": {"sub": "s"}, "rate": 0.1, "burst": 1})
    body = {"subject": {"sub": "s", "roles": []}, "action": "a", "resource": "r"}

    statuses, waits = [], []
    for iam.now in (BEGIN, BEGIN, BEGIN + 3.5, BEGIN + 10.0):
        reply = iam.ask("POST", "/decision", body)
        statuses.append(reply.status)
        waits.append(reply.headers.get("retry-after"))

    assert statuses == [200, 429, 429, 200]
    assert waits == [None, "10", "7", None]


@pytest.mark.parametrize("kind", ["token", "sub", "tenant", "traceparent"])
def test_a_client_is_whoever_it_is_said_to_be(kind: str) -> None:
    iam = Alone()
    token = iam.mint()["token"]
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    whose = {"token": token, "sub": PERSONA["sub"], "tenant": PERSONA["tenant_id"], "traceparent": trace}
    limited(iam, {"client": {kind: whose[kind]}, "rate": 1, "burst": 1})
    other = iam.mint(sub="other", tenant_id="other")["token"]

    mine = [iam.ask("POST", "/verify", {"token": token}, traceparent=trace).status for _ in range(2)]
    others = [iam.verify(other) for _ in range(3)]

    assert mine == [200, 429]
    assert others == [200] * 3


def test_one_limit_can_be_for_all_calls_together_and_health_has_none() -> None:
    iam = Alone()
    limited(iam, {"rate": 1, "burst": 2})

    decided = [
        iam.ask("PUT", "/policies", {"bundle_id": "b", "version": "1", "policies": []}, x_idempotency_key="k")
    ]
    decided += [iam.ask("POST", "/verify", {"token": "x"}) for _ in range(2)]

    assert [reply.status for reply in decided] == [202, 401, 429]
    assert [iam.ask("GET", path).status for path in ("/health", "/metrics", "/config")] == [200] * 3
    assert 'outcome="limited"} 1\n' in iam.ask("GET", "/metrics").body.decode()


def test_a_limit_is_switched_off_by_order_and_by_reset() -> None:
    iam = Alone()
    order = {"client": {"sub": "s"}, "rate": 1, "burst": 1}
    body = {"subject": {"sub": "s", "roles": []}, "action": "a", "resource": "r"}

    statuses = []
    for undo in (
        ("PUT", "/__fake__/rate-limits", {**order, "enabled": False}),
        ("POST", "/__fake__/reset", {"sub": "s"}),
        ("POST", "/__fake__/reset", {}),
    ):
        limited(iam, order)
        statuses += [iam.ask("POST", "/decision", body).status for _ in range(2)]
        iam.ask("POST", "/__fake__/reset", {"sub": "other"})
        statuses.append(iam.ask("POST", "/decision", body).status)
        iam.ask(*undo)
        statuses.append(iam.ask("POST", "/decision", body).status)

    assert statuses == [200, 429, 429, 200] * 3


async def test_limits_are_ordered_from_python(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA)
    await iam.limit_rate({"sub": PERSONA["sub"]}, rate=0.001, burst=1)
    limited = [(await verify(iam, token)).status for _ in range(2)]
    await iam.unlimit_rate({"sub": PERSONA["sub"]})

    assert limited == [200, 429]
    assert (await verify(iam, token)).status == 200
    with pytest.raises(ControlError, match="fake iam refused"):
        await iam.limit_rate(rate=0)
