"""A fake under schemathesis: its own contract is what is asked of it, and every check is on."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemathesis.engine import events

from contracts.document import load_document
from contracts.resources import read_schemas
from fakes.catalogue import FAKES
from harness.fuzzing.mapping import CHECKS
from harness.fuzzing.schema import ContractEngine, configuration, contract_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemathesis.engine.recorder import CheckNode, ScenarioRecorder

NOTHING: Mapping[str, str] = {}
_RECEIPT = "../schemas/receipt.json"
_INSIDE = "#/components/schemas/Receipt"
# What no stranger can send well: a signature needs a key, a cursor is the fake's own, and protobuf has no
# schema to make it from. Each has tests of its own.
_UNSENDABLE = frozenset({"signature", "cursor", "application/x-protobuf"})
_UNSENDABLE_PARAMETERS = ({"$ref": "#/components/parameters/Cursor"},)


@dataclass(frozen=True)
class Excuse:
    """A failure that is none: of this check on these operations, where failure or answer says these words."""

    operations: str
    checks: str
    words: str
    why: str


EXCUSES = (
    Excuse(
        "POST /v1/evidence/receipts(/courier-batch)?",
        "positive_data_acceptance",
        "no RFC 8785 form|TENANT_ID_MISSING|CHAIN_INTEGRITY_FAILED",
        "what no schema says: 2^53 has no canonical form, a receipt is somebody's, a batch has its root",
    ),
    Excuse(
        "POST /v1/evidence/receipts/(bulk|courier-batch)",
        "unsupported_method",
        "Unsupported method GET returned",
        "GET there asks for a receipt of that id",
    ),
    Excuse(
        ".*",
        "not_a_server_error|missing_required_header",
        '"scripted"|"unhealthy"',
        "it was told to fail; no quiet fake says these words",
    ),
)


@dataclass
class Fuzzed:
    """What came of it: cases and statuses by operation, and whatever no fake may do."""

    statuses: dict[str, set[int]] = field(default_factory=dict)
    cases: int = 0
    findings: list[str] = field(default_factory=list)

    def take(self, recorder: ScenarioRecorder) -> None:
        """Fold one finished scenario in."""
        for case_id, node in recorder.cases.items():
            operation, interaction = node.value.operation.label, recorder.interactions.get(case_id)
            answer = interaction.response if interaction else None
            if answer is not None:
                self.cases += 1
                self.statuses.setdefault(operation, set()).add(answer.status_code)
            said = answer.content.decode(errors="replace") if answer else ""
            failed = (check for check in recorder.checks.get(case_id, ()) if check.failure_info)
            self.findings += [
                f"{told}\n{said}"
                for check in failed
                if not _excused(operation, check.name, (told := _told(operation, check)) + said)
            ]


def _excused(operation: str, check: str, said: str) -> bool:
    return any(
        re.fullmatch(excuse.operations, operation)
        and re.fullmatch(excuse.checks, check)
        and re.search(excuse.words, said)
        for excuse in EXCUSES
    )


def _told(operation: str, check: CheckNode) -> str:
    assert check.failure_info is not None
    failure, sample = check.failure_info.failure, check.failure_info.code_sample
    return f"{operation}: {check.name}: {failure.title}: {failure.message}\n{sample}"


def fuzz(name: str, url: str, *, max_examples: int, seed: int, known: Mapping[str, str] = NOTHING) -> Fuzzed:
    """Fuzz what a fake serves; `known` are ids of things that exist, by the name of their parameter."""
    document = load_document(name)
    config = configuration(
        base_url=f"{url}{document.base_path}",
        seed=seed,
        max_examples=max_examples,
        stateful_examples=1,
        timeout=10,
        checks=CHECKS.keys() | {"allow_header_conformance"},
    )
    unserved = {operation.name for operation in document.operations} - FAKES[name]().routes().keys()
    schema = contract_schema(_whole(document.raw, known), config, None, unserved)
    fuzzed = Fuzzed()
    for event in ContractEngine(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            fuzzed.take(event.recorder)
        elif isinstance(event, events.NonFatalError):
            fuzzed.findings.append(f"{event.label}: {event.info.title}: {event.info.message}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return fuzzed


def _whole(raw: dict[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """Return the document in one piece, with examples that exist, without what no stranger can send well."""
    document = copy.deepcopy(raw)
    receipt = {key: value for key, value in read_schemas()["receipt"].items() if key != "$id"}
    document.setdefault("components", {}).setdefault("schemas", {})["Receipt"] = _inside(receipt)
    return dict(_sendable(document, known))


def _inside(schema: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Return a schema whose references to its own parts hold where it stands now."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/", f"{_INSIDE}/") if key == "$ref" else _inside(value)
            for key, value in schema.items()
        }
    return [_inside(part) for part in schema] if isinstance(schema, list) else schema


def _sendable(node: Any, known: Mapping[str, str]) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(node, dict):
        if str(node.get("$ref", "")).startswith(_RECEIPT):
            return {"$ref": _INSIDE + node["$ref"].removeprefix(_RECEIPT).removeprefix("#")}
        example = {"example": known[node["name"]]} if "in" in node and node.get("name") in known else {}
        kept = {key: _sendable(value, known) for key, value in node.items() if key not in _UNSENDABLE}
        return kept | example
    if isinstance(node, list):
        return [_sendable(part, known) for part in node if part not in _UNSENDABLE_PARAMETERS]
    return node
