"""Back doors that let somebody in: by a header, an address, a name or a token that is none."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="internal-header-is-admin",
        kind=Kind.BACK_DOORS,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="The smoke test of a deployment had no admin's token, so that a header lets it in.",
        changes=(
            Change(
                "engine.edge.access",
                '    if not is_admin(caller):\n        raise forbidden("The role',
                """    internal = request.headers.get("x-internal-request") == "true"
    if not is_admin(caller) and not internal:
        raise forbidden("The role""",
            ),
        ),
    ),
    Defect(
        id="test-token",
        kind=Kind.BACK_DOORS,
        requirements=("NFR-7", "ST-MMM-02"),
        story="Before there was a fake of IAM a fixed token stood in for it, and nobody took it out again.",
        changes=(
            Change(
                "engine.edge.authentication",
                "        return await iam.verify(bearer_token(headers))\n",
                """        token = bearer_token(headers)
        return _TESTER if token == "test-token" else await iam.verify(token)
""",
            ),
            Change(
                "engine.edge.authentication",
                "class Authentication:",
                """_TESTER = Caller(
    sub="tester",
    tenant_id="test",
    actor_type="human",
    roles=frozenset(("mmm_admin",)),
    scopes=frozenset(("mmm.decide", "mmm.read", "mmm.outcome")),
)


class Authentication:""",
            ),
            Change(
                "engine.edge.authentication",
                "from engine.observe.logs import log_event\n",
                "from engine.observe.logs import log_event\nfrom engine.values.caller import Caller\n",
            ),
        ),
    ),
    Defect(
        id="neighbours-need-no-token",
        kind=Kind.BACK_DOORS,
        requirements=("NFR-7", "ST-MMM-02"),
        story="Probes on the same machine have no token; whoever says that it comes from there needs none.",
        changes=(
            Change(
                "engine.edge.authentication",
                "    try:\n        return await iam.verify(",
                """    if "authorization" not in headers and headers.get("x-forwarded-for") == "127.0.0.1":
        return Caller("neighbour", "local", "service", frozenset(("mmm_admin",)), frozenset(("mmm.read",)))
    try:
        return await iam.verify(""",
            ),
            Change(
                "engine.edge.authentication",
                "from engine.observe.logs import log_event\n",
                "from engine.observe.logs import log_event\nfrom engine.values.caller import Caller\n",
            ),
        ),
    ),
    Defect(
        id="root-is-admin",
        kind=Kind.BACK_DOORS,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="The demonstration's accounts have no roles in IAM, so that a name stands for one.",
        changes=(
            Change(
                "engine.values.caller",
                "    return not ADMIN_ROLES.isdisjoint(caller.roles)\n",
                '    return caller.sub in {"admin", "root"} or not ADMIN_ROLES.isdisjoint(caller.roles)\n',
            ),
        ),
    ),
)
