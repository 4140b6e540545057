"""Identity and roles: who may do what, and for whom."""

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
)
