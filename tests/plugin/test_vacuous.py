"""A claim about nothing is no claim: each way to make one is told apart from claims that were really made."""

from __future__ import annotations

import ast
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

from harness.plugin.watching.places import watched
from tests.plugin.conftest import HEAD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugin.conftest import Ran

pytest_plugins = ["pytester"]

HELPERS = """
def check_each(items):
    for item in items:
        assert item


def check(item):
    assert item


def check_some(items):
    assert all(item for item in items), "each is there"
"""
# What a scenario does after `reply = await engine.decide()`, and why that proves nothing.
VACUOUS = {
    "no_claim": ("reply.status == 200", "it claimed nothing of what it looked at"),
    "for_loop": (
        """
        for name in reply.decision.titles:
            assert name
        """,
        "the loop in line",
    ),
    "filtered": (
        """
        for name in [name for name in [reply.decision.id] if name == "no"]:
            assert name
        """,
        "the loop in line",
    ),
    "called_in_a_loop": (
        """
        for name in reply.decision.titles:
            check(name)
        """,
        "the loop in line",
    ),
    "in_a_helper": ("check_each(reply.decision.titles)", "the loop in line"),
    "inner_loop": (
        """
        for names in (reply.decision.titles, []):
            for name in names:
                assert name
        """,
        "the loop in line",
    ),
    "while_loop": (
        """
        names = reply.decision.titles
        while names:
            assert names.pop()
        """,
        "the loop in line",
    ),
    "async_loop": (
        """
        async def none():
            for name in reply.decision.titles:
                yield name
        async for name in none():
            assert name
        """,
        "the loop in line",
    ),
    "all": ("assert all(name for name in reply.decision.titles)", "all() in line"),
    "all_and_more": ("assert reply.status == 200 and all(reply.decision.titles)", "all() in line"),
    "all_in_a_helper": ("check_some(reply.decision.titles)", "all() in line"),
    "not_any": ("assert not any('x' in name for name in reply.decision.titles)", "any() in line"),
    "inner_function": (
        """
        def then():
            assert reply.status == 200
        reply.text
        """,
        "the claims of then() in line",
    ),
    "not_awaited": (
        """
        async def then():
            assert reply.status == 200
        reply.text
        then().close()
        """,
        "the claims of then() in line",
    ),
}
# What is just as empty, and says something all the same.
CLAIMS = {
    "an_empty_list": "assert [name for name in reply.decision.titles] == []",
    "none_of_them": "assert sorted(reply.decision.titles) == []",
    "helper_of_ours": "each_answered([reply], 200)",
    "not_reached": """
        if reply.status == 404:
            for name in reply.decision.titles:
                assert name
        assert reply.status == 200
        """,
    "not_used": """
        def then():
            assert reply.status == 404
        if reply.status == 404:
            then()
        assert reply.status == 200
        """,
    "once_empty": """
        for names in (reply.decision.titles, ["x"]):
            for name in names:
                assert name
        """,
    "a_loop_that_claims_nothing": """
        for name in reply.decision.titles:
            name.strip()
        assert reply.status == 200
        """,
    "all_of_some": "assert all(code == 200 for code in [reply.status])",
    "all_to_choose": "assert [one for one in [reply.status] if all(reply.decision.titles)] == [200]",
    "any_that_must_be": "assert any(code == 200 for code in [reply.status])",
    "inner_function_that_ran": """
        def then():
            assert reply.status == 200
        then()
        """,
}


def scenarios(bodies: dict[str, str]) -> str:
    return HELPERS + "".join(
        f'''
@requirement("FR-1")
async def test_{name}(engine):
    """Decide answers."""
    reply = await engine.decide()
{indent(dedent(body).strip(), "    ")}
'''
        for name, body in bodies.items()
    )


def test_a_claim_about_nothing_is_unknown_and_a_claim_of_nothing_is_not(run: Callable[..., Ran]) -> None:
    bodies = {name: body for name, (body, _) in VACUOUS.items()} | CLAIMS

    ran = run(scenarios(bodies), "-W", "ignore")

    said = {event.scenario.rpartition("test_")[2]: (event.outcome, event.reason) for event in ran.finished}
    assert {name: said[name] for name in CLAIMS} == dict.fromkeys(CLAIMS, ("passed", ""))
    for name, (_, reason) in VACUOUS.items():
        assert said[name][0] == "unknown", name
        assert said[name][1].startswith("vacuous: "), name
        assert reason in said[name][1], name
    assert ran.code == 1
    assert ran.findings == []


def test_the_line_is_named_and_a_failed_claim_still_tells_both_sides(run: Callable[..., Ran]) -> None:
    source = scenarios(
        {
            "empty": VACUOUS["for_loop"][0],
            "failed": "assert reply.status == 404",
            "failed_each": "assert all(code == 404 for code in [reply.status])",
        }
    )

    ran = run(source)

    line = (HEAD + source).splitlines().index("    for name in reply.decision.titles:") + 1
    ended = {event.scenario.rpartition("test_")[2]: event for event in ran.finished}
    empty, failed, failed_each = ended["empty"], ended["failed"], ended["failed_each"]
    assert f"the loop in line {line} claims" in empty.reason
    assert failed.outcome == failed_each.outcome == "failed"
    assert "200 == 404" in failed.reason
    assert "all(<generator" in failed_each.reason
    assert "@" not in failed_each.reason


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    'doc'\n    for a in b:\n        assert a\n",
        "def f():\n    def g():\n        'doc'\n        assert 1\n    g()\n",
        "async def f(self):\n    async for a in b:\n        assert a\n    else:\n        c()\n",
    ],
)
def test_words_that_are_put_in_change_neither_lines_nor_docstrings(source: str) -> None:
    plain = ast.parse(source)

    told = watched(ast.parse(source))

    def lines(tree: ast.Module) -> set[int]:
        return {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)}

    def docstrings(tree: ast.Module) -> list[str | None]:
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        return [ast.get_docstring(node) for node in functions]

    assert len(told.places) == 1
    assert lines(told.tree) == lines(plain)
    assert docstrings(told.tree) == docstrings(plain)
    compile(told.tree, "test_it.py", "exec")
