"""Delivery: which of the proposed actions reach alerting. Their kind is that of all filters."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="facts-are-not-alerted",
        kind=Kind.RANKING,
        requirements=("IT-MMM-02", "FR-8"),
        story="A mirror asks for nothing, so it was thought not to be worth an alert.",
        changes=(
            Change(
                "engine.decide.answer",
                'alerts = [action for action in actions if "alert" in action.surfaces]',
                'alerts = [one for one in actions if "alert" in one.surfaces and one.type != "mirror"]',
            ),
        ),
    ),
    Defect(
        id="facts-alerted-as-mere-information",
        kind=Kind.RANKING,
        requirements=("FR-8", "IT-MMM-02"),
        story="Only suggestions were thought urgent: a mirror is notified as info, whatever the signal.",
        changes=(
            Change(
                "engine.decide.answer",
                '        "severity": severity,\n',
                '        "severity": "info" if action.type == "mirror" else severity,\n',
            ),
        ),
    ),
)
