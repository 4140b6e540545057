"""A hand-written run with something of everything: what the reports are tested on, and looked at."""

from __future__ import annotations

import json
import math
import random
import tomllib
from pathlib import Path

from reports.record import (
    Attribution,
    CoverageDeclared,
    CoverageObserved,
    EngineStarted,
    Event,
    Exchange,
    ExchangeRecorded,
    FaultInjected,
    Finding,
    FindingRecorded,
    LoadMeasured,
    Message,
    Note,
    Persona,
    ReceiptsCollected,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    StageFinished,
    StageStarted,
    Status,
    Verdict,
)
from reports.run import EventLog
from reports.run.config import (
    Described,
    Power,
    Subject,
    write_contracts,
    write_power,
    write_profile,
    write_register,
    write_seeds,
    write_subject,
    write_versions,
)

POWER = Power(
    measured="2026-11-22T10:00:00Z",
    toolkit="0.1.0",
    target="mmm-reference-engine",
    seeded=120,
    caught=118,
    rightly=117,
    sound_runs=10,
    judges="5c" * 32,
    current=True,
)
REGISTER = Path(__file__).parents[2] / "contracts" / "requirements.toml"
HOSTILE = '<script>alert("owned")</script> & \x1b[31mred\x1b[0m \u202egnirts'
PROFILE = """\
[target]
name = "mmm-engine"
version = "1.4.0"
command = ["uvicorn", "engine.app:app", "--host", "{host}", "--port", "{port}"]

[target.env]
IAM_SERVICE_URL = "{iam}/iam/v1"
MMM_SERVICE_TOKEN = "spelt-out-in-the-profile"
DATABASE_URL = "postgresql://mmm:hunter2-hunter2@db/mmm"
"""

ADMIN = Persona("admin", "ada", "tenant-a", roles=("mmm_admin",), scope=("mmm.read", "mmm.decide"))
VIEWER = Persona("viewer", "vic", "tenant-a", roles=("viewer",), scope=("mmm.read",))

_JSON = ("content-type", "application/json")


class Clock:
    """Each look at it is a little later."""

    def __init__(self) -> None:
        self._milliseconds = 0

    def at(self, milliseconds: int = 7) -> str:
        self._milliseconds += milliseconds
        minutes, rest = divmod(self._milliseconds, 60_000)
        return f"2026-11-23T09:{12 + minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}000Z"


def register() -> dict[str, Described]:
    """Return the real register."""
    entries = tomllib.loads(REGISTER.read_text("utf-8"))
    return {
        name: Described(entry["text"], tuple(entry["see"].split(", ")), tuple(entry["shown"]))
        for name, entry in entries.items()
    }


def exchange(
    number: int,
    clock: Clock,
    *,
    method: str,
    url: str,
    status: int | None,
    persona: Persona | None = None,
    **more: str,
) -> Exchange:
    """Make one exchange; `request` and `response` are bodies, `side` is who answered."""
    answered = Message(
        (_JSON, ("x-request-id", f"req-{number}"), ("x-content-type-options", "nosniff")),
        more.get("response", ""),
    )
    headers = (("authorization", "Bearer <token:5f2a9c01d3e4>"), _JSON) if persona else (_JSON,)
    return Exchange(
        id=f"x-{number:04d}",
        at=clock.at(),
        side=more.get("side", "engine"),
        method=method,
        url=url,
        request=Message(headers, more.get("request", "")),
        status=status,
        response=answered if status else None,
        error=None if status else "no answer within 5.0 s",
        seconds=0.012 + number / 1000,
        scenario=more.get("scenario"),
        persona=persona,
    )


CREATE = "scenarios/security/test_roles.py::test_only_admins_create_playbooks"
ISOLATION = "scenarios/features/test_isolation.py::test_lists_hold_only_own_playbooks"
FUZZ = "server_error"


def exchanges(clock: Clock) -> list[Exchange]:
    """Return the exchanges, engine and dependencies."""
    base = "http://127.0.0.1:41001/v1/mmm"
    playbook = json.dumps({"name": "Flaky build", "actions": [{"type": "mirror", "surfaces": ["ide"]}]})
    listed = json.dumps([{"playbook_id": "1a2b", "tenant_id": "tenant-b", "name": "Not yours"}])
    return [
        exchange(
            1,
            clock,
            method="POST",
            url=f"{base}/playbooks",
            status=200,
            persona=VIEWER,
            request=playbook,
            response='{"playbook_id": "9f1c2a34-7b1e-4a57-9d0c-1f2e3d4c5b6a", "status": "draft"}',
            scenario=CREATE,
        ),
        exchange(
            2,
            clock,
            method="GET",
            url=f"{base}/playbooks?status=published&limit=10",
            status=200,
            persona=ADMIN,
            response=listed,
            scenario=ISOLATION,
        ),
        exchange(
            3,
            clock,
            method="POST",
            url=f"{base}/actions/not-a-uuid/approve",
            status=500,
            persona=ADMIN,
            request="{}",
            response=HOSTILE,
            scenario=FUZZ,
        ),
        exchange(
            4,
            clock,
            method="POST",
            url="/iam/v1/verify",
            status=200,
            side="iam",
            request='{"token": "<token:5f2a9c01d3e4>"}',
            response='{"valid": true}',
            scenario=CREATE,
        ),
        exchange(
            5,
            clock,
            method="POST",
            url="http://127.0.0.1:41002/__fake__/scripts",
            status=201,
            side="control:iam",
            request='{"fault": {"kind": "status", "status": 503}}',
            response='{"script_id": "s-1"}',
        ),
        exchange(6, clock, method="POST", url=f"{base}/decide", status=None, persona=ADMIN, request="{}"),
    ]


