"""A fake for synchronous tests, as they would use it: strict to the end, and typed."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest

from fakes.asking import tls
from fakes.catalogue import FAKES
from fakes.control import FakeControl, IamControl, NotAsAskedError, Reply
from fakes.local import (
    FakeAlerting,
    FakeERIS,
    FakeGovernance,
    FakeIAM,
    FakeLLM,
    FakeOTLP,
    FakePolicy,
    FakeUBI,
    LocalFake,
    StrictnessError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

get = partial(httpx.get, trust_env=False, verify=tls())
post = partial(httpx.post, trust_env=False, verify=tls())


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (FakeIAM, "iam"),
        (FakeERIS, "eris"),
        (FakePolicy, "policy"),
        (FakeLLM, "llm"),
        (FakeUBI, "ubi"),
        (FakeGovernance, "governance"),
        (FakeAlerting, "alerting"),
        (FakeOTLP, "otlp"),
    ],
)
def test_every_fake_can_be_had_ready_on_a_port_of_its_own(
    make: Callable[[], LocalFake[FakeControl]], name: str
) -> None:
    assert name in FAKES
    with make() as one, make() as other:
        assert one.url != other.url
        for fake in (one, other):
            assert get(f"{fake.url}/__fake__/health").json() == {"name": name, "status": "ready"}


def test_a_script_is_given_to_who_asks() -> None:
    with FakeIAM() as iam:
        iam.on("POST", "/verify", reply=503, times=1)

        replies = [post(f"{iam.url}/iam/v1/verify", json={"token": "t"}) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [503, 401]
    assert replies[0].json()["error_code"] == "SERVER_ERROR"


def test_a_bare_success_has_no_body_and_a_reply_is_word_for_word() -> None:
    with FakePolicy() as policy:
        policy.on("GET", "/health", reply=204)
        policy.on("GET", "/v1/standards", reply=Reply(200, {"X-Own": "yes"}, {"items": []}))

        health = get(f"{policy.url}/health")
        standards = get(f"{policy.url}/v1/standards?tenant_id=t&framework=mmm")

    assert (health.status_code, health.content) == (204, b"")
    assert (standards.json(), standards.headers["x-own"]) == ({"items": []}, "yes")


def strictness(use: Callable[[LocalFake[IamControl]], object]) -> list[str]:
    """Use a fake, and return what it says at the end."""
    with pytest.raises(StrictnessError) as raised, FakeIAM() as iam:
        use(iam)
    with pytest.raises(httpx.ConnectError):
        get(f"{iam.url}/__fake__/health")
    return str(raised.value).splitlines()


def test_a_script_that_nobody_used_fails_at_the_end() -> None:
    def use(iam: LocalFake[IamControl]) -> None:
        iam.on("POST", "/verify", reply=503)
        iam.on("POST", "/decision", reply=Reply(200), match={"sub": "ann"})

    first, second = strictness(use)

    assert first.startswith("fake iam: nobody used the script fault status 503 for POST /verify (armed ")
    assert 'script reply 200 for POST /decision with {"sub":"ann"}' in second


def test_healing_a_script_that_nobody_used_does_not_hide_it() -> None:
    def use(iam: LocalFake[IamControl]) -> None:
        used = iam.on("GET", "/health", reply=503)
        get(f"{iam.url}/iam/v1/health")
        for script in (used, iam.on("POST", "/verify", reply=503)):
            iam.do(iam.control.heal, script)

    (line,) = strictness(use)

    assert line.startswith("fake iam: nobody used the script fault status 503 for POST /verify ")


def test_what_a_reset_took_away_is_nobodys_fault() -> None:
    with FakeIAM() as iam:
        iam.do(iam.control.heal, iam.on("POST", "/verify", reply=503))
        iam.do(iam.control.reset)


def test_steps_that_nobody_came_to_fail_at_the_end() -> None:
    down = {"kind": "status", "status": 503}

    def use(iam: LocalFake[IamControl]) -> None:
        steps = [{"fault": down, "times": 3}, {"normal": True}, {"reply": {"status": 404}}]
        iam.on("GET", "/health", steps=steps)
        get(f"{iam.url}/iam/v1/health")

    (line,) = strictness(use)

    assert line.startswith(
        "fake iam: nobody came to reply 404 of the script fault status 503 x3, normal, reply"
    )


def test_steps_that_were_all_begun_or_repeat_do_not_fail() -> None:
    down = {"kind": "status", "status": 503}
    with FakeIAM() as iam:
        iam.on("GET", "/health", steps=[{"fault": down}, {"fault": down, "times": 3}])
        iam.on("GET", "/config", steps=[{"fault": down}, {"reply": {"status": 404}}], repeat=True)

        statuses = [get(f"{iam.url}/iam/v1/{path}").status_code for path in ("health", "health", "config")]

    assert statuses == [503, 503, 503]


def test_a_fake_that_is_not_running_and_a_script_with_two_answers_say_so() -> None:
    idle = FakeIAM()
    with pytest.raises(RuntimeError, match="fake iam is not running: use it within `with`"):
        idle.on("POST", "/verify", reply=503)
    with idle as iam, pytest.raises(ValueError, match="a reply, a fault or steps, one of them"):
        iam.on("POST", "/verify", reply=503, fault={"kind": "reset"})
    with pytest.raises(RuntimeError, match="not running"):
        idle.do(idle.control.health)


def test_a_call_outside_the_contract_fails_at_the_end() -> None:
    def use(iam: LocalFake[IamControl]) -> None:
        iam.on("GET", "/health", reply=503)
        get(f"{iam.url}/iam/v1/health")
        post(f"{iam.url}/iam/v1/verify", json={"tokens": "t"})
        get(f"{iam.url}/nowhere")

    first, second = strictness(use)

    assert first.startswith("fake iam: request 2, POST /iam/v1/verify, was outside the contract: /body/token")
    assert second.startswith("fake iam: request 3, GET /nowhere, was outside the contract: path.unknown: ")


def test_a_test_that_fails_anyhow_is_not_talked_over() -> None:
    def fail(iam: LocalFake[IamControl]) -> None:
        iam.on("POST", "/verify", reply=503)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), FakeIAM() as iam:
        fail(iam)


def test_a_failed_end_leaves_no_thread_behind() -> None:
    before = threading.active_count()

    strictness(lambda iam: iam.on("POST", "/verify", fault={"kind": "never_answer"}))

    assert threading.active_count() == before


def test_the_controls_of_a_fake_are_typed_and_asked_through_it() -> None:
    with FakeIAM() as iam:
        control: IamControl = iam.control
        token: str = iam.do(control.mint, sub="ann", tenant_id="a", roles=["viewer"])

        vouched = post(f"{iam.url}/iam/v1/verify", json={"token": token}).json()
        count: int = iam.do(control.verify, "POST /verify", match={"tenant": "a"}, exactly=1)
        with pytest.raises(NotAsAskedError, match="not exactly 2"):
            iam.do(control.verify, "POST /verify", exactly=2)

    assert (vouched["sub"], vouched["roles"], count) == ("ann", ["viewer"], 1)
