"""Ids that scenarios draw: whatever their shape, they can be looked for."""

from __future__ import annotations

import pytest

from harness.driving.names import ACTORS, TENANTS, Names, spelled_out
from harness.history.checks.canaries import is_drawn


@pytest.mark.parametrize("shape", [*TENANTS, *ACTORS])
def test_an_id_of_every_shape_is_known_as_drawn(shape: str) -> None:
    drawn = [
        name
        for seed in range(200)
        for name in (Names(seed, shape).tenant(), Names(seed, shape).actor())
        if _has(shape, name)
    ]

    assert len(drawn) > 10
    assert [name for name in drawn if not is_drawn(name)] == []


def _has(shape: str, name: str) -> bool:
    before, _, after = shape.replace("{uuid}", "{word}").partition("{word}")
    if "{uuid}" in shape:
        return name.count("-") == 4
    middle = name.removeprefix(before).removesuffix(after)
    return name == f"{before}{middle}{after}" and middle.isalnum()


@pytest.mark.parametrize("name", ["acme", "admin", "smoke-test", "healthcheck", "tenant-1", "b:c"])
def test_what_may_stand_anywhere_is_not(name: str) -> None:
    assert not is_drawn(name)


def test_an_id_in_a_path_is_spelled_out() -> None:
    assert spelled_out("/actors/auth0%7cab12cd34ef?of=auth0%7Cab12cd34ef") == (
        "/actors/auth0|ab12cd34ef?of=auth0|ab12cd34ef"
    )
