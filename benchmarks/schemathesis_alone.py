"""What schemathesis alone would catch of the seeded defects: `python -m benchmarks.schemathesis_alone`.

The measure beside ours. Each defect is planted in an engine with everything around it, and `schemathesis run`
is called on it as a competent team would: our contract, a valid token of an admin with every scope (of the
tenant and actor that the contract's examples name), all phases, default checks, a fixed seed. So is the sound
engine, with several seeds: what it is accused of, by operation and check, accuses no defect.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.schemathesis_report import Alarm, Fate, Outcome, UnreadableError, judged, read_report
from harness.fuzzing.callers import SCOPES, mint
from harness.processes import (
    CHECKOUT,
    Command,
    HarnessError,
    UnbuildableError,
    lock_of,
    own_environment,
    own_python,
    start,
    work_directory,
)
from harness.services.storage import EMBEDDED, storage_of
from harness.targets import load_profile
from harness.worlds import Plan, start_world
from reports.files import write_whole
from reports.record import Persona

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.targets import Profile
    from harness.worlds import World

PROFILE = CHECKOUT / "targets" / "reference.toml"
CONTRACT = CHECKOUT / "contracts" / "openapi" / "engine.yaml"
DEFECTS = "engine.defects"
ADMIN = Persona(name="admin", sub="actor-1", tenant_id="tenant-a", roles=("mmm_admin",), scope=SCOPES)
SOUND_RUNS = 3
SEED = 1
EXAMPLES = 10
ANSWER_SECONDS = 10
LIMIT_SECONDS = 900.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured."""

    schemathesis: str
    seed: int
    examples: int
    sound_runs: int
    false_alarms: tuple[Alarm, ...]
    defects: dict[str, Outcome]


@dataclass(frozen=True, slots=True)
class Measure:
    """How each engine is looked at, and where."""

    profile: Profile
    work: Path
    server: str | None
    examples: int

    def found(self, defect: str, seed: int) -> frozenset[Alarm]:
        """Return what schemathesis finds on the engine with a defect ("": the sound one)."""
        directory = self.work / (defect or f"sound-{seed}")
        directory.mkdir()
        plan = Plan(
            profile=planted(self.profile, defect),
            run_dir=directory / "run",
            work_dir=self.work,
            seed=seed,
            admin_database=self.server,
            label=directory.name,
        )
        with start_world(plan) as running:
            return self._asked(running.world, directory, seed)

    def _asked(self, world: World, directory: Path, seed: int) -> frozenset[Alarm]:
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


def planted(profile: Profile, defect: str) -> Profile:
    """Return the profile of the engine with a defect ("": as it is)."""
    if not defect:
        return profile
    command = tuple(
        word
        for part in profile.target.command
        for word in ((DEFECTS, defect) if part == "engine" else (part,))
    )
    return msgspec.structs.replace(profile, target=msgspec.structs.replace(profile.target, command=command))


def listed() -> list[str]:
    """Return the defects that a suite of today could show."""
    command = (own_python(), "-m", DEFECTS)
    done = subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE)
    every = (json.loads(line) for line in done.stdout.splitlines())
    return [one["id"] for one in every if not one["deferred"]]


def measured(defects: Sequence[str], *, jobs: int, examples: int, seed: int = SEED) -> Measured:
    """Look at the sound engine, and at each defect."""
    profile = load_profile(PROFILE)
    with _around(profile) as (work, server), ThreadPoolExecutor(jobs) as pool:
        measure = Measure(profile, work, server, examples)
        seeds = range(seed, seed + SOUND_RUNS)
        sound = frozenset[Alarm]().union(*pool.map(partial(measure.found, ""), seeds))
        outcomes = pool.map(partial(_outcome, measure, sound, seed), defects)
        fates = dict(zip(defects, _told(defects, outcomes), strict=True))
    return Measured(
        schemathesis=version("schemathesis"),
        seed=seed,
        examples=examples,
        sound_runs=SOUND_RUNS,
        false_alarms=tuple(sorted(sound)),
        defects=fates,
    )


@contextlib.contextmanager
def _around(profile: Profile) -> Iterator[tuple[Path, str | None]]:
    """Give a directory, and the server that all databases are made on."""
    with work_directory() as work, storage_of(EMBEDDED, profile.target).shared(work) as server:
        yield work, server


def _outcome(measure: Measure, sound: frozenset[Alarm], seed: int, defect: str) -> Outcome:
    began = time.monotonic()
    try:
        found = measure.found(defect, seed)
    except (UnreadableError, HarnessError) as error:
        return Outcome(fate=Fate.UNKNOWN, reason=str(error))
    return judged(found, sound, time.monotonic() - began)


def _told(defects: Sequence[str], outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for defect, outcome in zip(defects, outcomes, strict=True):
        said = outcome.reason or ", ".join(f"{alarm.check} on {alarm.operation}" for alarm in outcome.by[:2])
        sys.stdout.write(f"{outcome.fate:<8}{outcome.seconds:>6.0f} s  {defect}  {said}".rstrip() + "\n")
        sys.stdout.flush()
        yield outcome


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
    known = listed()
    if strange := [name for name in options.defects if name not in known]:
        parser.error(f"{strange[0]}: no defect of this name is listed, or it is deferred")
    try:
        numbers = measured(options.defects or known, jobs=options.jobs, examples=options.examples)
    except UnbuildableError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(options.out, msgspec.json.format(msgspec.json.encode(numbers)) + b"\n")
    sys.stdout.write(f"{last_line(numbers.defects)}\n")


if __name__ == "__main__":
    main()
