"""One scenario on its way: what came of its phases, and the events that are written when it has ended."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from harness.driving.curl import curl_line
from harness.driving.failures import GivenRefusedError, MismatchError
from harness.driving.recorder import Recorder
from harness.driving.sent import note_secrets
from harness.plugin.judgement import BLOCKED, FAILED, PASSED, UNKNOWN, Evidence, Judgement, Problem, judge
from harness.plugin.markers import requirements_of, title_of
from harness.plugin.options import STAGE, Stage
from reports.record import Finding, ScenarioFinished
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Generator

    from reports.record import Exchange


class _Said(NamedTuple):
    """What a finding says of itself."""

    rule: str
    operation: str
    requirements: tuple[str, ...]
    title: str
    detail: str


class ScenarioRun:
    """Collects what is known of a scenario while it runs."""

    def __init__(self, item: pytest.Item, stage: Stage) -> None:
        self.item = item
        self.stage = stage
        self.recorder = Recorder(item.nodeid, stage.emit, stage.coverage)
        self.problems: list[Problem] = []
        self._started = time.monotonic()

    def judged(self) -> Judgement:
        """Return what is to be said of it as things stand."""
        return judge(
            Evidence(
                problems=tuple(self.problems),
                exchanges=len(self.recorder.engine_exchanges),
                kinds=frozenset(self.recorder.kinds),
                claims=self.recorder.claims + self.stage.watch.claims,
                hollow=self.stage.watch.hollow(),
                disturbances=tuple(self.recorder.disturbances),
            )
        )

    def finish(self) -> Judgement:
        """Judge, and write the finding (if any) and the end."""
        judgement = self.judged()
        note_secrets(Path(self.stage.world.work_dir), self.recorder.sent_secrets)
        finding = self._finding(judgement)
        if finding is not None:
            self.stage.found(finding)
        self.stage.emit(
            ScenarioFinished(
                at=now(),
                scenario=self.item.nodeid,
                suite=self.item.path.parent.name,
                title=title_of(self.item),
                requirements=requirements_of(self.item),
                outcome=judgement.outcome,
                seconds=round(time.monotonic() - self._started, 3),
                kinds=tuple(sorted(self.recorder.kinds)),
                reason=self.recorder.clean(judgement.reason),
                finding=None if finding is None else finding.id,
                exchanges=len(self.recorder.engine_exchanges),
            )
        )
        return judgement

    def _finding(self, judgement: Judgement) -> Finding | None:
        if judgement.outcome not in {FAILED, BLOCKED}:
            return None
        recorder = self.recorder
        asked = recorder.engine_exchanges
        last = asked[-1] if asked else None
        given = isinstance(judgement.blame, GivenRefusedError)
        shown = last if given else recorder.exchange(recorder.offending) or last
        said = self._said(judgement, shown)
        return Finding(
            id="F-" + hashlib.sha256(f"{said.rule}\n{said.operation}".encode()).hexdigest()[:10],
            rule=said.rule,
            operation=said.operation,
            requirements=said.requirements,
            title=said.title,
            detail=recorder.clean(said.detail),
            exchanges=self._until(shown),
            curl="" if shown is None else curl_line(shown),
            seed=self.stage.world.seed,
        )

    def _said(self, judgement: Judgement, shown: Exchange | None) -> _Said:
        """Say what is broken: as the error that knows does, else as the scenario does."""
        blame, operation = judgement.blame, self._operation(shown)
        if isinstance(blame, GivenRefusedError):
            title = f"A given was refused: {blame.step}"
            return _Said(f"given {blame.step}", blame.operation, blame.requirements, title, blame.detail)
        if isinstance(blame, MismatchError):
            title = f"Not as the model has it: {blame.rule}"
            return _Said(blame.check, operation, blame.requirements, title, blame.detail)
        node, title = self.item.nodeid, title_of(self.item)
        return _Said(node, operation, requirements_of(self.item), title, judgement.reason)

    def _operation(self, exchange: Exchange | None) -> str:
        return self.recorder.operations.get(exchange.id, "") if exchange else ""

    def _until(self, shown: Exchange | None) -> tuple[str, ...]:
        ids = [exchange.id for exchange in self.recorder.exchanges]
        return tuple(ids[: ids.index(shown.id) + 1]) if shown else tuple(ids)


RUN = pytest.StashKey[ScenarioRun]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Begin a scenario; write its end, whatever it was."""
    item.stash[RUN] = run = ScenarioRun(item, item.config.stash[STAGE])
    run.stage.watch.begin()
    try:
        return (yield)
    except BaseException as interruption:
        run.problems.append(Problem("interrupted", interruption))
        raise
    finally:
        run.finish()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how a phase ended; show a vacuous scenario as failed, so that no console calls it green."""
    report = yield
    run = item.stash[RUN]
    if call.excinfo is not None:
        run.problems.append(Problem(call.when, call.excinfo.value))
    elif call.when == "teardown" and not run.problems:
        judgement = run.judged()
        if judgement.outcome != PASSED:
            report.outcome = "failed" if judgement.outcome == UNKNOWN else "skipped"
            report.longrepr = _shown(item, judgement)
    return report


def _shown(item: pytest.Item, judgement: Judgement) -> Any:  # noqa: ANN401 - pytest's own union of shapes
    if judgement.outcome == UNKNOWN:
        return judgement.reason
    return (str(item.path), item.location[1] or 0, f"Skipped: {judgement.reason}")
