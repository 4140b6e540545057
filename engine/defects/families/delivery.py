"""Delivery: which of the proposed actions reach alerting. Their kind is that of all filters."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="one-alert-for-each-decision",
        kind=Kind.RANKING,
        requirements=("IT-MMM-02", "FR-8"),
        story="Alerting complained of floods: of a decision's actions only the first is notified.",
        changes=(
            Change(
                "engine.decide.answer",
                'alerts = [action for action in actions if "alert" in action.surfaces]',
                'alerts = [action for action in actions if "alert" in action.surfaces][:1]',
            ),
        ),
    ),
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
)
