"""Bodies: whether there is one, and in which media types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contracts.compatibility.model import Side
from contracts.compatibility.shapes import schema_at
from contracts.compatibility.values import canonical

if TYPE_CHECKING:
    from contracts.compatibility.ledger import Scribe
    from contracts.compatibility.nodes import Node

_UTF8 = re.compile(r';charset="?utf-8"?(?=;|$)')


def compare_request_body(scribe: Scribe, old: Node, new: Node) -> None:
    """Note down what differs in the body of an operation's request."""
    was, now = old.get("requestBody"), new.get("requestBody")
    before, after = was and was.followed(), now and now.followed()
    if before is not None and after is not None:
        if before.flag("required") != after.flag("required"):
            word = "required" if after.flag("required") else "optional"
            scribe.member(f"request-body-became-{word}", before, after, "required")
        compare_contents(scribe, before, after, Side.REQUEST)
    elif after is not None:
        kind = "required" if after.flag("required") else "optional"
        scribe.added(f"request-{kind}-body-added", old, after)
    elif before is not None:
        scribe.removed("request-body-removed", before, new)


def compare_contents(scribe: Scribe, old: Node, new: Node, side: Side) -> None:
    """Note down what differs in the media types of two bodies and in what they hold."""
    before, after = _contents(old), _contents(new)
    for media in sorted({*before, *after}):
        was, now = _meant(before, media), _meant(after, media)
        if was is not None and now is not None:
            _compare(scribe, was, now, side)
        elif was is not None:
            if side is Side.REQUEST or not _within(after, media):
                scribe.removed(f"{side}-media-type-removed", was, new)
        elif now is not None:
            scribe.added(f"{side}-media-type-added", old, now)


def _contents(body: Node) -> dict[str, Node]:
    """Return what a body may be, by media type; `x-` begins one, too. UTF-8 goes without saying."""
    named = {name.replace(" ", "").lower(): node for name, node in body.named("content").items()}
    short = {name: _UTF8.sub("", name) for name in named}
    return {name if short[name] in named else short[name]: node for name, node in named.items()}


def _within(contents: dict[str, Node], media: str) -> bool:
    """Say whether something is left of a range of media types: an answer that is more exact."""
    begins = media.removesuffix("*").removesuffix("*/")
    return media.endswith("/*") and any(name.startswith(begins) for name in contents)


def _meant(contents: dict[str, Node], media: str) -> Node | None:
    """Return what is said of a media type: by itself, or by the range that it is in."""
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((contents[key] for key in ranges if key in contents), None)


def _compare(scribe: Scribe, old: Node, new: Node, side: Side) -> None:
    scribe.schemas(schema_at(old, "schema"), schema_at(new, "schema"), side)
    if _said(old.get("encoding")) != _said(new.get("encoding")):
        scribe.member(f"{side}-encoding-changed", old, new, "encoding")


def _said(node: Node | None) -> str:
    return canonical({} if node is None else node.mapping)
