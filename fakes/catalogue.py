"""Every fake there is, by name, in the order in which they are started and printed.

Redis is none of FAKES: it speaks no HTTP but at its control API, which has a port and a name of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.alerting import AlertingFake
from fakes.eris import ErisFake
from fakes.governance import GovernanceFake
from fakes.iam import IamFake
from fakes.llm import LlmFake
from fakes.otlp import OtlpFake
from fakes.policy import PolicyFake
from fakes.ubi import UbiFake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.shape.call import Behaviour

FAKES: Mapping[str, Callable[[], Behaviour]] = {
    "iam": IamFake,
    "eris": ErisFake,
    "policy": PolicyFake,
    "llm": LlmFake,
    "ubi": UbiFake,
    "governance": GovernanceFake,
    "alerting": AlertingFake,
    "otlp": OtlpFake,
}
REDIS = "redis"
REDIS_CONTROL = "redis-control"
