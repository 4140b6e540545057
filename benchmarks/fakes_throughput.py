"""What the fakes can bear, beside what is the goal: `python -m benchmarks.fakes_throughput [SECONDS]`.

The bare server and the fake take turns, in slices of SECONDS, so that both meet the same machine; of each the
best slice counts. Processor time is the server's own: it says the most where others use the machine, too.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING

from benchmarks import asked, servers, starting
from benchmarks.client import load, wrk_or_load
from benchmarks.table import Row, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.servers import Served

_TURNS = 5
_MILLION = 1_000_000
_PIPELINED = 32
_FRESH = 8


@dataclass(frozen=True)
class Best:
    """The best of some slices: requests a second, and microseconds of processor time for each."""

    rate: float
    micros: float
    share: float


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    servers.stay_out_of_their_way()
    show("HTTP", [*front_end(seconds), *million()])
    show("IAM and ERIS", list(behaviours(seconds)))
    show("Start", list(starts()))


def front_end(seconds: float) -> Iterator[Row]:
    """Compare a scripted route, with matching, contract check and journal, with the bare server.

    The goal is for a client whose head never changes, as load tools' are. Each request of an engine has a
    traceparent of its own: what that costs stands beside it.
    """
    with servers.bare() as peer, servers.fakes("llm") as fake:
        asked.script_prompts(fake.urls["llm"])
        bare, ours = take_turns(seconds, peer, fake, asked.prompt_again)
        bare_new, ours_new = take_turns(seconds, peer, fake, asked.prompts)
    yield Row("bare server: requests/s", bare.rate)
    yield Row("scripted route: requests/s", ours.rate, f"{bare.rate / 2:,.0f}", ours.rate >= bare.rate / 2)
    yield Row("  share of the bare server", ours.rate / bare.rate, "0.5", ours.rate >= bare.rate / 2)
    yield Row("bare server: µs of processor per request", bare.micros)
    yield Row("scripted route: µs of processor per request", ours.micros, "20", ours.micros <= 20)  # noqa: PLR2004
    yield Row("  share of the bare server", bare.micros / ours.micros, "0.5", ours.micros <= 2 * bare.micros)
    yield Row("each head new, bare server: requests/s", bare_new.rate)
    yield Row("  scripted route: requests/s", ours_new.rate)
    yield Row("  share of the bare server", ours_new.rate / bare_new.rate)
    yield Row("  bare server: µs of processor per request", bare_new.micros)
    yield Row("  scripted route: µs of processor per request", ours_new.micros)
    yield Row("client: share of a core, at most", max(one.share for one in (bare, ours, bare_new, ours_new)))


def take_turns(
    seconds: float, peer: Served, fake: Served, requests: Callable[[], Iterator[bytes]]
) -> tuple[Best, Best]:
    """Return the best slices of the bare server and of the fake."""
    bare, ours = [], []
    for _ in range(_TURNS):
        bare.append(one_slice(peer, "bare", seconds, requests))
        ours.append(one_slice(fake, "llm", seconds, requests))
    return best(bare), best(ours)


def one_slice(served: Served, name: str, seconds: float, requests: Callable[[], Iterator[bytes]]) -> Best:
    """Put the load on once."""
    before = served.cpu_seconds()
    done = wrk_or_load(served.urls[name], requests, seconds)
    assert not done.bad
    return Best(done.rate, (served.cpu_seconds() - before) / done.answered * 1e6, done.share)


def best(slices: list[Best]) -> Best:
    """Return the highest rate, the lowest cost and the client's highest share."""
    return Best(
        max(one.rate for one in slices), min(one.micros for one in slices), max(one.share for one in slices)
    )


def million() -> Iterator[Row]:
    """Measure memory before and after a million requests to one fake, that runs alone or among all."""
    alone, together = memory("llm"), memory()
    yield Row("memory at start: MB", alone.before)
    yield Row("memory after 1,000,000 requests: MB", alone.after, "60", alone.after <= 60)  # noqa: PLR2004
    yield Row("  meanwhile, pipelined by 32: requests/s", alone.rate)
    yield Row("all fakes in one process, at start: MB", together.before)
    yield Row("  after 1,000,000 requests to one of them: MB", together.after)


@dataclass(frozen=True)
class Memory:
    """Megabytes before and after a load, and how many requests a second that was."""

    before: float
    after: float
    rate: float


def memory(*only: str) -> Memory:
    """Send a million requests to the LLM fake, in a process with these fakes (none named: with all).

    They are pipelined, to be done soon.
    """
    with servers.fakes(*only) as fake:
        asked.script_prompts(fake.urls["llm"])
        before = fake.megabytes()
        done = load(fake.urls["llm"], islice(asked.prompts(), _MILLION), 3600, _PIPELINED)
        after = fake.megabytes()
    assert (done.answered, done.bad) == (_MILLION, 0)
    return Memory(before, after, done.rate)


def behaviours(seconds: float) -> Iterator[Row]:
    """Measure the calls that do real work."""
    with servers.fakes("iam", "eris") as both:
        iam, eris = both.urls["iam"], both.urls["eris"]
        known, new = asked.verifications(iam, 16), asked.verifications(iam, 3_000)
        load(iam, iter(known), seconds)
        yield from rates("verify, token seen before", 10_000, *work(both, iam, cycle(known), seconds))
        yield from rates("verify, new token", 5_000, *work(both, iam, iter(new), seconds))
        made = asked.receipts(eris, 6_000)
        yield from rates("receipt", 3_000, *work(both, eris, iter(made), seconds))


def work(served: Served, url: str, requests: Iterator[bytes], seconds: float) -> tuple[float, float]:
    """Return how many are answered in a second, and how many in a second of the server's processor."""
    before = served.cpu_seconds()
    done = load(url, requests, seconds)
    return done.rate, done.answered / (served.cpu_seconds() - before)


def rates(what: str, goal: int, rate: float, of_processor: float) -> Iterator[Row]:
    """Return two lines; where others use the machine, too, the second says more."""
    yield Row(f"{what}: requests/s", rate, f"{goal:,}", rate >= goal)
    yield Row("  in a second of processor", of_processor, f"{goal:,}", of_processor >= goal)


def starts() -> Iterator[Row]:
    """Measure how soon fakes answer; each in a fresh process, the best of a few."""
    both = [_fresh() for _ in range(_FRESH)]
    first, second = min(one for one, _ in both), min(two for _, two in both)
    yield Row("in process, to the first answer: ms of processor", first, "2", first <= 2)  # noqa: PLR2004
    yield Row("  another one in that process: ms", second, "2", second <= 2)  # noqa: PLR2004
    children = [starting.child_milliseconds() for _ in range(_FRESH)]
    whole, alone = min(one for one, _ in children), min(two for _, two in children)
    yield Row("all in a child, until ready: ms", whole)
    yield Row("  beyond imports: ms", whole - alone, "300", whole - alone <= 300)  # noqa: PLR2004


def _fresh() -> tuple[float, float]:
    command = (sys.executable, "-m", "benchmarks.starting")
    env = starting.environment()
    ended = subprocess.run(command, cwd=servers.ROOT, env=env, capture_output=True, text=True, check=True)
    first, second = ended.stdout.split()
    return float(first), float(second)


if __name__ == "__main__":
    main()
