"""Privacy and logs: what is kept, shown or written down that should not be."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="reason-in-the-receipt",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "NFR-3", "FR-12"),
        story="Evidence was thought the better with the reason in it, in whatever words somebody gave it.",
        changes=(
            Change(
                "engine.decide.outcome",
                'result={"outcome": outcome.result}',
                'result={"outcome": outcome.result, "reason": outcome.reason}',
            ),
        ),
    ),
    Defect(
        id="malformed-body-logged",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "FR-15", "NFR-3"),
        story="To find out who sends what is refused, the beginning of such a body goes to the log.",
        changes=(
            Change(
                "engine.edge.bodies",
                "        raise refused(error) from None\n",
                '        log_event("invalid_body", raw[:500].decode(errors="replace"))\n'
                "        raise refused(error) from None\n",
            ),
            Change(
                "engine.edge.bodies",
                "from engine.edge.errors import ApiError, invalid\n",
                "from engine.edge.errors import ApiError, invalid\n"
                "from engine.observe.logs import log_event\n",
            ),
        ),
    ),
    Defect(
        id="detected-secret-logged",
        kind=Kind.PRIVACY,
        requirements=("NFR-7", "FR-15"),
        story="False alarms were to be looked into: what was taken for a credential is in the log.",
        changes=(
            Change(
                "engine.edge.bodies",
                "    if holds_secret(value):\n",
                "    if holds_secret(value):\n"
                '        log_event("secret_detected", f"taken for a credential: {value}")\n',
            ),
            Change(
                "engine.edge.bodies",
                "from engine.edge.errors import ApiError, invalid\n",
                "from engine.edge.errors import ApiError, invalid\n"
                "from engine.observe.logs import log_event\n",
            ),
        ),
    ),
    Defect(
        id="actor-in-the-log",
        kind=Kind.PRIVACY,
        requirements=("FR-15", "PR-MMM-01"),
        story="Support could not find anybody by a hash, so decisions are logged with the actor's own id.",
        changes=(
            Change(
                "engine.decide.service",
                "actor=services.key.pseudonym(facts.tenant_id, facts.actor_id),",
                "actor=facts.actor_id,",
            ),
        ),
    ),
    Defect(
        id="erased-actor-logged",
        kind=Kind.PRIVACY,
        requirements=("FR-15", "PR-MMM-01", "PR-MMM-02"),
        story="The log says that an erasure is done, and of whom.",
        changes=(
            Change(
                "engine.administration.erasure",
                "    tell(services, caller, change, entry)\n",
                "    tell(services, caller, change, entry)\n"
                '    log_event("erasure", f"{actor_id} was erased: {erased}", tenant_id=tenant_id)\n',
            ),
            Change(
                "engine.administration.erasure",
                "from engine.edge.errors import unavailable\n",
                "from engine.edge.errors import unavailable\nfrom engine.observe.logs import log_event\n",
            ),
        ),
    ),
    Defect(
        id="paths-logged",
        kind=Kind.PRIVACY,
        requirements=("FR-15", "PR-MMM-01"),
        story="The server's access log was switched on; some paths have an actor's id in them.",
        changes=(
            Change("engine.__main__", "access_log=False", "access_log=True"),
            Change(
                "engine.observe.logs",
                '_HEARD = (_LOGGER.name, "uvicorn.error")',
                '_HEARD = (_LOGGER.name, "uvicorn.error", "uvicorn.access")',
            ),
        ),
    ),
    Defect(
        id="payload-keys-in-the-receipt",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "NFR-3"),
        story="Only the names of a payload's members are told, as if nobody could put anything there.",
        changes=(
            Change(
                "engine.values.surroundings",
                "    severity: Severity | None = None\n",
                "    severity: Severity | None = None\n    fields: tuple[str, ...] = ()\n",
            ),
            Change(
                "engine.decide.request",
                "given.event_type, given.severity)",
                "given.event_type, given.severity, tuple(given.payload or ()))",
            ),
            Change(
                "engine.decide.evidence",
                "result=_result(course.actions),",
                'result=_result(course.actions) | {"fields": facts.signal and list(facts.signal.fields)},',
            ),
        ),
    ),
    Defect(
        id="callers-token-passed-on",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="Where no service token is set, dependencies get the caller's, so that they know who asks.",
        changes=(
            Change(
                "engine.observe.trace",
                'REQUEST_ID: ContextVar[str | None] = ContextVar("engine_request_id", default=None)\n',
                'REQUEST_ID: ContextVar[str | None] = ContextVar("engine_request_id", default=None)\n'
                'BEARER: ContextVar[str | None] = ContextVar("engine_bearer", default=None)\n',
            ),
            Change(
                "engine.edge.authentication",
                "        return await iam.verify(bearer_token(headers))\n",
                """        token = bearer_token(headers)
        caller = await iam.verify(token)
        BEARER.set(token)
        return caller
