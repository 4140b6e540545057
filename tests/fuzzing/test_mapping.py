"""Every check that schemathesis has is somebody's, or left out for a reason."""

from __future__ import annotations

import pytest
from schemathesis.checks import CHECKS as INSTALLED
from schemathesis.checks import load_all_checks

from contracts.register import load_register
from harness.fuzzing.mapping import CHECKS, MOST, RULES, TITLES, UNUSED, requirements_of
from harness.fuzzing.schema import configuration


def installed_checks() -> set[str]:
    load_all_checks()
    return {*INSTALLED.get_all_names(), "max_response_time"}


def test_every_installed_check_is_mapped_or_left_out_for_a_reason() -> None:
    known = {*CHECKS, *UNUSED}

    assert known == installed_checks()
    assert not CHECKS.keys() & UNUSED.keys()
    assert all(len(reason) > 20 for reason in UNUSED.values())


def test_every_rule_names_requirements_of_the_register_and_has_a_title() -> None:
    fixed = {requirement for blame in RULES.values() for requirement in blame.fixed}

    assert fixed <= load_register().keys()
    assert TITLES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_blames_at_least_one_requirement_and_never_more_than_three(rule: str) -> None:
    own = ("FR-1", "FR-3", "FR-13", "ST-MMM-01")

    blamed = requirements_of(rule, own)

    assert 1 <= len(blamed) <= MOST
    assert len(set(blamed)) == len(blamed)


@pytest.mark.parametrize(
    ("rule", "own", "blamed"),
    [
        ("not_a_server_error", ("FR-3",), ("NFR-4",)),
        ("ignored_auth", ("FR-3", "ST-MMM-02"), ("NFR-7", "ST-MMM-02")),
        ("negative_data_rejection", ("FR-13",), ("NFR-4",)),
        ("negative_data_rejection", ("FR-1", "FR-13"), ("NFR-4", "FR-1")),
        ("response_schema_conformance", ("FR-3", "FR-13"), ("FR-3", "FR-13")),
        ("object_level_authorization", ("FR-3",), ("NFR-5",)),
    ],
)
def test_some_breaches_are_blamed_on_the_rule_and_some_on_the_operation(
    rule: str, own: tuple[str, ...], blamed: tuple[str, ...]
) -> None:
    assert requirements_of(rule, own) == blamed


def test_a_run_enables_the_checks_that_are_asked_for_and_no_others() -> None:
    config = configuration(
        base_url="http://127.0.0.1:1",
        seed=1,
        max_examples=1,
        stateful_examples=1,
        timeout=1,
        checks={"ignored_auth"},
    ).projects.default.checks

    enabled = {name for name in installed_checks() if config.get_by_name(name=name).enabled}

    assert enabled == {"ignored_auth"}
