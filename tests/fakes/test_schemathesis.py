"""Each fake survives schemathesis against its own contract, quiet and scripted: no finding at all."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from contracts.document import load_document
from fakes.catalogue import FAKES
from fakes.control import FakeControl
from tests.fakes.fuzzing import Fuzzed, fuzz
from tests.fakes.receipts import receipt
from tests.fakes.scripted import REPLIES, arm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fakes.control import ScriptState

ROOT = Path(__file__).parents[2]


# A token that IAM made, a chain, batch or export that there is, a root that fits: what chance may not hit.
# (A receipt is taken before: `known`.)
NEEDS_MORE = re.compile(
    "POST /verify|POST /v1/evidence/(verify_range|receipts|receipts/courier-batch)"
    "|GET /v1/evidence/(courier-batches|export)/.*"
)


@pytest.fixture(scope="module")
def urls() -> Iterator[Mapping[str, str]]:
    """Run the fakes in a process of their own: schemathesis and an event loop do not share a thread."""
    command = (sys.executable, "-m", "fakes")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture(scope="module")
def known(urls: Mapping[str, str]) -> Mapping[str, str]:
    """Return ids of things that there are, by the name that the contract has for them."""
    whole = receipt()
    answer = httpx.post(f"{urls['eris']}/v1/evidence/receipts", json=whole, trust_env=False)
    assert answer.status_code == 200
    return {"receipt_id": str(whole["receipt_id"])}


@pytest.fixture
def fuzzed(
    urls: Mapping[str, str], known: Mapping[str, str], pytestconfig: pytest.Config
) -> Callable[..., Fuzzed]:
    """Fuzz a fake as deep as was asked for."""
    examples, seed = (pytestconfig.getoption(name) for name in ("fuzz_examples", "fuzz_seed"))

    def run(name: str) -> Fuzzed:
        print(f"{name}: --fuzz-examples {examples} --fuzz-seed {seed}")  # noqa: T201 -- to repeat it
        outcome = fuzz(name, urls[name], max_examples=examples, seed=seed, known=known)
        print(f"{name}: {outcome.cases} cases, {len(outcome.findings)} findings")  # noqa: T201 -- to tell it
        return outcome

    return run


async def armed(name: str, url: str) -> list[str]:
    async with FakeControl(name, url) as control:
        return await arm(control, name)


async def armed_to_break(name: str, url: str) -> str:
    async with FakeControl(name, url) as control:
        return await control.script(fault={"kind": "contract_breaking_json"})


async def healed(name: str, url: str, scripts: list[str]) -> list[ScriptState]:
    async with FakeControl(name, url) as control:
        return [await control.heal(script) for script in scripts]


@pytest.mark.parametrize("name", FAKES)
def test_a_quiet_fake_keeps_its_contract(fuzzed: Callable[..., Fuzzed], name: str) -> None:
    outcome = fuzzed(name)

    assert outcome.findings == []
    assert outcome.statuses.keys() == served(name)
    unaccepted = {operation for operation, seen in outcome.statuses.items() if min(seen) >= 300}
    assert [operation for operation in unaccepted if not NEEDS_MORE.fullmatch(operation)] == []


@pytest.mark.parametrize("name", FAKES)
def test_a_scripted_fake_keeps_its_contract(
    urls: Mapping[str, str], fuzzed: Callable[..., Fuzzed], name: str
) -> None:
    scripts = asyncio.run(armed(name, urls[name]))

    outcome = fuzzed(name)

    states = asyncio.run(healed(name, urls[name], scripts))
    assert outcome.findings == []
    assert [state.operation for state in states if not state.fired_at] == []
    for operation, reply in REPLIES[name].items():
        assert reply["status"] in outcome.statuses[operation]


def test_a_fake_that_broke_its_contract_would_be_seen(
    urls: Mapping[str, str], fuzzed: Callable[..., Fuzzed]
) -> None:
    broken = asyncio.run(armed_to_break("ubi", urls["ubi"]))

    outcome = fuzzed("ubi")

    asyncio.run(healed("ubi", urls["ubi"], [broken]))
    assert any("response_schema_conformance" in finding for finding in outcome.findings)


def served(name: str) -> set[str]:
    known = {operation.name for operation in load_document(name).operations}
    return known & FAKES[name]().routes().keys()
