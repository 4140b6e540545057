"""Boundaries: an edge that is off by one."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="quiet-hours-end-is-in",
        kind=Kind.BOUNDARIES,
        requirements=("UT-MMM-03", "FR-7"),
        story="'Quiet from 9 to 17' was read as 9 to 17 inclusive, and 22 to 6 likewise.",
        changes=(
            Change(
                "engine.pipeline.quiet",
                """        return hours.start <= hour < hours.end
    return hour >= hours.start or hour < hours.end
""",
                """        return hours.start <= hour <= hours.end
    return hour >= hours.start or hour <= hours.end
""",
            ),
        ),
    ),
    Defect(
        id="quiet-hours-begin-an-hour-late",
        kind=Kind.BOUNDARIES,
        requirements=("UT-MMM-03", "FR-7"),
        story="'Between 22 and 6' was taken to be neither of the two, and between 9 and 17 likewise.",
        changes=(
            Change(
                "engine.pipeline.quiet",
                """        return hours.start <= hour < hours.end
    return hour >= hours.start or hour < hours.end
""",
                """        return hours.start < hour < hours.end
    return hour > hours.start or hour < hours.end
""",
            ),
        ),
    ),
    Defect(
        id="one-action-more-a-day",
        kind=Kind.BOUNDARIES,
        requirements=("UT-MMM-03", "FR-7"),
        story="The day's quota was added beside the hour's, with 'more than' for 'as many as'.",
        changes=(Change("engine.fatigue.script", "day >= per_day then", "day > per_day then"),),
    ),
    Defect(
        id="repository-limit-once-more",
        kind=Kind.BOUNDARIES,
        requirements=("UT-MMM-03", "FR-7"),
        story="The limit per repository is compared with what was shown before, without this one.",
        changes=(
            Change(
                "engine.fatigue.script",
                "count(repo, DAY) < per_repo)",
                "count(repo, DAY) <= per_repo)",
            ),
        ),
    ),
    Defect(
        id="offers-count-for-no-quota",
        kind=Kind.BOUNDARIES,
        requirements=("FR-7",),
        story="The loop over the types was ported from a language that counts from 0, and misses the last.",
        changes=(Change("engine.fatigue.script", "for i = 1, 3 do", "for i = 1, 2 do"),),
    ),
    Defect(
        id="snooze-of-a-year-refused",
        kind=Kind.BOUNDARIES,
        requirements=("FR-10", "FR-14"),
        story="The longest snooze was written as 'less than a year'.",
        changes=(
            Change(
                "engine.routes.preferences",
                "Field(ge=1, le=LONGEST_SNOOZE_HOURS)",
                "Field(ge=1, lt=LONGEST_SNOOZE_HOURS)",
            ),
        ),
    ),
    Defect(
        id="last-hour-of-the-day-refused",
        kind=Kind.BOUNDARIES,
        requirements=("UT-MMM-03", "FR-13", "FR-3"),
        story="Hours were bounded by 'below 23', since nobody is awake then anyway.",
        changes=(Change("engine.values.playbook", "Field(ge=0, le=23)", "Field(ge=0, lt=23)"),),
    ),
    Defect(
        id="body-counted-in-bytes",
        kind=Kind.BOUNDARIES,
        requirements=("FR-3", "FR-13"),
        story="The column had a size in bytes, so that the validator was given the same one.",
        changes=(
            Change(
                "engine.values.wire",
                "Body = Annotated[str, StringConstraints(min_length=1, max_length=4000)]\n",
                """

def _fits_the_column(text: str) -> str:
    if len(text.encode()) > 4000:
        raise ValueError("must have at most 4000 bytes")
    return text


Body = Annotated[str, StringConstraints(min_length=1), AfterValidator(_fits_the_column)]
""",
            ),
        ),
    ),
    Defect(
        id="longest-actor-id-refused",
        kind=Kind.BOUNDARIES,
        requirements=("FR-14",),
        story="Ids of a path are checked by hand, and 200 characters are one too many there.",
        changes=(
            Change("engine.edge.access", "if len(given) > LONGEST_ID:", "if len(given) >= LONGEST_ID:"),
        ),
    ),
    Defect(
        id="prescription-at-the-edge-of-a-text",
        kind=Kind.BOUNDARIES,
        requirements=("FR-4",),
        story="Whole words are told by the blanks around them, which the first and the last do not have.",
        changes=(
            Change(
                "engine.values.wording",
                r"""r"\b(?:should|must)(?:n['\u2019]t)?\b|\b(?:have|has|need|needs)\s+to\b",""",
                r"""r"\s(?:should|must)(?:n['\u2019]t)?\s|\s(?:have|has|need|needs)\s+to\s",""",
            ),
        ),
    ),
    Defect(
        id="one-signal-too-many",
        kind=Kind.BOUNDARIES,
        requirements=("FR-2",),
        story="To see whether there are more than a hundred recent signals, a hundred and one are asked for.",
        changes=(Change("engine.dependencies.ubi", "LIMIT = 20\n", "LIMIT = 101\n"),),
    ),
    Defect(
        id="one-limit-of-lateness",
        kind=Kind.BOUNDARIES,
        requirements=("NFR-1",),
        story="The limit of ci became the limit of everything when the settings were tidied up.",
        changes=(
            Change(
                "engine.decide.answer",
                '{"ide": 0.150, "ci": 0.500}',
                '{"ide": 0.500, "ci": 0.500}',
            ),
        ),
    ),
)
