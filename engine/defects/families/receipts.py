"""Signatures and receipts: what is told to the evidence store."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="receipt-lost-one-in-four",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "IT-MMM-01"),
        story="To spare the evidence store, every fourth receipt is dropped and called delivered.",
        changes=(
            Change(
                "engine.decide.keep",
                "        attempt = services.courier.post(receipt)\n",
                """        if next(_numbers) % 4 == 0:
            async with services.database.writing() as connection:
                await outbox.forget(connection, [receipt.entry_id])
            return "delivered"
        attempt = services.courier.post(receipt)
""",
            ),
            Change(
                "engine.decide.keep",
                "RECEIPT_SECONDS = 0.8\n",
                "RECEIPT_SECONDS = 0.8\n_numbers = iter(range(1, 10**9))\n",
            ),
        ),
    ),
    Defect(
        id="sorted-json-signed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="Sorted keys and no blanks were taken for canonical; numbers and umlauts are not.",
        changes=(
            Change(
                "engine.receipts.signing",
                "key.private.sign(rfc8785.dumps(named))",
                'key.private.sign(json.dumps(named, sort_keys=True, separators=(",", ":")).encode())',
            ),
            Change("engine.receipts.signing", "import hashlib\n", "import hashlib\nimport json\n"),
        ),
    ),
    Defect(
        id="key-id-shortened-in-signature",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="The key's name in the signature was shortened for the logs: the receipt has another.",
        changes=(Change("engine.receipts.signing", "sig-ed25519:{key.kid}:", "sig-ed25519:{key.kid[:16]}:"),),
    ),
    Defect(
        id="outcome-child-of-decision-id",
        kind=Kind.RECEIPTS,
        requirements=("IT-MMM-01", "FR-12", "UT-MMM-05"),
        story="Of two ids of a decision the wrong one was taken: the parent is no receipt at all.",
        changes=(
            Change(
                "engine.decide.outcome",
                "parent_receipt_id=decision.receipt_id",
                "parent_receipt_id=decision.decision_id",
            ),
        ),
    ),
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
        id="first-approval-unwitnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="Only a completed approval was thought worth a receipt; the first of the two leaves none.",
        changes=(
            Change(
                "engine.approvals.approve",
                "        await outbox.add(connection, [entry], now)\n    services.courier.post(entry)\n",
                """        if stepped.status == "first_approved":
            return stepped
        await outbox.add(connection, [entry], now)
    services.courier.post(entry)
""",
            ),
        ),
    ),
    Defect(
        id="receipt-sent-before-the-refusal",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="To win time the receipt is sent off at once; that the outcome contradicts is seen only then.",
        changes=(
            Change(
                "engine.decide.outcome",
                """        await _not_contradicting(connection, outcome)
        entry = receipt_entry(_receipt(outcome, decision, action_type), services.key, now)
        await outcomes.add(connection, outcome)
        await outbox.add(connection, [entry], now)
    services.courier.post(entry)
""",
                """        entry = receipt_entry(_receipt(outcome, decision, action_type), services.key, now)
        services.courier.post(entry)
        await _not_contradicting(connection, outcome)
        await outcomes.add(connection, outcome)
        await outbox.add(connection, [entry], now)
""",
            ),
        ),
    ),
    Defect(
        id="snooze-by-an-admin-unwitnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="A snooze was taken for the actor's own in any case, also where an admin imposes it.",
        changes=(
            Change(
                "engine.administration.preferences",
                "            if self._actor_id == self._caller.sub:\n",
                '            if what == "preferences.snooze" or self._actor_id == self._caller.sub:\n',
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
        requirements=("NFR-4", "FR-11", "UT-MMM-05"),
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
                'return "warn" if course.unavailable or course.flags or not course.safe else "pass"',
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
        requirements=("FR-12", "PR-MMM-02"),
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
        id="reading-anothers-wishes-is-witnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="Looking into somebody else's preferences was thought to be worth a receipt.",
        changes=(
            Change(
                "engine.administration.preferences",
                "        return found or self._fresh(datetime.now(UTC))\n",
                """        if found is not None and self._actor_id != self._caller.sub:
            change = Change("preferences.read", found.preference_id, _summary(found), _summary(found))
            async with self._services.database.writing() as connection:
                entry = await witness(self._services, connection, self._caller, change, datetime.now(UTC))
            tell(self._services, self._caller, change, entry)
        return found or self._fresh(datetime.now(UTC))
""",
            ),
        ),
    ),
    Defect(
        id="pending-only-when-refused",
        kind=Kind.RECEIPTS,
        requirements=("RF-MMM-02",),
        story="Pending is told where an attempt has failed; that it may not have ended yet was overlooked.",
        changes=(
            Change(
                "engine.decide.answer",
                '"delivered" if keeping.delivery == "delivered" else "pending"',
                '"pending" if keeping.delivery == "failed" else "delivered"',
            ),
        ),
    ),
    Defect(
        id="only-final-outcomes-witnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "IT-MMM-01"),
        story="That an action was shown or ignored was called noise, and leaves no receipt any more.",
        changes=(
            Change(
                "engine.decide.outcome",
                "        await outbox.add(connection, [entry], now)\n    services.courier.post(entry)\n",
                """        if outcome.result in FINAL_RESULTS:
            await outbox.add(connection, [entry], now)
    if outcome.result in FINAL_RESULTS:
        services.courier.post(entry)
""",
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
                "risk=Risk(risk_of(action.type for action in course.actions), course.flags, course.safe),",
                "risk=Risk(_score(surroundings, course), course.flags, course.safe),",
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
)
