"""Send a finding's exchanges again, in order, to another engine: same people, new tokens, new ids."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import msgspec

from harness.driving.altered import altered_again
from harness.fuzzing.asking import Request, Wire
from harness.fuzzing.canaries import made_again
from harness.fuzzing.wire import Personas
from harness.processes import UnbuildableError
from harness.repeating.rebinding import UUID, Rebinding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.fuzzing.wire import Call
    from harness.worlds import World
    from reports.record import Exchange, Persona

CONTROL = "control:"
FAKE = "/__fake__"
ENGINE = "engine"
PATIENCE = 15.0
CLIENTS_OWN = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange, repeated: what came then and what came now. `same`: the answers say the same.

    `call` is what was sent to the engine now, and its answer; None for a fake's.
    """

    exchange: Exchange
    now: int | None
    same: bool
    note: str = ""
    call: Call | None = None

    def line(self, number: int, width: int) -> str:
        """Say it in one line of so many columns: the answers first, ids by their beginnings."""
        path = UUID.sub(lambda found: found[0][:8], urlsplit(self.exchange.url).path)
        side = "" if self.exchange.side == ENGINE else self.exchange.side.removeprefix(CONTROL) + ": "
        answers = f"then {_status(self.exchange.status)}, now {_status(self.now)}"
        note = f" ({self.note})" if self.note else ""
        line = f"{number:3}. {answers}{note}  {side}{self.exchange.method} {path.removeprefix(FAKE)}"
        return line if len(line) <= width else f"{line[: width - 2]}.."


class Repeater:
    """Holds what the repeated steps need: tokens, ids of now, scripts that are armed."""

    def __init__(self, world: World, exchanges: Sequence[Exchange], moved: str = "") -> None:
        """Everybody is of the tenant of then or, `moved`, of one whose id has this added."""
        self._world = world
        self._exchanges = exchanges
        # No connection is used twice: an engine may close it in between.
        once = httpx.Limits(max_keepalive_connections=0)
        self._wire = Wire(world.engine_url, PATIENCE)
        self._client = httpx.Client(trust_env=False, timeout=PATIENCE, limits=once)
        self._bound = Rebinding()
        for tenant in {each.persona.tenant_id for each in exchanges if each.persona and moved}:
            self._bound.bind(tenant, tenant + moved)
        self._tokens: dict[str, str] = {}
        self._scripts: dict[str, list[str]] = {}

    @property
    def personas(self) -> Personas:
        """Return whose tokens were made so far: people as they are called now."""
        people = {each.persona.name: each.persona for each in self._exchanges if each.persona}
        tenants = {name: self._bound.apply(person.tenant_id) for name, person in people.items()}
        return Personas(
            {
                token: msgspec.structs.replace(people[name], tenant_id=tenants[name])
                for name, token in self._tokens.items()
            }
        )

    def steps(self) -> Iterator[Step]:
        """Repeat each exchange that we had sent ourselves."""
        with self._client:
            for index, exchange in enumerate(self._exchanges):
                if exchange.side == ENGINE:
                    yield self._ask_engine(exchange)
                elif exchange.side.startswith(CONTROL):
                    yield self._ask_fake(exchange, index)

    def _ask_engine(self, then: Exchange) -> Step:
        """Send a request to the engine again."""
        url = urlsplit(then.url)
        target = url.path + (f"?{url.query}" if url.query else "")
        headers = tuple(
            (name, self._now(value))
            for name, value in then.request.headers
            if name.lower() not in CLIENTS_OWN
        )
        told = any(name.lower() == "content-length" for name, _ in then.request.headers)
        body = self._body(then)
        call = self._wire.send(
            Request(
                method=then.method,
                target=self._now(target),
                headers=headers,
                body=body if body or told else None,
            )
        )
        if call.status is None:
            return Step(then, None, same=then.status is None, note=call.error or "", call=call)
        old = made_again(then.response.body) if then.response else ""
        new = call.answer.decode("utf-8", "backslashreplace")
        same = then.status == call.status and self._bound.same(old, new)
        self._bound.learn(old, new)
        return Step(then, call.status, same=same, call=call)

    def _ask_fake(self, then: Exchange, index: int) -> Step:
        """Script a fake again, or take a script away: its id is new too."""
        fake = then.side.removeprefix(CONTROL)
        if fake not in self._world.fakes:
            return Step(then, None, same=False, note=f"{fake} is not ours here")
        path = urlsplit(then.url).path
        scripts = self._scripts.setdefault(fake, [])
        if then.method == "DELETE" and scripts:
            path = path.rpartition("/")[0] + "/" + scripts.pop()
        body = self._revoked(index) if path.endswith("/revocations") else self._body(then)
        headers = {"content-type": "application/json"} if body else {}
        answer = self._client.request(
            then.method, self._world.fakes[fake] + path, content=body, headers=headers
        )
        if then.method == "POST" and path.endswith("/scripts") and answer.is_success:
            scripts.append(answer.json()["script_id"])
        return Step(then, answer.status_code, same=then.status == answer.status_code)

    def _revoked(self, index: int) -> bytes:
        """Revoke the token of whoever calls next: an id of then names no token of now."""
        later = (exchange.persona for exchange in self._exchanges[index:] if exchange.persona)
        earlier = (exchange.persona for exchange in reversed(self._exchanges[:index]) if exchange.persona)
        persona = next(later, None) or next(earlier, None)
        if persona is None:
            raise UnbuildableError(
                "a token was revoked and nobody is recorded who used it: it cannot be repeated"
            )
        return json.dumps({"jti": _claim(self._token(persona), "jti")}).encode()

    def _body(self, then: Exchange) -> bytes:
        if then.request.encoding == "base64":
            text = base64.b64decode(then.request.body).decode("utf-8", "surrogateescape")
            return self._now(text).encode("utf-8", "surrogateescape")
        return self._now(then.request.body).encode("utf-8", "surrogatepass")

    def _now(self, text: str) -> str:
        """Put the tokens and ids of now, and the credentials that we send, into a text of then."""
        if "$TOKEN_" in text:
            people = {exchange.persona for exchange in self._exchanges if exchange.persona}
            for persona in sorted(people, key=lambda one: len(one.name), reverse=True):
                stand_in = f"$TOKEN_{persona.name.upper()}"
                if stand_in in text:
                    text = text.replace(stand_in, self._token(persona))
        return made_again(altered_again(self._bound.apply(text)))

    def _token(self, persona: Persona) -> str:
        if persona.name not in self._tokens:
            self._tokens[persona.name] = self._mint(persona)
        return self._tokens[persona.name]

    def _mint(self, persona: Persona) -> str:
        if "iam" not in self._world.fakes:
            raise UnbuildableError("IAM of this target is not ours: nobody here can make tokens")
        order = {
            "sub": persona.sub,
            "tenant_id": self._bound.apply(persona.tenant_id),
            "roles": persona.roles,
            "scope": persona.scope,
            "actor_type": persona.actor_type,
            "lifetime_seconds": persona.lifetime_seconds,
            "flaw": persona.flaw,
        }
        answer = self._client.post(f"{self._world.fakes['iam']}/__fake__/tokens", json=order)
        return str(answer.raise_for_status().json()["token"])


def _claim(token: str, name: str) -> str:
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims[name])


def _status(status: int | None) -> str:
    return "none" if status is None else str(status)
