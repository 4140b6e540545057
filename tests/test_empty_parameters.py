"""A loop over nothing is an error in the toolkit's own tests: it would pass whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SETTINGS = Path(__file__).parents[1] / "pyproject.toml"
BY_MARK = """
@pytest.mark.parametrize("name", {names})
def test_it(name):
    pass
"""
BY_FIXTURE = """
@pytest.fixture(params={names})
def name(request):
    return request.param


def test_it(name):
    pass
"""


@pytest.mark.parametrize("loop", [BY_MARK, BY_FIXTURE], ids=["mark", "fixture"])
@pytest.mark.parametrize(("names", "outcome"), [("['a']", {"passed": 1}), ("[]", {"errors": 1})])
def test_a_loop_over_nothing_is_an_error(
    loop: str, names: str, outcome: dict[str, int], pytester: pytest.Pytester
) -> None:
    pytester.makepyprojecttoml(SETTINGS.read_text("utf-8"))
    path = pytester.makepyfile("import pytest\n" + loop.format(names=names))

    ran = pytester.runpytest_inprocess(path)

    ran.assert_outcomes(**outcome)
