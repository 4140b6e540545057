"""The list of cases: what was sent is told apart, what only the engine can have made is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from harness.fuzzing.cases import CaseList
from harness.fuzzing.wire import Call, Personas
from reports.record import Persona
from tests.fuzzing import standin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from uuid import UUID

    from tests.fuzzing.test_run import Fuzz

ADMIN = Persona(name="admin", sub="a", tenant_id="t")


def call(path: str, body: object = None, answer: object = None, **more: object) -> Call:
    said = {
        "at": 0.0,
        "method": "POST",
        "headers": (("Authorization", "Bearer abc.def.ghi"), ("Host", "h:1")),
    }
    whole = {**said, "url": f"http://127.0.0.1:1{path}", "body": json.dumps(body).encode(), **more}
    return Call(answer=json.dumps(answer).encode(), **whole)  # type: ignore[arg-type] # by name


def listed(calls: Iterable[Call]) -> CaseList:
    cases = CaseList(Personas({"abc.def.ghi": ADMIN}))
    for one in calls:
        cases.add(one)
    return cases


def chain(made: str, at: str, sent: str) -> list[Call]:
    """Create something by an id of ours, then ask for it by the engine's."""
    return [
        call("/things", {"wants": sent}, {"id": made, "at": at, "wants": sent}),
        call(f"/things/{made}?since={at}", {"wants": sent}),
    ]


@given(st.lists(st.uuids(), min_size=3, max_size=3, unique=True))
def test_two_runs_whose_engines_made_other_ids_have_one_list(ids: list[UUID]) -> None:
    one, two, sent = map(str, ids)
    first = listed(chain(one, "2026-03-01T10:00:00Z", sent))
    second = listed(chain(two, "2026-12-24T18:00:00.5+01:00", sent))

    assert first.text == second.text
    assert json.loads(first.text.splitlines()[1])[1] == "/things/<made 1>?since=<made 2>"
    assert first.text.count(sent) == 2


def test_an_id_that_we_sent_first_is_ours_though_it_comes_back() -> None:
    sent = str(uuid4())
    cases = listed([call(f"/things/{sent}", answer={"id": sent}), call(f"/things/{sent}")])

    assert cases.text.count(sent) == 2


def test_any_other_difference_is_one() -> None:
    usual = [call("/things", {"a": 1})]
    others = [
        [call("/thing", {"a": 1})],
        [call("/things", {"a": 2})],
        [call("/things", {"a": 1}, method="PUT")],
        [call("/things", {"a": 1}, headers=())],
        [call("/things?a", {"a": 1})],
        [call("/things", {"a": "x" * 1_000})],
        [call("/things", {"a": "x" * 999 + "y"})],
        usual * 2,
    ]

    assert len({listed(calls).digest for calls in (usual, *others)}) == 9


def test_no_token_is_in_it_and_no_connection() -> None:
    text = listed([call("/things", {"token": "abc.def.ghi"})]).text

    assert "abc.def" not in text
    assert "$TOKEN_ADMIN" in text
    assert "h:1" not in text


def test_a_run_writes_the_cases_that_it_sent_and_one_with_the_same_seed_the_same(
    fuzz: Fuzz, tmp_path: Path
) -> None:
    told = []
    for seed in (7, 7, 8):
        with standin.running() as server:
            summary = fuzz(server, seed=seed, operations=("GET /things",))
        told.append((summary.digest, (tmp_path / "contracts/cases.jsonl").read_text("utf-8")))
        assert told[-1][1].count("\n") == summary.cases == len(server.requests)

    assert told[0] == told[1]
    assert told[0] != told[2]
