"""Every fake there is, by name, in the order in which they are started and printed.

Rule: a fake is imported when it is made, so that whoever wants one does not pay for all: IAM's cryptography
alone is a third of the memory.
Redis is none of FAKES: it speaks no HTTP but at its control API, which has a port and a name of its own.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.shape.call import Behaviour


def _make(module: str, name: str) -> Behaviour:
    made: Behaviour = getattr(import_module(f"fakes.{module}"), name)()
    return made


FAKES: Mapping[str, Callable[[], Behaviour]] = {
    "iam": partial(_make, "iam", "IamFake"),
    "eris": partial(_make, "eris", "ErisFake"),
    "policy": partial(_make, "policy", "PolicyFake"),
    "llm": partial(_make, "llm", "LlmFake"),
    "ubi": partial(_make, "ubi", "UbiFake"),
    "governance": partial(_make, "governance", "GovernanceFake"),
    "alerting": partial(_make, "alerting", "AlertingFake"),
    "otlp": partial(_make, "otlp", "OtlpFake"),
}
REDIS = "redis"
REDIS_CONTROL = "redis-control"
