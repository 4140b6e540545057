"""What a history is made of, fetched while the world still stands: receipts, journals, metrics, spans, logs.

Rule: what may still be on its way is waited for, as long as any comes; nothing secret leaves this module.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from fakes.control import ErisControl, FakeControl, OtlpControl
from harness.driving.audit import audit_paths
from harness.driving.dependencies.eris import ARRIVES_WITHIN, RECEIVE
from harness.driving.dependencies.others import (
    CONFIG,
    EVALUATE,
    GENERATE,
    NOTIFY,
    RECENT_SIGNALS,
    STANDARDS,
)
from harness.driving.looks import client_of
from harness.driving.metrics import written
from harness.history.checks import counters, receipts, traces
from harness.history.history import History, Log, Numbers
from harness.worlds.logs import unmarked
from reports.record import (
    EngineStarted,
    ExchangeRecorded,
    FaultInjected,
    RunStarted,
    ScenarioFinished,
    StageFinished,
)
from reports.redaction import REDACTED, redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fakes.control import Entry, Span
    from harness.worlds import World
    from reports.record import Event

JOURNALED = {
    "policy": (EVALUATE, STANDARDS),
    "llm": (GENERATE,),
    "ubi": (RECENT_SIGNALS,),
    "governance": (CONFIG,),
    "alerting": (NOTIFY,),
}
# Whose trouble leaves more open than an answer: what they kept may be gone.
KEEPERS = frozenset({"engine", "redis", "valkey", "database", "postgres"})
TIME = "time"
# The stages that record only a part of what they send anyway: nothing is counted there.
IN_PART = ("contracts", "load")
PAUSE = 0.5
# Receipts that still come after so long are too many to be waited for.
LONGEST_SECONDS = 120.0
COUNTED_WITHIN = 8.0
ASKED_AT_ONCE = 4
# Two processes behind one address answer all alike once in eight looks: few looks alone blame nobody.
LEAST_LOOKS = 4
SCRAPED_WITHIN = 10.0
LARGEST_METRICS = 16 * 1024 * 1024
# What is shorter may be a word that stands anywhere.
LEAST_SECRET = 20


async def gather(
    world: World, events: Sequence[Event], *, before: str | None, secrets: Sequence[str], alive: bool
) -> History:
    """Fetch all that is ours to look at.

    `before`: the metrics when the run began. `secrets`: what no log may hold. `alive`: no process of the
    engine has ended by itself.
    """
    history = told(world, events)
    if "eris" in world.fakes and world.signing_public_key is not None:
        async with ErisControl("eris", world.fakes["eris"]) as eris:
            history = await _with_receipts(history, eris, alive=alive)
    if "otlp" in world.fakes:
        async with OtlpControl("otlp", world.fakes["otlp"]) as otlp:
            history = await _with_spans(history, otlp)
    history = replace(history, journals=await _journals(world, history))
    if before is not None and alive:
        history = await _with_numbers(history, world, before)
    return replace(history, logs=tuple(await asyncio.to_thread(_logs, world, secrets)))


def told(world: World, events: Sequence[Event]) -> History:
    """Return what the events alone tell."""
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    own = {event.scenario for event in events if isinstance(event, EngineStarted) and event.scenario}
    moved = {
        event.scenario for event in events if isinstance(event, ScenarioFinished) and TIME in event.kinds
    }
    struck = {
        event.scenario for event in events if isinstance(event, FaultInjected) and event.dependency in KEEPERS
    }
    cut = next((event for event in events if _is_cut(event)), None)
    return History(
        exchanges=tuple(event.exchange for event in events if isinstance(event, ExchangeRecorded)),
        base_path=world.base_path,
        own_worlds=frozenset(own),
        disturbed=frozenset(moved | struck),
        since=started.at if started and not world.controllable else "",
        fresh=world.controllable,
        cut=f"{cut.stage}: {cut.problem}" if isinstance(cut, StageFinished) else "",
    )


def _is_cut(event: Event) -> bool:
    """Tell whether a stage whose exchanges would be whole came to no end of its own."""
    return isinstance(event, StageFinished) and bool(event.problem) and not event.stage.startswith(IN_PART)


async def scrape(world: World) -> str | None:
    """Return the metrics of all replicas; None where they cannot be had, or several processes differ."""
    texts = await _looked(world)
    return texts[0] if texts and _alike(texts) else None


async def _with_receipts(history: History, eris: ErisControl, *, alive: bool) -> History:
    """Read what ERIS holds, and again what lacks, until nothing lacks or nothing more comes."""
    held: dict[str, list[dict[str, Any]]] = {}
    for kept in (await eris.receipts()).receipts:
        held.setdefault(str(kept.receipt.get("tenant_id")), []).append(kept.receipt)
    arrived = await eris.verify(RECEIVE, at_least=0)
    begun = time.monotonic()
    # Of an engine that has never sent any, no more is to be expected than of one that has been idle so long.
    given_up = begun + ARRIVES_WITHIN if arrived else _deadline(history, ARRIVES_WITHIN)
    while waiting := [one for one in history.shared if any(receipts.lost(one, held.get(one.tenant, ())))]:
        if not alive or time.monotonic() > min(given_up, begun + LONGEST_SECONDS):
            break
        await asyncio.sleep(PAUSE)
        if (now := await eris.verify(RECEIVE, at_least=0)) == arrived:
            continue
        arrived, given_up = now, time.monotonic() + ARRIVES_WITHIN
        for party in waiting:
            stored = await eris.receipts(party.tenant)
            held[party.tenant] = [kept.receipt for kept in stored.receipts]
    return replace(
        history,
        receipts=tuple(receipt for mine in held.values() for receipt in mine),
        settled=alive and time.monotonic() <= begun + LONGEST_SECONDS,
    )


async def _with_spans(history: History, otlp: OtlpControl) -> History:
    """Read the spans of callers' traces, until each is whole or time is up."""
    asked = traces.traced(history)
    found: dict[str, tuple[Span, ...]] = {}
    deadline = _deadline(history, ARRIVES_WITHIN)
    waiting = list(asked)
    while waiting:
        for trace in waiting:
            found[trace] = await otlp.spans(trace)
        waiting = [trace for trace in waiting if any(traces.problems(asked[trace], found[trace]))]
        if not waiting or time.monotonic() > deadline:
            break
        await asyncio.sleep(PAUSE)
    return replace(history, spans=tuple(span for spans in found.values() for span in spans))


