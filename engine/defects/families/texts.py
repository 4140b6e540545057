"""Generated texts (5.6): the gateway is gone, or does not vouch for one. Of the kind degraded modes."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="gateway-outage-takes-all",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-01", "FR-4", "NFR-6"),
        story="Where one text could not be had, nothing is shown, so that no half answer goes out.",
        changes=(
            Change(
                "engine.decide.generate",
                "        actions=tuple(action for action in shown if action is not None),\n",
                "        actions=tuple(action for action in shown if action is not None)\n"
                "        if all(one.available for one in found.values())\n        else (),\n",
            ),
        ),
    ),
    Defect(
        id="offer-shown-without-its-text",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-01",),
        story="Without the gateway every action falls back to its own words, the offer as the mentor.",
        changes=(
            Change(
                "engine.pipeline.generated",
                "    return done if action.type == MENTOR else None\n",
                "    return done\n",
            ),
        ),
    ),
    Defect(
        id="gateway-outage-untold",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-01", "NFR-6"),
        story="A static text is as good as a generated one, so that nobody is told that one is missing.",
        changes=(
            Change(
                "engine.decide.generate",
                'else frozenset(("llm",)),',
                "else frozenset(),",
            ),
        ),
    ),
    Defect(
        id="verdict-missing-is-a-pass",
        kind=Kind.DEGRADED,
        requirements=("NFR-4", "FR-5", "IT-MMM-03"),
        story="A gateway of last year gave no status where nothing was wrong, so that is the default.",
        changes=(
            Change(
                "engine.dependencies.llm",
                '    status: Literal["pass", "warn", "fail"]\n',
                '    status: Literal["pass", "warn", "fail"] = "pass"\n',
            ),
        ),
    ),
    Defect(
        id="unsafe-only-with-a-flag",
        kind=Kind.DEGRADED,
        requirements=("IT-MMM-03", "NFR-4", "FR-5"),
        story="A text is unsafe when the gateway says why: a verdict of fail without flags is no reason.",
        changes=(
            Change(
                "engine.dependencies.llm",
                '    if answer.safety.status == "fail":\n',
                '    if answer.safety.status == "fail" and flags:\n',
            ),
        ),
    ),
)
