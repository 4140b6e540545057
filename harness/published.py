"""The OpenAPI document that a running engine publishes.

Rules: whoever answers is not trusted: how long it may take and how much it may send is bounded; what was
tried is told.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from contracts.compatibility import Description, DocumentError, parse_description
from harness.processes import ConfigurationError, UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 15.0
"""How many seconds all attempts together may take."""
MOST_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Published:
    """A document and where it was found."""

    url: str
    description: Description


class _NoDocumentError(Exception):
    """There is an answer, and it is no document."""


def fetch_published(url: str, base_path: str) -> Published:
    """Return what is published at an address, or at the usual places below it."""
    _check(url)
    tried: list[str] = []
    answered = False
    ends = time.monotonic() + PATIENCE
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        for place in places(url, base_path):
            try:
                return Published(place, parse_description(_get(client, place, ends), place))
            except (_NoDocumentError, DocumentError) as error:
                answered = True
                tried.append(str(error) if isinstance(error, DocumentError) else f"{place} {error}")
            except (httpx.DecodingError, httpx.TooManyRedirects) as error:
                answered = True
                tried.append(f"{place} cannot be read: {error}")
            except httpx.HTTPError as error:
                tried.append(f"{place} cannot be reached: {str(error) or type(error).__name__}")
    raise _failure(url, tried, answered=answered)


def _check(url: str) -> None:
    try:
        known = httpx.URL(url)
    except httpx.InvalidURL:
        known = httpx.URL()
    if known.scheme not in {"http", "https"} or not known.host:
        raise ConfigurationError("URL is no address of an engine; name one that begins with http://")
    if known.userinfo:
        raise ConfigurationError("an address with a password in it is not asked; leave out what is before @")


def places(url: str, base_path: str) -> Iterator[str]:
    """Yield where an engine at this address may publish its document."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    below = ["/openapi.json", "/openapi.yaml"]
    if not path.endswith(base_path):
        below.append(f"{base_path}/openapi.json")
    yield url
    for name in below:
        yield urlunsplit((parts.scheme, parts.netloc, path + name, "", ""))


def _get(client: httpx.Client, url: str, ends: float) -> str:
    """Return the text at an address; `ends` is when patience does."""
    found = bytearray()
    with client.stream("GET", url, timeout=_left(ends)) as reply:
        if not reply.is_success:
            raise _NoDocumentError(f"answers {reply.status_code}")
        for chunk in reply.iter_bytes():
            found += chunk
            if len(found) > MOST_BYTES:
                raise _NoDocumentError(f"sends more than {MOST_BYTES // 1024**2} MiB")
            _left(ends)
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NoDocumentError("sends what is not UTF-8") from None


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout(f"nothing whole after {PATIENCE:g} seconds")
    return left


def _failure(url: str, tried: list[str], *, answered: bool) -> Exception:
    if answered:
        return ConfigurationError(f"{url} publishes no OpenAPI 3 document: {'; '.join(tried)}")
    return UnbuildableError(f"{tried[0]}; is the engine running?")
