"""Every rule has a pair of documents with one change, which gives this rule with its class and no other."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.compatibility import RULES, Level
from tests.contracts.compatibility.document_pairs import DOCUMENT_PAIRS
from tests.contracts.compatibility.documents import diff, request_schema, response_schema, rules, with_
from tests.contracts.compatibility.rewriting import REWRITINGS, Rewrite
from tests.contracts.compatibility.schema_pairs import SCHEMA_PAIRS

LEVELS = {"B": Level.BREAKING, "R": Level.RISKY, "S": Level.SAFE}
Document = dict[str, Any]


def cases() -> dict[str, tuple[Level, Document, Document]]:
    """Return, by rule, the class that it must have and documents that differ in it alone."""
    found = {
        rule: (LEVELS[letter], with_(at, old), with_(at, new))
        for rule, letter, at, old, new in DOCUMENT_PAIRS
    }
    for stem, letters, old, new in SCHEMA_PAIRS:
        for side, make, letter in zip(
            ("request", "response"), (request_schema, response_schema), letters, strict=True
        ):
            if letter != "-":
                found[f"{side}-{stem}"] = (LEVELS[letter], make(old), make(new))
    return found


CASES = cases()


def test_there_is_a_pair_for_every_rule_and_no_other() -> None:
    pairs = len(DOCUMENT_PAIRS) + sum(len(letters.replace("-", "")) for _, letters, _, _ in SCHEMA_PAIRS)

    assert CASES.keys() == RULES.keys()
    assert len(CASES) == pairs
    assert len(RULES) >= 60


@pytest.mark.parametrize("rule", sorted(CASES))
def test_one_change_gives_its_rule_alone_with_its_class(rule: str) -> None:
    level, old, new = CASES[rule]

    found = [(change.rule.id, change.rule.level) for change in diff(old, new)]

    assert found == [(rule, level)]


@pytest.mark.parametrize("rewrite", REWRITINGS, ids=lambda rewrite: rewrite.__name__)
def test_documents_written_otherwise_give_the_same(rewrite: Rewrite) -> None:
    harmless = {rule: rules(new, rewrite(new)) for rule, (_, _, new) in CASES.items()}
    found = {rule: rules(rewrite(old), new) for rule, (_, old, new) in CASES.items()}

    assert {rule: told for rule, told in harmless.items() if told} == {}
    assert {rule: told for rule, told in found.items() if told != [rule]} == {}
