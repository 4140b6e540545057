"""Identity and roles: who is let in, and as what."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="open-playbook-creation",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="The role check of admin routes was commented out for a demonstration, and stayed so.",
        changes=(
            Change(
                "engine.edge.access",
                '    if not is_admin(caller):\n        raise forbidden("The role',
                '    if not caller.sub:\n        raise forbidden("The role',
            ),
        ),
    ),
    Defect(
        id="expired-token-accepted",
        kind=Kind.IDENTITY,
        requirements=("NFR-7", "ST-MMM-02"),
        story="Clocks differed, so a token that has merely expired is read by the engine itself and let in.",
        changes=(
            Change(
                "engine.dependencies.iam",
                "            raise NotVouchedError from None\n",
                "            return _merely_expired(token)\n",
            ),
            Change(
                "engine.dependencies.iam",
                "def vouched(verified",
                """def _merely_expired(token: str) -> Caller:
    import base64, json

    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        if claims["exp"] >= datetime.now(UTC).timestamp():
            raise NotVouchedError
        return Caller(
            sub=claims["sub"],
            tenant_id=claims["tenant_id"],
            actor_type=claims["actor_type"],
            roles=frozenset(claims["roles"]),
            scopes=frozenset(claims["scope"].split()),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NotVouchedError from None


def vouched(verified""",
            ),
        ),
    ),
    Defect(
        id="role-by-its-beginning",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="Identity began to give out roles with a region behind them, so that the beginning decides.",
        changes=(
            Change(
                "engine.values.caller",
                "    return not ADMIN_ROLES.isdisjoint(caller.roles)\n",
                "    return any(role.startswith(tuple(ADMIN_ROLES)) for role in caller.roles)\n",
            ),
        ),
    ),
    Defect(
        id="executive-is-admin",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="IAM's own role admin, which executives have, sounds like one, and was added.",
        changes=(
            Change(
                "engine.values.caller",
                'ADMIN_ROLES = frozenset(("mmm_admin", "tenant_admin"))',
                'ADMIN_ROLES = frozenset(("admin", "mmm_admin", "tenant_admin"))',
            ),
        ),
    ),
    Defect(
        id="service-is-admin",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="The back office calls as a service, and services were let into the admin routes for its sake.",
        changes=(
            Change(
                "engine.values.caller",
                "    return not ADMIN_ROLES.isdisjoint(caller.roles)\n",
                '    return caller.actor_type == "service" or not ADMIN_ROLES.isdisjoint(caller.roles)\n',
            ),
        ),
    ),
    Defect(
        id="scope-for-admin",
        kind=Kind.IDENTITY,
        requirements=("FR-13", "ST-MMM-01", "NFR-7"),
        story="A client without roles was given a scope mmm.admin, which stands for the role since.",
        changes=(
            Change(
                "engine.values.caller",
                "    return not ADMIN_ROLES.isdisjoint(caller.roles)\n",
                '    return "mmm.admin" in caller.scopes or not ADMIN_ROLES.isdisjoint(caller.roles)\n',
            ),
        ),
    ),
    Defect(
        id="approver-publishes",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="To publish is a kind of approval, so that approvers were let in there.",
        changes=(
            Change(
                "engine.routes.playbooks",
                """    services: WithServices, caller: Admin, named: TenantsOfQuery, playbook_id: PlaybookId
) -> Response:
    \"\"\"Publish the draft.\"\"\"
""",
                """    services: WithServices, caller: Anybody, named: TenantsOfQuery, playbook_id: PlaybookId
) -> Response:
    \"\"\"Publish the draft.\"\"\"
    if not may_approve(caller):
        raise forbidden("An approver's role is needed.")
""",
            ),
            Change(
                "engine.routes.playbooks",
                "    Admin,\n",
                "    Admin,\n    Anybody,\n",
            ),
            Change(
                "engine.routes.playbooks",
                "from engine.edge.errors import json_list, json_response\n",
                """from engine.edge.errors import forbidden, json_list, json_response
