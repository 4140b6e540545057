"""General mutants: which there are, which never are, how they are drawn, listed and started."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-untyped]  # it has no types
from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-untyped]  # as above

from tests.engine.house import CHECKOUT
from tests.mutants.drawing import NOT_HERE, drawn, runs_here, sources
from tests.mutants.excuses import MOST, ExcuseError, equivalents, incompetents
from tests.mutants.making import NoMutantError, difference, is_one, mutants_of, mutated
from tests.mutants.meaning import meaning
from tests.mutants.operators import DRAWN_FROM

SMALL = """
def outer(a):
    def inner():
        return 1
    return a > 1

class Kind:
    def outer(self, b):
        return b and True

LIMIT = 3
"""
SEVERAL = {f"engine.m{number}": SMALL.replace("LIMIT", f"LIMIT_{number}") for number in range(4)}
# A binary operator in the place of the slash does not parse.
NO_PROGRAM = "def f(a, /):\n    return a\n"


def real(source: str) -> set[str]:
    return {mutant.id for mutant in mutants_of("engine.m", source) if is_one(mutant, source)}


def test_a_mutant_is_named_after_its_place_and_its_operator() -> None:
    names = [mutant.id for mutant in mutants_of("engine.part.small", SMALL)]

    assert len(names) == len(set(names))
    assert {
        "part.small-outer.inner-NumberReplacer-2",
        "part.small-outer-ReplaceComparisonOperator_Gt_GtE-1",
        "part.small-Kind.outer-ReplaceAndWithOr-1",
        "part.small-NumberReplacer-1",
    } <= set(names)


def test_every_operator_is_asked_about_all_that_it_could_change() -> None:
    source = sources(CHECKOUT)["engine.pipeline.quiet"]
    tree = list(ast_nodes(get_ast(source)))

    every = sum(
        1
        for name in operator_names()
        if not get_operator(name).arguments()
        for node in tree
        for _ in get_operator(name)().mutation_positions(node)
    )

    assert len(list(mutants_of("engine.m", source))) == every > 50


def test_a_mutant_says_what_it_changes_and_changes_nothing_else() -> None:
    chosen = next(one for one in mutants_of("engine.m", SMALL) if one.operator == "ReplaceAndWithOr")

    assert difference(chosen, SMALL) == (9, "        return b and True", "        return b or True")
    assert mutated(chosen, SMALL) == SMALL.replace("b and True", "b or True")


def test_a_change_elsewhere_leaves_a_mutants_name_alone() -> None:
    longer = SMALL.replace("class Kind", "def another(c):\n    return c < 2\n\nclass Kind")

    names, later = (
        {one.id for one in mutants_of("engine.m", text) if one.scope != "another"} for text in (SMALL, longer)
    )

    assert names == later


def test_a_module_that_became_another_makes_no_mutant_silently() -> None:
    chosen = next(iter(mutants_of("engine.m", "LIMIT = 3\n")))

    with pytest.raises(NoMutantError, match="no longer"):
        mutated(chosen, "LIMIT = None\n")


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: int | None) -> str | None: ...",
        "class C:\n    a: dict[str, int | None]",
        "if TYPE_CHECKING:\n    LIMIT = 1 + 1",
        "if __name__ == '__main__':\n    main(1)",
        "@dataclass(frozen=True, slots=True, kw_only=True)\nclass C:\n    @x\n    def f(self): ...",
        NO_PROGRAM,
        "def f(a, *, b=None): ...",
        "model_config = SettingsConfigDict(frozen=True)",
        "pairs = zip(a, b, strict=True)",
        "try: ...\nexcept (a.Error, b.Error): ...",
    ],
)
def test_what_never_runs_and_what_is_no_program_is_no_mutant(source: str) -> None:
    assert list(mutants_of("engine.m", source))
    assert {name for name in real(source) if "RemoveDecorator" not in name} == set()


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: Annotated[int, Field(ge=0)]): ...",
        "class C:\n    a: Annotated[int, Field(le=9)]",
        "def f(a: int | None = 3): ...",
        "@dataclass(eq=True)\nclass C: ...",
        "@other(frozen=True)\nclass C: ...",
        "model_config = ConfigDict(strict=True)",
        "pairs = zipped(a, b, strict=True)",
        "if flag:\n    LIMIT = None",
        "a: int | None = 1",
    ],
)
def test_what_runs_is_a_mutant_also_beside_what_never_does(source: str) -> None:
    assert real(source)


def test_words_for_readers_mean_nothing() -> None:
    told = 'class C:\n    """One."""\n    def f(self):\n        """Two."""\n        return 1\n'

    assert meaning(told) == meaning(told.replace("One", "1").replace('        """Two."""\n', ""))
    assert meaning(told) != meaning(told.replace("return 1", "return 2"))


def test_the_draw_is_the_same_in_whatever_order_files_are_found() -> None:
    backwards = dict(reversed(SEVERAL.items()))

    few = drawn(SEVERAL, seed=7, count=12)

    assert few == drawn(backwards, seed=7, count=12)
    assert len(few) == 12
    assert few != drawn(SEVERAL, seed=8, count=12)
    assert {one.id for one in drawn(SEVERAL, seed=7, count=6)} < {one.id for one in few}


def test_nothing_is_drawn_that_changes_nothing() -> None:
    modules = {"engine.dead": "def f(a: int | None): ...\n", "engine.m": "LIMIT = not 3\n"}

    assert [one.module for one in drawn(modules)] == ["engine.m"]


def test_the_same_program_is_drawn_once() -> None:
    modules = {"engine.m": "def f(a, b):\n    if a == b:\n        return g()\n"}

    assert sorted(one.operator for one in drawn(modules)) in (
        ["AddNot"],
        ["ReplaceComparisonOperator_Eq_NotEq"],
    )


def test_what_is_incompetent_is_passed_over_and_the_next_one_drawn() -> None:
    first, second, *others = (one.id for one in drawn(SEVERAL, seed=7, count=12))

    assert [one.id for one in drawn(SEVERAL, {first, second}, seed=7, count=10)] == others


def test_nothing_is_passed_over_that_would_not_be_drawn() -> None:
    few, more = ({one.id for one in drawn(SEVERAL, seed=7, count=count)} for count in (5, 6))

    for name in (*(more - few), "m-outer-Gone-1"):
        with pytest.raises(ExcuseError, match=f"{name}: no mutant of this name is drawn.*incompetent.toml"):
            drawn(SEVERAL, {name}, seed=7, count=5)


def test_an_operator_becomes_the_one_that_undoes_or_bounds_it() -> None:
    modules = {"engine.m": "def f(a, b):\n    return a == b, a < b, a is b, a + b, -a, not b, 3\n"}

    changes = {one.operator.partition("_")[2] for one in drawn(modules)}

    comparisons, rest = {"Eq_NotEq", "Lt_LtE", "Lt_GtE", "Is_IsNot"}, {"Add_Sub", "USub_UAdd"}
    assert changes == comparisons | rest | {"Delete_USub", "Delete_Not"}


def test_what_is_drawn_from_cosmic_ray_has() -> None:
    assert {f"core/{name}" for name in DRAWN_FROM} <= set(operator_names())


def test_each_place_that_only_workers_or_sqlite_run_is_still_there() -> None:
    places = {module for module, _ in NOT_HERE}
    modules = {name: source for name, source in sources(CHECKOUT).items() if name in places}
    elsewhere = [
        one for name, source in modules.items() for one in mutants_of(name, source) if not runs_here(one)
    ]

    found = {
        (module, scope)
        for module, scope in NOT_HERE
        for one in elsewhere
        if one.module == module and one.scope.startswith(scope)
    }
    assert found == NOT_HERE


def test_all_of_the_engine_is_mutated_but_what_is_said() -> None:
    names = sources(CHECKOUT).keys()

    assert {"engine.app", "engine.__main__", "engine.decide.service", "engine.storage.migrate"} <= names
    assert [name for name in names if "defects" in name or "migrations" in name] == []
    assert not {"engine.storage.schema", "engine.workers"} & names


def test_an_equivalent_mutant_has_a_reason() -> None:
    text = '"m-f-NumberReplacer-1" = "it is rounded"'

    assert equivalents(text, {"m-f-NumberReplacer-1"}) == {"m-f-NumberReplacer-1": "it is rounded"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"gone" = "it is rounded"', "gone: no mutant of this name is drawn"),
        ('"0" = " "', "0: say in equivalent.toml why"),
        (
            "\n".join(f'"{number}" = "why"' for number in range(MOST + 1)),
            "excuses 21 mutants, and at most 20",
        ),
    ],
)
def test_no_other_mutant_is_excused(text: str, why: str) -> None:
    with pytest.raises(ExcuseError, match=why):
        equivalents(text, {str(number) for number in range(MOST + 1)})


def test_an_incompetent_mutant_has_a_reason() -> None:
    assert incompetents('"m-f-AddNot-1" = "no import"') == {"m-f-AddNot-1": "no import"}
    with pytest.raises(ExcuseError, match=r"m-f-AddNot-1: say in incompetent.toml why it is incompetent"):
        incompetents('"m-f-AddNot-1" = " "')


def listing() -> list[dict[str, Any]]:
    done = subprocess.run(
        (sys.executable, "-m", "tests.mutants"), cwd=CHECKOUT, check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_two_hundred_are_listed_each_by_its_own_name() -> None:
    listed = listing()
    modules = sources(CHECKOUT)
    elsewhere = {
        one.id for module, _ in NOT_HERE for one in mutants_of(module, modules[module]) if not runs_here(one)
    }

    assert len({one["id"] for one in listed}) == len(listed) == 200
    assert elsewhere
    assert not elsewhere & {one["id"] for one in listed}
    told = (CHECKOUT / "docs/mutants.md").read_text(encoding="utf-8")
    assert set() < set(re.findall(r"--defect (\S+)", told)) < {one["id"] for one in listed}
    for one in listed:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", one["id"])  # it names files, too
        (change,) = one["changes"]
        assert change["old"] != change["new"]
        text = (CHECKOUT / change["file"]).read_text(encoding="utf-8").splitlines()
        assert text[change["line"] - 1] == change["old"].partition("\n")[0]
        assert one["requirements"] == []


def test_of_each_that_lives_it_is_told_why() -> None:
    told, _, measured = (CHECKOUT / "docs/mutants.md").read_text("utf-8").partition("\n## Measured\n")
    score = re.search(r"^Mutation score: (\d+) of (\d+) ", measured, re.MULTILINE)
    living = re.findall(r"^\| `([^`]+)` \| (?!\d)", measured, re.MULTILINE)
    why = told.partition("\n### What lives, and why\n")[2].partition("\n## ")[0]
    explained = re.findall(r"^\| `([^`]+)` \| ", why, re.MULTILINE)

    assert score is not None
    assert len(living) == int(score[2]) - int(score[1])
    assert sorted(explained) == sorted(living)


def test_a_mutant_that_nobody_made_is_refused() -> None:
    done = subprocess.run(
        (sys.executable, "-m", "tests.mutants", "decide.service-decide-Nothing-1"),
        cwd=CHECKOUT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert done.stderr == (
        "mmm-engine: no mutant is called decide.service-decide-Nothing-1; without a name they are listed\n"
    )
