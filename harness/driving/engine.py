"""The engine under test, as a caller sees it: one method a route, each answer recorded.

Callers look like production's, each call like another one's: nothing tells an engine who asks.
"""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import httpx

from contracts.document import load_document
from fakes.asking import tls
from harness.driving.altered import ALTERED, altered_stand_in
from harness.driving.answers import Items
from harness.driving.builders import Json, a_decide_request
from harness.driving.failures import (
    HungUpError,
    MalformedAnswerError,
    NoAnswerError,
    ScenarioError,
    not_exercised,
)
from harness.driving.looks import CLIENTS
from harness.driving.people import stand_in
from harness.driving.recorder import ENGINE, WIRE
from harness.driving.reply import OK, RawReply, Reply
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
ERASURE = "/actors/{actor_id}"
# What keeps a request of ours from being sent at all.
_OUR_MISTAKES = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.PoolTimeout)
# What a dropped connection looks like; one that was never made, or on which nothing comes, is another thing.
_HUNG_UP = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


class EngineClient:
    """Calls the engine as one of a tenant's people; replicas take turns."""

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
        recorder, at, started = self._recorder, now(), time.perf_counter()
        shown = recorder.message(request.headers.multi_items(), request.content)
        answer, error, failure = None, None, NoAnswerError
        try:
            answer = await self._http.send(request)
        except _OUR_MISTAKES as problem:
            raise ScenarioError(f"{request.method} {path} cannot be sent at all: {problem}") from problem
        except httpx.HTTPError as problem:
            error = f"no answer: {type(problem).__name__} {problem}".strip()
            failure = HungUpError if isinstance(problem, _HUNG_UP) else NoAnswerError
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
            raise failure(f"{operation}: {error} after {seconds:.1f} s")
        if recorder.coverage is not None:
            recorder.coverage.see(
                method=request.method,
                url=str(request.url),
                headers=tuple(request.headers.multi_items()),
                body=request.content,
                status=answer.status_code,
                answer_headers=tuple(answer.headers.multi_items()),
                answer=answer.content,
            )
        pairs = tuple(answer.headers.multi_items())
        raw = RawReply(operation, answer.status_code, pairs, answer.content, seconds, exchange.id)
        return Reply(raw, recorder)

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

    async def decide(self, by: Persona | None = None, **members: object) -> Reply:
        """Ask for a decision for the caller (the usual developer), with a signal and a context by default."""
        person = by or self.people.developer
        return await self.call("POST", "/decide", by=person, body=a_decide_request(person, **members))

    async def trigger(self, by: Persona | None = None, **members: object) -> Reply:
        """Evaluate a signal explicitly."""
        person = by or self.people.developer
        return await self.call(
            "POST", "/triggers/evaluate", by=person, body=a_decide_request(person, **members)
        )

    async def report_outcome(self, decision_id: str, body: Json, by: Persona | None = None) -> Reply:
        """Say what became of an action."""
        person = by or self.people.developer
        return await self.call("POST", f"/decisions/{_segment(decision_id)}/outcomes", by=person, body=body)

    async def list_playbooks(self, by: Persona | None = None, **query: str) -> Reply:
        """List the tenant's playbooks."""
        return await self.call("GET", "/playbooks", by=by or self.people.developer, query=query)

    async def own_playbooks(self, **query: str) -> Items:
        """List the tenant's own playbooks: that the list has no others is NFR-5's to show."""
        listed = await self.list_playbooks(None, **query)
        if listed.status != OK:
            raise MalformedAnswerError(f"no list of playbooks: {listed.raw}")
        own = listed.objects.where_each(lambda playbook: playbook["tenant_id"] == self.people.tenant)
        return Items([playbook.plain for playbook in own], listed.objects.where)

    async def create_playbook(self, body: object, by: Persona | None = None) -> Reply:
        """Create a draft."""
        return await self.call("POST", "/playbooks", by=by or self.people.admin, body=body)

    async def update_playbook(self, playbook_id: str, body: object, by: Persona | None = None) -> Reply:
        """Change a playbook."""
        path = f"/playbooks/{_segment(playbook_id)}"
        return await self.call("PUT", path, by=by or self.people.admin, body=body)

    async def publish_playbook(self, playbook_id: str, by: Persona | None = None) -> Reply:
        """Publish the draft version of a playbook."""
        return await self.call(
            "POST", f"/playbooks/{_segment(playbook_id)}/publish", by=by or self.people.admin
        )

    async def delete_playbook(self, playbook_id: str, by: Persona | None = None) -> Reply:
        """Deprecate a playbook."""
        return await self.call("DELETE", f"/playbooks/{_segment(playbook_id)}", by=by or self.people.admin)

    async def read_preferences(self, by: Persona | None = None, *, of: Persona | None = None) -> Reply:
        """Ask what an actor wants (the caller itself, unless `of` says whose)."""
        person = by or self.people.developer
        return await self.call("GET", _preferences(of or person), by=person)

    async def update_preferences(
        self, body: object, by: Persona | None = None, *, of: Persona | None = None
    ) -> Reply:
        """Change what an actor wants."""
        person = by or self.people.developer
        return await self.call("PUT", _preferences(of or person), by=person, body=body)

    async def snooze(self, body: object, by: Persona | None = None, *, of: Persona | None = None) -> Reply:
        """Let nothing reach an actor for a while."""
        person = by or self.people.developer
        return await self.call("POST", f"{_preferences(of or person)}/snooze", by=person, body=body)

    async def read_tenant_policy(self, by: Persona | None = None, *, tenant: str | None = None) -> Reply:
        """Ask what a tenant (the caller's own) lets its actors see."""
        person = by or self.people.admin
        return await self.call("GET", f"/tenants/{_segment(tenant or person.tenant_id)}/policy", by=person)

    async def update_tenant_policy(
        self, body: object, by: Persona | None = None, *, tenant: str | None = None
    ) -> Reply:
        """Change what a tenant lets its actors see."""
        person = by or self.people.admin
        path = f"/tenants/{_segment(tenant or person.tenant_id)}/policy"
        return await self.call("PUT", path, by=person, body=body)

    async def approve(self, action_id: str, by: Persona | None = None, **members: object) -> Reply:
        """Give an approval, or another verdict."""
        path = f"/actions/{_segment(action_id)}/approve"
        return await self.call("POST", path, by=by or self.people.developer, body=members)

    async def approval_of(self, action_id: str, by: Persona | None = None) -> Reply:
        """Ask how far an action's approval is."""
        path = f"/actions/{_segment(action_id)}/approval-status"
        return await self.call("GET", path, by=by or self.people.developer)

    async def list_experiments(self, by: Persona | None = None, **query: str) -> Reply:
        """List the experiments of a person's tenant."""
        person = by or self.people.admin
        return await self.call(
            "GET", "/experiments", by=person, query={"tenant_id": person.tenant_id} | query
        )

    async def create_experiment(self, body: object, by: Persona | None = None) -> Reply:
        """Create an experiment."""
        return await self.call("POST", "/experiments", by=by or self.people.admin, body=body)

    async def update_experiment(self, experiment_id: str, body: object, by: Persona | None = None) -> Reply:
        """Change an experiment."""
        path = f"/experiments/{_segment(experiment_id)}"
        return await self.call("PUT", path, by=by or self.people.admin, body=body)

    async def switch_experiment(self, experiment_id: str, way: str, by: Persona | None = None) -> Reply:
        """Activate or deactivate an experiment."""
        path = f"/experiments/{_segment(experiment_id)}/{way}"
        return await self.call("POST", path, by=by or self.people.admin)

    async def tenant_metrics(
        self, by: Persona | None = None, *, tenant: str | None = None, **period: str
    ) -> Reply:
        """Ask for the counts of a tenant (the caller's own)."""
        person = by or self.people.admin
        path = f"/tenants/{_segment(tenant or person.tenant_id)}/metrics"
        return await self.call("GET", path, by=person, query=period)

    async def erase(self, actor: str, by: Persona | None = None) -> Reply:
        """Erase an actor; where the engine does not have this route, nobody here knows how."""
        path = f"/actors/{_segment(actor)}"
        if f"DELETE {ERASURE}" in self._missing:
            not_exercised("the engine erases actors by another route than DELETE /actors/{id}, if at all")
        return await self.call("DELETE", path, by=by or self.people.admin)

    async def public(self, name: str) -> Reply:
        """Get health, ready or metrics, as anybody."""
        return await self.call("GET", f"/{name}")


def operation_of(method: str, path: str) -> str:
    """Return "METHOD /path/template" of a call."""
    match = load_document("engine").find(method, path.partition("?")[0])
    return f"{method} {match.operation.template if match else path}"


def _preferences(person: Persona) -> str:
    return f"/actors/{_segment(person.sub)}/preferences"


def _segment(value: str) -> str:
    return quote(value, safe="")
