"""Each seeded defect does what its story says, and the sound engine does not."""

from __future__ import annotations

import ast
import re
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from contracts.register import load_register
from contracts.traceability import load_traceability
from engine.defects.catalogue import CATALOGUE
from engine.defects.defect import Change, Defect, Kind
from engine.defects.planting import MisfitError, changed, plant, source_of
from harness.processes import CHECKOUT
from tests.engine.house import Talk, playbook, running_engine, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.engine.house import Place

ID = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"


@asynccontextmanager
async def planted(place: Place, database: str, defect: str) -> AsyncIterator[Talk]:
    with running_engine(place, database, "engine.defects", defect) as engine:
        async with talking(engine, place) as talk:
            yield talk


async def test_anybody_creates_a_playbook(place: Place, fresh: str) -> None:
    async with planted(place, fresh, "open-playbook-creation") as talk:
        assert (await talk.ask("POST", "/playbooks", playbook())).status_code == 200


async def test_a_foreign_playbook_is_listed(place: Place, fresh: str) -> None:
    async with planted(place, fresh, "foreign-playbook-listed") as talk, talking(talk.engine, place) as other:
        made = await talk.publish()

        listed = await other.ask("GET", "/playbooks")
        decision = await other.decided()

    assert [one["playbook_id"] for one in listed.json()] == [made["playbook_id"]]
    assert decision["actions"] == []


async def test_one_receipt_in_four_is_lost(place: Place, fresh: str) -> None:
    async with planted(place, fresh, "receipt-lost-one-in-four") as talk:
        decisions = [await talk.decided() for _ in range(8)]

        receipts = await talk.receipts(6)

    told = [one["inputs"]["decision_id"] for one in receipts]
    assert told == [one["decision_id"] for number, one in enumerate(decisions) if number not in {3, 7}]
    assert {one["receipt_status"] for one in decisions} == {"delivered"}


async def test_an_expired_token_is_good(place: Place, fresh: str) -> None:
    async with planted(place, fresh, "expired-token-accepted") as talk:
        assert (await talk.decide(flaw="expired")).status_code == 200
        assert (await talk.decide(flaw="wrong_signature")).status_code == 401
        assert (await talk.decide(flaw="malformed")).status_code == 401


async def test_a_malformed_id_ends_in_500(place: Place, fresh: str) -> None:
    async with planted(place, fresh, "malformed-id-crashes") as talk:
        outcome = await talk.ask("POST", "/decisions/x/outcomes", {"action_id": ID, "result": "shown"})
        changed = await talk.admin("PUT", "/playbooks/x", {"name": "n"})

        assert (outcome.status_code, changed.status_code) == (500, 500)
        assert outcome.json()["error"]["code"] == "INTERNAL_ERROR"
        assert "Traceback" not in outcome.text
        assert '"event_type": "crash"' in talk.engine.log.read_text()
        assert (await talk.admin("PUT", f"/playbooks/{ID}", {"name": "n"})).status_code == 404


def test_defects_blame_requirements_of_the_register() -> None:
    register = load_register()

    for defect in CATALOGUE:
        assert set(defect.requirements) <= set(register), defect.id
        assert len(defect.story.split()) > 5, defect.id
        assert "\n" not in defect.story
    assert len({defect.id for defect in CATALOGUE}) == len(CATALOGUE) > 0


def test_there_are_enough_of_every_kind_and_for_every_requirement_that_a_scenario_shows() -> None:
    hunted = [defect for defect in CATALOGUE if not defect.deferred]
    by_kind = Counter(defect.kind for defect in hunted)
    blamed = Counter(name for defect in hunted for name in defect.requirements)
    shown = [name for name, trace in load_traceability().items() if trace.scenarios]

    assert len(hunted) >= 120
    assert {kind: by_kind[kind] for kind in Kind if by_kind[kind] < 4} == {}
    assert shown
    assert {name: blamed[name] for name in shown if blamed[name] < 2} == {}


def test_the_dozen_of_ci_can_all_be_hunted_and_is_of_as_many_kinds_as_it_says() -> None:
    source = (CHECKOUT / "noxfile.py").read_text("utf-8")
    (dozen,) = re.findall(r"^DOZEN = (\(.*?^\))", source, re.MULTILINE | re.DOTALL)
    named = ast.literal_eval(dozen)
    hunted = {defect.id: defect.kind for defect in CATALOGUE if not defect.deferred}

    assert len(set(named)) == 12
    assert [name for name in named if name not in hunted] == []
    assert len({hunted[name] for name in named}) == 9


@pytest.mark.parametrize("defect", CATALOGUE, ids=lambda defect: defect.id)
def test_each_change_fits_the_engine_and_compiles(defect: Defect) -> None:
    for module in {change.module for change in defect.changes}:
        path, source = source_of(module)

        planted_there = changed(defect, module, source)

        assert planted_there != source
        compile(planted_there, path, "exec", dont_inherit=True)


def a_defect(**parts: object) -> Defect:
    change = Change("engine.values.ids", "import uuid\n", "import uuid as uuid\n")
    default = {"id": "x", "kind": Kind.ABSENCE, "requirements": ("FR-1",), "story": "s", "changes": (change,)}
    return Defect(**(default | parts))  # type: ignore[arg-type] # parts that a test replaces


@pytest.mark.parametrize("requirements", [(), ("FR-1", "FR-2", "FR-3", "FR-4")])
def test_a_defect_that_blames_nothing_or_too_much_is_refused(requirements: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one to 3"):
        a_defect(requirements=requirements)


@pytest.mark.parametrize("changes", [(), (Change("engine.values.ids", "import re\n", "import re\n"),)])
def test_a_defect_that_changes_nothing_is_refused(changes: tuple[Change, ...]) -> None:
    with pytest.raises(ValueError, match="changes something"):
        a_defect(changes=changes)


@pytest.mark.parametrize(("old", "times"), [("nowhere to be found", 0), ("text", 2)])
def test_a_change_that_does_not_fit_exactly_once_is_an_error(old: str, times: int) -> None:
    defect = a_defect(changes=(Change("engine.values.ids", old, "other"),))

    with pytest.raises(MisfitError, match=f"stands {times} times in engine.values.ids"):
        changed(defect, "engine.values.ids", "def f(text): return text\n")


def test_a_module_that_is_loaded_already_cannot_be_planted() -> None:
    defect = a_defect(changes=(Change("engine.defects.defect", "a", "b"),))

    with pytest.raises(MisfitError, match=r"engine\.defects\.defect is loaded already"):
        plant(defect)
