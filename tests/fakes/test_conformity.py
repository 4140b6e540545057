"""No fake says anything that its own contract does not allow."""

from __future__ import annotations

import pytest

from fakes.catalogue import FAKES
from fakes.control import FakeControl
from fakes.running import running_fakes
from tests.fakes.calls import BROKEN, SOUND, Sample
from tests.fakes.conformity import breaches, documented_errors
from tests.fakes.wire import Reply, connect


async def ask(url: str, sample: Sample) -> Reply:
    async with connect(url) as wire:
        return await wire.ask(
            sample.method, sample.path, sample.body, **{n.replace("-", "_"): t for n, t in sample.headers}
        )


@pytest.mark.parametrize("sample", SOUND, ids=str)
async def test_a_sound_call_is_answered_within_the_contract(sample: Sample) -> None:
    async with running_fakes(only=[sample.fake]) as fakes:
        url = fakes.urls[sample.fake]

        reply = await ask(url, sample)

        assert reply.status == sample.status
        assert breaches(sample.fake, sample.method, sample.path, reply) == []
        async with FakeControl(sample.fake, url) as control:
            (entry,) = await control.journal()
        assert entry.violations == ()
        assert entry.status == sample.status


@pytest.mark.parametrize("sample", BROKEN, ids=str)
async def test_a_call_outside_the_contract_is_refused_within_it(sample: Sample) -> None:
    async with running_fakes(only=[sample.fake]) as fakes:
        reply = await ask(fakes.urls[sample.fake], sample)

    assert reply.status == sample.status
    assert breaches(sample.fake, sample.method, sample.path, reply) == []


@pytest.mark.parametrize(
    ("sample", "status"),
    [(sample, status) for sample in SOUND for status in documented_errors(sample)],
    ids=str,
)
async def test_a_scripted_status_is_an_error_within_the_contract(sample: Sample, status: int) -> None:
    async with running_fakes(only=[sample.fake]) as fakes:
        url = fakes.urls[sample.fake]
        async with FakeControl(sample.fake, url) as control:
            await control.script(fault={"kind": "status", "status": status})

        reply = await ask(url, sample)

    assert reply.status == status
    assert breaches(sample.fake, sample.method, sample.path, reply) == []


@pytest.mark.parametrize("name", FAKES)
async def test_a_path_that_nobody_serves_is_refused_and_journaled(name: str) -> None:
    async with running_fakes(only=[name]) as fakes, FakeControl(name, fakes.urls[name]) as control:
        reply = await ask(control.url, Sample(name, "GET", "/not/here"))
        (entry,) = await control.journal()

    assert reply.status == 404
    assert (entry.operation, entry.violations[0].rule) == (None, "path.unknown")


def test_every_operation_that_is_sampled_is_every_operation_that_is_served() -> None:
    served = {(name, operation) for name, made in FAKES.items() for operation in made().routes()}
    sampled = {name for name, _ in served}

    assert sampled == {sample.fake for sample in SOUND}
    assert len(served) == len({(sample.fake, str(sample)) for sample in SOUND})
