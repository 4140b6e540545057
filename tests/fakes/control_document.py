"""The document that a control API shows of itself: what is in it, and what schemathesis makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis
from schemathesis.config import (
    ChecksConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.config._cache import CacheConfig
from schemathesis.config._generation import GenerationConfig
from schemathesis.config._health_check import HealthCheck
from schemathesis.engine import events, from_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20260302
# What no schema can say (an operation that exists, a pattern that compiles, a key of 32 bytes, one of three
# members, which settings are of which fault) is refused with a reason all the same.
NOT_CHECKED = "positive_data_acceptance"


def operations(document: dict[str, Any]) -> set[str]:
    return {
        f"{method.upper()} {template}"
        for template, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }


def nodes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for template, item in document["paths"].items():
        for method, node in item.items():
            if method != "parameters":
                yield f"{method.upper()} {template}", node


def fuzzing(document: dict[str, Any], url: str, only: set[str]) -> Iterator[object]:
    checks = ChecksConfig()
    checks.update(excluded_check_names=[NOT_CHECKED])
    project = ProjectConfig(
        base_url=f"{url}/__fake__",
        workers=1,
        continue_on_failure=True,
        generation=GenerationConfig(max_examples=4, database="none"),
        phases=PhasesConfig(stateful=StatefulPhaseConfig(generation=GenerationConfig(max_examples=4))),
        checks=checks,
    )
    config = SchemathesisConfig(
        seed=SEED,
        suppress_health_check=[HealthCheck.all],
        cache=CacheConfig(enabled=False),
        projects=ProjectsConfig(default=project),
    )
    schema = schemathesis.openapi.from_dict(document, config=config)
    return from_schema(schema.include(lambda context: context.operation.label in only)).execute()


def findings(stream: Iterator[object]) -> tuple[set[str], list[str]]:
    """Return what was asked, and what was wrong with the answers, or with the fuzzing itself."""
    asked, wrong = set(), []
    for event in stream:
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(repr(event))
        elif isinstance(event, events.ScenarioFinished):
            asked |= {node.value.operation.label for node in event.recorder.cases.values()}
            checked = [node for nodes in event.recorder.checks.values() for node in nodes]
            wrong += [f"{node.name}: {node.failure_info.failure}" for node in checked if node.failure_info]
    return asked, wrong
