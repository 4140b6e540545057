"""IAM is gone: nobody is let in, and the refusal says that it may pass."""

from __future__ import annotations

from harness.scenario import (
    VERIFY,
    EngineClient,
    Eris,
    Given,
    Iam,
    People,
    Reply,
    World,
    asked_until,
    each_of,
    own_world,
    parametrize,
    requirement,
    routes,
)

# An answer of /verify may be remembered for 5 s *(choice)*; one more for the engine's own pace.
FORGOTTEN_WITHIN = 6.0
ERASURE = "DELETE /actors/{actor_id}"
FORBIDDEN = {
    "error_code": "FORBIDDEN",
    "message": "The caller may not ask this.",
    "correlation_id": "iam-1",
    "retriable": False,
}


async def everywhere(engine: EngineClient, people: People, world: World) -> list[Reply]:
    """Ask on every guarded route that this engine has, as somebody who may."""
    replies = [await engine.on(route, by=people.admin) for route in each_of(routes())]
    if ERASURE not in world.missing_operations:
        replies.append(await engine.erase(people.developer.sub, by=people.admin))
    return replies


@requirement("NFR-7", "ST-MMM-02")
@own_world()
@parametrize("how", ["goes_down", "fails", "never_answers"])
async def test_no_token_is_accepted_while_iam_is_down(
    how: str, engine: EngineClient, people: People, given: Given, iam: Iam, eris: Eris
) -> None:
    """While IAM refuses connections, fails or never answers, no token opens the door: 503, and no trace."""
    await (iam.fails_with(500) if how == "fails" else getattr(iam, how)())

    refused = await engine.decide(people.developer)
    await iam.heals()
    served = await engine.decide(people.another_developer())

    assert refused.status == 503
    assert refused.error_code == "IAM_UNAVAILABLE"
    assert refused.error["retryable"] is True
    assert refused.seconds < 4.0
    assert served.status == 200
    decided = [receipt.decision_id for receipt in await eris.settled(given, due=1)]
    assert decided == [served.decision.id]


@requirement("NFR-7", "ST-MMM-02")
@own_world()
async def test_a_token_that_was_good_before_is_soon_good_no_more(
    engine: EngineClient, people: People, iam: Iam
) -> None:
    """A token that IAM vouched for a moment ago is refused seconds after IAM has gone."""
    before = await engine.decide(people.developer)
    await iam.goes_down()

    replies = await asked_until(
        engine.list_playbooks, lambda reply: reply.status != 200, within=FORGOTTEN_WITHIN
    )

    assert before.status == 200
    assert replies[-1].status == 503
    assert replies[-1].error_code == "IAM_UNAVAILABLE"


@requirement("NFR-7", "ST-MMM-02")
@own_world()
async def test_every_route_is_shut_while_iam_is_down(
    engine: EngineClient, people: People, iam: Iam, world: World
) -> None:
    """While IAM is gone, every guarded route refuses with 503 that may be tried again, whoever asks."""
    served = await engine.list_playbooks(people.developer)
    await iam.goes_down()

    replies = await everywhere(engine, people, world)

    assert served.status == 200
    for reply in each_of(replies):
        assert reply.status == 503
        assert reply.error_code == "IAM_UNAVAILABLE"
        assert reply.error["retryable"] is True


@requirement("NFR-7", "ST-MMM-02")
@own_world()
async def test_whom_iam_forbids_no_route_serves(
    engine: EngineClient, people: People, iam: Iam, world: World
) -> None:
    """Where IAM answers 403 to the question who somebody is, every guarded route answers 403."""
    served = await engine.list_playbooks(people.developer)
    await iam.replies(VERIFY, FORBIDDEN, status=403, match={})

    replies = await everywhere(engine, people, world)

    assert served.status == 200
    for reply in each_of(replies):
        assert reply.status == 403
        assert reply.error_code
