"""Schemathesis' recorders folded into groups and exchanges.

Rule: a case is told once, when its scenario ends; what a check sent besides hangs under the case that it
was sent for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import Status
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario, coverage_scenario

from harness.fuzzing.cases import CaseList
from harness.fuzzing.ledger import Failed
from harness.fuzzing.mapping import ANSWERS
from harness.fuzzing.seen import Seen, weigh
from harness.fuzzing.wire import Call, curl, exchange
from reports.record import ExchangeRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemathesis.core.failures import Failure
    from schemathesis.core.transport import Response
    from schemathesis.engine.recorder import CheckNode, Interaction, ScenarioRecorder

    from harness.driving.coverage import Coverage
    from harness.fuzzing.ledger import Ledger
    from harness.fuzzing.schema import AnyCase
    from harness.fuzzing.tolerance import Tolerance
    from harness.fuzzing.wire import Personas
    from reports.record import Event

PASSING_KEPT = 200
DETAIL = 400
REFUSED_CREDENTIALS = frozenset({401, 403})


class Fold:
    """Takes one finished scenario of schemathesis after the other."""

    def __init__(
        self,
        ledger: Ledger,
        tolerance: Tolerance,
        personas: Personas,
        coverage: Coverage,
        emit: Callable[[Event], None],
        *,
        name: str,
    ) -> None:
        self._name = name
        self._ledger = ledger
        self._tolerance = tolerance
        self._personas = personas
        self._coverage = coverage
        self._emit = emit
        self._ids: dict[str, str] = {}
        self._kept: Counter[str] = Counter()
        self.cases = 0
        self.left_out = 0
        self.sent = CaseList(personas)
        self._givens: tuple[str, ...] = ()
        self._given_ids: tuple[str, ...] = ()

    def given(self, exchanges: tuple[str, ...], ids: tuple[str, ...]) -> None:
        """Note which exchanges made these ids: a finding that uses one cannot be repeated without them."""
        self._givens, self._given_ids = exchanges, ids

    def take(self, recorder: ScenarioRecorder, seconds: float) -> None:
        """Fold one scenario."""
        children = _children(recorder)
        failing = self._in_failures(recorder)
        for case_id, node in recorder.cases.items():
            if case_id in recorder.interactions:
                self._record(node.value, recorder.interactions[case_id], whole=case_id in failing)
        for case_id, node in recorder.cases.items():
            if case_id in recorder.interactions:
                self._judge(recorder, node.value, children[case_id])
        self._spread(recorder, seconds)

    def _record(self, case: AnyCase, interaction: Interaction, *, whole: bool) -> None:
        """Emit an exchange; of those that show nothing wrong only so many of an operation."""
        self.cases += 1
        call, label = _call(interaction), case.operation.label
        self.sent.add(call)
        see(self._coverage, call)
        if not whole and self._kept[label] >= PASSING_KEPT:
            self.left_out += 1
            return
        self._kept[label] += 0 if whole else 1
        self._ids[case.id] = identity = f"{self._name}-{self.cases}"
        scenario = f"contract:{label}"
        told = exchange(call, identity, scenario, self._personas, whole=whole)
        self._emit(ExchangeRecorded(at=told.at, exchange=told))

    def _in_failures(self, recorder: ScenarioRecorder) -> set[str]:
        """Return the cases that a failure is made of: the offending one and what led to it."""
        lost = {case_id for case_id, seen in recorder.interactions.items() if seen.response is None}
        chains = (
            case.id
            for case_id, nodes in recorder.checks.items()
            for node in nodes
            if node.failure_info is not None
            for case in recorder.iter_chain_cases(
                case_id=case_id, related_case_ids=node.failure_info.failure.related_case_ids()
            )
        )
        return lost | set(chains)

    def _judge(self, recorder: ScenarioRecorder, case: AnyCase, probes: list[AnyCase]) -> None:
        interaction = recorder.interactions[case.id]
        if interaction.response is None:
            self._unanswered(case, _call(interaction))
            return
        seen = _seen(recorder, case, interaction.response, probes)
        for node in recorder.checks.get(case.id, ()):
            self._count(recorder, case, node, seen)

    def _unanswered(self, case: AnyCase, call: Call) -> None:
        group = self._ledger.group(ANSWERS, case.operation.label)
        if group is not None:
            known = self._ids.get(case.id)
            detail = "no answer: the connection was lost, or nothing came within the time-out"
            group.failed(Failed(detail, (known,) if known else (), curl(call, self._personas), call.size))

    def _count(self, recorder: ScenarioRecorder, case: AnyCase, node: CheckNode, seen: Seen) -> None:
        group = self._ledger.group(node.name, case.operation.label)
        if group is None:
            return
        if node.failure_info is not None:
            group.failed(self._failed(recorder, case, node.failure_info.failure))
        elif node.status is Status.ERROR:
            group.crash = "the check itself crashed"
        elif not self._excused(node.name, case):
            group.passed(weigh(node.name, seen))

    def _excused(self, check: str, case: AnyCase) -> bool:
        """Return whether the check did find something, and a choice excused it: then it showed nothing."""
        return check in self._tolerance.dropped.get(case.id, ())

    def _failed(self, recorder: ScenarioRecorder, case: AnyCase, failure: Failure) -> Failed:
        chain = list(recorder.iter_chain_cases(case_id=case.id, related_case_ids=failure.related_case_ids()))
        sent = [each for each in chain if each.id in recorder.interactions]
        calls = [_call(recorder.interactions[each.id]) for each in sent]
        lines = "\n".join(curl(call, self._personas) for call in calls)
        return Failed(
            detail=_detail(failure, calls[-1], self._personas),
            exchanges=(
                *self._needed(calls),
                *(self._ids[each.id] for each in sent if each.id in self._ids),
            ),
            curl=lines,
            size=sum(call.size for call in calls),
        )

    def _needed(self, calls: list[Call]) -> tuple[str, ...]:
        used = any(
            each in call.url or each.encode() in call.body for each in self._given_ids for call in calls
        )
        return self._givens if used else ()

    def _spread(self, recorder: ScenarioRecorder, seconds: float) -> None:
        """Book a scenario's time on the groups it was about."""
        groups = [
            group
            for case_id, nodes in recorder.checks.items()
            for node in nodes
            if (group := self._ledger.group(node.name, recorder.cases[case_id].value.operation.label))
            is not None
        ]
        for group in groups:
            group.seconds += seconds / len(groups)


