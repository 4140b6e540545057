"""An OTLP/HTTP collector that keeps what it is told."""

from fakes.otlp.fake import OtlpFake

__all__ = ["OtlpFake"]
