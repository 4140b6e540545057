from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.control import ErisControl, FakeControl, IamControl, OtlpControl
from fakes.running import running_fakes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def policy() -> AsyncIterator[FakeControl]:
    async with (
        running_fakes(only=["policy"]) as fakes,
        FakeControl("policy", fakes.urls["policy"]) as control,
    ):
        yield control


@pytest.fixture
async def iam() -> AsyncIterator[IamControl]:
    async with running_fakes(only=["iam"]) as fakes, IamControl("iam", fakes.urls["iam"]) as control:
        yield control


@pytest.fixture
async def eris() -> AsyncIterator[ErisControl]:
    async with running_fakes(only=["eris"]) as fakes, ErisControl("eris", fakes.urls["eris"]) as control:
        yield control


@pytest.fixture
async def otlp() -> AsyncIterator[OtlpControl]:
    async with running_fakes(only=["otlp"]) as fakes, OtlpControl("otlp", fakes.urls["otlp"]) as control:
        yield control


@pytest.fixture
async def llm() -> AsyncIterator[FakeControl]:
    async with running_fakes(only=["llm"]) as fakes, FakeControl("llm", fakes.urls["llm"]) as control:
        yield control