def see(coverage: Coverage, call: Call) -> None:
    """Fold a call into what was exercised of the contract, where it was answered."""
    if call.status is not None:
        coverage.see(
            method=call.method,
            url=call.url,
            headers=call.headers,
            body=call.body,
            status=call.status,
            answer_headers=call.answer_headers,
            answer=call.answer,
        )


def _children(recorder: ScenarioRecorder) -> defaultdict[str, list[AnyCase]]:
    """Return what a check sent besides, by the case it was sent for."""
    found: defaultdict[str, list[AnyCase]] = defaultdict(list)
    for node in recorder.cases.values():
        if node.parent_id is not None and node.transition is None:
            found[node.parent_id].append(node.value)
    return found


def _seen(recorder: ScenarioRecorder, case: AnyCase, response: Response, probes: list[AnyCase]) -> Seen:
    scenario = coverage_scenario(case)
    documented = case.operation.responses.find_by_status_code(response.status_code)
    data = case.meta.phase.data if case.meta is not None else None
    refused = [probe for probe in probes if _status(recorder, probe) in REFUSED_CREDENTIALS]
    return Seen(
        status=response.status_code,
        negative=case.meta is not None and case.meta.generation.mode.is_negative,
        has_input=bool(case.operation.body) or any(True for _ in case.operation.iter_parameters()),
        path_negated=case.meta is not None and case.meta.is_negative_at(ParameterLocation.PATH),
        unknown_method=scenario is CoverageScenario.UNSPECIFIED_HTTP_METHOD,
        missing_header=isinstance(data, CoveragePhaseData)
        and scenario is CoverageScenario.MISSING_PARAMETER
        and data.parameter_location is ParameterLocation.HEADER,
        documented_headers=documented is not None and bool(documented.headers),
        after_creation=_after_creation(recorder, case),
        unvouched_probes=len(refused),
        peer_probes=sum(probe.auth_identity not in {None, case.auth_identity} for probe in probes),
    )


def _status(recorder: ScenarioRecorder, case: AnyCase) -> int | None:
    interaction = recorder.interactions.get(case.id)
    return interaction.response.status_code if interaction and interaction.response else None


def _after_creation(recorder: ScenarioRecorder, case: AnyCase) -> bool:
    """Return whether the case went to what the step before had just created."""
    parent = recorder.find_parent(case_id=case.id)
    node = recorder.cases[case.id]
    return (
        parent is not None
        and node.transition is not None
        and node.is_transition_applied
        and parent.method == "POST"
        and case.path.startswith(parent.path + "/")
        and _status(recorder, parent) in {200, 201}
    )


def _call(interaction: Interaction) -> Call:
    request, response = interaction.request, interaction.response
    return Call(
        at=interaction.timestamp - (0.0 if response is None else response.elapsed),
        method=request.method,
        url=request.uri,
        headers=tuple(_pairs(request.headers)),
        body=request.body or b"",
        status=None if response is None else response.status_code,
        answer_headers=() if response is None else tuple(_pairs(response.headers)),
        answer=b"" if response is None else response.content,
        error="no answer" if response is None else None,
        seconds=0.0 if response is None else response.elapsed,
    )


def _pairs(headers: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for name, values in headers.items():
        for value in values:
            yield name, value


def _detail(failure: Failure, call: Call, personas: Personas) -> str:
    """Return in a line or two what was wrong, and with which answer."""
    said = " ".join(str(failure.message).split()) or failure.title
    text = f"{failure.title}: {said}" if said != failure.title else failure.title
    return personas.clean(f"{text[:DETAIL]} [{call.method} answered {call.status}]")
