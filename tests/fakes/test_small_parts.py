"""What every request passes through, by itself."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.http.parser import RequestParser
from fakes.http.request import Refusal, Request
from fakes.http.server import HttpServer
from fakes.policy import PolicyFake
from fakes.shape.dispatch import make_call
from fakes.shape.identity import Identity, trace_id
from fakes.shape.ids import new_id
from fakes.shape.line import Line
from fakes.shape.routing import NoRoute, Route, Routes
from fakes.shape.sheet import Sheet, mark_of
from fakes.shape.stage import Stage
from tests.fakes.wire import PATIENCE, connect, request

KINDS = ("tenant", "token", "sub", "traceparent")
TRACEPARENTS = st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True)
TEXTS = st.sampled_from([None, "", "a", "b", f"00-{1:032x}-{2:016x}-01", f"{1:032x}"])


def test_ids_are_uuids_in_their_canonical_form_and_never_come_twice() -> None:
    made = [new_id() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert all(str(UUID(one)) == one and UUID(one).version == 4 for one in made)


@given(st.lists(st.builds(Identity, tenant=TEXTS, token=TEXTS, sub=TEXTS, traceparent=TEXTS), max_size=5))
def test_a_box_is_marked_with_each_key_of_its_lines_and_nothing_else(identities: list[Identity]) -> None:
    lines = [Line(1, 0.0, "GET /x", one, Request("GET", "/x")) for one in identities]
    keys = {key for one in identities for key in (*one.as_keys(), ("operation", "GET /x"))}

    assert Sheet(lines).marks() == {mark_of(key) for key in keys}


@given(st.builds(Identity, tenant=TEXTS, token=TEXTS, sub=TEXTS, traceparent=TEXTS))
def test_what_an_identity_says_of_a_kind_is_its_key_of_that_kind(identity: Identity) -> None:
    keys = dict(identity.as_keys())

    assert {kind: identity.said(kind) for kind in KINDS} == {kind: keys.get(kind) for kind in KINDS}


@given(st.one_of(TRACEPARENTS, st.text(max_size=60), st.text("0123456789abcdefg-", min_size=55, max_size=55)))
def test_a_trace_is_marked_alike_by_its_traceparent_and_by_its_id(text: str) -> None:
    assert mark_of(("traceparent", trace_id(text))) == mark_of(("traceparent", text))


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/a/b", ("GET /a/b", {})),
        ("HEAD", "/a/b", ("GET /a/b", {})),
        ("GET", "/a/c", ("GET /a/{x}", {"x": "c"})),
        ("POST", "/a/b", ("POST /a/{x}", {"x": "b"})),
        ("GET", "/a/{x}", ("GET /a/{x}", {"x": "{x}"})),
    ],
)
def test_a_path_without_parameters_is_found_before_one_with(
    method: str, path: str, found: tuple[str, dict[str, str]]
) -> None:
    routes = Routes({"GET /a/{x}": 1, "GET /a/b": 2, "POST /a/{x}": 3})

    route = routes.find(method, path)

    assert isinstance(route, Route)
    assert (route.operation, route.params) == found


def test_a_path_that_nothing_serves_says_what_is_served_there() -> None:
    routes = Routes({"GET /a/b": 1, "POST /a/{x}": 2})

    assert routes.find("PUT", "/a/b") == NoRoute(("GET", "HEAD", "POST"))
    assert routes.find("GET", "/a") == NoRoute(())


@pytest.mark.parametrize(
    ("body", "read", "malformed"),
    [(b"", None, False), (b"null", None, False), (b'{"a": 1}', {"a": 1}, False), (b"{", None, True)],
)
def test_a_body_is_read_once_and_remembered_as_malformed(body: bytes, read: object, malformed: bool) -> None:  # noqa: FBT001 -- a case's column
    call = make_call(Request("POST", "/", body=body), None, 0.0)

    assert (call.body, call.malformed) == (read, malformed)


def test_a_parser_knows_when_it_is_amid_a_request_and_can_give_up() -> None:
    parser = RequestParser()
    whole = request("POST", "/x", {"a": 1})

    states = [parser.amid]
    for part in (whole[:1], whole[1:-1], whole[-1:], whole[:9]):
        parser.feed(part)
        states.append(parser.amid)
    (refusal,) = parser.give_up()

    assert states == [False, True, True, False, True]
    assert isinstance(refusal, Refusal)
    assert (refusal.status, parser.amid, parser.feed(whole)) == (408, False, [])


async def test_a_client_that_is_gone_leaves_no_open_line_in_the_journal() -> None:
    stage = Stage(PolicyFake())
    server = HttpServer(stage)
    url = await server.start()
    async with connect(url) as control:
        await control.ask("POST", "/__fake__/scripts", {"fault": {"kind": "never_answer"}})
        async with connect(url) as wire:
            await wire.send(request("GET", "/health") * 2)
            async with asyncio.timeout(PATIENCE):
                while not stage._journal._open:  # noqa: ASYNC110 -- a condition in this very loop
                    await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            while stage._journal._open:  # noqa: ASYNC110 -- the same
                await asyncio.sleep(0)
        entries = (await control.ask("GET", "/__fake__/journal")).json()["entries"]
    await server.stop()

    assert [(entry["status"], entry["fault"]) for entry in entries] == [(None, "never_answer")]