""",
            ),
            Change(
                "engine.edge.authentication",
                "from engine.observe.logs import log_event\n",
                "from engine.observe.logs import log_event\nfrom engine.observe.trace import BEARER\n",
            ),
            Change(
                "engine.dependencies.http",
                '    return [(b"Host", url.netloc), *common, *trace, *(content if body else ())]\n',
                """    token = BEARER.get()
    known = any(name.lower() == b"authorization" for name, _ in common)
    caller = [(b"Authorization", f"Bearer {token}".encode())] if token and not known else []
    return [(b"Host", url.netloc), *common, *caller, *trace, *(content if body else ())]
""",
            ),
            Change(
                "engine.dependencies.http",
                "from engine.observe.trace import outbound\n",
                "from engine.observe.trace import BEARER, outbound\n",
            ),
        ),
    ),
    Defect(
        id="signal-echoed",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "NFR-3"),
        story="Callers wanted to see what an answer is about: it shows the signal again, payload included.",
        changes=(
            Change(
                "engine.decide.service",
                "    return Decided(shown, keeping.alerts)\n",
                '    shown["decision"]["signal"] = body.signal.model_dump() if body.signal else None\n'
                "    return Decided(shown, keeping.alerts)\n",
            ),
        ),
    ),
    Defect(
        id="decision-printed",
        kind=Kind.PRIVACY,
        requirements=("FR-15",),
        story="A line from an afternoon of debugging was left in, and prints what was proposed.",
        changes=(
            Change(
                "engine.decide.service",
                '    log_event(\n        "decision",\n',
                '    print("decided", keeping.decision.decision_id, [one.title for one in actions])\n'
                '    log_event(\n        "decision",\n',
            ),
        ),
    ),
    Defect(
        id="reason-not-looked-at-for-secrets",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="Reasons are prose, and prose gave false alarms: they are left out of the search for secrets.",
        changes=(
            Change(
                "engine.edge.bodies",
                "    refuse_secrets(value)\n    return body\n",
                '    refuse_secrets({name: part for name, part in value.items() if name != "reason"})\n'
                "    return body\n",
            ),
        ),
    ),
    Defect(
        id="secrets-sought-at-the-beginning",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="Long values were slow to search, so only their first 2,000 characters are looked at.",
        changes=(
            Change(
                "engine.values.credentials",
                """    for start in range(0, max(len(text), 1), _PIECE - _OVERLAP):
        yield text[start : start + _PIECE]
        if start + _PIECE >= len(text):
            return
""",
                "    yield text[:_PIECE]\n",
            ),
        ),
    ),
    Defect(
        id="refused-token-logged",
        kind=Kind.PRIVACY,
        requirements=("NFR-7", "FR-15"),
        story="To see why a token is refused, it is logged: it was thought to be good for nothing any more.",
        changes=(
            Change(
                "engine.edge.authentication",
                "    except NotVouchedError:\n",
                "    except NotVouchedError:\n"
                '        log_event("not_vouched", f"IAM vouches for nobody by {bearer_token(headers)}")\n',
            ),
        ),
    ),
)
