"""HAR 1.2: the recorded exchanges, one archive for each side that answered.

What was recorded is already redacted; nothing is added here.
"""

from __future__ import annotations

import base64
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from reports.formats.text import to_json

if TYPE_CHECKING:
    from reports.record import Exchange, Message
    from reports.story import Story

_VERSION = "HTTP/1.1"


def hars(story: Story) -> dict[str, str]:
    """Return one archive a side, by a name that suits a file."""
    sides: dict[str, list[Exchange]] = {}
    for exchange in story.exchanges.values():
        sides.setdefault(re.sub(r"[^A-Za-z0-9_-]", "-", exchange.side), []).append(exchange)
    return {side: _archive(story, sides[side]) for side in sorted(sides)}


def _archive(story: Story, exchanges: list[Exchange]) -> str:
    creator = {"name": "mmm-harness", "version": story.started.toolkit_version}
    return to_json(
        {"log": {"version": "1.2", "creator": creator, "entries": [_entry(each) for each in exchanges]}}
    )


def _entry(exchange: Exchange) -> dict[str, Any]:
    milliseconds = round(exchange.seconds * 1000, 3)
    about = {
        "_id": exchange.id,
        "_scenario": exchange.scenario,
        "_persona": exchange.persona.name if exchange.persona else None,
        "_error": exchange.error,
    }
    return {
        "startedDateTime": exchange.at,
        "time": milliseconds,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        **{name: value for name, value in about.items() if value is not None},
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    url = exchange.url if urlsplit(exchange.url).scheme else f"http://{exchange.side}{exchange.url}"
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    posted = {"postData": _posted(exchange.request)} if exchange.request.body else {}
    return {
        "method": exchange.method,
        "url": url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _pairs(exchange.request.headers),
        "queryString": _pairs(query),
        "headersSize": -1,
        "bodySize": _size(exchange.request),
        **posted,
    }


def _response(exchange: Exchange) -> dict[str, Any]:
    """Return the answer; HAR says status 0 where there was none."""
    if exchange.response is None or exchange.status is None:
        nothing = {"size": 0, "mimeType": "x-unknown"}
        return _answer(0, "", [], nothing, exchange.error or "no answer")
    message = exchange.response
    encoding = {"encoding": "base64"} if message.encoding == "base64" else {}
    content = {"size": _size(message), "mimeType": _type(message), "text": message.body, **encoding}
    return _answer(exchange.status, _header(message, "location"), _pairs(message.headers), content, "")


def _answer(
    status: int, location: str, headers: list[dict[str, str]], content: dict[str, Any], comment: str
) -> dict[str, Any]:
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in {*HTTPStatus} else "",
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": content["size"],
        **({"comment": comment} if comment else {}),
    }


def _posted(message: Message) -> dict[str, Any]:
    encoding = {"_encoding": "base64"} if message.encoding == "base64" else {}
    return {"mimeType": _type(message), "params": [], "text": message.body, **encoding}


def _pairs(headers: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _size(message: Message) -> int:
    body = message.body.encode()
    return len(base64.b64decode(body)) if message.encoding == "base64" else len(body)


def _type(message: Message) -> str:
    return _header(message, "content-type") or "x-unknown"


def _header(message: Message, wanted: str) -> str:
    return next((value for name, value in message.headers if name.lower() == wanted), "")