async def _journals(world: World, history: History) -> dict[str, tuple[Entry, ...]]:
    """Read what dependencies were told for tenants whose exchanges are whole."""
    tenants = {party.tenant for party in history.shared}
    journals: dict[str, tuple[Entry, ...]] = {}
    for name in JOURNALED.keys() & world.fakes.keys():
        async with FakeControl(name, world.fakes[name]) as control:
            entries = [
                entry for operation in JOURNALED[name] for entry in await control.journal(operation=operation)
            ]
        journals[name] = tuple(entry for entry in entries if entry.tenant in tenants)
    return journals


async def _with_numbers(history: History, world: World, before: str) -> History:
    """Read the metrics, until they are what was sent, differ among themselves, or time is up."""
    deadline, looks = _deadline(history, COUNTED_WITHIN), 0
    while True:
        texts, looks = await _looked(world), looks + 1
        if not texts:
            return history
        steady = _alike(texts)
        found = replace(history, numbers=Numbers(before, texts[-1], steady=steady))
        late = looks >= LEAST_LOOKS and time.monotonic() > deadline
        if not steady or late or not any(counters.breaches(found)):
            return found
        await asyncio.sleep(PAUSE)


def _deadline(history: History, within: float) -> float:
    """Return until when something may come that is due so soon after the last call: perhaps it is over."""
    last = max((call.ended for party in history.shared for call in party.calls), default=0.0)
    return time.monotonic() + min(within, last + within - time.time())


def _alike(texts: Sequence[str]) -> bool:
    """Tell whether each look at the metrics showed the same: one process tells them, for all."""
    return len({_by_tenant(text) for text in texts}) == 1


def _by_tenant(text: str) -> frozenset[tuple[str, tuple[tuple[str, str], ...], str]]:
    """Return the numbers that do not move while nobody asks for a decision, as they are written."""
    return frozenset(
        (name, tuple(sorted(labels.items())), value)
        for name in (counters.DECISIONS, counters.ACTIONS)
        for labels, value in written(text, name)
    )


async def _looked(world: World) -> list[str]:
    """Return the metrics of all replicas, asked for several times at once; none where they cannot be had."""
    # A connection of its own for each, so that each of several processes behind one address may answer.
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(trust_env=False, timeout=SCRAPED_WITHIN, limits=limits) as client:
        told = await asyncio.gather(*(_scraped(client, world) for _ in range(ASKED_AT_ONCE)))
    texts = [text for text in told if text is not None]
    return texts if len(texts) == ASKED_AT_ONCE else []


async def _scraped(client: httpx.AsyncClient, world: World) -> str | None:
    """Return the metrics once; None where they do not come whole, in time and in bearable length."""
    texts = []
    try:
        async with asyncio.timeout(SCRAPED_WITHIN):
            for origin in world.engine_urls:
                body = await _body(client, f"{origin}{world.base_path}/metrics")
                if body is None:
                    return None
                texts.append(body.decode("utf-8", "replace"))
    except (httpx.HTTPError, TimeoutError):
        return None
    return "\n".join(texts)


async def _body(client: httpx.AsyncClient, url: str) -> bytes | None:
    """Return an answer's body; None where it is no success, or too long."""
    body = bytearray()
    looks = {**client_of(url), "Accept-Encoding": "identity"}
    async with client.stream("GET", url, headers=looks) as answer:
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > LARGEST_METRICS:
                return None
        return bytes(body) if answer.is_success else None


def _logs(world: World, secrets: Sequence[str]) -> Iterator[Log]:
    """Read what the shared engine wrote, and what own worlds' engines did, as it was kept.

    What was struck out when a log was kept may have been any word that a variable calls a secret: of kept
    ones only tokens and keys count, and what scenarios sent.
    """
    known = [secret for secret in secrets if len(secret) >= LEAST_SECRET]
    for path in (*map(Path, world.engine_logs), *audit_paths(world)):
        yield Log(path.name, _lines(unmarked(_text(path)), known))
    for path in sorted((Path(world.run_dir) / "logs").glob("engine-own-*.log")):
        yield Log(path.name, _lines(_text(path).replace(REDACTED, ""), known))


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""


def _lines(text: str, secrets: Sequence[str]) -> tuple[str, ...]:
    return tuple(redact(text, secrets).splitlines())
