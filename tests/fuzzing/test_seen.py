"""A check that ran is not yet a check that showed something."""

from __future__ import annotations

import pytest

from harness.fuzzing.mapping import CHECKS
from harness.fuzzing.seen import EXERCISED, Seen, weigh


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_an_engine_that_turns_everybody_away_shows_nothing(check: str) -> None:
    turned_away = Seen(status=401)

    assert weigh(check, turned_away) != EXERCISED


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_an_engine_that_is_unavailable_shows_nothing(check: str) -> None:
    unavailable = Seen(status=503, negative=True, unknown_method=False)

    assert weigh(check, unavailable) != EXERCISED


@pytest.mark.parametrize(
    ("check", "seen"),
    [
        ("not_a_server_error", Seen(status=422, negative=True)),
        ("status_code_conformance", Seen(status=200)),
        ("content_type_conformance", Seen(status=200)),
        ("response_schema_conformance", Seen(status=201)),
        ("response_headers_conformance", Seen(status=204)),
        ("positive_data_acceptance", Seen(status=202)),
        ("negative_data_rejection", Seen(status=422, negative=True)),
        ("negative_data_rejection", Seen(status=404, negative=True, path_negated=True)),
        ("missing_required_header", Seen(status=422, missing_header=True)),
        ("unsupported_method", Seen(status=405, unknown_method=True)),
        ("ensure_resource_availability", Seen(status=200, after_creation=True)),
        ("ignored_auth", Seen(status=200, unvouched_probes=2)),
        ("object_level_authorization", Seen(status=200, peer_probes=1)),
    ],
)
def test_each_check_is_exercised_by_what_it_is_about(check: str, seen: Seen) -> None:
    assert weigh(check, seen) == EXERCISED


@pytest.mark.parametrize(
    ("check", "seen"),
    [
        ("positive_data_acceptance", Seen(status=422, negative=True)),
        ("positive_data_acceptance", Seen(status=405, unknown_method=True)),
        ("negative_data_rejection", Seen(status=200)),
        ("unsupported_method", Seen(status=200)),
        ("not_a_server_error", Seen(status=200, has_input=False)),
        ("ensure_resource_availability", Seen(status=200)),
        ("object_level_authorization", Seen(status=200)),
        ("response_headers_conformance", Seen(status=200, documented_headers=False)),
    ],
)
def test_each_check_leaves_alone_what_it_is_not_about(check: str, seen: Seen) -> None:
    assert weigh(check, seen) is None


def test_a_missing_object_does_not_show_that_invalid_input_is_refused() -> None:
    seen = Seen(status=404, negative=True)

    assert weigh("negative_data_rejection", seen) not in {EXERCISED, None}
