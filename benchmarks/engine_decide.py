"""What the reference engine can bear: `python -m benchmarks.engine_decide [SECONDS [PER_MINUTE]]`.

Everything shares this machine: the engine, PostgreSQL, Valkey, the fakes and Locust, whose arrivals do not
wait for answers (scenarios/load/decide.py). A warm-up of some seconds is thrown away. Latencies say something
only on a machine that is otherwise idle; processor time for each decision says it on any.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.engine_world import tenant, world_of_engine
from benchmarks.processors import parts_of
from benchmarks.table import Row as Line
from benchmarks.table import show
from harness.load import Shape
from harness.load.generator import generate
from harness.load.judge import lateness, read_rows
from harness.load.plan import LANES, as_json
from reports.formats.latency import percentile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.engine_world import Tenant
    from harness.load.judge import Row
    from harness.worlds import World

SECONDS = 30.0
PER_MINUTE = 10_000.0
WARM_UP = 5.0
FEW, MANY = 3, 1_000
GOAL_P95 = 150.0
GOAL_ENGINE = 3.0
GOAL_GROWTH = 2.0
ANSWERED = 0.99


@dataclass(frozen=True)
class Measured:
    """One load: its answers, the seconds it took, and each part's processor seconds meanwhile."""

    rows: tuple[Row, ...]
    seconds: float
    processor: Mapping[str, float]
    late_ms: float

    @property
    def rate(self) -> float:
        """Return decisions a second."""
        return sum(row.error is None for row in self.rows) / self.seconds

    def latency(self, percent: float) -> float:
        """Return the latency that so many of a hundred answers kept."""
        return percentile(sorted(row.ms for row in self.rows), percent)

    def each(self, part: str) -> float:
        """Return a part's milliseconds of processor for each decision."""
        return self.processor[part] * 1000 / len(self.rows)


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    per_minute = float(sys.argv[2]) if len(sys.argv) > 2 else PER_MINUTE  # noqa: PLR2004 -- the second one
    with world_of_engine() as world:
        few = measured(world, FEW, Shape(per_minute=per_minute, seconds=seconds))
        show(f"{FEW} published playbooks", list(lines(few, per_minute)))
        many = measured(world, MANY, Shape(per_minute=per_minute, seconds=seconds))
    growth = many.latency(95) / few.latency(95)
    more = Line(f"  p95, times that with {FEW}", growth, f"{GOAL_GROWTH:g}", growth <= GOAL_GROWTH)
    show(f"{MANY:,} published playbooks", [*lines(many, per_minute), more])


def measured(world: World, playbooks: int, shape: Shape) -> Measured:
    """Warm a new tenant up, then put the load on it."""
    warm_up = Shape(per_minute=shape.per_minute, seconds=WARM_UP)
    needed = shape.seats * (warm_up.people + shape.people)
    made = asyncio.run(tenant(world, f"tenant-{playbooks}", playbooks, needed))
    early, late = made.parted(warm_up.seats * warm_up.people)
    _loaded(world, early, warm_up, Path(world.work_dir) / f"{playbooks}-warm-up")
    return _loaded(world, late, shape, Path(world.work_dir) / f"{playbooks}")


def _loaded(world: World, asking: Tenant, shape: Shape, out: Path) -> Measured:
    out.mkdir(parents=True)
    urls = [f"{world.api_url}/decide"]
    plan = as_json(shape, urls=urls, tokens=asking.tokens, body=asking.body, out=str(out))
    parts = parts_of(world)
    before = parts.seconds()
    generate(shape, plan, host=world.engine_url, work_dir=out)
    spent = {part: seconds - before[part] for part, seconds in parts.seconds().items()}
    rows = tuple(row for lane in LANES for row in read_rows((out / f"{lane}.jsonl").read_bytes()))
    return Measured(rows, _seconds(rows), spent, lateness((out / "generator.jsonl").read_bytes()))


def _seconds(rows: tuple[Row, ...]) -> float:
    """Return the time from the first request to the last answer."""
    return max(row.at + row.ms / 1000 for row in rows) - min(row.at for row in rows)


def lines(one: Measured, per_minute: float) -> Iterator[Line]:
    """Return the figures of one load, with their goals."""
    wanted = per_minute / 60
    yield Line("decisions/s", one.rate, f"{wanted:,.0f}", one.rate >= ANSWERED * wanted)
    yield Line("answers that were no decision", sum(row.error is not None for row in one.rows), "0")
    yield Line("p50: ms", one.latency(50))
    yield Line("p95: ms", one.latency(95), f"{GOAL_P95:g}", one.latency(95) <= GOAL_P95)
    yield Line("p99: ms", one.latency(99))
    yield Line("the generator's own lateness, p95: ms", one.late_ms)
    engine = one.each("engine")
    yield Line("engine: ms of processor a decision", engine, f"{GOAL_ENGINE:g}", engine <= GOAL_ENGINE)
    for part in one.processor:
        if part != "engine":
            yield Line(f"{part}: ms of processor a decision", one.each(part))


if __name__ == "__main__":
    main()
