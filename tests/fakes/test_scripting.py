"""Scripts over the wire: by content, in sequences, by chance and for a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fakes.control import Condition, ControlError, Match, Step, TextCondition
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.policy import PolicyFake
from fakes.shape.stage import Stage
from tests.fakes.wire import connect, request

if TYPE_CHECKING:
    from fakes.control import FakeControl

EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
DOWN = {"kind": "status", "status": 503}


async def statuses(control: FakeControl, times: int, path: str = "/health") -> list[int]:
    async with connect(control.url) as wire:
        return [(await wire.ask("GET", path)).status for _ in range(times)]


async def evaluate(control: FakeControl, source: str, tenant: str = "a") -> int:
    async with connect(control.url) as wire:
        body = {"context": {"actor_type": "human", "source": source}}
        return (await wire.ask("POST", f"/v1/policy/tenants/{tenant}/evaluate", body)).status


async def test_it_fails_three_times_and_then_recovers(policy: FakeControl) -> None:
    script = await policy.script("GET /health", steps=[Step(fault=DOWN, times=3)])

    assert await statuses(policy, 5) == [503, 503, 503, 200, 200]
    state = await policy.state(script)
    assert (state.hits, len(state.fired_at), state.exhausted) == (3, 3, True)


async def test_steps_may_repeat_and_normal_ones_let_the_fake_answer(policy: FakeControl) -> None:
    steps: list[dict[str, Any]] = [{"normal": True}, {"fault": DOWN, "times": 2}, {"reply": {"status": 202}}]
    script = await policy.script("GET /health", steps=steps, repeat=True)

    assert await statuses(policy, 9) == [200, 503, 503, 202, 200, 503, 503, 202, 200]
    state = await policy.state(script)
    assert (state.hits, state.exhausted, state.does) == (
        6,
        False,
        "normal, fault status 503 x2, reply 202, repeating",
    )


async def test_a_normal_step_hides_older_scripts_as_any_other(policy: FakeControl) -> None:
    await policy.script("GET /health", fault={"kind": "status", "status": 500})
    await policy.script("GET /health", steps=[{"normal": True}, {"fault": DOWN}])

    assert await statuses(policy, 3) == [200, 503, 500]


async def test_a_normal_step_refuses_what_is_outside_the_contract(policy: FakeControl) -> None:
    await policy.script(steps=[{"normal": True}, {"fault": DOWN}])

    assert await statuses(policy, 2, "/health?surplus=1") == [400, 503]


async def test_times_bound_a_sequence(policy: FakeControl) -> None:
    await policy.script("GET /health", steps=[{"fault": DOWN}, {"normal": True}], repeat=True, times=3)

    assert await statuses(policy, 6) == [503, 200, 503, 200, 200, 200]


async def test_only_what_a_match_asks_for_is_scripted(policy: FakeControl) -> None:
    match = {"tenant": "a", "body": {"/context/source": {"equals": "ci"}}}
    script = await policy.script(EVALUATE, match=match, fault=DOWN)

    asked = [("ide", "a"), ("ci", "a"), ("ci", "b")]

    assert [await evaluate(policy, source, tenant) for source, tenant in asked] == [200, 503, 200]
    assert (await policy.state(script)).hits == 1


async def test_a_match_may_be_made_of_records(policy: FakeControl) -> None:
    sound = Condition(equals="ci", present=True)
    match = Match(tenant="a", path=TextCondition(contains="evaluate"), body={"/context/source": sound})
    script = await policy.script(EVALUATE, match=match, fault=DOWN)

    assert [await evaluate(policy, source) for source in ("ide", "ci")] == [200, 503]
    assert (await policy.state(script)).match == match
    assert await policy.verify(EVALUATE, match=match, exactly=1) == 1


async def test_method_and_path_do_without_an_operation(policy: FakeControl) -> None:
    await policy.script(match={"method": "GET", "path": {"matches": "^/health$"}}, fault=DOWN)

    assert await statuses(policy, 1) == [503]
    assert await statuses(policy, 1, "/v1/standards?tenant_id=t&framework=mmm") == [200]


async def test_the_same_seed_and_the_same_calls_are_the_same_outcome(policy: FakeControl) -> None:
    rows, seeds = [], []
    for seed in (11, 11, 12):
        script = await policy.script("GET /health", fault=DOWN, probability=0.5, seed=seed)
        rows.append(await statuses(policy, 20))
        seeds.append((await policy.heal(script)).seed)

    assert seeds == [11, 11, 12]
    assert rows[0] == rows[1] != rows[2]
    assert set(rows[0]) == {200, 503}


async def test_a_seed_that_nobody_gave_is_shown_and_makes_it_happen_again(policy: FakeControl) -> None:
    script = await policy.script("GET /health", fault=DOWN, probability=0.5)
    state = await policy.state(script)
    first = await statuses(policy, 20)
    await policy.heal(script)

    assert state.seed is not None
    await policy.script("GET /health", fault=DOWN, probability=state.probability, seed=state.seed)

    assert await statuses(policy, 20) == first


async def test_a_call_that_chance_spares_meets_the_older_script(policy: FakeControl) -> None:
    await policy.script("GET /health", reply={"status": 202})
    await policy.script("GET /health", fault=DOWN, probability=0.5, seed=3)

    assert set(await statuses(policy, 20)) == {202, 503}


def test_a_script_lasts_for_a_time_by_the_fakes_clock() -> None:
    now = [1000.0]
    stage = Stage(PolicyFake(), lambda: now[0])
    order = {"operation": "GET /health", "reply": {"status": 503}, "seconds": 30}

    def ask(method: str, path: str, body: object = None) -> tuple[int, Any]:
        answer = stage.handle(Request(method, path, body=b"" if body is None else json.dumps(body).encode()))
        assert isinstance(answer, Answer)
        return answer.status, json.loads(answer.body or b"null")

    script = ask("POST", "/__fake__/scripts", order)[1]["script_id"]
    seen = []
    for at in (1000.0, 1029.9, 1030.0, 1000.0):
        now[0] = at
        seen.append((ask("GET", "/health")[0], ask("GET", f"/__fake__/scripts/{script}")[1]["exhausted"]))

    # What is over is over, even if the clock goes back; its state goes by the clock alone.
    assert [status for status, _ in seen] == [503, 503, 200, 200]
    assert [over for _, over in seen[:3]] == [False, False, True]
    state = ask("GET", f"/__fake__/scripts/{script}")[1]
    assert (state["hits"], state["until"]) == (2, "1970-01-01T00:17:10.000000Z")


async def test_scripts_are_listed_by_whose_they_are_with_what_became_of_them(policy: FakeControl) -> None:
    mine = await policy.script(match={"tenant": "a"}, fault=DOWN, times=1)
    idle = await policy.script(match={"tenant": "a", "sub": "s"}, fault=DOWN)
    theirs = await policy.script(match={"tenant": "b"}, fault=DOWN)
    everybodys = await policy.script("GET /health", reply={"status": 200})
    await evaluate(policy, "ide")

    every = await policy.scripts()

    assert [state.script_id for state in every] == [mine, idle, theirs, everybodys]
    assert [(state.hits, state.exhausted) for state in every] == [(1, True), *[(0, False)] * 3]
    assert [state.script_id for state in await policy.scripts(tenant="a")] == [mine, idle]
    assert [state.script_id for state in await policy.unused(tenant="a")] == [idle]
    assert [state.script_id for state in await policy.scripts(sub="s")] == [idle]
    assert await policy.scripts(tenant="nobody") == ()


async def test_violations_are_read_in_one_call_with_the_journals_filters(policy: FakeControl) -> None:
    for tenant, source in (("a", "ide"), ("a", "nowhere"), ("b", "nowhere")):
        await evaluate(policy, source, tenant)
    await statuses(policy, 1, "/health?surplus=1")

    everybodys = await policy.violations()
    mine = await policy.violations(tenant="a")

    assert [entry.seq for entry in everybodys] == [2, 3, 4]
    assert [entry.seq for entry in mine] == [2]
    assert mine[0].violations[0].pointer == "/body/context/source"
    assert [entry.seq for entry in await policy.violations(after=2, operation="GET /health")] == [4]
    assert await policy.violations(limit=1) == everybodys


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"steps": [{"normal": True}]}, "at least one reply or fault"),
        ({"steps": [{"fault": DOWN, "normal": True}]}, "a step has exactly one"),
        ({"steps": [{}]}, "a step has exactly one"),
        ({"fault": DOWN, "steps": [{"fault": DOWN}]}, "exactly one of reply, fault and steps"),
        ({"fault": DOWN, "repeat": True}, "only steps can repeat"),
        ({"fault": DOWN, "seed": 1}, "a seed is for a probability"),
        ({"fault": DOWN, "probability": 0}, "/body/probability"),
        ({"fault": DOWN, "seconds": 0}, "/body/seconds"),
        ({"fault": DOWN, "match": {"path": {"matches": "("}}}, "path: .*regex"),
        ({"fault": DOWN, "match": {"body": {"x": {"equals": 1}}}}, "/body/match/body"),
        ({"fault": DOWN, "match": {"tenant": ""}}, "/body/match/tenant"),
        ({"fault": DOWN, "match": {"token": ""}}, "/body/match/token"),
        ({"fault": DOWN, "match": {"sub": ""}}, "/body/match/sub"),
        ({"fault": DOWN, "match": {"traceparent": ""}}, "/body/match/traceparent"),
        ({"fault": DOWN, "match": {"method": "POST"}}, "method POST: no such request is a GET /health"),
        ({"reply": {"status": 204, "body": {}}}, "an answer 204 has no body"),
        ({"steps": [{"reply": {"status": 304, "body": None}}]}, "an answer 304 has no body"),
    ],
)
async def test_a_script_that_could_never_fire_is_refused(
    policy: FakeControl, order: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ControlError, match=reason):
        await policy.script("GET /health", **order)

    assert await policy.scripts() == ()


async def test_a_health_script_may_be_for_head_alone(policy: FakeControl) -> None:
    script = await policy.script("GET /health", match={"method": "HEAD"}, fault=DOWN)

    async with connect(policy.url) as wire:
        await wire.send(request("HEAD", "/health"))
        head = await wire.reader.readline()

    assert head.split()[1] == b"503"
    assert (await policy.state(script)).hits == 1


async def test_a_request_that_cannot_be_is_not_verified(policy: FakeControl) -> None:
    with pytest.raises(ControlError, match="no such request is a GET /health"):
        await policy.verify("GET /health", match={"method": "PUT"}, exactly=0)


async def test_an_empty_filter_is_as_if_it_were_not_there_and_an_empty_scope_is_refused(
    policy: FakeControl,
) -> None:
    script = await policy.script("GET /health", match={"tenant": "a"}, fault=DOWN)
    await evaluate(policy, "nowhere")
    nobody = {"tenant": "", "token": "", "sub": "", "traceparent": ""}

    with pytest.raises(ControlError, match="/body/tenant"):
        await policy.reset(tenant="")

    assert [state.script_id for state in await policy.scripts(**nobody)] == [script]
    assert len(await policy.journal(**nobody, operation="")) == 1
    assert len(await policy.violations(**nobody, operation="")) == 1


@pytest.mark.parametrize(
    "order",
    [
        {"fault": DOWN, "times": 2.0},
        {"fault": {"kind": "status", "status": 503.0}, "times": 2},
        {"steps": [{"reply": {"status": 503.0}, "times": 2.0}]},
        {"fault": DOWN, "times": 2, "probability": 1, "seed": 3.0},
    ],
)
async def test_an_integer_may_be_written_with_a_point(policy: FakeControl, order: dict[str, Any]) -> None:
    await policy.script("GET /health", **order)

    assert await statuses(policy, 3) == [503, 503, 200]


async def test_a_number_that_is_no_integer_is_refused(policy: FakeControl) -> None:
    with pytest.raises(ControlError, match="Expected `int`, got `float`"):
        await policy.script(fault={"kind": "status", "status": 503.5})
