"""What schemathesis alone would catch of the seeded defects: `python -m benchmarks.schemathesis_alone`.

The measure beside ours. Each defect is planted in an engine with everything around it, and `schemathesis run`
is called on it as a competent team would: our contract, a valid token of an admin with every scope (of the
tenant and actor that the contract's examples name), all phases, default checks, a fixed seed. So is the sound
engine, with several seeds: what it is accused of, by operation and check, accuses no defect.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.schemathesis_report import (
    Alarm,
    Fate,
    Found,
    Outcome,
    UnreadableError,
    false_alarms_of,
    judged,
    read_report,
)
from contracts.register import load_register
from harness.fuzzing.callers import SCOPES, mint
from harness.processes import (
    CHECKOUT,
    Command,
    UnbuildableError,
    lock_of,
    own_environment,
    own_python,
    start,
    work_directory,
)
from harness.qualifying.digest import digest_of
from harness.qualifying.listing import list_defects
from harness.qualifying.sources import sources_of
from harness.services.storage import EMBEDDED, storage_of
from harness.targets import load_profile
from harness.worlds import Plan, start_world
from reports.files import write_whole
from reports.record import Persona

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from harness.qualifying.record import Defect
    from harness.targets import Profile
    from harness.worlds import World

PROFILE = CHECKOUT / "targets" / "reference.toml"
CONTRACT = CHECKOUT / "contracts" / "openapi" / "engine.yaml"
ADMIN = Persona(name="admin", sub="actor-1", tenant_id="tenant-a", roles=("mmm_admin",), scope=SCOPES)
SOUND_RUNS = 3
SEED = 1
EXAMPLES = 10
ANSWER_SECONDS = 10
LIMIT_SECONDS = 900.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured. `digest`: of all that it depends on."""

    schemathesis: str
    digest: str
    seed: int
    examples: int
    sound_runs: int
    false_alarms: tuple[Alarm, ...]
    defects: dict[str, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be measured, how, and what was `before`."""

    defects: tuple[str, ...]
    jobs: int
    examples: int
    digest: str
    before: Measured | None
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Measure:
    """How each engine is looked at, and where."""

    profile: Profile
    work: Path
    server: str | None
    examples: int

    def found(self, defect: str, seed: int) -> Found:
        """Return what schemathesis finds on the engine with a defect ("": the sound one)."""
        directory = self.work / (defect or f"sound-{seed}")
        directory.mkdir()
        plan = Plan(
            profile=self.profile.with_defect(defect),
            run_dir=directory / "run",
            work_dir=self.work,
            seed=seed,
            admin_database=self.server,
            label=directory.name,
        )
        with start_world(plan) as running:
            return self._asked(running.world, directory, seed)

    def _asked(self, world: World, directory: Path, seed: int) -> Found:
        (token,) = mint(world, (ADMIN,))
        report = directory / "report.json"
        asked = arguments(world.api_url, token, seed, self.examples)
        command = Command(
            name="schemathesis",
            argv=(own_python(), "-m", "schemathesis.cli", *asked, "--report-json-path", str(report)),
            cwd=directory,
            env=own_environment(),
            log=directory / "schemathesis.log",
            lock=lock_of(self.work),
        )
        with start(command) as child:
            if child.wait(LIMIT_SECONDS) is None:
                raise UnreadableError(f"not done after {LIMIT_SECONDS:g} s")
        return read_report(report.read_bytes() if report.is_file() else b"")


def arguments(url: str, token: str, seed: int, examples: int) -> tuple[str, ...]:
    """Return what `schemathesis` is called with."""
    return (
        "run",
        str(CONTRACT),
        "--url",
        url,
        "--header",
        f"Authorization: Bearer {token}",
        "--seed",
        str(seed),
        "--max-examples",
        str(examples),
        "--request-timeout",
        str(ANSWER_SECONDS),
        "--generation-database",
        "none",
        "--report",
        "json",
        "--no-color",
    )


def measured(profile: Profile, asked: Asked, told: Callable[[Measured], None]) -> Measured:
    """Look at the sound engine, and at each defect that is not in `asked.before`; tell each that is new."""
    with _around(profile) as (work, server), ThreadPoolExecutor(asked.jobs) as pool:
        measure = Measure(profile, work, server, asked.examples)
        numbers = asked.before or _of_the_sound_engine(measure, asked, pool)
        told(numbers)
        missing = [name for name in asked.defects if not _is_known(numbers, name)]
        outcomes = pool.map(partial(_outcome, measure, frozenset(numbers.false_alarms), asked.seed), missing)
        for defect, outcome in zip(missing, outcomes, strict=True):
            _say(defect, outcome)
            numbers = msgspec.structs.replace(numbers, defects=numbers.defects | {defect: outcome})
            told(numbers)
    return numbers


def _of_the_sound_engine(measure: Measure, asked: Asked, pool: ThreadPoolExecutor) -> Measured:
    seeds = range(asked.seed, asked.seed + SOUND_RUNS)
    sound = false_alarms_of(pool.map(partial(measure.found, ""), seeds))
    return Measured(
        schemathesis=version("schemathesis"),
        digest=asked.digest,
        seed=asked.seed,
        examples=asked.examples,
        sound_runs=SOUND_RUNS,
        false_alarms=tuple(sorted(sound)),
        defects={},
    )


def _is_known(numbers: Measured, defect: str) -> bool:
    return defect in numbers.defects and numbers.defects[defect].fate is not Fate.UNKNOWN


def digest(profile: Profile, listed: tuple[Defect, ...], *, examples: int, seed: int) -> str:
    """Return the digest of all that the numbers depend on: with another, they are measured anew."""
    how = f"{version('schemathesis')} {seed} {examples} {SOUND_RUNS}".encode()
    files = (CONTRACT, Path(__file__), Path(__file__).with_name("schemathesis_report.py"))
    named = ((path.name, path.read_bytes()) for path in files)
    return digest_of(
        [("how", how), ("defects", msgspec.json.encode(listed)), *named, *sources_of(profile, listed)]
    )


def read_before(path: Path, digest: str) -> Measured | None:
    """Return what was measured before, if it was of the same."""
    try:
        before = msgspec.json.decode(path.read_bytes(), type=Measured)
    except (OSError, msgspec.DecodeError):
        return None
    return before if before.digest == digest else None


@contextlib.contextmanager
def _around(profile: Profile) -> Iterator[tuple[Path, str | None]]:
    """Give a directory, and the server that all databases are made on."""
    with work_directory() as work, storage_of(EMBEDDED, profile.target).shared(work) as server:
        yield work, server


def _outcome(measure: Measure, sound: frozenset[Alarm], seed: int, defect: str) -> Outcome:
    began = time.monotonic()
    try:
        found = measure.found(defect, seed)
    except Exception as error:  # noqa: BLE001 - whatever it was, of this defect nothing is known, and of others much
        return Outcome(fate=Fate.UNKNOWN, reason=f"{type(error).__name__}: {error}")
    return judged(found, sound, time.monotonic() - began)


def _say(defect: str, outcome: Outcome) -> None:
    said = outcome.reason or ", ".join(f"{alarm.check} on {alarm.operation}" for alarm in outcome.by[:2])
    sys.stdout.write(f"{outcome.fate:<8}{outcome.seconds:>6.0f} s  {defect}  {said}".rstrip() + "\n")
    sys.stdout.flush()


def last_line(outcomes: Mapping[str, Outcome]) -> str:
    """Return the numbers."""
    fates = [outcome.fate for outcome in outcomes.values()]
    return (
        f"schemathesis alone: caught {fates.count(Fate.CAUGHT)} of {len(fates)}, "
        f"unknown {fates.count(Fate.UNKNOWN)}"
    )


def main() -> None:
    """Measure, write it down and say what came of it."""
    parser = argparse.ArgumentParser(description="What schemathesis alone would catch of the seeded defects.")
    parser.add_argument("defects", nargs="*", help="only these; default: all that are not deferred")
    parser.add_argument("--out", type=Path, required=True, help="the file that the numbers go to")
    parser.add_argument("--jobs", type=int, default=2, help="how many engines at once; default: 2")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="for each operation and phase")
    options = parser.parse_args()
    profile = load_profile(PROFILE)
    listed = list_defects(profile, load_register())
    known = [defect.id for defect in listed if not defect.deferred]
    if strange := [name for name in options.defects if name not in known]:
        parser.error(f"{strange[0]}: no defect of this name is listed, or it is deferred")
    what = digest(profile, listed, examples=options.examples, seed=SEED)
    asked = Asked(
        defects=tuple(options.defects or known),
        jobs=options.jobs,
        examples=options.examples,
        digest=what,
        before=read_before(options.out, what),
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    try:
        numbers = measured(profile, asked, partial(write, options.out))
    except (UnbuildableError, UnreadableError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(UnbuildableError.exit_code)
    sys.stdout.write(f"{last_line({name: numbers.defects[name] for name in asked.defects})}\n")


def write(path: Path, numbers: Measured) -> None:
    """Write the numbers, whole."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(numbers)) + b"\n")


if __name__ == "__main__":
    main()
