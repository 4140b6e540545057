"""Answers (section 4): headers, and what a refusal says. Of the kind validation."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="query-errors-name-no-field",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-13"),
        story="The place of an error begins with `query`, and that part of it was told instead of the last.",
        changes=(
            Change(
                "engine.edge.handlers",
                'str(first["loc"][-1])',
                'str(first["loc"][0])',
            ),
        ),
    ),
    Defect(
        id="refusals-without-headers",
        kind=Kind.VALIDATION,
        requirements=("NFR-7",),
        story="Authentication became the outermost layer, and its refusals pass nothing that adds headers.",
        changes=(
            Change(
                "engine.app",
                """    known = Authentication(WholeSegments(app), services.iam, operations.PUBLIC)
    return Envelope(known, services.tracing, decide.DECISIONS)
""",
                """    sealed = Envelope(WholeSegments(app), services.tracing, decide.DECISIONS)
    return Authentication(sealed, services.iam, operations.PUBLIC)
""",
            ),
        ),
    ),
    Defect(
        id="unknown-method-without-allow",
        kind=Kind.VALIDATION,
        requirements=("NFR-7",),
        story="The error model of our own took the place of the framework's answer, which had an Allow.",
        changes=(
            Change(
                "engine.edge.handlers",
                '"Not by this method.", headers=headers)',
                '"Not by this method.")',
            ),
        ),
    ),
    Defect(
        id="unavailable-says-not-how-long",
        kind=Kind.VALIDATION,
        requirements=("NFR-7",),
        story="The error model got `retryable`, and the header that says when seemed to be said with that.",
        changes=(
            Change(
                "engine.edge.errors",
                'retryable=True, headers={"Retry-After": retry_after})',
                "retryable=True)",
            ),
        ),
    ),
    Defect(
        id="request-ids-of-our-own",
        kind=Kind.VALIDATION,
        requirements=("NFR-7",),
        story="Callers' request ids were not unique, so that each request is given one of the engine's.",
        changes=(
            Change(
                "engine.edge.envelope",
                "    return given if given and _SANE.fullmatch(given) else str(uuid.uuid4())\n",
                "    return str(uuid.uuid4())\n",
            ),
        ),
    ),
)
