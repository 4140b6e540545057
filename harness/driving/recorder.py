"""What one scenario did and looked at: the ground on which it is judged.

Rule: everything is redacted here, before it is kept; looking is noted where an answer is read.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import msgspec

from reports.record import Exchange, ExchangeRecorded, FaultInjected, Message, Note
from reports.redaction import redact, redact_headers
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.driving.coverage import Coverage
    from reports.record import Event, Persona

Headers = tuple[tuple[str, str], ...]

WIRE = "wire"
DEPENDENCY = "dependency"
LOG = "log"
STORAGE = "storage"
TIME = "time"
ENGINE = "engine"


class Disturbance(msgspec.Struct, frozen=True):
    """A scripted answer or fault, and how often it came into play."""

    name: str
    is_fault: bool
    hits: int


class Recorder:
    """Keeps a scenario's exchanges, emits each as it happens, and notes what was looked at."""

    def __init__(
        self, scenario: str, emit: Callable[[Event], None], coverage: Coverage | None = None
    ) -> None:
        self.scenario = scenario
        self.coverage = coverage
        self.exchanges: list[Exchange] = []
        self.kinds: set[str] = set()
        self.disturbances: list[Disturbance] = []
        self.claims = 0
        self.offending: str | None = None
        self.operations: dict[str, str] = {}
        self.sent_secrets: list[str] = []
        self._emit = emit
        self._secrets: dict[str, str] = {}
        self._prefix = hashlib.sha256(scenario.encode()).hexdigest()[:10]

    def hide(self, secret: str, stand_in: str) -> None:
        """Never record `secret`; `stand_in` is recorded in its place."""
        self._secrets[secret] = stand_in
        self._secrets[json.dumps(secret)[1:-1]] = stand_in

    @property
    def hidden(self) -> Mapping[str, str]:
        """Return what is never recorded, and what stands for it."""
        return self._secrets

    def look(self, kind: str, exchange: str | None = None) -> None:
        """Note that evidence of this kind was looked at, and in which exchange."""
        self.kinds.add(kind)
        if exchange is not None:
            self.offending = exchange

    def claim(self) -> None:
        """Note that something was claimed, by a step that fails where it does not hold."""
        self.claims += 1

    def clean(self, text: str) -> str:
        """Return the text without anything secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, self._secrets[secret])
        return redact(text)

    def message(self, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes | str) -> Message:
        """Return a message fit to be kept; a body that is not UTF-8 shows its bytes escaped."""
        text = body if isinstance(body, str) else body.decode("utf-8", "backslashreplace")
        pairs = headers.items() if hasattr(headers, "items") else headers
        return Message(headers=self._headers(pairs), body=self.clean(text))

    def record(
        self,
        *,
        side: str,
        method: str,
        url: str,
        request: Message,
        status: int | None = None,
        response: Message | None = None,
        error: str | None = None,
        seconds: float = 0.0,
        at: str | None = None,
        persona: Persona | None = None,
    ) -> Exchange:
        """Keep one exchange and emit it."""
        exchange = Exchange(
            id=f"{self._prefix}-{len(self.exchanges) + 1}",
            at=at or now(),
            side=side,
            method=method,
            url=self.clean(url),
            request=request,
            status=status,
            response=response,
            error=None if error is None else self.clean(error),
            seconds=round(seconds, 6),
            scenario=self.scenario,
            persona=persona,
        )
        self.exchanges.append(exchange)
        self._emit(ExchangeRecorded(at=exchange.at, exchange=exchange))
        return exchange

    def adopt(self, other: Recorder, scenario: str) -> None:
        """Take over, and emit, what another has kept aside; `scenario` is what it all belongs to."""
        self._secrets |= other.hidden
        self.sent_secrets += other.sent_secrets
        self.kinds |= other.kinds
        self.claims += other.claims
        self.operations |= other.operations
        self.offending = other.offending
        for exchange in other.exchanges:
            kept = msgspec.structs.replace(exchange, scenario=scenario)
            self.exchanges.append(kept)
            self._emit(ExchangeRecorded(at=kept.at, exchange=kept))

    def note(self, text: str) -> None:
        """Emit a sentence for the reader."""
        self._emit(Note(at=now(), text=self.clean(text)))

    def fault_over(
        self, dependency: str, fault: str, operation: str | None, armed_at: str, fired_at: tuple[str, ...]
    ) -> None:
        """Emit what became of a fault."""
        self._emit(
            FaultInjected(
                at=now(),
                scenario=self.scenario,
                dependency=dependency,
                fault=fault,
                operation=operation,
                armed_at=armed_at,
                fired_at=fired_at,
            )
        )

    @property
    def engine_exchanges(self) -> list[Exchange]:
        """Return the exchanges that the engine was asked for."""
        return [exchange for exchange in self.exchanges if exchange.side == ENGINE]

    def exchange(self, exchange_id: str | None) -> Exchange | None:
        """Return a kept exchange by its id."""
        return next((exchange for exchange in self.exchanges if exchange.id == exchange_id), None)

    def _headers(self, pairs: Iterable[tuple[str, str]]) -> Headers:
        # A token that a persona stands for keeps its readable stand-in; redaction only sees what is left.
        return tuple(
            (name, cleaned) if (cleaned := self.clean(value)) != value else redact_headers([(name, value)])[0]
            for name, value in pairs
        )
