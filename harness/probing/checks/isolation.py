"""Nothing of one tenant is seen or changed by another (engine.md 3): every id, on every place for one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from harness.fuzzing.narrow import follow
from harness.probing.breach import BreachError, CannotError
from harness.probing.checks.repeats import changes, steady
from harness.probing.samples import JSON, Sample, query_names, samples
from harness.probing.scene import refused, succeeded
from harness.probing.watching import everything_said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.fuzzing.wire import Call
    from harness.probing.scene import Scene

# Names that each tenant gives itself: the same name elsewhere is somebody else, who may be there.
GIVEN_NAMES = frozenset({"actor_id"})
TENANT = "tenant_id"
HIDDEN = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request takes an id."""

    part: str
    name: str

    def put(self, into: Sample, value: str) -> Sample:
        """Return the request with this id at the place."""
        put = {"path": into.with_path, "query": into.with_query}
        return (
            put[self.part](self.name, value) if self.part in put else into.with_members(**{self.name: value})
        )


def other_tenant(scene: Scene) -> Iterator[None]:
    """Let a stranger with every role and scope name what this tenant made: it gets and changes nothing."""
    first = len(scene.calls)
    before = scene.readings()
    made = _made(scene, before)
    yield from _whole_request(scene, made)
    own = list(samples(scene.bench.document, scene.operation, scene.made_for(scene.cast.stranger)))
    # The first tenant wrote what the first example says: of what is put, another.
    theirs = own[-1 if scene.operation.method == "PUT" else 0]
    for place in places(scene):
        fitting = {place.name} if place.name in GIVEN_NAMES else made.keys()
        for kind, value in ((kind, made[kind]) for kind in fitting):
            call = scene.settled(scene.ask(place.put(theirs, value), scene.cast.stranger))
            _judge(call, place.name, kind, value, made)
            yield
    if not (unmoved := steady(scene, before)):
        raise CannotError("nothing can be read that would show what a stranger changed")
    if changed := changes(scene, unmoved):
        story = [call for call in scene.calls[first:] if succeeded(call)]
        raise BreachError(f"after a stranger's requests another answer to {', '.join(changed)}", *story)
    yield


def places(scene: Scene) -> list[Place]:
    """Return every place for an id in an operation's requests, also those that its examples leave out."""
    valid = scene.valid
    query = [Place("query", name) for name in query_names(scene.bench.document, scene.operation)]
    body = [Place("body", name) for name in _declared(scene)] if valid.body is not None else []
    found = [*(Place("path", name) for name in valid.path), *query, *body]
    return [place for place in found if place.name.endswith("_id")]


def _declared(scene: Scene) -> list[str]:
    raw = scene.bench.document.raw
    node = raw["paths"][scene.operation.template][scene.operation.method.lower()]
    schema = follow(raw, follow(raw, node["requestBody"])["content"][JSON]["schema"])
    return list(schema.get("properties", {}))


def _made(scene: Scene, readings: Mapping[str, Any]) -> dict[str, str]:
    """Return every id that the first tenant has: those it was asked with, and all that it can read."""
    found = dict(scene.values)
    for name, value in _ids(readings):
        if value not in found.values():
            found[name if name not in found else f"{name} {len(found)}"] = value
    return found


def _ids(value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        for name, member in value.items():
            if name.endswith("_id") and isinstance(member, str) and ID.fullmatch(member):
                yield name, member
            yield from _ids(member)
    elif isinstance(value, list):
        for item in value[:3]:
            yield from _ids(item)


def _whole_request(scene: Scene, made: Mapping[str, str]) -> Iterator[None]:
    """Let the stranger send the very request that succeeded for the first tenant."""
    call = scene.ask(scene.valid, scene.cast.stranger)
    named = {place.name for place in places(scene)}
    if named - GIVEN_NAMES and succeeded(call):
        raise BreachError(f"a stranger's request for what is not its own was answered {call.status}", call)
    sent = f"{scene.valid.target} {json.dumps(scene.valid.body)}"
    _silent(call, {kind: value for kind, value in made.items() if value not in sent})
    yield


def _judge(call: Call, place: str, kind: str, value: str, made: Mapping[str, str]) -> None:
    """Judge a stranger's request in which one id is not its own."""
    _silent(call, {other: told for other, told in made.items() if told != value})
    if place in GIVEN_NAMES:
        return
    right = kind.partition(" ")[0] == place
    if not (call.status in HIDDEN if right else refused(call)):
        raise BreachError(
            f"another tenant's {kind} as {place} was answered {call.status}, not 403 or 404", call
        )


def _silent(call: Call, hidden: Mapping[str, str]) -> None:
    said = everything_said(call)
    for kind, value in hidden.items():
        if value in said:
            raise BreachError(
                f"an answer of {call.status} to a stranger shows the other tenant's {kind}", call
            )