from engine.values.caller import may_approve
""",
            ),
        ),
    ),
    Defect(
        id="scope-as-a-branch",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-7"),
        story="Scopes were read as a tree, so that whoever has mmm has all that is below it.",
        changes=(
            Change(
                "engine.edge.access",
                "    return scope in caller.scopes\n",
                '    return any(scope == one or scope.startswith(f"{one}.") for one in caller.scopes)\n',
            ),
        ),
    ),
    Defect(
        id="trigger-for-readers",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-7"),
        story="The trigger came later than decide, and its scope was taken from the route beside it.",
        changes=(
            Change(
                "engine.routes.decide",
                "    caller: Decider,\n    named: TenantsOfQuery,\n    body: Annotated[TriggerBody",
                "    caller: Reader,\n    named: TenantsOfQuery,\n    body: Annotated[TriggerBody",
            ),
            Change(
                "engine.routes.decide",
                "import BASE_PATH, Decider, TenantsOfQuery",
                "import BASE_PATH, Decider, Reader, TenantsOfQuery",
            ),
        ),
    ),
    Defect(
        id="experiment-switched-by-anybody",
        kind=Kind.IDENTITY,
        requirements=("FR-13", "NFR-7"),
        story="Two routes of experiments were added in a hurry; one of them asks for nobody's role.",
        changes=(
            Change(
                "engine.routes.experiments",
                "async def activate_experiment(\n    services: WithServices, caller: Admin,",
                "async def activate_experiment(\n    services: WithServices, caller: Anybody,",
            ),
            Change("engine.routes.experiments", "    Admin,\n", "    Admin,\n    Anybody,\n"),
        ),
    ),
    Defect(
        id="metrics-for-every-member",
        kind=Kind.IDENTITY,
        requirements=("FR-13", "NFR-7"),
        story="Counts hurt nobody, so that every member of a tenant was let see them.",
        changes=(
            Change("engine.routes.tenants", "    caller: Admin,\n", "    caller: Anybody,\n"),
            Change(
                "engine.routes.tenants", "BASE_PATH, Admin, NamedTenant", "BASE_PATH, Anybody, NamedTenant"
            ),
        ),
    ),
    Defect(
        id="erasing-oneself",
        kind=Kind.IDENTITY,
        requirements=("NFR-7", "FR-13"),
        story="The route asks for the actor itself or an admin, as that of preferences does.",
        changes=(
            Change(
                "engine.routes.actors",
                "caller: Admin, named: TenantsOfQuery, actor_id: NamedActor",
                "caller: Anybody, named: TenantsOfQuery, actor_id: ActorId",
            ),
            Change(
                "engine.routes.actors",
                "import BASE_PATH, Admin, NamedActor,",
                "import BASE_PATH, ActorId, Anybody,",
            ),
        ),
    ),
    Defect(
        id="preferences-by-bots",
        kind=Kind.IDENTITY,
        requirements=("FR-14", "NFR-7"),
        story="Whoever may name another actor in decide was taken for one who may speak for it everywhere.",
        changes=(
            Change(
                "engine.edge.access",
                "!= caller.sub and not is_admin(caller):",
                "!= caller.sub and not caller.may_act_for_others:",
            ),
        ),
    ),
    Defect(
        id="body-makes-an-agent",
        kind=Kind.IDENTITY,
        requirements=("UT-MMM-01", "NFR-7"),
        story="The body may say of which type the actor is, and so it does for matching, too.",
        changes=(
            Change(
                "engine.decide.request",
                "        claimed_type=caller.actor_type,\n",
                "        claimed_type=body.actor_type or caller.actor_type,\n",
            ),
        ),
    ),
    Defect(
        id="roles-of-the-context",
        kind=Kind.IDENTITY,
        requirements=("UT-MMM-01", "NFR-7"),
        story="An old client sends the roles in the context, and they were added to those of the token.",
        changes=(
            Change(
                "engine.decide.request",
                "    environment: Given[Environment] = None\n",
                "    environment: Given[Environment] = None\n    roles: tuple[str, ...] = ()\n",
            ),
            Change(
                "engine.decide.request",
                "        roles=caller.roles,\n",
                "        roles=caller.roles.union(context.roles),\n",
            ),
        ),
    ),
    Defect(
        id="token-in-the-query",
        kind=Kind.IDENTITY,
        requirements=("NFR-7", "ST-MMM-02"),
        story="A browser's event stream cannot send headers, so that a token may stand in the query as well.",
        changes=(
            Change(
                "engine.edge.authentication",
                "await identify(self._iam, Headers(scope=scope))",
                "await identify(self._iam, _with_query(scope))",
            ),
            Change(
                "engine.edge.authentication",
                "async def identify(",
                """def _with_query(scope: Scope) -> Headers:
    headers = Headers(scope=scope)
    asked = QueryParams(scope["query_string"]).get("access_token")
    if asked and "authorization" not in headers:
        return Headers({**headers, "authorization": f"Bearer {asked}"})
    return headers


