"""Where spans go; what sends them is loaded only where there is a collector."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

SEND_MILLISECONDS = 1_000
STOP_SECONDS = 1.0


class Collector:
    """Where spans are sent; in batches, by a thread, so that nobody waits for it."""

    def __init__(self, endpoint: str, service: str) -> None:
        self._service = service
        session = requests.Session()
        session.trust_env = False  # as all our clients: no proxy between us and what we are told to call
        self._exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", session=session)
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: service}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(self._exporter, schedule_delay_millis=SEND_MILLISECONDS)
        )

    def tracer(self) -> Tracer:
        """Return what makes the spans."""
        return self._provider.get_tracer(self._service)

    def close(self) -> None:
        """Send what is left, within a second; a collector that hangs holds nobody up."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(STOP_SECONDS)
        if ending.is_alive():
            self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the library has no types there
