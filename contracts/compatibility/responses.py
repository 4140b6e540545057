"""Responses: statuses, headers, bodies, links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.compatibility.bodies import compare_contents
from contracts.compatibility.model import Side
from contracts.compatibility.parameters import compare_value, exploded, has_parts
from contracts.compatibility.values import canonical

if TYPE_CHECKING:
    from contracts.compatibility.ledger import Scribe
    from contracts.compatibility.nodes import Node

KINDS = {"1": "redirect", "2": "success", "3": "redirect"}
DEFAULT = "default"


def compare_responses(scribe: Scribe, old: Node, new: Node) -> None:
    """Note down what differs in the answers of an operation."""
    before, after = _responses(old), _responses(new)
    for status in sorted({*before, *after}):
        was, now = _meant(before, status), _meant(after, status)
        if was is not None and now is not None:
            _compare(scribe, was, now)
        elif was is not None:
            if not _within(after, status):
                scribe.removed(f"response-{_kind(status)}-removed", was, _holder(new))
        elif now is not None:
            scribe.added(f"response-{_kind(status)}-added", _holder(old), now)


def _responses(operation: Node) -> dict[str, Node]:
    return {
        status.upper() if status != DEFAULT else status: node.followed()
        for status, node in operation.members("responses").items()
    }


def _holder(operation: Node) -> Node:
    return operation.get("responses") or operation


def _kind(status: str) -> str:
    return "other-statuses" if status == DEFAULT else KINDS.get(status[:1], "error")


def _meant(responses: dict[str, Node], status: str) -> Node | None:
    """Return what is said of a status: by itself, by its hundred or, of a failure, by the default."""
    keys = [status, f"{status[:1]}XX"] if status != DEFAULT else [DEFAULT]
    if _kind(status) == "error":
        keys.append(DEFAULT)
    return next((responses[key] for key in keys if key in responses), None)


def _within(responses: dict[str, Node], status: str) -> bool:
    """Say whether something is left of a hundred of statuses: answers that are more exact."""
    return status.endswith("XX") and any(other.startswith(status[0]) for other in responses)


def _compare(scribe: Scribe, old: Node, new: Node) -> None:
    _compare_headers(scribe, old, new)
    was, now = bool(old.named("content")), bool(new.named("content"))
    if was and now:
        compare_contents(scribe, old, new, Side.RESPONSE)
    elif was or now:
        scribe.member(f"response-body-{'added' if now else 'removed'}", old, new, "content")
    _compare_links(scribe, old, new)


def _headers(response: Node) -> dict[str, Node]:
    """Return the headers, but the one that the media type says already."""
    found = {name.lower(): node.followed() for name, node in response.named("headers").items()}
    found.pop("content-type", None)
    return found


def _compare_headers(scribe: Scribe, old: Node, new: Node) -> None:
    before, after = _headers(old), _headers(new)
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is not None and now is not None:
            _compare_header(scribe, was, now)
        elif was is not None:
            kind = "required" if was.flag("required") else "optional"
            scribe.removed(f"response-{kind}-header-removed", was, new)
        elif now is not None:
            scribe.added("response-header-added", old, now)


def _compare_header(scribe: Scribe, old: Node, new: Node) -> None:
    if old.flag("required") != new.flag("required"):
        word = "required" if new.flag("required") else "optional"
        scribe.member(f"response-header-became-{word}", old, new, "required")
    if old.flag("deprecated") != new.flag("deprecated"):
        word = "deprecated" if new.flag("deprecated") else "undeprecated"
        scribe.member(f"response-header-{word}", old, new, "deprecated")
    if exploded(old, "simple") != exploded(new, "simple") and has_parts(old, new):
        scribe.member("response-header-explode-changed", old, new, "explode")
    compare_value(scribe, old, new, Side.RESPONSE, "response-header-content-changed")


def _compare_links(scribe: Scribe, old: Node, new: Node) -> None:
    before, after = old.named("links"), new.named("links")
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is not None and now is not None:
            if _led(was.followed()) != _led(now.followed()):
                scribe.changed("response-link-changed", was.followed(), now.followed())
        elif was is not None:
            scribe.removed("response-link-removed", was, new)
        elif now is not None:
            scribe.added("response-link-added", old, now)


def _led(link: Node) -> str:
    """Return where a link leads and what it takes along."""
    said = {key: value for key, value in link.mapping.items() if not key.startswith("x-")}
    said.pop("description", None)
    return canonical(said)
