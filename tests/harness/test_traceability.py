"""The traceability file is what the scenarios' own marks say, has every requirement, and leaves no gap."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from contracts.register import load_register
from contracts.traceability import FILE, Trace, load_traceability, parsed
from harness.processes import CHECKOUT
from harness.stages.config import write_config
from harness.targets import load_profile
from harness.traceability import Shown, as_page, as_toml, shown_in, traced
from harness.traceability.marks import shown_by

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = load_register()
TRACES = load_traceability()
SHOWN = shown_in(CHECKOUT / "scenarios")
LEAST = 2
STALE = "run `nox -s traceability`"
SOURCE = '''
@requirement("FR-1", "NFR-5")
@parametrize("kind", ["a", "b"])
async def test_it(kind: str, *, engine: EngineClient, stored: StoredData) -> None:
    """It holds."""
    await stored.ages(3)

@requirement("FR-2")
async def test_others(eris: Eris, audit_log: AuditLog) -> None:
    """They hold."""

async def not_a_scenario(engine: EngineClient) -> None:
    """It has no mark."""
'''


def test_marks_and_kinds_are_read_from_a_file() -> None:
    one, other = shown_by(SOURCE, "features/test_x.py")

    assert one == Shown(
        "features/test_x.py::test_it", ("FR-1", "NFR-5"), frozenset({"wire", "storage", "time"})
    )
    assert (other.requirements, other.kinds) == (("FR-2",), frozenset({"dependency", "log"}))


def test_the_file_and_its_page_are_what_the_marks_say() -> None:
    now = traced(REGISTER, SHOWN, TRACES)

    assert (CHECKOUT / "contracts" / FILE).read_text("utf-8") == as_toml(now), STALE
    assert (CHECKOUT / "docs" / "traceability.md").read_text("utf-8") == as_page(REGISTER, now), STALE


def test_every_requirement_of_the_register_is_there_in_its_order() -> None:
    assert list(TRACES) == list(REGISTER)


def test_what_can_be_exercised_has_two_scenarios_at_least() -> None:
    short = {
        name: len(TRACES[name].scenarios)
        for name, requirement in REGISTER.items()
        if set(requirement.shown) - set(TRACES[name].awaits) and len(TRACES[name].scenarios) < LEAST
    }

    assert short == {}


def test_every_kind_is_given_by_a_scenario_or_says_what_it_awaits() -> None:
    neither = {
        (name, kind)
        for name, requirement in REGISTER.items()
        for kind in requirement.shown
        if (kind in _given(name)) == bool(TRACES[name].awaits.get(kind))
    }
    unknown = {
        (name, kind) for name, trace in TRACES.items() for kind in trace.awaits if kind not in _shown(name)
    }

    assert neither == set()
    assert unknown == set()


def _given(requirement: str) -> set[str]:
    return {kind for one in SHOWN if requirement in one.requirements for kind in one.kinds}


def _shown(requirement: str) -> tuple[str, ...]:
    return REGISTER[requirement].shown


def test_what_was_written_by_hand_stays_and_reads_back() -> None:
    before = {"FR-9": Trace(("gone.py::test_gone",), {"unit": 'it is "inside"'}), "FR-0": Trace()}
    shown = [Shown("a.py::test_a", ("FR-1",), frozenset()), Shown("b.py::test_b", ("FR-1",), frozenset())]

    now = traced(("FR-1", "FR-9"), shown, before)

    assert now == {
        "FR-1": Trace(("a.py::test_a", "b.py::test_b")),
        "FR-9": Trace((), {"unit": 'it is "inside"'}),
    }
    assert parsed(as_toml(now)) == now


def test_a_run_keeps_what_a_requirement_awaits(tmp_path: Path) -> None:
    profile = load_profile(CHECKOUT / "targets" / "reference.toml")

    write_config(tmp_path, profile, {name: REGISTER[name] for name in ("FR-7", "NFR-5")}, 1, "light")

    kept = json.loads((tmp_path / "config" / "register.json").read_text("utf-8"))
    assert kept["FR-7"]["awaits"] == dict(TRACES["FR-7"].awaits)
    assert list(kept["FR-7"]["awaits"]) == ["time"]
    assert kept["NFR-5"]["awaits"] == {}
