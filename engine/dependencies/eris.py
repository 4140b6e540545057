"""ERIS: takes receipts, once each."""

from dataclasses import dataclass
from typing import Any, Literal

from engine.dependencies.http import Dependency
from engine.values.wire import Wire


class _Stored(Wire):
    receipt_id: str
    signature_verification_status: Literal["verified", "not_present"]
    hash: str
    chain_id: str


@dataclass(frozen=True, slots=True)
class Eris:
    """Sends a receipt; sending it again is harmless, since ERIS knows it by its id."""

    service: Dependency

    async def store(self, receipt: dict[str, Any]) -> None:
        """Send one receipt, in one attempt."""
        await self.service.ask("POST", "/v1/evidence/receipts", _Stored.model_validate_json, json=receipt)
