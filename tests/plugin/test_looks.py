"""Nothing tells an engine that it is verified: not how callers look, nor what they are called."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.driving.builders import DESCRIPTION
from harness.driving.curl import curl_line
from harness.driving.engine import EngineClient
from harness.driving.failures import NoAnswerError
from harness.driving.looks import AGENTS, CLIENTS, MARKS, TEST_AGENTS, client_of
from harness.driving.names import Names, canary_of
from harness.driving.people import People, Wallet
from harness.driving.recorder import Recorder
from harness.history.gathering import scrape
from harness.history.party import runs
from harness.worlds import World
from harness.worlds.readiness import wait_until_ready
from reports.record import Exchange, Message

GIVEN_AWAY = ("python", "httpx", "pytest", "schemathesis", "locust", "mmm", "test", "verif", "canary")
# Servers that others are written with take a hundred header lines by default.
MOST_HEADERS = 90
# What would have been sent there is recorded all the same.
NOBODY = "http://127.0.0.1:1"


def a_world(origin: str) -> World:
    return World(
        engine_urls=(origin,), base_path="", ready_path="/", work_dir="", run_dir="", profile="", seed=1
    )


def a_client(recorder: Recorder) -> EngineClient:
    people = People(Names(1, "scenario"), "t")
    return EngineClient(a_world(NOBODY), people, Wallet(None, recorder), recorder)


def test_no_caller_looks_like_a_verifier() -> None:
    agents = [client["User-Agent"] for client in CLIENTS]

    assert len(set(agents)) == len(agents) > 1
    assert all("*/*" in client.get("Accept", "*/*") for client in CLIENTS)
    assert [agent for agent in agents if any(word in agent.lower() for word in GIVEN_AWAY)] == []


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_who_sends_a_request_again_looks_the_same(target: str) -> None:
    assert client_of(target) == client_of(target)
    assert client_of(target) in CLIENTS


async def test_calls_of_one_scenario_look_like_different_callers() -> None:
    recorder = Recorder("scenario", lambda _: None)
    engine = EngineClient(
        a_world(NOBODY), People(Names(1, "scenario"), "t"), Wallet(None, recorder), recorder
    )

    for headers in ({}, {}, {"User-Agent": TEST_AGENTS[0]}):
        with suppress(NoAnswerError):
            await asyncio.wait_for(engine.call("GET", "/playbooks", headers=headers), 10)
    await engine.aclose()

    agents = [dict(exchange.request.headers)["user-agent"] for exchange in recorder.exchanges]
    assert agents == [CLIENTS[0]["User-Agent"], CLIENTS[1]["User-Agent"], TEST_AGENTS[0]]


async def test_a_mark_in_the_query_joins_what_is_there() -> None:
    recorder = Recorder("scenario", lambda _: None)
    engine = EngineClient(
        a_world(NOBODY), People(Names(1, "scenario"), "t"), Wallet(None, recorder), recorder
    )

    for path in ("/experiments?tenant_id=t", "/playbooks"):
        with suppress(NoAnswerError):
            await asyncio.wait_for(engine.call("GET", path, query={"debug": "1"}), 10)
    await engine.aclose()

    urls = [exchange.url.removeprefix(NOBODY) for exchange in recorder.exchanges]
    assert urls == ["/experiments?tenant_id=t&debug=1", "/playbooks?debug=1"]


async def test_whoever_waits_and_reads_the_numbers_looks_like_other_callers() -> None:
    agents: list[str] = []

    class Engine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            agents.append(self.headers["User-Agent"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Engine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        await asyncio.to_thread(wait_until_ready, origin, "/ready", 5.0, lambda: None)
        assert await scrape(a_world(origin)) == ""
        await asyncio.to_thread(server.shutdown)

    assert len(agents) > 1
    assert set(agents) <= AGENTS


@settings(deadline=None, max_examples=25)
@given(st.integers())
def test_ids_have_no_pattern_and_can_be_looked_for(seed: int) -> None:
    names = Names(seed, "scenario")

    for draw in (names.tenant, names.actor):
        drawn = [draw() for _ in range(40)]

        assert len({name[:3] for name in drawn}) > 1
        assert len(set(drawn)) == len(drawn)
        assert all(runs(name) for name in drawn)


def test_no_text_says_that_it_is_looked_for() -> None:
    texts = [Names(1, "scenario").canary(), canary_of("a"), DESCRIPTION]

    assert [text for text in texts if any(word in text.lower() for word in GIVEN_AWAY)] == []


def test_no_request_has_more_marks_than_servers_take() -> None:
    assert {len(mark.headers) > MOST_HEADERS for mark in MARKS.values()} == {False}
    assert all(mark.headers or mark.query for mark in MARKS.values())


def test_who_is_forwarded_for_is_written_as_the_standard_says() -> None:
    told = {mark.headers["Forwarded"] for mark in MARKS.values() if mark.headers}

    assert told == {"for=127.0.0.1", 'for="[::1]"'}


def test_a_curl_line_shows_looks_on_which_an_answer_may_depend() -> None:
    def line(agent: str) -> str:
        request = Message((("user-agent", agent),), "")
        return curl_line(
            Exchange(id="1", at="", side="engine", method="GET", url="http://a/b", request=request)
        )

    assert f"User-Agent: {TEST_AGENTS[0]}" in line(TEST_AGENTS[0])
    assert "User-Agent" not in line(CLIENTS[0]["User-Agent"])
