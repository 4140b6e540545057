"""One load run, told as events: what was prepared, what was measured, and what that says of NFR-1."""

from __future__ import annotations

import asyncio
import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness.driving.curl import curl_line
from harness.driving.failures import GivenRefusedError
from harness.driving.recorder import Recorder
from harness.load.generator import generate
from harness.load.given import Prepared, prepare
from harness.load.judge import Breach, Lane, breaches, generator_excuse, lateness, read_rows, smoke
from harness.load.machine import Shares, Watch
from harness.load.plan import LANES, Shape, as_json
from harness.processes import HarnessError
from reports.record import Finding, FindingRecorded, LoadMeasured, ScenarioFinished
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.worlds import World
    from reports.record import Event

SUITE = "load"
SCENARIO = "load:decide"
OPERATION = "POST /decide"
REQUIREMENT = "NFR-1"


def run_load(world: World, shape: Shape, emit: Callable[[Event], None]) -> ScenarioFinished:
    """Put load on the world's engine; every event goes to `emit`, the last of them is returned."""
    finished = _Run(world, shape, emit).execute()
    emit(finished)
    return finished


class _Run:
    def __init__(self, world: World, shape: Shape, emit: Callable[[Event], None]) -> None:
        self._world = world
        self._shape = shape
        self._emit = emit
        self._recorder = Recorder(SCENARIO, emit)
        self._out = Path(world.run_dir) / "load"
        self._started = time.monotonic()
        self._shares = Shares(foreign=0.0, idle=1.0)

    def execute(self) -> ScenarioFinished:
        if OPERATION in self._world.missing_operations:
            return self._finished("not_exercised", "the preflight found POST /decide missing")
        if "iam" not in self._world.fakes:
            return self._finished(
                "not_exercised", "IAM of this target is not ours: nobody here can make tokens"
            )
        try:
            prepared = asyncio.run(
                prepare(self._world, self._recorder, self._shape.seats * self._shape.people)
            )
        except GivenRefusedError as refused:
            return self._blocked(refused)
        try:
            self._generate(prepared)
        except HarnessError as error:
            return self._finished("unknown", " | ".join((error.line, *error.log)))
        return self._judge(self._read())

    def _generate(self, prepared: Prepared) -> None:
        self._out.mkdir(parents=True, exist_ok=True)
        for name in (*LANES, "generator"):
            (self._out / f"{name}.jsonl").write_bytes(b"")
        urls = [f"{origin}{self._world.base_path}/decide" for origin in self._world.engine_urls]
        plan = as_json(self._shape, urls=urls, tokens=prepared.tokens, body=prepared.body, out=str(self._out))
        work_dir = Path(self._world.work_dir) / "load"
        watch = Watch(self._world)
        generate(self._shape, plan, host=self._world.engine_url, work_dir=work_dir)
        self._shares = watch.shares()

    def _read(self) -> list[Lane]:
        late = lateness((self._out / "generator.jsonl").read_bytes())
        return [
            Lane(
                name,
                objective,
                read_rows((self._out / f"{name}.jsonl").read_bytes()),
                self._shares.excuse or generator_excuse(late, objective),
            )
            for name, objective in LANES.items()
        ]

    def _judge(self, lanes: Sequence[Lane]) -> ScenarioFinished:
        silent = [lane.name for lane in lanes if not lane.rows]
        if silent:
            return self._finished("unknown", f"no request was made in lane {' and '.join(silent)}")
        for lane in lanes:
            self._emit(self._measured(lane))
        findings = [self._finding(breach) for lane in lanes for breach in breaches(lane)]
        for finding in findings:
            self._emit(FindingRecorded(at=now(), finding=finding))
        if not findings:
            return self._finished("not_exercised", smoke(lanes, self._shape.seconds))
        reason = "; ".join(finding.title for finding in findings)
        return self._finished("failed", reason, finding=findings[0].id, exchanges=_answers(lanes))

    def _measured(self, lane: Lane) -> LoadMeasured:
        return LoadMeasured(
            at=now(),
            lane=lane.name,
            target_p95_ms=lane.objective_ms,
            seconds=self._shape.seconds,
            offered_per_minute=round(self._shape.per_minute / len(LANES), 3),
            latencies_ms=lane.latencies,
            failures=lane.failures,
            smoke=True,
        )

    def _finding(self, breach: Breach) -> Finding:
        return self._told(
            breach.rule, OPERATION, (REQUIREMENT,), breach.title, f"{breach.detail}; {self._shares}"
        )

    def _blocked(self, refused: GivenRefusedError) -> ScenarioFinished:
        finding = self._told(
            f"given {refused.step}",
            refused.operation,
            refused.requirements,
            f"A given was refused: {refused.step}",
            self._recorder.clean(refused.detail),
        )
        self._emit(FindingRecorded(at=now(), finding=finding))
        return self._finished("blocked", self._recorder.clean(str(refused)), finding=finding.id)

    def _told(
        self, rule: str, operation: str, requirements: tuple[str, ...], title: str, detail: str
    ) -> Finding:
        asked = self._recorder.engine_exchanges
        return Finding(
            id="F-" + hashlib.sha256(f"{rule}\n{operation}".encode()).hexdigest()[:10],
            rule=rule,
            operation=operation,
            requirements=requirements,
            title=title,
            detail=detail,
            exchanges=tuple(exchange.id for exchange in asked[-1:]),
            curl=curl_line(asked[-1]) if asked else "",
            seed=self._world.seed,
        )

    def _finished(
        self, outcome: str, reason: str, *, finding: str | None = None, exchanges: int = 0
    ) -> ScenarioFinished:
        return ScenarioFinished(
            at=now(),
            scenario=SCENARIO,
            suite=SUITE,
            title="p95 keeps its objective in both lanes while decisions are asked for at the stated rate",
            requirements=(REQUIREMENT,),
            outcome=outcome,
            seconds=round(time.monotonic() - self._started, 3),
            kinds=("load",) if outcome == "failed" else (),
            reason=reason,
            finding=finding,
            exchanges=exchanges,
        )


def _answers(lanes: Sequence[Lane]) -> int:
    return sum(len(lane.rows) for lane in lanes)
