"""Isolation: what one tenant sees of another."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="foreign-playbook-listed",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-3"),
        story="The list got a query of its own, the latest first, and the tenant was forgotten in it.",
        changes=(
            Change(
                "engine.storage.playbooks",
                "await connection.execute(listing(tenant_id, status).limit",
                "await connection.execute(_latest(status).limit",
            ),
            Change(
                "engine.storage.playbooks",
                "def listing(",
                """def _latest(status: PlaybookStatus | None) -> Select[Any]:
    wanted = PLAYBOOKS.c.status == status if status else PLAYBOOKS.c.status != SUPERSEDED
    return select(PLAYBOOKS).where(wanted).order_by(PLAYBOOKS.c.updated_at.desc())


def listing(""",
            ),
        ),
    ),
    Defect(
        id="foreign-decision-takes-outcomes",
        kind=Kind.ISOLATION,
        requirements=("NFR-5",),
        story="A decision is found by its id alone: ids are unique, so why ask for more.",
        changes=(
            Change(
                "engine.storage.decisions",
                "DECISIONS.c.decision_id == decision_id, DECISIONS.c.tenant_id == tenant_id\n",
                "DECISIONS.c.decision_id == decision_id\n",
            ),
        ),
    ),
    Defect(
        id="foreign-experiment-changed",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-13"),
        story="The list knows the tenant; who has an experiment's id was thought to have the right to it.",
        changes=(
            Change(
                "engine.storage.experiments",
                "EXPERIMENTS.c.experiment_id == experiment_id, EXPERIMENTS.c.tenant_id == tenant_id\n",
                "EXPERIMENTS.c.experiment_id == experiment_id\n",
            ),
        ),
    ),
    Defect(
        id="foreign-approval-read",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-6"),
        story="Who approves is checked step by step; who only looks was never thought of.",
        changes=(
            Change(
                "engine.storage.approvals",
                ".where(APPROVALS.c.action_id == action_id, APPROVALS.c.tenant_id == tenant_id)",
                ".where(APPROVALS.c.action_id == action_id)",
            ),
        ),
    ),
    Defect(
        id="keys-run-together",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-7"),
        story="Ids were believed to be words, so that the parts of a key are joined as they come.",
        changes=(Change("engine.fatigue.quota", '(quote(part, safe="") for part in parts)', "parts"),),
    ),
    Defect(
        id="governance-of-the-prefix",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-2"),
        story="The tenant stands in governance's address as it is, and a sign in it ends the path.",
        changes=(Change("engine.dependencies.governance", "{quote(tenant_id, safe='')}", "{tenant_id}"),),
    ),
    Defect(
        id="outcomes-of-all-counted",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-13"),
        story="Outcomes came to the counts later, as a query of its own that nobody read again.",
        changes=(
            Change(
                "engine.storage.metrics",
                "_counted(OUTCOMES, OUTCOMES.c.result, tenant_id, period)",
                "_counted(OUTCOMES, OUTCOMES.c.result, None, period)",
            ),
            Change(
                "engine.storage.metrics",
                "select(literal(table.name), word, func.count()).where(table.c.tenant_id == tenant_id)\n",
                """select(literal(table.name), word, func.count())
    if tenant_id is not None:
        found = found.where(table.c.tenant_id == tenant_id)
""",
            ),
        ),
    ),
    Defect(
        id="namesakes-erased",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "PR-MMM-02"),
        story="A person was asked to be forgotten, and is, wherever anybody of that name is found.",
        changes=(
            Change(
                "engine.storage.erasure",
                "select(key).where(tenants, name == actor_id)",
                "select(key).where(name == actor_id)",
            ),
        ),
    ),
    Defect(
        id="wishes-of-namesakes",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-14"),
        story="The one statement of a decide joins preferences by the actor, as the first draft of it did.",
        changes=(
            Change(
                "engine.storage.standing",
                "(PREFERENCES.c.tenant_id == tenant) & (PREFERENCES.c.actor_id == actor)",
                "PREFERENCES.c.actor_id == actor",
            ),
            Change("engine.storage.standing", '"actor": actor_id})).one()', '"actor": actor_id})).first()'),
        ),
    ),
    Defect(
        id="foreign-is-forbidden",
        kind=Kind.ISOLATION,
        requirements=("NFR-5",),
        story="To be honest with callers, what is another tenant's is refused as such, and not as unknown.",
        changes=(
            Change(
                "engine.administration.playbooks",
                "        return await playbooks.history(connection, self._caller.tenant_id, playbook_id)\n",
                """        found = await playbooks.history(connection, self._caller.tenant_id, playbook_id)
        if not found and await playbooks.exists(connection, playbook_id):
            raise forbidden("The playbook is another tenant's.")
        return found
""",
            ),
            Change(
                "engine.administration.playbooks",
                "from engine.storage import playbooks\n",
                "from engine.edge.errors import forbidden\nfrom engine.storage import playbooks\n",
            ),
            Change(
                "engine.storage.playbooks",
                "async def add(",
                """async def exists(connection: AsyncConnection, playbook_id: str) -> bool:
    found = select(PLAYBOOKS.c.revision).where(PLAYBOOKS.c.playbook_id == playbook_id).limit(1)
    return (await connection.execute(found)).scalar() is not None


async def add(""",
            ),
        ),
    ),
    Defect(
        id="operator-of-all-tenants",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-13"),
        story="mmm_admin was taken for the operator of the platform, who looks after every tenant.",
        changes=(
            Change(
                "engine.edge.access",
                "    if not {None, caller.tenant_id}.issuperset(named):\n",
                """    if "mmm_admin" in caller.roles:
        return
    if not {None, caller.tenant_id}.issuperset(named):
""",
            ),
        ),
    ),
    Defect(
        id="experiments-of-the-named-tenant",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-13"),
        story="The query must name a tenant, so it was used, and not compared.",
        changes=(
            Change(
                "engine.routes.experiments",
                "    own_tenant(caller, *named, wanted.tenant_id)\n",
                "",
            ),
            Change(
                "engine.routes.experiments",
                "connection, caller.tenant_id, wanted.status",
                "connection, wanted.tenant_id, wanted.status",
            ),
        ),
    ),
    Defect(
        id="answered-by-request-id",
        kind=Kind.ISOLATION,
        requirements=("NFR-5",),
        story="So that a retry does not decide twice, an answer is remembered by the id of its request.",
        changes=(
            Change(
                "engine.routes.decide",
                "    with whole(get_current_span()):\n",
                """    asked = (request.headers.get("x-request-id"),)
    known = _ANSWERS.get(asked, 60.0) if asked[0] else None
    if known is not None:
        return json_response(known)
    with whole(get_current_span()):
""",
            ),
            Change(
                "engine.routes.decide",
                "    response = json_response(decided.body)\n",
                "    response = json_response(_ANSWERS.put(asked, decided.body))\n",
            ),
            Change(
                "engine.routes.decide",
                "router = APIRouter(prefix=BASE_PATH)\n",
                "router = APIRouter(prefix=BASE_PATH)\n_ANSWERS = Cache(capacity=1_000)\n",
            ),
            Change(
                "engine.routes.decide",
                "from engine.edge.access import own_tenant\n",
                "from engine.dependencies.cache import Cache\nfrom engine.edge.access import own_tenant\n",
            ),
        ),
    ),
    Defect(
        id="experiment-of-the-bodys-tenant",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-13"),
        story="The operator's console makes experiments for tenants, and says in the body for which.",
        changes=(
            Change(
                "engine.routes.experiments",
                """    own_tenant(caller, *named, body.tenant_id)
    made = await ExperimentAdministration(services, caller).create(""",
                """    own_tenant(caller, *named)
    owner = replace(caller, tenant_id=body.tenant_id or caller.tenant_id)
    made = await ExperimentAdministration(services, owner).create(""",
            ),
            Change(
                "engine.routes.experiments",
                "from typing import Annotated, Any\n",
                "from dataclasses import replace\nfrom typing import Annotated, Any\n",
            ),
        ),
    ),
)
