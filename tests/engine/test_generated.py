"""5.6: what becomes of generated text."""

from __future__ import annotations

import pytest

from engine.pipeline.generated import Generation, flags_of, settled
from tests.engine.samples import action


def test_text_that_passed_takes_the_place_of_the_static_one() -> None:
    done = settled(action("mentor", prompt="p"), Generation(text="Generated"))

    assert done is not None
    assert (done.body, done.prompt) == ("Generated", None)


@pytest.mark.parametrize(
    "generation",
    [
        Generation(flags=("toxicity",)),
        Generation(available=False),
        Generation(),
        Generation(text="   "),
        Generation(text="x" * 4001),
    ],
)
def test_without_text_a_mentor_falls_back_and_a_multiplier_goes(generation: Generation) -> None:
    mentor = settled(action("mentor", prompt="p"), generation)

    assert mentor is not None
    assert (mentor.body, mentor.prompt) == ("Body", None)
    assert settled(action("multiplier", prompt="p"), generation) is None


def test_a_multiplier_with_text_is_offered() -> None:
    done = settled(action("multiplier", prompt="p"), Generation(text="Generated", flags=("pii",)))

    assert done is not None
    assert done.body == "Generated"


def test_every_flag_is_told_once() -> None:
    found = [Generation(flags=("a", "b")), Generation(flags=("b", "c"))]

    assert flags_of(found) == ("a", "b", "c")
