"""Nothing that a caller sends makes the engine fail (engine.md 4)."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from harness.probing import nasty
from harness.probing.breach import BreachError
from harness.probing.samples import query_names, query_numbers
from harness.probing.scene import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.fuzzing.asking import Request
    from harness.probing.scene import Scene


def nasty_input(scene: Scene) -> Iterator[None]:
    """No 5xx, and an answer, to anything in path, query, headers, body or method; and none afterwards."""
    for what, request in _requests(scene):
        _send(scene, what, request)
        yield
    if not scene.operation.public:
        scene.readings()  # what was kept of all that breaks nobody who reads: answers are looked at there
    _send(scene, "the valid request, after all of that", scene.valid.request())
    yield


def _send(scene: Scene, what: str, request: Request) -> None:
    call = scene.ask(request, scene.caller)
    if call.status is None or call.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    if call.status == HTTPStatus.SERVICE_UNAVAILABLE and scene.operation.public:
        return  # how it says that it is not ready
    call = scene.settled(call)
    if call.status is None or call.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    raise BreachError(f"{what}: {said(call)}", call)


def _requests(scene: Scene) -> Iterator[tuple[str, Request]]:
    yield from _paths(scene)
    yield from _queries(scene)
    yield from _headers(scene)
    yield from _methods(scene)
    if scene.valid.body is not None:
        yield from _bodies(scene)
        yield from _members(scene)


def _paths(scene: Scene) -> Iterator[tuple[str, Request]]:
    valid, request = scene.valid, scene.valid.request()
    for name in valid.path:
        for what, segment in nasty.SEGMENTS.items():
            target = valid.with_path(name, "the-hole").target.replace("the-hole", segment)
            yield f"{what} for {name}", replace(request, target=target)
    for what, bend in nasty.TARGETS.items():
        yield f"a path with {what}", replace(request, target=bend(request.target))


def _queries(scene: Scene) -> Iterator[tuple[str, Request]]:
    request = scene.valid.request()
    sign = "&" if "?" in request.target else "?"
    for what, query in nasty.QUERIES.items():
        yield f"a query with {what}", replace(request, target=f"{request.target}{sign}{query}")
    numbers = query_numbers(scene.bench.document, scene.operation)
    for name in query_names(scene.bench.document, scene.operation):
        bare = request.target if name not in scene.valid.query else scene.valid.target.partition("?")[0]
        values = {**nasty.VALUES, **nasty.NUMBERS} if name in numbers else nasty.VALUES
        for what, value in values.items():
            joined = "&" if "?" in bare else "?"
            yield f"{what} for {name}", replace(request, target=f"{bare}{joined}{name}={value}")


def _headers(scene: Scene) -> Iterator[tuple[str, Request]]:
    request = scene.valid.request()
    shown = nasty.HEADERS if scene.valid.body is None else {**nasty.HEADERS, **nasty.OF_BODIES}
    for what, headers in shown.items():
        yield f"headers with {what}", request.with_headers(*headers)
    for what, headers in nasty.HUGE_HEADERS.items():
        yield f"headers with {what}", replace(request.with_headers(*headers), may_be_cut=True)


def _methods(scene: Scene) -> Iterator[tuple[str, Request]]:
    there = {each.method for each in scene.bench.document.operations if _same_path(each.template, scene)}
    for method in nasty.METHODS:
        if method not in there:
            yield f"the method {method}", replace(scene.valid.request(), method=method)


def _same_path(template: str, scene: Scene) -> bool:
    return template == scene.operation.template


def _bodies(scene: Scene) -> Iterator[tuple[str, Request]]:
    whole = scene.valid.request()
    body = whole.body or b"{}"
    for what, bend in nasty.BODIES.items():
        yield f"for a body {what}", scene.valid.request_with(bend(body))
    for what, bend in nasty.LARGE_BODIES.items():
        yield f"for a body {what}", replace(scene.valid.request_with(bend(body)), may_be_cut=True)
    yield "a body in pieces", replace(whole, chunked=True)
    yield "half a body in pieces", replace(whole, body=body[: len(body) // 2], chunked=True)
    yield "a body without a content type", replace(whole, headers=())
    yield "no body at all", replace(whole, body=None)


def _members(scene: Scene) -> Iterator[tuple[str, Request]]:
    for leaf in scene.valid.leaves():
        name = ".".join(map(str, leaf))
        for what, text in nasty.MEMBERS.items():
            yield f"{what} for {name}", scene.valid.request_with(scene.valid.with_text_at(leaf, text))
