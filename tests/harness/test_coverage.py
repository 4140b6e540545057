"""What there is to cover is declared once, whole, and for the engine that is there."""

from __future__ import annotations

from contracts.coverage import points_of
from contracts.document import load_document
from harness.stages.coverage import LACKING, declared

OPTIONAL, NEEDED = "DELETE /actors/{actor_id}", "POST /decide"


def test_every_point_of_the_contract_is_declared_under_its_kind() -> None:
    points = points_of(load_document("engine"))

    told = declared(()).points

    assert list(told) == ["operations", "parameters", "status_codes", "enum_values", "branches"]
    assert {name: kind for kind, names in told.items() for name in names} == points
    assert sum(map(len, told.values())) == len(points)


def test_what_an_engine_need_not_have_and_has_not_is_excused() -> None:
    there, lacking = declared(()), declared((OPTIONAL, NEEDED))

    excused = {name for name, reason in lacking.unreached.items() if reason == LACKING}
    assert {OPTIONAL, f"{OPTIONAL} 204", f"{OPTIONAL} 401", f"{OPTIONAL} path actor_id given"} <= excused
    assert all(name.startswith(OPTIONAL) for name in excused)
    assert LACKING not in there.unreached.values()
    assert NEEDED not in lacking.unreached
