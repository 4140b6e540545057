"""How the engine under test is called: any request, as anybody, each answer recorded.

Callers look like production's, each call like another one's: nothing tells an engine who asks.
"""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from contracts.document import load_document
from fakes.asking import tls
from harness.driving.altered import ALTERED, altered_stand_in
from harness.driving.failures import (
    HungUpError,
    NoAnswerError,
    ScenarioError,
)
from harness.driving.looks import CLIENTS
from harness.driving.people import stand_in
from harness.driving.recorder import ENGINE, WIRE
from harness.driving.reply import RawReply, Reply
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.driving.people import People, Wallet
    from harness.driving.recorder import Recorder
    from harness.driving.routes import Route
    from harness.worlds import World
    from reports.record import Persona

# A conforming engine's slowest answer waits for IAM (2.0 s), then policy, LLM (3.0 s) and ERIS (0.8 s).
ANSWER_WITHIN = 10.0
# Each request has a connection of its own: when an engine closes idle ones is its choice, and a request that
# meets the closing of one would look like one that was not answered.
_NO_REUSE = httpx.Limits(max_keepalive_connections=0)
# What keeps a request of ours from being sent at all.
_OUR_MISTAKES = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.PoolTimeout)
# What a dropped connection looks like; one that was never made, or on which nothing comes, is another thing.
_HUNG_UP = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


class EngineCalls:
    """Sends what it is given as one of a tenant's people; replicas take turns."""

    def __init__(self, world: World, people: People, wallet: Wallet, recorder: Recorder) -> None:
        self.people = people
        self._base = world.base_path
        self._missing = world.missing_operations
        self._origins = itertools.cycle(world.engine_urls)
        self._looks = itertools.cycle(CLIENTS)
        self._wallet = wallet
        self._recorder = recorder
        self._http = httpx.AsyncClient(
            timeout=ANSWER_WITHIN,
            limits=_NO_REUSE,
            trust_env=False,
            verify=tls(),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        by: Persona | None = None,
        body: object = None,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request. `by`: whose token it carries (None: no Authorization but the one in `headers`)."""
        sent = {**next(self._looks), **(headers or {})}
        if by is not None:
            sent = {"Authorization": f"Bearer {await self._wallet.token_of(by)}"} | sent
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            sent = {"Content-Type": "application/json"} | sent
        more = ("&" if "?" in path else "?") + urlencode(query) if query else ""
        url = next(self._origins) + self._base + path + more
        request = self._http.build_request(method, url, content=content, headers=sent)
        return await self._exchange(request, path, by)

    async def on(
        self, route: Route, *, by: Persona | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send a route's valid request, as this person or with these headers alone."""
        person = by or self.people.developer
        path, body = route.path_of(person), route.body(person)
        return await self.call(route.method, path, by=by, body=body, headers=headers)

    async def _exchange(self, request: httpx.Request, path: str, by: Persona | None) -> Reply:
        """Send it, and record it with its answer, or with why there is none."""
        recorder, at, started = self._recorder, now(), time.perf_counter()
        shown = recorder.message(request.headers.multi_items(), request.content)
        answer, problem = await self._answer_to(request, path)
        error = f"no answer: {type(problem).__name__} {problem}".strip() if problem else None
        seconds = time.perf_counter() - started
        exchange = recorder.record(
            side=ENGINE,
            method=request.method,
            url=str(request.url),
            request=shown,
            status=answer.status_code if answer is not None else None,
            response=recorder.message(answer.headers.multi_items(), answer.content)
            if answer is not None
            else None,
            error=error,
            seconds=seconds,
            at=at,
            persona=by,
        )
        recorder.operations[exchange.id] = operation = operation_of(request.method, path)
        if answer is None:
            recorder.look(WIRE, exchange.id)
            failure = HungUpError if isinstance(problem, _HUNG_UP) else NoAnswerError
            raise failure(f"{operation}: {error} after {seconds:.1f} s")
        self._cover(request, answer)
        pairs = tuple(answer.headers.multi_items())
        raw = RawReply(operation, answer.status_code, pairs, answer.content, seconds, exchange.id)
        return Reply(raw, recorder)

    async def _answer_to(
        self, request: httpx.Request, path: str
    ) -> tuple[httpx.Response | None, httpx.HTTPError | None]:
        """Return the answer, or what came in its place; what cannot be sent at all is no engine's doing."""
        try:
            return await self._http.send(request), None
        except _OUR_MISTAKES as problem:
            raise ScenarioError(f"{request.method} {path} cannot be sent at all: {problem}") from problem
        except httpx.HTTPError as problem:
            return None, problem

    def _cover(self, request: httpx.Request, answer: httpx.Response) -> None:
        """Count what this exchange covers of the contract, where that is counted."""
        if self._recorder.coverage is None:
            return
        self._recorder.coverage.see(
            method=request.method,
            url=str(request.url),
            headers=tuple(request.headers.multi_items()),
            body=request.content,
            status=answer.status_code,
            answer_headers=tuple(answer.headers.multi_items()),
            answer=answer.content,
        )

    async def token_of(self, person: Persona) -> str:
        """Return a person's token: to send it in a way that `call` does not, or to look for it."""
        return await self._wallet.token_of(person)

    async def jti_of(self, person: Persona) -> str:
        """Return the id by which a person's token can be revoked."""
        return await self._wallet.jti_of(person)

    async def altered_token(self, how: str, person: Persona, other: Persona) -> str:
        """Return a person's token, altered in one of the ways of `ALTERED`; some take a part of another's.

        The record says how, so that a replay alters the tokens of its own people alike.
        """
        token = ALTERED[how](await self.token_of(person), await self.token_of(other))
        self._recorder.hide(token, altered_stand_in(how, stand_in(person), stand_in(other)))
        self._recorder.sent_secrets.append(token)
        return token

    def never_records(self, secret: str) -> str:
        """Return a secret that may be sent from now on, and is never kept in the record."""
        self._recorder.hide(secret, "<secret>")
        self._recorder.sent_secrets.append(secret)
        return secret


def operation_of(method: str, path: str) -> str:
    """Return "METHOD /path/template" of a call."""
    match = load_document("engine").find(method, path.partition("?")[0])
    return f"{method} {match.operation.template if match else path}"
