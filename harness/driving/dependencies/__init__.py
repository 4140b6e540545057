"""The engine's dependencies, as a scenario scripts them and reads what they heard."""

from harness.driving.dependencies.base import Dependency
from harness.driving.dependencies.eris import Eris
from harness.driving.dependencies.iam import Iam
from harness.driving.dependencies.others import Alerting, Governance, Llm, Policy, Ubi
from harness.driving.dependencies.otlp import Otlp
from harness.driving.dependencies.storage import Storage
from harness.driving.receipts import Receipt

__all__ = [
    "Alerting",
    "Dependency",
    "Eris",
    "Governance",
    "Iam",
    "Llm",
    "Otlp",
    "Policy",
    "Receipt",
    "Storage",
    "Ubi",
]
