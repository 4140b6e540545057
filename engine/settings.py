"""Settings, from the environment names of engine.md 2 alone."""

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.receipts.signing import SigningKey, SigningKeyError, read_signing_key

_SQLITE = "sqlite:///"
_SCHEMES = ("postgresql://", "postgres://", _SQLITE)


class SettingsError(Exception):
    """The environment does not let the engine start; the message is one line for a person."""


class Settings(BaseSettings):
    """Everything that can be set, with the defaults of engine.md."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    iam_service_url: str
    policy_service_url: str
    eris_service_url: str
    llm_gateway_service_url: str
    ubi_service_url: str
    data_governance_service_url: str
    alerting_service_url: str
    redis_url: str
    database_url: str = Field(repr=False)
    eris_signing_key: str = Field(repr=False)
    mmm_audit_log_file: Path | None = None
    otel_exporter_otlp_endpoint: str | None = None
    mmm_service_token: str | None = Field(default=None, repr=False)

    mmm_timeout_iam_seconds: float = Field(default=2.0, gt=0)
    mmm_timeout_policy_seconds: float = Field(default=0.5, gt=0)
    mmm_timeout_eris_seconds: float = Field(default=2.0, gt=0)
    mmm_timeout_llm_seconds: float = Field(default=3.0, gt=0)
    mmm_timeout_ubi_seconds: float = Field(default=1.0, gt=0)
    mmm_timeout_governance_seconds: float = Field(default=0.5, gt=0)
    mmm_timeout_alerting_seconds: float = Field(default=2.0, gt=0)
    mmm_timeout_redis_seconds: float = Field(default=0.25, gt=0)
    mmm_breaker_failures: int = Field(default=5, ge=1)
    mmm_breaker_recovery_seconds: float = Field(default=60.0, ge=0)
    mmm_policy_cache_seconds: float = Field(default=60.0, ge=0)
    mmm_policy_stale_seconds: float = Field(default=300.0, ge=0)
    mmm_signals_cache_seconds: float = Field(default=30.0, ge=0)
    mmm_retention_interval_seconds: float = Field(default=86_400.0, gt=0, le=31_622_400)
    mmm_db_pool_min: int = Field(default=5, ge=1)
    mmm_db_pool_max: int = Field(default=20, ge=1)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(_SCHEMES):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        if value.startswith(_SQLITE) and value.removeprefix(_SQLITE) in {"", ":memory:"}:
            raise ValueError("must name a file: SQLite in memory is not shared between requests")
        return value

    @field_validator("eris_signing_key")
    @classmethod
    def _readable_key(cls, value: str) -> str:
        try:
            read_signing_key(value)
        except SigningKeyError as error:
            raise ValueError(str(error)) from None
        return value

    def share(self, workers: int) -> Self:
        """Return what one of several workers may use: together, what one alone may, or one each."""
        least, most = (max(1, size // workers) for size in (self.mmm_db_pool_min, self.mmm_db_pool_max))
        return self.model_copy(update={"mmm_db_pool_min": least, "mmm_db_pool_max": most})

    @property
    def signing_key(self) -> SigningKey:
        """Return the key that receipts are signed with."""
        return read_signing_key(self.eris_signing_key)


def load_settings() -> Settings:
    """Read the environment; raise SettingsError with one line that names the variable."""
    try:
        return Settings()  # type: ignore[call-arg]  # the values come from the environment
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "environment"
        reason = "is not set" if first["type"] == "missing" else first["msg"]
        raise SettingsError(f"mmm-engine: {name} {reason}; see engine.md section 2") from None