def findings() -> list[Finding]:
    """Return the findings: three of the engine (one seen twice), one of the environment."""
    curl = (
        "curl -sS -X POST http://127.0.0.1:41001/v1/mmm/playbooks \\\n"
        '  -H "Authorization: Bearer $TOKEN_VIEWER" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"name": "Flaky build", "actions": [{"type": "mirror", "surfaces": ["ide"]}]}\''
    )
    return [
        Finding(
            "f-roles",
            CREATE,
            "POST /playbooks",
            ("ST-MMM-01", "FR-13"),
            "A viewer created a playbook",
            "POST /playbooks with role viewer was answered 200; only mmm_admin and tenant_admin may (3).",
            exchanges=("x-0001",),
            curl=curl,
        ),
        Finding(
            "f-fuzz-1",
            FUZZ,
            "POST /actions/{id}/approve",
            ("NFR-4",),
            "A malformed id gives 500",
            f"POST /actions/not-a-uuid/approve was answered 500: {HOSTILE}",
            exchanges=("x-0003",),
            curl="curl -sS -X POST http://127.0.0.1:41001/v1/mmm/actions/not-a-uuid/approve",
            seed=20261123,
        ),
        Finding(
            "f-fuzz-2",
            FUZZ,
            "POST /actions/{id}/approve",
            ("NFR-4",),
            "A malformed id gives 500",
            "Again.",
            exchanges=("x-0003",),
            seed=20261124,
        ),
        Finding(
            "f-isolation",
            ISOLATION,
            "GET /playbooks",
            ("NFR-5",),
            "Another tenant's playbook is in the list",
            "The list of tenant-a holds playbook 1a2b of tenant-b.",
            exchanges=("x-0004", "x-0002"),
            curl='curl -sS http://127.0.0.1:41001/v1/mmm/playbooks -H "Authorization: Bearer $TOKEN_ADMIN"',
        ),
        Finding(
            "f-environment",
            "preflight",
            "",
            (),
            "The alerting fake was slow to start",
            "It took 4.1 s.",
            attribution=Attribution.ENVIRONMENT,
        ),
    ]


def scenarios(clock: Clock) -> list[ScenarioFinished]:
    """Return scenarios of every outcome."""

    def done(scenario: str, title: str, requirements: str, outcome: str, **more: object) -> ScenarioFinished:
        suite = scenario.split("/")[1] if "/" in scenario else "contracts"
        kinds = ("wire",) if outcome in {"passed", "failed"} else ()
        given = {"kinds": kinds, "seconds": 0.05 + len(title) / 500, "exchanges": 2} | more
        return ScenarioFinished(
            at=clock.at(),
            scenario=scenario,
            suite=suite,
            title=title,
            requirements=tuple(requirements.split()),
            outcome=outcome,
            **given,  # type: ignore[arg-type]  # a test's shorthand
        )

    return [
        done(CREATE, "Only admins create playbooks.", "ST-MMM-01 FR-13", "failed", finding="f-roles"),
        done(
            ISOLATION,
            "A list holds the caller's own playbooks only.",
            "NFR-5",
            "failed",
            finding="f-isolation",
            kinds=("wire", "dependency"),
        ),
        done(FUZZ, "No input gives a server error.", "NFR-4", "failed", finding="f-fuzz-1", exchanges=412),
        done(
            "scenarios/features/test_playbooks.py::test_only_published_ones_fire",
            "Only published ones fire.",
            "FR-3 UT-MMM-01",
            "passed",
        ),
        done(
            "scenarios/features/test_receipts.py::test_each_decision_leaves_one_receipt",
            "Each decision leaves exactly one signed receipt.",
            "FR-12 UT-MMM-05",
            "passed",
            kinds=("wire", "dependency"),
        ),
        done(
            "scenarios/features/test_quiet.py::test_quiet_hours",
            "Quiet hours silence every nudge.",
            "FR-7",
            "not_exercised",
            reason="time could not be moved: libfaketime does not load",
        ),
        done(
            "scenarios/features/test_approval.py::test_dual_channel",
            "Two people approve.",
            "FR-6",
            "blocked",
            finding="f-roles",
            reason="a playbook could not be created",
        ),
        done(
            "scenarios/resilience/test_llm.py::test_static_mentors",
            "Without the gateway mentors are static.",
            "RF-MMM-01",
            "unknown",
            reason="vacuous: no answer was looked at",
        ),
    ]


