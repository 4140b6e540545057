"""5.3.2 and the table of section 2: what a decide goes by while somebody cannot be asked."""

# ruff: noqa: ANN401 -- answers of any dependency

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from engine.decide.gather import PolicyUnknownError, gathered
from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.policy import MIRRORS_ONLY
from engine.edge.errors import ApiError
from engine.values.caller import Caller
from engine.values.playbook import QuietHours
from engine.values.standing import Standing, TenantPolicy
from engine.values.surroundings import PolicyVerdict, Surroundings
from tests.engine.samples import NO_QUIET_HOURS, OPEN, SNAPSHOT, facts

if TYPE_CHECKING:
    from engine.services import Services

CALLER = Caller("actor-1", "tenant-1", "human", frozenset(), frozenset())
WELL: dict[str, Any] = {
    "may_decide": True,
    "standing": Standing(),
    "evaluate": PolicyVerdict(SNAPSHOT),
    "of": OPEN,
    "recent_signals": ("s-1",),
    "quiet_hours": NO_QUIET_HOURS,
}
SAFETY_CRITICAL = Standing(tenant_policy=TenantPolicy(safety_critical=True))
STALE = PolicyVerdict(SNAPSHOT, stale=True)


def away(name: str) -> UnavailableError:
    return UnavailableError(name, "away")


def asking(answer: Any) -> Any:
    async def ask(*_about: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


async def gathered_from(**answers: Any) -> Surroundings:
    everybody = SimpleNamespace(**{name: asking(answer) for name, answer in {**WELL, **answers}.items()})
    names = ("iam", "shelf", "policy", "standards", "ubi", "governance")
    services = cast("Services", SimpleNamespace(**dict.fromkeys(names, everybody)))
    return await gathered(services, CALLER, facts())


async def test_what_everybody_says_is_what_holds() -> None:
    assert await gathered_from() == Surroundings(
        standing=Standing(),
        policy=PolicyVerdict(SNAPSHOT),
        standards=OPEN,
        recent_signals=("s-1",),
        quiet_hours=NO_QUIET_HOURS,
        unavailable=frozenset(),
    )


@pytest.mark.parametrize(
    ("asked", "who", "holds"),
    [
        ("of", "standards", {"standards": MIRRORS_ONLY}),
        ("recent_signals", "ubi", {"recent_signals": ()}),
        ("quiet_hours", "governance", {"quiet_hours": QuietHours(start=22, end=6)}),
    ],
)
async def test_what_holds_while_a_dependency_is_away(asked: str, who: str, holds: dict[str, Any]) -> None:
    around = await gathered_from(**{asked: away(who)})

    assert around == replace(await gathered_from(), **holds, unavailable=frozenset((who,)))


async def test_a_stale_snapshot_is_a_loss() -> None:
    around = await gathered_from(evaluate=STALE)

    assert (around.policy, around.unavailable) == (STALE, frozenset(("policy",)))


async def test_without_a_snapshot_nothing_can_be_decided() -> None:
    with pytest.raises(PolicyUnknownError):
        await gathered_from(evaluate=away("policy"))


@pytest.mark.parametrize("answer", [away("policy"), STALE])
async def test_a_safety_critical_tenant_wants_a_fresh_snapshot_or_nothing(answer: Any) -> None:
    around = await gathered_from(evaluate=answer, standing=SAFETY_CRITICAL)

    assert around.policy == PolicyVerdict(None)
    assert around.unavailable == frozenset(("policy",))


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (away("iam"), 503),
        (RefusedError("iam", 403, None), 403),
        (RefusedError("iam", 429, "7"), 503),
        (False, 403),
    ],
)
async def test_who_may_not_decide_is_told_whatever_else_is_away(answer: Any, status: int) -> None:
    with pytest.raises(ApiError) as refused:
        await gathered_from(may_decide=answer, evaluate=away("policy"), recent_signals=away("ubi"))

    assert refused.value.status == status
