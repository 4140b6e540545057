"""What must hold of every answer is asked of the application's alone, and of all of these."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from contracts.document import load_document
from harness.fuzzing.wire import Call
from harness.probing.checks.repeats import LAGGING, steady, still
from harness.probing.watching import SECURITY, SKIP, Watch, security_headers

if TYPE_CHECKING:
    from harness.probing.scene import Scene

ENGINE = load_document("engine")
OPERATION = next(each for each in ENGINE.operations if not each.public)
OURS = (*SECURITY.items(), ("X-Request-ID", "one"))


def an_answer(status: int, *headers: tuple[str, str], content_type: str = "application/json") -> Call:
    body = json.dumps({"error": "Bad Request", "statusCode": status}).encode()
    return Call(
        at=0.0,
        method="GET",
        url="http://h/x",
        headers=(),
        body=b"",
        status=status,
        answer_headers=(("Content-Type", content_type), *headers),
        answer=body,
    )


@pytest.mark.parametrize("status", [400, 408, 431])
def test_a_servers_own_refusal_in_json_is_not_the_applications(status: int) -> None:
    own = an_answer(status)

    assert security_headers(own) == SKIP
    assert Watch(ENGINE).error_model(own, OPERATION) == SKIP


@pytest.mark.parametrize(
    ("status", "headers"), [(403, ()), (422, OURS[:2]), (400, OURS[:3])], ids=["403", "422", "400"]
)
def test_an_answer_of_the_application_needs_all_of_them(
    status: int, headers: tuple[tuple[str, str], ...]
) -> None:
    assert "as every answer has them" in str(security_headers(an_answer(status, *headers)))


def test_a_refusal_of_the_application_has_the_one_shape_whatever_its_status() -> None:
    assert Watch(ENGINE).error_model(an_answer(400, *OURS), OPERATION) not in (SKIP, None)


def test_whoever_may_hang_up_is_only_asked_to_keep_the_token_to_itself() -> None:
    watch = Watch(ENGINE)

    assert watch.checks(OPERATION, None, may_be_cut=True).keys() == {"secret_echoed"}
    assert watch.checks(OPERATION, None).keys() > {"secret_echoed"}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}], True),
        ([{"a": 1}, {"a": 1}], [{"a": 1}], False),
        ({"a": 1, "revision": 1}, {"a": 1, "revision": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": {"free": 1}}, {"a": {"free": 2}}, False),
    ],
    ids=["order", "one less", "a member of its own", "another value", "a value under a free name"],
)
def test_what_may_move_is_no_change_and_all_else_is(before: Any, after: Any, *, same: bool) -> None:  # noqa: ANN401 - JSON
    assert (still(before, {"a"}) == still(after, {"a"})) is same


def test_counts_that_may_come_late_are_not_compared() -> None:
    read: dict[str, Any] = {**dict.fromkeys(LAGGING, 1), "GET /playbooks": []}
    scene: Scene = SimpleNamespace(bench=SimpleNamespace(document=ENGINE))  # type: ignore[assignment] # all it needs

    assert steady(scene, read) == {"GET /playbooks": []}
    assert {each.name for each in ENGINE.operations} >= LAGGING
