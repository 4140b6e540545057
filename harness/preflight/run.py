"""The preflight itself: does IAM hear from the engine, which routes exist, are ids and times well-formed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.control import IamControl
from harness.driving.coverage import Coverage
from harness.driving.curl import curl_line
from harness.driving.engine import EngineClient
from harness.driving.names import Names
from harness.driving.people import People, Wallet
from harness.driving.recorder import Recorder
from harness.preflight.shapes import PLAYBOOK, misshapen, misshapen_decision
from harness.preflight.walk import DOOR, ROUTES, Seen, Step, Walk
from reports.record import Attribution, Finding, FindingRecorded, Note
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.worlds import World
    from reports.record import Event

NAME = "preflight"
SHUT = (401, 503)


@dataclass(frozen=True, slots=True)
class Preflight:
    """What came of it. With a `problem` (one line) the environment is at fault, and nothing can be judged."""

    missing: tuple[str, ...] = ()
    problem: str = ""


async def run_preflight(world: World, emit: Callable[[Event], None]) -> Preflight:
    """Walk through the engine once, tell what was found as events, and say what later stages need."""
    if "iam" not in world.fakes:
        emit(Note(at=now(), text="preflight: IAM is not ours here, so no caller can be made up"))
        return Preflight()
    coverage = Coverage(NAME, world.base_path)
    recorder = Recorder(NAME, emit, coverage)
    names = Names(world.seed, NAME)
    people = People(names, names.tenant())
    iam = IamControl("iam", world.fakes["iam"])
    wallet = Wallet(iam, recorder)
    engine = EngineClient(world, people, wallet, recorder)
    try:
        walk = Walk(engine, people, recorder)
        run = _Run(world=world, walk=walk, wallet=wallet, iam=iam, recorder=recorder, emit=emit)
        return await run.execute()
    finally:
        coverage.tell(emit)
        await engine.aclose()
        await iam.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    world: World
    walk: Walk
    wallet: Wallet
    iam: IamControl
    recorder: Recorder
    emit: Callable[[Event], None]

    async def execute(self) -> Preflight:
        door = await self._take(DOOR)
        heard = {seen.operation.name: await self._heard(seen) for seen in door}
        if problem := shut_without_asking(door, heard, self.world.fakes["iam"]):
            self._find("environment", door[-1:], problem, problem, attribution=Attribution.ENVIRONMENT)
            return Preflight(problem=problem)
        uninvited = [seen for seen in door if seen.let_in and not heard[seen.operation.name]]
        if uninvited:
            self._find(
                "iam is asked",
                uninvited[-1:],
                "The engine lets callers in without asking IAM.",
                f"{uninvited[-1].operation.name} answered {uninvited[-1].status}; IAM never saw the token",
                requirements=("NFR-7",),
            )
        seen = await self._take((*ROUTES, *self.walk.others()))
        self._shapes(seen)
        return Preflight(missing=self._routes((*door, *seen)))

    async def _take(self, steps: Iterable[Step]) -> list[Seen]:
        taken = [await self.walk.take(step) for step in steps]
        return [seen for seen in taken if seen is not None]

    async def _heard(self, seen: Seen) -> bool:
        """Tell whether the engine has asked IAM about a caller's token."""
        if seen.persona is None:
            return True
        return bool(await self.iam.journal(token=await self.wallet.token_of(seen.persona)))

    def _routes(self, walked: Iterable[Seen]) -> tuple[str, ...]:
        missing = {seen.operation.name: seen for seen in walked if seen.missing}
        for name, seen in missing.items():
            if seen.operation.optional:
                continue
            detail = f"a well-formed request of an entitled caller was answered {seen.status}"
            self._find("route exists", [seen], f"{name} does not exist.", detail)
        return tuple(missing)

    def _shapes(self, walked: Iterable[Seen]) -> None:
        by_name = {seen.operation.name: seen for seen in walked}
        known = self.walk.known
        wrong = {
            "POST /playbooks": list(misshapen(known.playbook, PLAYBOOK, "playbook"))
            if known.playbook
            else [],
            "POST /decide": list(misshapen_decision(known.decision)) if known.decision else [],
        }
        for name, lines in wrong.items():
            if lines and name in by_name:
                title = f"Ids or times of {name} are not well-formed."
                self._find("ids and times", [by_name[name]], title, "; ".join(lines))

    def _find(
        self,
        rule: str,
        shown: list[Seen],
        title: str,
        detail: str,
        *,
        attribution: Attribution = Attribution.ENGINE,
        requirements: tuple[str, ...] | None = None,
    ) -> None:
        rule = f"{NAME}: {rule}"
        operation = shown[-1].operation
        exchange = self.recorder.exchange(shown[-1].exchange)
        blamed = operation.requirements[:3] if requirements is None else requirements
        finding = Finding(
            id="F-" + hashlib.sha256(f"{rule}\n{operation.name}".encode()).hexdigest()[:10],
            rule=rule,
            operation=operation.name,
            requirements=blamed if attribution is Attribution.ENGINE else (),
            title=title,
            detail=self.recorder.clean(detail),
            attribution=attribution,
            exchanges=tuple(seen.exchange for seen in shown),
            curl=curl_line(exchange) if exchange else "",
            seed=self.world.seed,
        )
        self.emit(FindingRecorded(at=now(), finding=finding))


def shut_without_asking(door: Iterable[Seen], heard: dict[str, bool], iam: str) -> str:
    """Say, where the engine refuses everybody and IAM never heard of it, what that means; else nothing."""
    answered = [seen for seen in door if seen.status is not None and not seen.missing]
    if not answered or any(heard.values()) or any(seen.status not in SHUT for seen in answered):
        return ""
    said = " and ".join(dict.fromkeys(str(seen.status) for seen in answered))
    return (
        f"the engine answers {said} to everybody, and IAM (at {iam}) never heard from it: "
        "is IAM's address in target.env right?"
    )
