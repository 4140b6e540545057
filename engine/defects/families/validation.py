"""Validation: what is let through that should be refused."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="malformed-id-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-1"),
        story="Ids of the path are taken as they come, and the database stumbles over them.",
        changes=(
            Change(
                "engine.values.ids",
                "    return _CANONICAL.fullmatch(text) is not None\n",
                "    return bool(text)\n",
            ),
        ),
    ),
)
