"""What is found counts when it is seen twice, each time in a world of its own that still stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from rich.console import Console

from harness.processes import UnbuildableError
from harness.qualifying import qualify, trail
from harness.qualifying.board import Board
from harness.qualifying.errand import Errand, write_hunted
from harness.qualifying.hunt import hunt
from harness.qualifying.judging import judge
from harness.qualifying.known import Known
from harness.qualifying.plan import plan_of
from harness.qualifying.power import alarms_of, power_of
from harness.qualifying.qualify import _done, _errands
from harness.qualifying.record import Status
from harness.stages.observe import Ground
from harness.targets import load_profile
from harness.worlds import World
from reports.record import Finding, FindingRecorded, StageFinished
from reports.run import now
from tests.qualifying.samples import SCENARIO, a_defect
from tests.qualifying.samples import hunted as a_hunted

if TYPE_CHECKING:
    import contextlib
    from pathlib import Path

    from harness.qualifying.record import Defect, Hunted
    from harness.stages.journal import Journal
    from harness.stages.observe import Run

OTHER = "scenarios/features/test_b.py::test_other"


@dataclass
class Worlds:
    """In place of worlds: what is found in each, one after the other; the last is like all that follow."""

    found: list[list[str]]
    folder: Path
    fallen: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)
    built: int = 0
    looks: list[tuple[int, str, int]] = field(default_factory=list)

    def raise_world(self, run: Run, _stack: contextlib.ExitStack) -> tuple[Any, Path]:
        self.built += 1
        world = World(
            engine_urls=("http://127.0.0.1:1",),
            base_path="/v1/mmm",
            ready_path="/ready",
            work_dir=str(self.folder),
            run_dir=str(run.run_dir),
            profile="none",
            seed=1,
        )
        return SimpleNamespace(world=world, engines=()), self.folder

    def run_stages(self, run: Run, ground: Ground, _narrowing: object) -> None:
        self.look("step", ground.world, run.journal)

    def run_together(self, _parts: object, world: World, _folder: Path, journal: Journal) -> None:
        self.look("again", world, journal)

    def look(self, what: str, world: World, journal: Journal) -> None:
        self.looks.append((self.built, what, world.seed))
        for rule in self.found[min(self.built, len(self.found)) - 1]:
            finding = Finding(f"F-{rule}", rule, "", ("FR-1",), "Wrong.", "")
            journal.emit(FindingRecorded(at=now(), finding=finding))
        if self.built in self.late:
            ended = StageFinished(at=now(), stage="scenarios", seconds=900.0, problem="not done after 900 s")
            journal.emit(ended)
        journal.catch_up()

    def stand(self, _world: World) -> None:
        if self.built in self.fallen:
            raise UnbuildableError("PostgreSQL ended during the run")

    def hunt(self, defect: Defect | None, known: Known | None = None, *, placebo: bool = False) -> Hunted:
        profile = self.folder / "x.toml"
        profile.write_text('[target]\nname = "x"\ncommand = ["run", "{port}"]\n', "utf-8")
        (self.folder / "run").mkdir()
        errand = Errand(
            profile=str(profile),
            run_dir=str(self.folder / "run"),
            defect=defect,
            seed=1,
            known=known,
            placebo=placebo,
        )
        return hunt(errand)


@pytest.fixture
def worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worlds:
    standin = Worlds([[]], tmp_path)
    monkeypatch.setattr(trail, "raise_world", standin.raise_world)
    monkeypatch.setattr(trail, "enter", lambda _run, it, folder: Ground(it, it.world, None, folder))
    monkeypatch.setattr(
        trail, "run_stages", lambda run, ground, _narrowing: standin.look("step", ground.world, run.journal)
    )
    monkeypatch.setattr(
        trail, "run_together", lambda _parts, world, _dir, journal: standin.look("again", world, journal)
    )
    monkeypatch.setattr(trail, "look_back", lambda _run, _ground: None)
    monkeypatch.setattr(trail, "stand", standin.stand)
    return standin


@pytest.mark.parametrize("declared", [("FR-1",), ()], ids=["a defect", "a mutant"])
def test_what_is_seen_twice_is_a_kill(declared: tuple[str, ...], worlds: Worlds) -> None:
    worlds.found = [[SCENARIO]]
    defect = a_defect("x", *declared)

    seen = worlds.hunt(defect)

    assert worlds.built == 2
    assert [one.check for one in seen.findings] == [SCENARIO]
    assert judge(defect, seen).status is Status.CAUGHT


def test_what_is_seen_once_is_a_doubt_and_no_kill(worlds: Worlds) -> None:
    worlds.found = [[SCENARIO], []]

    seen = worlds.hunt(a_defect("x", "FR-1"))

    assert worlds.built == 3
    assert seen.findings == ()
    assert seen.doubts == (f"seen only once, by {SCENARIO} [FR-1]",)
    assert judge(a_defect("x", "FR-1"), seen).status is Status.UNKNOWN


def test_what_was_not_seen_again_stops_no_hunt_and_is_forgotten_where_another_is(worlds: Worlds) -> None:
    worlds.found = [[SCENARIO], [], [SCENARIO, OTHER]]

    seen = worlds.hunt(a_defect("x", "FR-1"))

    assert [one.check for one in seen.findings] == [OTHER]
    assert judge(a_defect("x", "FR-1"), seen).status is Status.CAUGHT


def test_what_caught_it_last_time_needs_no_second_sight(worlds: Worlds) -> None:
    worlds.found = [[SCENARIO]]

    seen = worlds.hunt(a_defect("x", "FR-1"), Known(check=SCENARIO, suite="features"))

    assert worlds.built == 1
    assert len(seen.findings) == 1


@pytest.mark.parametrize(
    ("rule", "second"),
    [
        (SCENARIO, [(2, "again", 1)]),
        ("contract:headers", [(2, "again", 1), (2, "step", 2)]),
    ],
    ids=["a scenario alone", "what else found it, and then the step"],
)
def test_the_second_time_it_is_done_alone_first_with_the_same_seed(
    rule: str, second: list[tuple[int, str, int]], worlds: Worlds
) -> None:
    worlds.found = [[rule], [], []]

    worlds.hunt(a_defect("x", "FR-1"))

    assert [look for look in worlds.looks if look[0] == 2] == second


def test_where_storage_fell_nothing_is_found(worlds: Worlds) -> None:
    worlds.found, worlds.fallen = [[SCENARIO]], {1}

    seen = worlds.hunt(a_defect("x", "FR-1"))

    assert (worlds.built, seen.unbuilt) == (1, "PostgreSQL ended during the run")
    assert judge(a_defect("x", "FR-1"), seen).status is Status.UNKNOWN


def test_a_second_sight_in_a_world_that_fell_is_none(worlds: Worlds) -> None:
    worlds.found, worlds.fallen = [[SCENARIO], [SCENARIO], []], {2}

    seen = worlds.hunt(a_defect("x", "FR-1"))

    assert seen.doubts == (f"seen only once, by {SCENARIO} [FR-1]: PostgreSQL ended during the run",)


@pytest.mark.parametrize("defect", [a_defect("x", "FR-1"), None], ids=["a defect", "the sound engine"])
def test_once_a_part_was_ended_by_time_all_is_late(defect: Defect | None, worlds: Worlds) -> None:
    worlds.found, worlds.late = [[SCENARIO]], {1}

    seen = worlds.hunt(defect)

    assert (worlds.built, seen.late) == (1, "scenarios: not done after 900 s")
    assert judge(a_defect("x", "FR-1"), seen).status is Status.TIMED_OUT


def test_a_placebo_goes_a_defect_s_whole_way_and_all_that_is_found_there_is_false(worlds: Worlds) -> None:
    worlds.found = [[SCENARIO]]

    seen = worlds.hunt(a_defect("x", "FR-1"), placebo=True)

    assert (worlds.built, seen.defect, seen.placebo) == (1, "", True)
    assert [alarm.finding.check for alarm in alarms_of([seen])] == [SCENARIO]
    assert power_of([], [seen]).sound_runs == 0


@pytest.mark.parametrize(("sound_runs", "placebos"), [(0, 0), (1, 1), (10, 1)])
def test_where_the_sound_engine_is_looked_at_there_is_one_placebo(
    sound_runs: int, placebos: int, tmp_path: Path
) -> None:
    (tmp_path / "x.toml").write_text('[target]\nname = "x"\ncommand = ["run", "{port}"]\n', "utf-8")
    profile, defects = (
        load_profile(tmp_path / "x.toml"),
        (a_defect("x", "FR-1"), a_defect("y", deferred="load")),
    )
    plan = plan_of(profile, defects, defects, seed=1, sound_runs=sound_runs)

    errands = _errands(plan, profile, tmp_path, {})

    assert sum(errand.placebo for errand in errands) == placebos
    assert len({errand.name for errand in errands}) == len(errands) == sound_runs + placebos + 1


@pytest.mark.parametrize(
    ("seen", "done"),
    [(a_hunted(), True), (a_hunted(late="late"), True), (a_hunted(unbuilt="no"), False), (None, False)],
)
def test_what_was_not_built_or_left_nothing_is_hunted_again(
    seen: Hunted | None, tmp_path: Path, *, done: bool
) -> None:
    errand = Errand(profile="x.toml", run_dir="x", defect=a_defect("x", "FR-1"), seed=1)
    (tmp_path / "results").mkdir()
    if seen is not None:
        write_hunted(tmp_path / "results" / "x.json", seen)

    assert _done(tmp_path, errand) is done
    write_hunted(tmp_path / "results" / "x.json", msgspec.structs.replace(a_hunted(), died=True))
    assert not _done(tmp_path, errand)


def test_the_sound_engine_has_the_machine_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[list[str], int]] = []

    def hunt_all(errands: list[Errand], _folder: Path, jobs: int, *_told: object) -> None:
        sent.append(([errand.name for errand in errands], jobs))

    monkeypatch.setattr(qualify, "hunt_all", hunt_all)
    defect = a_defect("x", "FR-1")
    plans = [None, None, defect]
    errands = [
        Errand(profile="x.toml", run_dir=str(tmp_path / str(number)), defect=one, seed=number)
        for number, one in enumerate(plans)
    ]

    qualify._hunt(errands, tmp_path, 2, Board(Console(), len(errands)))

    assert sent == [([one.name for one in errands[:2]], 1), ([errands[2].name], 2)]


def test_a_mistake_of_ours_is_a_doubt_and_no_miss(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr(trail, "run_stages", crash)

    seen = worlds.hunt(a_defect("x", "FR-1"))

    assert seen.doubts == ("the harness itself crashed: KeyError 'ours'",)
    assert judge(a_defect("x", "FR-1"), seen).status is Status.UNKNOWN
