"""The OpenAPI document that a running engine publishes.

Rules: whoever answers is not trusted: how long it may take and how much it may send is bounded; what was
tried is told.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from contracts.compatibility import LARGEST, Description, DocumentError, parse_description
from harness.processes import ConfigurationError, UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 15.0
"""How many seconds all attempts together may take."""
MOST_BYTES: Final = LARGEST


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
    search = _Search(url, base_path)
    return asyncio.run(search.found())


class _Search:
    """Asks one place after the other, all of it within `PATIENCE`."""

    def __init__(self, url: str, base_path: str) -> None:
        self._url = url
        self._base_path = base_path
        self._tried: list[str] = []
        self._answered = False

    async def found(self) -> Published:
        """Return the first document, or raise what all attempts come to."""
        try:
            async with (
                asyncio.timeout(PATIENCE),
                httpx.AsyncClient(trust_env=False, follow_redirects=True, timeout=PATIENCE) as client,
            ):
                for place in places(self._url, self._base_path):
                    if published := await self._try(client, place):
                        return published
        except TimeoutError:
            self._tried.append(f"{self._url}: nothing whole after {PATIENCE:g} seconds")
        raise self._failure()

    async def _try(self, client: httpx.AsyncClient, place: str) -> Published | None:
        try:
            return Published(place, parse_description(await _get(client, place), place))
        except (_NoDocumentError, DocumentError) as error:
            self._answered = True
            self._tried.append(str(error) if isinstance(error, DocumentError) else f"{place} {error}")
        except (httpx.DecodingError, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            self._answered = True
            self._tried.append(f"{place} cannot be read: {error}")
        except httpx.HTTPError as error:
            self._tried.append(f"{place} cannot be reached: {str(error) or type(error).__name__}")
        return None

    def _failure(self) -> Exception:
        if self._answered:
            tried = "; ".join(self._tried)
            return ConfigurationError(f"{self._url} publishes no OpenAPI 3 document: {tried}")
        return UnbuildableError(f"{self._tried[0]}; is the engine running?")


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


async def _get(client: httpx.AsyncClient, url: str) -> str:
    """Return the text at an address."""
    found = bytearray()
    async with client.stream("GET", url) as reply:
        if not reply.is_success:
            raise _NoDocumentError(f"answers {reply.status_code}")
        async for chunk in reply.aiter_bytes():
            found += chunk
            if len(found) > MOST_BYTES:
                raise _NoDocumentError(f"sends more than {MOST_BYTES // 1024**2} MiB")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NoDocumentError("sends what is not UTF-8") from None
