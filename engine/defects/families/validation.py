"""Validation: what decides and outcomes let through that should be refused, and what they refuse too late."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="trigger-without-signal",
        kind=Kind.VALIDATION,
        requirements=("FR-1", "NFR-4"),
        story="Both routes do the same, so that the trigger's route was given the body of decide.",
        changes=(
            Change(
                "engine.routes.decide",
                "Annotated[TriggerBody, Depends(JsonBody(TriggerBody))]",
                "Annotated[DecideBody, Depends(JsonBody(DecideBody))]",
            ),
        ),
    ),
    Defect(
        id="unknown-severity-is-info",
        kind=Kind.VALIDATION,
        requirements=("FR-1", "NFR-4"),
        story="A producer kept sending `error`; so that no signal is lost, unknown severities are info.",
        changes=(
            Change(
                "engine.decide.request",
                "    severity: Given[Severity] = None\n",
                "    severity: Annotated[Given[Severity], BeforeValidator(_known)] = None\n",
            ),
            Change(
                "engine.decide.request",
                "class ContextBody(",
                """def _known(severity: Any) -> Any:
    strange = isinstance(severity, str) and severity not in SEVERITY_ORDER
    return "info" if strange else severity


class ContextBody(""",
            ),
            Change(
                "engine.decide.request",
                "from typing import Any\n",
                "from typing import Annotated, Any\n\nfrom pydantic import BeforeValidator\n",
            ),
            Change(
                "engine.decide.request",
                "import ActorType, Environment, Severity, Source",
                "import SEVERITY_ORDER, ActorType, Environment, Severity, Source",
            ),
        ),
    ),
    Defect(
        id="reason-asked-too-late",
        kind=Kind.VALIDATION,
        requirements=("NFR-4",),
        story="That a dismissal needs a reason is a rule of the trade, so it moved behind the look-up.",
        changes=(
            Change(
                "engine.decide.outcome_body",
                "if self.result in NEEDS_REASON and self.reason is None:",
                'if self.result in NEEDS_REASON and self.reason == "":',
            ),
            Change(
                "engine.decide.outcome",
                "        await _not_contradicting(connection, outcome)\n",
                """        if outcome.result in NEEDS_REASON and outcome.reason is None:
            raise invalid("reason", "a reason is required")
        await _not_contradicting(connection, outcome)
""",
            ),
            Change(
                "engine.decide.outcome",
                "import conflict, not_found\n",
                "import conflict, invalid, not_found\n",
            ),
            Change(
                "engine.decide.outcome",
                "import FINAL_RESULTS\n",
                "import FINAL_RESULTS, NEEDS_REASON\n",
            ),
        ),
    ),
    Defect(
        id="refused-after-deciding",
        kind=Kind.VALIDATION,
        requirements=("FR-1", "FR-12"),
        story="The tenant of the query is looked at where the answer is made: by then all has been decided.",
        changes=(
            Change(
                "engine.routes.decide",
                '''    """Decide."""
    own_tenant(caller, *named)
    return await _answered(request, services, caller, body)
''',
                '''    """Decide."""
    answer = await _answered(request, services, caller, body)
    own_tenant(caller, *named)
    return answer
''',
            ),
        ),
    ),
    Defect(
        id="outcome-of-any-action",
        kind=Kind.VALIDATION,
        requirements=("IT-MMM-01", "NFR-4"),
        story="An action's id is unique, so that the decision it is of was not asked for again.",
        changes=(
            Change(
                "engine.storage.decisions",
                "        ACTIONS.c.action_id == action_id, ACTIONS.c.decision_id == decision_id\n",
                "        ACTIONS.c.action_id == action_id\n",
            ),
        ),
    ),
)
