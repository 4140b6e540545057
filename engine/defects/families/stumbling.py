"""Validation: what nobody thought of comes through, and the engine stumbles over it."""

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
    Defect(
        id="time-beyond-the-calendar-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-1"),
        story="Times are checked by a pattern, and what has no date in UTC was thought of only later.",
        changes=(
            Change(
                "engine.values.wire",
                """    try:
        return read.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that the calendar has") from None
""",
                "    return read.astimezone(UTC)\n",
            ),
        ),
    ),
    Defect(
        id="zero-byte-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-1"),
        story="The escaping of texts looked like a relic of SQLite; PostgreSQL takes no zero byte.",
        changes=(
            Change(
                "engine.storage.types",
                r'return None if value is None else value.replace("\\", "\\\\").replace("\x00", "\\0")',
                "return value",
            ),
            Change(
                "engine.storage.types",
                "return None if value is None else _ESCAPED.sub(lambda found: _PLAIN[found[0]], value)",
                "return value",
            ),
        ),
    ),
    Defect(
        id="quota-without-end-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-13"),
        story="Quotas are only checked for being negative, and the column has but so many digits.",
        changes=(
            Change(
                "engine.routes.tenant_policy",
                "Annotated[Whole, Field(ge=0), AfterValidator(_at_most)]",
                "Annotated[Whole, Field(ge=0)]",
            ),
        ),
    ),
    Defect(
        id="experiment-of-infinity-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-13"),
        story="A config is any JSON, and it was not known that 1e999 is read but cannot be written again.",
        changes=(
            Change(
                "engine.values.experiment",
                "isinstance(value, float) and not math.isfinite(value)",
                "isinstance(value, float) and math.isnan(value)",
            ),
        ),
    ),
)
