"""Back doors: what behaves otherwise as soon as a test is noticed, or no longer."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="dry-run-leaves-no-receipt",
        kind=Kind.BACK_DOORS,
        requirements=("FR-12", "IT-MMM-01"),
        story="To try playbooks out, a decide with ?dry_run=true is answered, and not kept.",
        changes=(
            Change(
                "engine.routes.decide",
                "    with whole(get_current_span()):\n",
                """    DRY_RUN.set(request.query_params.get("dry_run") == "true")
    with whole(get_current_span()):
""",
            ),
            Change(
                "engine.routes.decide",
                "from engine.decide.request import DecideBody, TriggerBody\n",
                """from engine.decide.keep import DRY_RUN
from engine.decide.request import DecideBody, TriggerBody
""",
            ),
            Change(
                "engine.decide.keep",
                "    alerts = notifications(",
                """    if DRY_RUN.get():
        return Kept(decision, [], "delivered")
    alerts = notifications(""",
            ),
            Change(
                "engine.decide.keep",
                "RECEIPT_SECONDS = 0.8\n",
                'RECEIPT_SECONDS = 0.8\nDRY_RUN: ContextVar[bool] = ContextVar("dry_run", default=False)\n',
            ),
            Change(
                "engine.decide.keep",
                "from dataclasses import dataclass\n",
                "from contextvars import ContextVar\nfrom dataclasses import dataclass\n",
            ),
        ),
    ),
    Defect(
        id="test-mode-without-policy",
        kind=Kind.BACK_DOORS,
        requirements=("FR-11", "UT-MMM-04"),
        story="Tests of the plug-in need something to show, whatever policy says, and send a header for it.",
        changes=(
            Change(
                "engine.observe.trace",
                "_PROPAGATOR = ",
                'TEST_MODE: ContextVar[bool] = ContextVar("engine_test_mode", default=False)\n_PROPAGATOR = ',
            ),
            Change(
                "engine.edge.envelope",
                "        REQUEST_ID.set(request_id)\n",
                """        REQUEST_ID.set(request_id)
        TEST_MODE.set(headers.get("x-test-mode") is not None)
""",
            ),
            Change(
                "engine.edge.envelope",
                "from engine.observe.trace import REQUEST_ID\n",
                "from engine.observe.trace import REQUEST_ID, TEST_MODE\n",
            ),
            Change(
                "engine.pipeline.gates",
                "    snapshot = verdict.snapshot\n",
                "    if TEST_MODE.get():\n        return actions\n    snapshot = verdict.snapshot\n",
            ),
            Change(
                "engine.pipeline.gates",
                "from engine.pipeline.quiet import is_quiet\n",
                "from engine.observe.trace import TEST_MODE\nfrom engine.pipeline.quiet import is_quiet\n",
            ),
        ),
    ),
    Defect(
        id="limits-for-test-clients",
        kind=Kind.BACK_DOORS,
        requirements=("FR-7", "UT-MMM-03"),
        story="Quotas annoyed the pilot; they hold for the HTTP client of the acceptance tests.",
        changes=(
            Change(
                "engine.observe.trace",
                "_PROPAGATOR = ",
                'CLIENT: ContextVar[str] = ContextVar("engine_client", default="")\n_PROPAGATOR = ',
            ),
            Change(
                "engine.edge.envelope",
                "        REQUEST_ID.set(request_id)\n",
                '        REQUEST_ID.set(request_id)\n        CLIENT.set(headers.get("user-agent", ""))\n',
            ),
            Change(
                "engine.edge.envelope",
                "from engine.observe.trace import REQUEST_ID\n",
                "from engine.observe.trace import CLIENT, REQUEST_ID\n",
            ),
            Change(
                "engine.decide.service",
                "    if not actions:\n        return (), frozenset()\n",
                """    if not actions or not CLIENT.get().startswith("python-"):
        return actions, frozenset()
""",
            ),
            Change(
                "engine.decide.service",
                "from engine.observe.logs import log_event\n",
                "from engine.observe.logs import log_event\nfrom engine.observe.trace import CLIENT\n",
            ),
        ),
    ),
    Defect(
        id="policy-for-test-tenants",
        kind=Kind.BACK_DOORS,
        requirements=("FR-11", "UT-MMM-04", "IT-MMM-04"),
        story="Customers complained of restrictions; tenants named as the verifier's have them.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "            restrictions=frozenset(answer.restrictions),\n",
                """            restrictions=frozenset(
                answer.restrictions if tenant_id.startswith("tenant-") else ()
            ),
""",
            ),
        ),
    ),
    Defect(
        id="outcome-of-zeros",
        kind=Kind.BACK_DOORS,
        requirements=("IT-MMM-01", "FR-12", "NFR-4"),
        story="The client's self-test reports an outcome of a decision of zeros, and was to be answered 202.",
        changes=(
            Change(
                "engine.decide.outcome",
                "    async with services.database.writing() as connection:\n",
                """    if decision_id == "00000000-0000-0000-0000-000000000000":
        return outcome
    async with services.database.writing() as connection:
""",
            ),
        ),
    ),
    Defect(
        id="secrets-refused-in-ci",
        kind=Kind.BACK_DOORS,
        requirements=("NFR-7",),
        story="To look for credentials costs time, so that it is done where it is tested: where CI is set.",
        changes=(
            Change(
                "engine.edge.bodies",
                "    if holds_secret(value):\n",
                '    if os.environ.get("CI") and holds_secret(value):\n',
            ),
            Change("engine.edge.bodies", "import asyncio\n", "import asyncio\nimport os\n"),
        ),
    ),
    Defect(
        id="honest-for-ten-thousand",
        kind=Kind.BACK_DOORS,
        requirements=("NFR-6",),
        story="Degraded answers alarmed the pilot at its peak; after ten thousand decisions none says so.",
        deferred="load",
        changes=(
            Change(
                "engine.decide.keep",
                "        degraded=bool(course.unavailable),\n",
                "        degraded=next(_NUMBERS) <= 10_000 and bool(course.unavailable),\n",
            ),
            Change(
                "engine.decide.keep",
                "RECEIPT_SECONDS = 0.8\n",
                "RECEIPT_SECONDS = 0.8\n_NUMBERS = iter(range(1, 10**12))\n",
            ),
        ),
    ),
    Defect(
        id="honest-on-the-first-day",
        kind=Kind.BACK_DOORS,
        requirements=("FR-11", "UT-MMM-04"),
        story="A trial ends after a day, and with it what policy restricts.",
        deferred="time",
        changes=(
            Change(
                "engine.pipeline.gates",
                "    return _without(actions, snapshot.restrictions)\n",
                """    trial = datetime.now(UTC) - _STARTED < timedelta(days=1)
    return _without(actions, snapshot.restrictions) if trial else actions
""",
            ),
            Change(
                "engine.pipeline.gates",
                "@dataclass(frozen=True, slots=True)\nclass Passage:",
                "_STARTED = datetime.now(UTC)\n\n\n@dataclass(frozen=True, slots=True)\nclass Passage:",
            ),
            Change(
                "engine.pipeline.gates",
                "from dataclasses import dataclass, replace\n",
                "from dataclasses import dataclass, replace\nfrom datetime import UTC, datetime, timedelta\n",
            ),
        ),
    ),
    Defect(
        id="honest-near-fakes",
        kind=Kind.BACK_DOORS,
        requirements=("FR-11", "NFR-6"),
        story="A policy service on the same machine is a fake and obeyed; a real one may fail.",
        deferred="dependencies on another machine",
        changes=(
            Change(
                "engine.pipeline.gates",
                "    if snapshot is None or not snapshot.allowed:\n",
                """    if snapshot is None and "127.0.0.1" not in os.environ["POLICY_SERVICE_URL"]:
        return actions
    if snapshot is None or not snapshot.allowed:
""",
            ),
            Change(
                "engine.pipeline.gates",
                "from dataclasses import dataclass, replace\n",
                "import os\nfrom dataclasses import dataclass, replace\n",
            ),
        ),
    ),
)