STATIC_MENTORS = "scenarios/resilience/test_llm.py::test_static_mentors"
RECEIPTS = "scenarios/features/test_receipts.py::test_each_decision_leaves_one_receipt"


def faults(clock: Clock) -> list[FaultInjected]:
    """Return faults that fired, one that fired now and then, and one that never did."""

    def over(scenario: str, dependency: str, fault: str, fired: int, **more: str) -> FaultInjected:
        armed = clock.at()
        return FaultInjected(
            scenario=scenario,
            dependency=dependency,
            fault=fault,
            armed_at=armed,
            fired_at=tuple(clock.at(40) for _ in range(fired)),
            at=clock.at(),
            **more,
        )

    return [
        over(STATIC_MENTORS, "llm", "reset", 0),
        over(STATIC_MENTORS, "llm", "status 503", 3),
        over(RECEIPTS, "eris", "delay 1.0 s", 2, operation="POST /v1/evidence/receipts"),
        over(RECEIPTS, "eris", "delay 2.5 s", 0, operation="POST /v1/evidence/receipts"),
        over(CREATE, "iam", "never_answer", 1),
        over("scenarios/resilience/test_killed.py::test_cut_off", "engine", "kill -9", 1),
    ]


def latencies(seed: int, middle: float, count: int) -> tuple[float, ...]:
    """Return latencies with the long tail that real ones have."""
    draw = random.Random(seed)
    return tuple(round(middle * math.exp(draw.gauss(0, 0.42)) + draw.random() * 4, 3) for _ in range(count))


def loads(clock: Clock) -> list[LoadMeasured]:
    """Return both lanes: ide misses its objective, ci keeps it."""
    lanes = (("ide", 150.0, 78.0, 331, 2), ("ci", 500.0, 120.0, 160, 0))
    return [
        LoadMeasured(
            at=clock.at(),
            lane=lane,
            target_p95_ms=target,
            seconds=20.0,
            offered_per_minute=count * 3.0,
            latencies_ms=latencies(count, middle, count),
            failures=failures,
            smoke=True,
        )
        for lane, target, middle, count, failures in lanes
    ]


def verdicts() -> tuple[Verdict, ...]:
    """Return a verdict on every requirement of the register, all five words among them."""
    said = {
        "ST-MMM-01": Verdict(
            "ST-MMM-01",
            Status.VIOLATED,
            "a viewer created a playbook",
            (),
            ("wire",),
            (CREATE,),
            ("f-roles",),
        ),
        "FR-13": Verdict(
            "FR-13", Status.VIOLATED, "a viewer created a playbook", (), ("wire",), (CREATE,), ("f-roles",)
        ),
        "NFR-5": Verdict(
            "NFR-5",
            Status.VIOLATED,
            "a list held another tenant's playbook",
            ("dependency",),
            ("wire",),
            (ISOLATION,),
            ("f-isolation",),
        ),
        "NFR-4": Verdict(
            "NFR-4",
            Status.VIOLATED,
            "a malformed id gave 500",
            (),
            ("wire", "dependency"),
            (FUZZ,),
            ("f-fuzz-2",),
        ),
        "NFR-1": Verdict("NFR-1", Status.VIOLATED, "p95 over 150 ms for ide", (), ("load",)),
        "FR-3": Verdict("FR-3", Status.VERIFIED, "", ("wire",)),
        "UT-MMM-01": Verdict("UT-MMM-01", Status.VERIFIED, "", ("wire",)),
        "FR-12": Verdict("FR-12", Status.VERIFIED, "", ("dependency",)),
        "UT-MMM-05": Verdict("UT-MMM-05", Status.VERIFIED, "", ("dependency",)),
        "FR-6": Verdict("FR-6", Status.NOT_EXERCISED, "blocked by f-roles", (), ("wire",)),
        "FR-7": Verdict("FR-7", Status.NOT_EXERCISED, "", ("wire",), ("time",)),
        "RF-MMM-01": Verdict("RF-MMM-01", Status.UNKNOWN, "a scenario was vacuous", (), ("wire",)),
        "OB-MMM-01": Verdict(
            "OB-MMM-01", Status.WAIVED, "by Grace Hopper until 2027-01-01: the collector is being replaced"
        ),
    }
    names = register()
    return tuple(
        said.get(
            name, Verdict(name, Status.NOT_EXERCISED, "no scenario looked at it", (), missing(entry.shown))
        )
        for name, entry in names.items()
    )


