"""What receipts say: their members, one by one. Of the receipts' kind."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="production-is-before-deployment",
        kind=Kind.RECEIPTS,
        requirements=("UT-MMM-05",),
        story="Whatever concerns production was thought to be evaluated before a deployment.",
        changes=(
            Change(
                "engine.receipts.content",
                '_POINTS[scene.source] if scene.source else "pre-deploy"',
                '_POINTS[scene.source] if scene.source and scene.environment != "prod" else "pre-deploy"',
            ),
        ),
    ),
    Defect(
        id="outcome-forgets-where-it-was-decided",
        kind=Kind.RECEIPTS,
        requirements=("UT-MMM-05", "FR-12"),
        story="An outcome's receipt was written like an admin's: without the decision's source.",
        changes=(
            Change(
                "engine.decide.outcome",
                """        scene=Scene(
            outcome.tenant_id, decision.actor_type, decision.source, decision.environment, decision.repo_id
        ),
""",
                "        scene=Scene(outcome.tenant_id, decision.actor_type, repo_id=decision.repo_id),\n",
            ),
        ),
    ),
    Defect(
        id="receipt-degraded-by-eris",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "RF-MMM-02"),
        story="While the evidence store's circuit is open, receipts say that they were decided degraded.",
        changes=(
            Change(
                "engine.decide.keep",
                "    receipt = receipt_entry(decision_receipt(",
                """    if not services.dependencies["eris"].breaker.lets_through:
        course = replace(course, unavailable=course.unavailable | {"eris"})
    receipt = receipt_entry(decision_receipt(""",
            ),
            Change(
                "engine.decide.keep",
                "from dataclasses import dataclass\n",
                "from dataclasses import dataclass, replace\n",
            ),
        ),
    ),
    Defect(
        id="before-is-after",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "NFR-7"),
        story="The summary is made once, of the record after the change, and told as both.",
        changes=(
            Change(
                "engine.administration.tenant_policies",
                "after.policy_id, _summary(before), _summary(after))",
                "after.policy_id, *[_summary(after)] * 2)",
            ),
        ),
    ),
    Defect(
        id="refusal-told-as-soft-block",
        kind=Kind.RECEIPTS,
        requirements=("UT-MMM-05", "NFR-4"),
        story="Policy that cannot be known was told in the same word as policy that took every action.",
        changes=(
            Change(
                "engine.decide.evidence", 'Judgement("hard_block", f"POL', 'Judgement("soft_block", f"POL'
            ),
        ),
    ),
    Defect(
        id="flagged-text-passes",
        kind=Kind.RECEIPTS,
        requirements=("NFR-4",),
        story="The status warns where something was unavailable; flagged texts were forgotten in it.",
        changes=(
            Change(
                "engine.decide.evidence",
                'return "warn" if course.unavailable or course.flags else "pass"',
                'return "warn" if course.unavailable else "pass"',
            ),
        ),
    ),
    Defect(
        id="forbidden-by-nobody",
        kind=Kind.RECEIPTS,
        requirements=("UT-MMM-05", "NFR-4"),
        story="Only a policy that allows something was thought to be what a decision stands on.",
        changes=(
            Change(
                "engine.decide.evidence",
                "    if snapshot is None:\n",
                "    if snapshot is None or not snapshot.allowed:\n",
            ),
        ),
    ),
    Defect(
        id="no-environment-is-production",
        kind=Kind.RECEIPTS,
        requirements=("UT-MMM-05",),
        story="The fallback was set to where the engine itself runs.",
        changes=(
            Change(
                "engine.receipts.content",
                'NO_ENVIRONMENT: Environment = "dev"',
                'NO_ENVIRONMENT: Environment = "prod"',
            ),
        ),
    ),
    Defect(
        id="erasure-told-as-admin-change",
        kind=Kind.RECEIPTS,
        requirements=("UT-MMM-05", "FR-12", "PR-MMM-02"),
        story="An admin does it, so its receipt says admin, as the default has it.",
        changes=(
            Change(
                "engine.administration.erasure",
                '{"actor_id": nobody}, kind="erasure")',
                '{"actor_id": nobody})',
            ),
        ),
    ),
    Defect(
        id="risk-of-recent-signals",
        kind=Kind.RECEIPTS,
        requirements=("FM-MMM-02",),
        story="Who has had many behavioural signals of late makes an action riskier: a score of the person.",
        changes=(
            Change(
                "engine.decide.evidence",
                "risk_of(action.type for action in course.actions), ",
                "_score(surroundings, course), ",
            ),
            Change(
                "engine.decide.evidence",
                "def refusal_receipt(",
                """def _score(surroundings: Surroundings, course: Course) -> float:
    of_actions = risk_of(action.type for action in course.actions)
    return min(1.0, of_actions + 0.05 * len(surroundings.recent_signals))


def refusal_receipt(""",
            ),
        ),
    ),
    Defect(
        id="unsafe-text-unexplained",
        kind=Kind.RECEIPTS,
        requirements=("NFR-4",),
        story="What was unsafe is not shown, so all that is shown was safe: nothing else is told of it.",
        changes=(
            Change(
                "engine.dependencies.llm",
                '        return Generation(flags=flags or ("safety_failed",))\n',
                "        return Generation()\n",
            ),
        ),
    ),
)