async def identify(""",
            ),
            Change(
                "engine.edge.authentication",
                "from starlette.datastructures import Headers\n",
                "from starlette.datastructures import Headers, QueryParams\n",
            ),
        ),
    ),
    Defect(
        id="tenant-by-default",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-5", "NFR-7"),
        story="Tokens of the time before there were tenants name none, and belong to the first customer.",
        changes=(
            Change(
                "engine.dependencies.iam",
                "verified.sub and verified.tenant_id and current",
                "verified.sub and current",
            ),
            Change(
                "engine.dependencies.iam",
                "        tenant_id=verified.tenant_id,\n",
                '        tenant_id=verified.tenant_id or "default",\n',
            ),
        ),
    ),
    Defect(
        id="denial-is-not-looked-for",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-7"),
        story="IAM was asked for the sake of elevation, so only the answer that asks for one was looked for.",
        changes=(
            Change(
                "engine.dependencies.iam",
                'return answer.decision == "ALLOW"',
                'return answer.decision != "ELEVATION_REQUIRED"',
            ),
        ),
    ),
    Defect(
        id="scheme-in-one-case",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-7"),
        story="The scheme is compared as every client of the team writes it.",
        changes=(Change("engine.edge.authentication", "(?i:bearer) +", "Bearer +"),),
    ),
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
    Defect(
        id="agents-need-no-consent",
        kind=Kind.IDENTITY,
        requirements=("IT-MMM-04", "FR-6", "UT-MMM-02"),
        story="Only people can consent, so that an agent's offers do not ask for it.",
        changes=(
            Change(
                "engine.pipeline.compose",
                "template.requires_consent or template.type == MULTIPLIER,",
                """template.requires_consent
        or (template.type == MULTIPLIER and facts.claimed_type == "human"),""",
            ),
        ),
    ),
    Defect(
        id="two-approvals-beat-policy",
        kind=Kind.IDENTITY,
        requirements=("IT-MMM-04", "FR-11", "UT-MMM-04"),
        story="What two people must approve need not be forbidden besides, so policy's list passes it over.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "    return _without(actions, snapshot.restrictions)\n",
                """    dual = {action.type for action in actions if action.requires_dual_channel}
    return _without(actions, snapshot.restrictions - dual)
""",
            ),
        ),
    ),
    Defect(
        id="told-to-wait-is-unauthorized",
        kind=Kind.IDENTITY,
        requirements=("NFR-7",),
        story="Of IAM's refusals only a 403 was known; one that asks to wait is taken for a bad token.",
        changes=(
            Change(
                "engine.dependencies.iam",
                "            if refusal.status in {_FORBIDDEN, _TOO_MANY}:\n",
                "            if refusal.status == _FORBIDDEN:\n",
            ),
        ),
    ),
    Defect(
        id="forbidden-by-iam-is-try-again",
        kind=Kind.IDENTITY,
        requirements=("NFR-7",),
        story="Whatever IAM refuses was taken for IAM's trouble, which is over soon.",
        changes=(
            Change(
                "engine.edge.authentication",
                '    return forbidden("IAM does not let this caller in.")\n',
                "    return iam_unavailable()\n",
            ),
            Change(
                "engine.edge.authentication",
                "import ApiError, error_response, forbidden, unauthorized, unavailable",
                "import ApiError, error_response, unauthorized, unavailable",
            ),
        ),
    ),
)
