"""What is read of a head is read once for all heads that are alike, unless it depends on what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.document import Document
from fakes.http.request import Headers, Kin, Request
from fakes.policy import PolicyFake
from fakes.shape.receiving import Receiver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.call import Handler

BODY = {"content": {"application/json": {"schema": {"type": "object"}}}}
SOUND = "1" * 55
BODIES = (b"{}", b"{}", b"[]", b"[]", b"{", b"{}", b"")


class Fake(PolicyFake):
    """Has one operation."""

    def routes(self) -> Mapping[str, Handler]:
        """Return it; nobody calls it here."""
        return {"POST /x": lambda call: pytest.fail(f"{call.operation} is only received")}


def receiver(*parameters: str) -> Receiver:
    """Return one for a contract that wants ones and hyphens in headers of these names."""
    asked = [
        {"name": name, "in": "header", "schema": {"type": "string", "pattern": "^[1-]*$"}}
        for name in parameters
    ]
    operation = {"operationId": "x", "parameters": asked, "requestBody": BODY, "responses": {}}
    return Receiver(Fake(), Document("alike", {"paths": {"/x": {"post": operation}}}), lambda: 0.0)


def request(kin: Kin, traceparent: str, body: bytes = b"{}") -> Request:
    headers = Headers({"content-type": "application/json", "traceparent": traceparent})
    headers.kin = kin
    return Request("POST", "/x", "", headers, body)


def test_heads_that_are_alike_are_read_once() -> None:
    receives, kin = receiver(), Kin()

    one, other = (receives.receive(request(kin, text)) for text in (SOUND, "2" * 55))

    assert one.reading is other.reading
    assert [one.identity.traceparent, other.identity.traceparent] == [SOUND, "2" * 55]
    assert [one.violations, other.violations] == [[], []]


def test_each_body_is_held_against_the_contract() -> None:
    receives, kin = receiver(), Kin()

    found = [receives.receive(request(kin, SOUND, body)).violations for body in BODIES]

    rules = [[one.rule for one in violations] for violations in found]
    assert rules == [[], [], ["body.type"], ["body.type"], ["body.malformed"], [], []]


@pytest.mark.parametrize("order", [(SOUND, "2"), ("2", SOUND)], ids=["sound first", "sound last"])
def test_a_contract_that_speaks_of_what_differs_is_asked_each_time(order: tuple[str, str]) -> None:
    receives, kin = receiver("Traceparent"), Kin()

    found = {text: receives.receive(request(kin, text)).violations for text in order}

    assert [one.rule for one in found["2"]] == ["header.pattern"]
    assert found[SOUND] == []