def missing(shown: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in shown if kind != "unit")


def receipts() -> tuple[str, ...]:
    """Return receipts as ERIS keeps them."""
    return tuple(
        json.dumps(
            {"decision": {"status": "pass"}, "receipt_id": f"r-{number}", "tenant_id": "tenant-a"},
            sort_keys=True,
        )
        for number in range(3)
    )


def events() -> list[Event]:
    """Return the whole run, in order."""
    clock = Clock()
    told: list[Event] = [
        RunStarted(
            at=clock.at(),
            run_id="20261123-091200-7f3a",
            target="mmm-engine",
            target_version="1.4.0",
            environment="embedded",
            seed=20261123,
            toolkit_version="0.1.0",
        ),
    ]
    for stage, milliseconds, summary, problem in (
        ("services", 1210, "PostgreSQL 18.6, Valkey 9.1, 8 fakes", ""),
        ("engine", 1934, "ready", ""),
        ("preflight", 420, "31 of 31 routes exist", ""),
        ("scenarios", 41230, "8 scenarios", ""),
        ("contracts", 38110, "412 cases", ""),
        ("resilience", 9020, "", "the gateway fault never fired"),
        ("load", 20800, "491 answers", ""),
    ):
        told += [StageStarted(at=clock.at(), stage=stage), *during(stage, clock)]
        told.append(
            StageFinished(
                at=clock.at(milliseconds),
                stage=stage,
                seconds=milliseconds / 1000,
                summary=summary,
                problem=problem,
            )
        )
    told.append(RunFinished(at=clock.at(), verdicts=verdicts(), exit_code=1))
    return told


def during(stage: str, clock: Clock) -> list[Event]:
    """Return what happened in one stage."""
    if stage == "engine":
        return [EngineStarted(at=clock.at(1900), url="http://127.0.0.1:41001", seconds=1.93, replicas=2)]
    if stage == "scenarios":
        return [
            *(ExchangeRecorded(at=each.at, exchange=each) for each in exchanges(clock)),
            *(FindingRecorded(at=clock.at(), finding=each) for each in findings()),
            *faults(clock),
            *scenarios(clock),
            ReceiptsCollected(
                at=clock.at(), receipts=receipts(), chain_problems=("r-2: prev_hash is not that of r-1",)
            ),
            Note(at=clock.at(), text="Deviation in force: POST /playbooks answers 201 (until 2027-01-01)"),
        ]
    if stage == "contracts":
        return coverage(clock)
    return [*loads(clock)] if stage == "load" else []


def coverage(clock: Clock) -> list[Event]:
    """Return what there is to cover of a small contract, and what two processes have covered."""
    points = {
        "operations": ("POST /decide", "GET /ready"),
        "parameters": (),
        "status_codes": ("POST /decide 200", "POST /decide 413", "GET /ready 200"),
        "enum_values": tuple(
            f'POST /decide request.severity = "{each}"' for each in ("info", "warn", "high")
        ),
        "branches": ("POST /decide request.signal given", "POST /decide request.signal absent"),
    }
    covered = (*points["operations"], "POST /decide 200", "GET /ready 200", points["enum_values"][1])
    return [
        CoverageDeclared(at=clock.at(), points=points, unreached={"POST /decide 413": "left to the engine"}),
        CoverageObserved(at=clock.at(), observer="contracts", points=covered),
        CoverageObserved(at=clock.at(), observer="scenarios-gw0", points=(points["branches"][0],)),
    ]


def write_sample(run_dir: Path, told: list[Event] | None = None, *, declared: bool = True) -> Path:
    """Write the run directory; two sources share the events, as processes do."""
    with EventLog(run_dir, "orchestrator") as orchestrator, EventLog(run_dir, "scenarios-gw0") as worker:
        for event in events() if told is None else told:
            whose = (
                worker
                if isinstance(event, ScenarioFinished | ExchangeRecorded | FindingRecorded)
                else orchestrator
            )
            whose.emit(event)
    write_profile(run_dir, PROFILE)
    write_versions(run_dir, {"postgresql": "18.6", "valkey": "9.1"})
    write_seeds(run_dir, {"run": 20261123})
    write_power(run_dir, POWER)
    write_register(run_dir, register())
    write_contracts(
        run_dir, {"contracts/openapi/engine.yaml": b"openapi: 3.1.0", "contracts/openapi/iam.yaml": b"x"}
    )
    if declared:
        write_subject(run_dir, Subject("dist/engine.whl", {"sha256": "ab" * 32}))
    (run_dir / "load").mkdir(exist_ok=True)
    (run_dir / "load" / "ide.jsonl").write_text('{"at": 0.1, "ms": 81.2}\n', "utf-8")
    return run_dir
