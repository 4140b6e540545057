"""The contract as schemathesis runs it: its configuration, its callers, and a transport that does not boast.

Rule: nothing that reaches the engine says that a test is running, and nothing depends on the clock or on an
earlier run: the same seed and the same answers give the same cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    ExtraDataSourcesConfig,
    FuzzingPhaseConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.config._cache import CacheConfig
from schemathesis.config._generation import GenerationConfig
from schemathesis.config._health_check import HealthCheck
from schemathesis.config._phases import ErrorFeedbackConfig, InferenceConfig, OperationOrdering
from schemathesis.core import SCHEMATHESIS_TEST_CASE_HEADER
from schemathesis.engine.core import Engine
from schemathesis.engine.run import Phase, PhaseName, PhaseSkipReason
from schemathesis.generation.case import Case
from schemathesis.specs.openapi._auth_retry import INVALID_CREDENTIAL
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport.requests import REQUESTS_TRANSPORT, RequestsTransport
from schemathesis.wfc.escalation import EscalatingAuthProvider

from harness.driving.looks import client_of
from harness.fuzzing.mapping import CHECKS, UNUSED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from schemathesis import AuthContext
    from schemathesis.auths import AuthProvider
    from schemathesis.filters import HasAPIOperation

# Any method that an ordinary HTTP server passes on to the application.
UNKNOWN_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
AnyCase = Case[Any]

PREPARATIONS = frozenset({PhaseName.PROBING, PhaseName.SCHEMA_ANALYSIS, PhaseName.AUTH_BOOTSTRAP})
UNVOUCHED = "Bearer nobody.vouches.for-this"


class PlainTransport(RequestsTransport):
    """Sends what was generated and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._serializers = dict(REQUESTS_TRANSPORT._serializers)  # noqa: SLF001 - registered nowhere else

    def serialize_case(self, case: AnyCase, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - the supertype's signature
        """Return the request without the marks that name its sender."""
        data = super().serialize_case(case, **kwargs)
        data["headers"].pop(SCHEMATHESIS_TEST_CASE_HEADER, None)
        if "User-Agent" not in (case.headers or {}):
            data["headers"]["User-Agent"] = client_of(f"{case.method} {case.path}")["User-Agent"]
        if INVALID_CREDENTIAL in data["headers"].get("Authorization", ""):
            data["headers"]["Authorization"] = UNVOUCHED
        return data


class ContractSchema(OpenApiSchema):
    """The narrowed contract: plain transport, and no values harvested from answers but through its links."""

    @property
    def transport(self) -> RequestsTransport:
        """Return the transport of this run."""
        return _TRANSPORT

    def create_extra_data_source(self) -> None:
        """Return nothing: a pool filled by answers would make cases depend on an engine's random ids."""


class ContractEngine(Engine):
    """Runs the test phases alone: no probes of its own, which an engine could recognise."""

    def get_phase_config(
        self, phase_name: PhaseName, *, is_supported: bool, requires_transitions: bool
    ) -> Phase:
        """Return the phase, or a disabled one for the preparations."""
        if phase_name in PREPARATIONS:
            return Phase(name=phase_name, is_enabled=False, skip_reason=PhaseSkipReason.DISABLED)
        return super().get_phase_config(
            phase_name, is_supported=is_supported, requires_transitions=requires_transitions
        )


class Bearer:
    """Vouches for a case with one token, except where the contract asks for none."""

    def __init__(self, token: str, public: Collection[str]) -> None:
        self._value = f"Bearer {token}"
        self._public = public

    def get(self, case: AnyCase, _context: AuthContext) -> str | None:
        """Return the header's value, or nothing for a public operation."""
        return None if case.operation.label in self._public else self._value

    def set(self, case: AnyCase, data: str, _context: AuthContext) -> None:
        """Put the header on the case."""
        case.headers["Authorization"] = data


class Callers(EscalatingAuthProvider):
    """The callers of a run: the first sends everything, the others must not see what is the first one's."""

    def __init__(self, tokens: Mapping[str, str], public: Collection[str]) -> None:
        names = list(tokens)
        bearers: list[AuthProvider[str]] = [Bearer(token, public) for token in tokens.values()]
        super().__init__(bearers, names, peers=tuple(names), pinned=names[0])
        self._open = public

    def get(self, case: AnyCase, context: AuthContext) -> Any:  # noqa: ANN401 - the supertype's signature
        """Return what vouches for the first caller, or nothing for a public operation."""
        return None if case.operation.label in self._open else super().get(case, context)


_TRANSPORT = PlainTransport()


def contract_schema(
    raw: dict[str, Any], config: SchemathesisConfig, callers: Callers | None, without: Collection[str]
) -> ContractSchema:
    """Return the schema that a run executes: all of the contract, but nothing is sent to those `without`."""
    schema = ContractSchema(raw_schema=raw, config=config.projects.default)

    def left_out(context: HasAPIOperation) -> bool:
        return f"{context.operation.method.upper()} {context.operation.path}" in without

    schema.filter_set.exclude(left_out)
    if callers is not None:
        schema.auth.providers.append(callers)
    return schema


def configuration(
    *,
    base_url: str,
    seed: int,
    max_examples: int,
    stateful_examples: int,
    timeout: float,
    checks: Collection[str],
) -> SchemathesisConfig:
    """Return a configuration in which nothing depends on files, environment, time or earlier runs."""
    project = ProjectConfig(
        base_url=base_url,
        workers=1,
        continue_on_failure=True,
        max_redirects=0,
        request_timeout=timeout,
        generation=GenerationConfig(
            max_examples=max_examples, no_shrink=True, database="none", with_security_parameters=False
        ),
        checks=_checks(checks),
        phases=_phases(stateful_examples),
    )
    return SchemathesisConfig(
        seed=seed,
        suppress_health_check=[HealthCheck.all],
        cache=CacheConfig(enabled=False),
        projects=ProjectsConfig(default=project),
    )


def _checks(wanted: Collection[str]) -> ChecksConfig:
    config = ChecksConfig()
    config.update(excluded_check_names=sorted({*CHECKS, *UNUSED} - {*wanted}))
    config.negative_data_rejection.expected_statuses = ["4xx", "5xx"]
    return config


def _phases(stateful_examples: int) -> PhasesConfig:
    order = OperationOrdering.NONE
    alone = ExtraDataSourcesConfig(responses=False)
    return PhasesConfig(
        examples=ExamplesPhaseConfig(operation_ordering=order, extra_data_sources=alone),
        coverage=CoveragePhaseConfig(
            operation_ordering=order, extra_data_sources=alone, unexpected_methods=set(UNKNOWN_METHODS)
        ),
        fuzzing=FuzzingPhaseConfig(
            operation_ordering=order,
            extra_data_sources=alone,
            error_feedback=ErrorFeedbackConfig(enabled=False),
        ),
        stateful=StatefulPhaseConfig(
            generation=GenerationConfig(max_examples=stateful_examples),
            inference=InferenceConfig(algorithms=[]),
            link_calibration=False,
        ),
    )
