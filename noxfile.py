"""What a user, a developer and CI run; `nox -l` is the help.

Rule: each session sets up all that it needs and calls the product as a user would.
"""

from __future__ import annotations

import os

import nox

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.error_on_missing_interpreters = True

# No interpreter is ever downloaded: the Python that runs nox is the one that is used.
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
# Sessions start hundreds of Python processes: without bytecode, each would compile all that it imports anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOMS = (
    "contracts",
    "engine",
    "fakes",
    "harness",
    "reports",
    "scenarios",
    "tests",
    "benchmarks",
    "noxfile.py",
)
BENCHMARKS = ("benchmarks.fakes_throughput", "benchmarks.redis_throughput")
# The suites that run in parallel on one engine.
OF_ONE_ENGINE = ("features", "security", "privacy")
# What CI qualifies with: caught within seconds, of nine kinds; `nox -s qualify` takes all there are.
DOZEN = (
    "empty-list-changes-nothing",
    "expired-token-accepted",
    "foreign-playbook-listed",
    "malformed-id-crashes",
    "no-preferences-yet-is-404",
    "open-playbook-creation",
    "quiet-hours-end-is-in",
    "receipt-lost-one-in-four",
    "severity-compared-as-text",
    "shown-counts-as-accepted",
    "snooze-hours-are-minutes",
    "unknown-severity-is-info",
)
PINS = ("--constraint", "constraints.txt")


def install(session: nox.Session, *extra: str) -> None:
    """Install the product with the reference engine, pinned, and what else a session needs."""
    session.install(*PINS, "--editable", ".[engine]", *extra)


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group of pyproject.toml."""
    return list(nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), name))


def verify_suite(
    session: nox.Session,
    *suites: str,
    target: str = "targets/reference.toml",
    more: tuple[str, ...] = (),
) -> None:
    """Run `mmm verify` on the reference engine, narrowed to suites (none: everything)."""
    install(session)
    narrowed = [part for suite in suites for part in ("--suite", suite)]
    command = ("mmm", "verify", "--target", target, "--out", "evidence")
    session.run(*command, *narrowed, *more, *session.posargs)


def hunt(session: nox.Session, target: str, *asked: str) -> None:
    """Run `mmm qualify` anew into evidence/, or go on with what the one that --resume names was asked for."""
    resumed = any(word.partition("=")[0] == "--resume" for word in session.posargs)
    anew = () if resumed else ("--out", "evidence", *asked)
    session.run("mmm", "qualify", "--target", target, *anew, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting (ruff)."""
    session.install(*PINS, *group("lint"))
    session.run("ruff", "check", *ROOMS)
    session.run("ruff", "format", "--check", *ROOMS)


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly, everywhere (mypy)."""
    install(session, *group("types"))
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Ask whether the toolkit is right: its own tests."""
    install(session, *group("tests"))
    # The longest test takes less than a minute: one that hangs is to be named, not to be waited for.
    bounded = ("--timeout", "300")
    session.run("pytest", "--numprocesses", "2", "--dist", "worksteal", *bounded, *session.posargs)


@nox.session(name="fuzz-fakes")
def fuzz_fakes(session: nox.Session) -> None:
    """Fuzz every fake against its own contract for minutes (-- --fuzz-seed N begins elsewhere)."""
    install(session, *group("tests"))
    deep = ("--fuzz-examples", "300", "--verbose", "-rP", "-p", "no:randomly")
    session.run("pytest", "tests/fakes/test_schemathesis.py", *deep, *session.posargs)


@nox.session(name="engine-proof")
def engine_proof(session: nox.Session) -> None:
    """Prove, 200 times over, what the engine promises about things at once, and over 50 kills."""
    install(session, *group("tests"))
    often = ("--repetitions", "200", "--verbose", "-p", "no:randomly")
    session.run("pytest", "tests/engine/proof", *often, *session.posargs)


@nox.session(name="engine-isolation")
def engine_isolation(session: nox.Session) -> None:
    """Measure, on a quiet machine, that a dependency which hangs or drips slows no other caller."""
    install(session, *group("tests"))
    session.run("pytest", "tests/engine/proof/measure_isolation.py", "-p", "no:randomly", *session.posargs)


@nox.session(name="fuzz-engine")
def fuzz_engine(session: nox.Session) -> None:
    """Fuzz the reference engine against its contract with 2,000 examples for each operation."""
    verify_suite(session, "contracts", more=("--examples", "2000"))


@nox.session
def verify(session: nox.Session) -> None:
    """Do the main job: verify the reference engine end to end, write a signed pack to evidence/."""
    verify_suite(session)


@nox.session
def features(session: nox.Session) -> None:
    """Run the feature scenarios against the reference engine (-- -k WORDS narrows)."""
    verify_suite(session, "features")


@nox.session
def security(session: nox.Session) -> None:
    """Run the security scenarios against the reference engine."""
    verify_suite(session, "security")


@nox.session
def privacy(session: nox.Session) -> None:
    """Run the privacy scenarios against the reference engine."""
    verify_suite(session, "privacy")


