"""One run: every check of ours on every operation that the engine has, told as events.

Rules: operations side by side, the checks of one in their order; nothing is green by accident: what could not
be looked at is not exercised, what crashed is unknown.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.document import load_document
from fakes.control import IamControl
from harness.driving.coverage import Coverage
from harness.fuzzing.asking import Wire
from harness.fuzzing.callers import mint
from harness.fuzzing.ledger import Ledger, tell
from harness.fuzzing.mapping import ANSWERS
from harness.fuzzing.wire import Personas
from harness.probing.bench import DETAIL, Bench, StoppedError
from harness.probing.breach import BreachError, CannotError, UnansweredError
from harness.probing.checks import CHECKS, WATCHED
from harness.probing.options import Summary
from harness.probing.people import bad_callers, cast_of
from harness.probing.scene import Scene
from reports.record import Note
from reports.redaction import redact
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Document
    from contracts.routing import Operation
    from harness.probing.options import Options
    from harness.probing.people import Cast
    from harness.worlds import World
    from reports.record import Event, Persona

OBSERVER = "probing"
AT_ONCE = 4
SHORTEST_TOKEN = 24
RULES = (*CHECKS, *WATCHED, ANSWERS)


def run_probing(world: World, options: Options, emit: Callable[[Event], None]) -> Summary:
    """Probe the world's engine; every event goes to `emit`, and the summary says what came of it."""
    started = time.monotonic()
    document = options.document or load_document("engine")
    ledger = Ledger(_present(document, world), frozenset(options.requirements))
    wanted = [each for each in ledger.operations.values() if _wanted(each, ledger, options)]
    # By its place in the contract: two processes, each with some of the operations, share no tenant.
    number = {each.name: at for at, each in enumerate(document.operations, 1)}
    casts = {each: cast_of(document, each, number[each.name], world.seed) for each in wanted}
    bad = bad_callers(world.seed, _flaws(world, options)) if casts else ()
    people = (*bad, *(person for cast in casts.values() for person in cast.everybody()))
    minted = (options.mint or (lambda asked: mint(world, asked)))(people)
    coverage = Coverage(OBSERVER, world.base_path, document)
    bench = _bench(
        world=world,
        document=document,
        ledger=ledger,
        coverage=coverage,
        options=options,
        bad=bad,
        minted=minted,
        emit=emit,
    )
    if minted:
        _examine_all(bench, casts)
    elif casts:
        emit(Note(at=now(), text="contracts: IAM is not ours here; none of our own checks was made"))
    coverage.tell(emit)
    findings, outcomes = tell(ledger, world.seed, emit)
    for outcome in outcomes:
        emit(outcome)
    return Summary(
        findings=findings, outcomes=outcomes, requests=bench.requests, seconds=time.monotonic() - started
    )


def _present(document: Document, world: World) -> tuple[Operation, ...]:
    return tuple(each for each in document.operations if each.name not in world.missing_operations)


def _wanted(operation: Operation, ledger: Ledger, options: Options) -> bool:
    named = not options.operations or operation.name in options.operations
    return named and any(ledger.asks_for(rule, operation) for rule in RULES)


def _bench(
    *,
    world: World,
    document: Document,
    ledger: Ledger,
    coverage: Coverage,
    options: Options,
    bad: tuple[Persona, ...],
    minted: dict[str, Persona],
    emit: Callable[[Event], None],
) -> Bench:
    return Bench(
        world=world,
        document=document,
        wire=Wire(world.api_url, options.timeout),
        tokens={person: token for token, person in minted.items()},
        bad=tuple(person for person in bad if person in minted.values()),
        # A token that is nearly nothing would be found in any text.
        known=Personas({token: each for token, each in minted.items() if len(token) >= SHORTEST_TOKEN}),
        ledger=ledger,
        coverage=coverage,
        timeout=options.timeout,
        deadline=time.monotonic() + options.limit_seconds,
        emit=emit,
    )


def _flaws(world: World, options: Options) -> tuple[str, ...]:
    if options.flaws is not None:
        return options.flaws
    return asyncio.run(_catalogue(world.fakes["iam"])) if "iam" in world.fakes else ()


async def _catalogue(url: str) -> tuple[str, ...]:
    async with IamControl("iam", url) as iam:
        return tuple(flaw.name for flaw in await iam.bad_tokens() if flaw.travels)


def _examine_all(bench: Bench, casts: dict[Operation, Cast]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(_examine, Scene(bench, each, cast)) for each, cast in casts.items()]:
            done.result()


def _examine(scene: Scene) -> None:
    """Open a scene and make every check in it; what was not reached shows nothing, and why."""
    bench, operation = scene.bench, scene.operation
    rules = [
        rule for rule, check in CHECKS.items() if check.about(operation) and bench.wants(rule, operation)
    ]
    why, crash = "", ""
    try:
        scene.open()
        for rule in rules:
            _check(scene, rule)
        bench.passed(ANSWERS, operation)
    except (CannotError, StoppedError) as reason:
        why = str(reason)
    except UnansweredError as lost:
        bench.unanswered(scene, lost.call)
        why = f"{lost.call.method} {lost.call.url.partition('?')[0]} was not answered"
    except Exception as error:  # noqa: BLE001 - what raises is unknown, and told
        crash = crash_of(error)
    for rule in {*rules, *WATCHED} if why or crash else ():
        bench.unfinished(rule, operation, why, crash)
    bench.record(scene)


def _check(scene: Scene, rule: str) -> None:
    """Make one check: what it found nothing wrong with counts when it has come to its end."""
    bench, operation, started = scene.bench, scene.operation, time.monotonic()
    try:
        for _ in range(sum(1 for _ in CHECKS[rule].run(scene))):
            bench.passed(rule, operation)
    except BreachError as breach:
        bench.failed(rule, scene, breach.detail, *breach.calls)
    except CannotError as reason:
        bench.unfinished(rule, operation, str(reason))
    except (UnansweredError, StoppedError):
        raise
    except Exception as error:  # noqa: BLE001 - a check that raises is unknown, and told
        bench.unfinished(rule, operation, crash=crash_of(error))
    bench.spent(rule, operation, time.monotonic() - started)


def crash_of(error: Exception) -> str:
    """Say how a check of ours crashed, and where."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.name}, line {last.lineno} of {Path(last.filename).name}"
    return redact(f"the check itself crashed: {type(error).__name__} {error} ({where})")[:DETAIL]
