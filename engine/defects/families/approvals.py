"""Dual-channel approval (section 6): whose turn it is. Of the kind identity."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="one-person-both-channels",
        kind=Kind.IDENTITY,
        requirements=("FR-6",),
        story="Who is the actor matters for the first approval, and is asked for there alone.",
        changes=(
            Change(
                "engine.approvals.steps",
                "    if caller.sub == approval.actor_id:\n",
                '    if caller.sub == approval.actor_id and approval.status == "pending":\n',
            ),
        ),
    ),
    Defect(
        id="approver-goes-first",
        kind=Kind.IDENTITY,
        requirements=("FR-6",),
        story="Two people are two people in whichever order, somebody said, and the table grew by two lines.",
        changes=(
            Change(
                "engine.approvals.steps",
                '    ("first_approved", "approver", "approve"): "fully_approved",\n',
                """    ("first_approved", "approver", "approve"): "fully_approved",
    ("pending", "approver", "approve"): "first_approved",
    ("first_approved", "actor", "approve"): "fully_approved",
""",
            ),
        ),
    ),
    Defect(
        id="not-first-is-not-said",
        kind=Kind.IDENTITY,
        requirements=("FR-6",),
        story="`is_first` is tested for truth, so that false is as good as not said.",
        changes=(
            Change(
                "engine.approvals.steps",
                "step.is_first not in {None, is_first}",
                "(step.is_first and not is_first)",
            ),
        ),
    ),
    Defect(
        id="bot-approves-for-its-actor",
        kind=Kind.IDENTITY,
        requirements=("FR-6",),
        story="The bot that asks for a decision in an actor's name approves in it, too.",
        changes=(
            Change(
                "engine.approvals.steps",
                "    if caller.sub == approval.actor_id:\n",
                '    if caller.sub == approval.actor_id or "ci_bot" in caller.roles:\n',
            ),
        ),
    ),
    Defect(
        id="approved-in-anothers-name",
        kind=Kind.IDENTITY,
        requirements=("FR-6", "NFR-7"),
        story="A chat forwards approvals for others and says whose they are; the engine takes its word.",
        changes=(
            Change(
                "engine.approvals.approve",
                "    own_name(caller, body.actor_id)\n",
                "    caller = replace(caller, sub=body.actor_id or caller.sub)\n",
            ),
            Change(
                "engine.approvals.approve",
                "from dataclasses import dataclass\n",
                "from dataclasses import dataclass, replace\n",
            ),
        ),
    ),
    Defect(
        id="everything-can-be-approved",
        kind=Kind.IDENTITY,
        requirements=("FR-6",),
        story="An approval that has no row is made up, whether the action needs one or not.",
        changes=(Change("engine.storage.approvals", "        ACTIONS.c.requires_dual_channel,\n", ""),),
    ),
    Defect(
        id="approved-again",
        kind=Kind.IDENTITY,
        requirements=("FR-6",),
        story="To approve again was thought as harmless as to publish again.",
        changes=(
            Change(
                "engine.approvals.steps",
                '    ("first_approved", "approver", "approve"): "fully_approved",\n',
                """    ("first_approved", "approver", "approve"): "fully_approved",
    ("fully_approved", "approver", "approve"): "fully_approved",
""",
            ),
        ),
    ),
    Defect(
        id="any-colleague-seconds",
        kind=Kind.IDENTITY,
        requirements=("FR-6", "NFR-7"),
        story="That the second is another person was checked, and the role was left to the client.",
        changes=(
            Change(
                "engine.approvals.steps",
                '    return "approver" if may_approve(caller) else None\n',
                '    return "approver"\n',
            ),
        ),
    ),
)