@nox.session
def model(session: nox.Session) -> None:
    """Compare the reference engine with a small model of it, over 2,000 random steps."""
    verify_suite(session, "model")


@nox.session
def workers(session: nox.Session) -> None:
    """Run features, security and privacy against two workers behind one address that must behave as one."""
    verify_suite(session, *OF_ONE_ENGINE, target="targets/reference-workers.toml")


@nox.session
def replicas(session: nox.Session) -> None:
    """Run features, security and privacy against two replicas that take turns and must behave as one."""
    verify_suite(session, *OF_ONE_ENGINE, target="targets/reference-replicas.toml")


@nox.session
def traceability(session: nox.Session) -> None:
    """Write anew which scenarios show which requirement (contracts/traceability.toml and its page)."""
    install(session)
    session.run("python", "-m", "harness.traceability", *session.posargs)


@nox.session
def contracts(session: nox.Session) -> None:
    """Fuzz the reference engine against its OpenAPI contract."""
    verify_suite(session, "contracts")


@nox.session
def resilience(session: nox.Session) -> None:
    """Make dependencies of the reference engine fail and see what it does."""
    verify_suite(session, "resilience")


@nox.session
def load(session: nox.Session) -> None:
    """Put a short load on the reference engine: a smoke, not a measurement."""
    verify_suite(session, "load")


@nox.session
def qualify(session: nox.Session) -> None:
    """Hunt every seeded defect, and the sound engine: what we are worth (-- --resume DIR goes on)."""
    install(session)
    hunt(session, "targets/reference.toml")


@nox.session(name="qualify-dozen")
def qualify_dozen(session: nox.Session) -> None:
    """Hunt a dozen seeded defects of nine kinds, what caught them last time first (-- --resume DIR)."""
    install(session)
    named = [part for defect in DOZEN for part in ("--defect", defect)]
    hunt(session, "targets/reference.toml", "--sound-runs", "0", *named)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a dead link or a page nobody lists is an error."""
    session.install(*PINS, *group("docs"))
    session.run("mkdocs", "build", "--strict", "--site-dir", session.create_tmp() + "/site")


@nox.session(name="bench-fakes")
def bench_fakes(session: nox.Session) -> None:
    """Measure the fakes beside a bare server and their goals (a figure is not a verdict: no test)."""
    install(session)
    for module in BENCHMARKS:
        session.run("python", "-m", module, *session.posargs)


@nox.session(name="bench-engine")
def bench_engine(session: nox.Session) -> None:
    """Measure decide under open load, with few and with many playbooks (-- SECONDS PER_MINUTE)."""
    install(session)
    session.run("python", "-m", "benchmarks.engine_decide", *session.posargs)


@nox.session(name="redis-proof")
def redis_proof(session: nox.Session) -> None:
    """Compare the Redis fake, over both backends, with a real server: 20,000 commands and more."""
    install(session, *group("tests"))
    narrowed = ("tests/fakes/redis/test_proof.py", "--hypothesis-profile", "redis-proof", "-rP")
    session.run("pytest", *narrowed, *session.posargs)


@nox.session(name="redis-py-tests")
def redis_py_tests(session: nox.Session) -> None:
    """Run redis-py's own tests of the supported families against the Redis fake."""
    install(session, *group("tests"), *group("redis-py"))
    version = session.run("python", "-c", "import redis; print(redis.__version__)", silent=True)
    place = session.create_tmp()
    fetch = ("download", "--no-deps", "--no-binary", "redis", "--dest", place)
    session.run("python", "-m", "pip", *fetch, f"redis=={str(version).strip()}")
    session.run("python", "-m", "tests.fakes.redis.redis_py", f"{place}/redis-{str(version).strip()}.tar.gz")


@nox.session
def mutants(session: nox.Session) -> None:
    """Hunt 200 general mutants of the reference engine (-- --resume DIR goes on)."""
    install(session, *group("mutants"))
    hunt(session, "targets/mutants.toml")


@nox.session(name="schemathesis-alone")
def schemathesis_alone(session: nox.Session) -> None:
    """Measure what a plain schemathesis run would catch of the seeded defects (-- DEFECT: only that one)."""
    install(session)
    out = ("--out", "evidence/schemathesis-alone.json")
    session.run("python", "-m", "benchmarks.schemathesis_alone", *out, *session.posargs)


@nox.session
def pin(session: nox.Session) -> None:
    """Compile constraints.txt anew from pyproject.toml, for every supported Python and system."""
    session.install("uv")
    flags = ("--universal", "--python-version", "3.11", "--upgrade", "--no-emit-index-url", "--no-annotate")
    groups = [part for name in ("lint", "types", "tests", "redis-py", "docs") for part in ("--group", name)]
    command = ("uv", "pip", "compile", "pyproject.toml", "--extra", "engine", *groups, *flags)
    session.run(*command, "--custom-compile-command", "nox -s pin", "--output-file", "constraints.txt")
