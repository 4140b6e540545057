"""One HTTP dependency: pooled connections, one time-out for the whole call, a breaker, a contract."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from functools import lru_cache
from json import dumps
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from engine.dependencies.errors import RefusedError, UnavailableError
from engine.observe.trace import outbound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from engine.dependencies.breaker import Breaker

T = TypeVar("T")
_TLS = ssl.create_default_context()
MAX_ANSWER_BYTES = 1_000_000
MAX_CONNECTIONS = 100
ADDRESSES_KEPT = 1_000
KEEP_ALIVE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Dependency:
    """A service at a base URL."""

    name: str
    client: httpx.AsyncClient
    seconds: float
    breaker: Breaker

    async def ask(
        self,
        method: str,
        path: str,
        read: Callable[[bytes], T],
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> T:
        """Make one attempt and read the answer; a ValueError of `read` means that it breaks its contract.

        Raise UnavailableError or RefusedError when there is no good answer.
        """
        with self.breaker.attempt():
            status, headers, body = await self._exchange(method, path, json, params)
            if httpx.codes.is_client_error(status):
                raise RefusedError(self.name, status, headers.get("retry-after"))
            if not httpx.codes.is_success(status):
                raise UnavailableError(self.name, f"answered {status}")
            return self._understood(read, body)

    async def probe(self, path: str) -> bool:
        """Ask a health route, past the breaker."""
        try:
            status, _, _ = await self._exchange("GET", path, None, None)
        except UnavailableError:
            return False
        return status == 200  # noqa: PLR2004 -- 200 is OK

    async def aclose(self) -> None:
        """Close the pool."""
        await self.client.aclose()

    def _understood(self, read: Callable[[bytes], T], body: bytes) -> T:
        try:
            return read(body)
        except ValueError:
            raise UnavailableError(self.name, "broke its contract") from None

    async def _exchange(
        self, method: str, path: str, json: Mapping[str, Any] | None, params: Mapping[str, str] | None
    ) -> tuple[int, httpx.Headers, bytes]:
        request = self._request(method, path, json, params)
        try:
            async with asyncio.timeout(self.seconds):
                response = await self.client.send(request, stream=True)
                try:
                    return response.status_code, response.headers, await self._whole(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise UnavailableError(self.name, "did not answer in time") from None
        except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
            raise UnavailableError(self.name, type(error).__name__) from None

    def _request(
        self, method: str, path: str, json: Mapping[str, Any] | None, params: Mapping[str, str] | None
    ) -> httpx.Request:
        """Build what the client itself would, but take no address apart that was seen before."""
        address = _address(str(self.client.base_url), path)
        url = address if params is None else address.copy_merge_params(params)
        body = b"" if json is None else _encoded(json)
        made = httpx.Request(
            method,
            url,
            headers=_headers(url, self.client.headers.raw, body),
            stream=httpx.ByteStream(body),
        )
        made.read()
        return made

    async def _whole(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise UnavailableError(self.name, "answered more than it may")
        return bytes(body)


@lru_cache(maxsize=ADDRESSES_KEPT)
def _address(base_url: str, path: str) -> httpx.URL:
    return httpx.URL(base_url.rstrip("/") + path)


def _encoded(value: Mapping[str, Any]) -> bytes:
    return dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _headers(url: httpx.URL, common: Iterable[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    trace = ((name.encode(), text.encode()) for name, text in outbound().items())
    content = (b"Content-Type", b"application/json"), (b"Content-Length", str(len(body)).encode())
    return [(b"Host", url.netloc), *common, *trace, *(content if body else ())]


class _NoCookies(httpx.Cookies):
    """Takes none, so that none is looked for in every answer, or sent on to another tenant's call."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them."""


def open_client(base_url: str, token: str | None) -> httpx.AsyncClient:
    """Return a client with a pool of its own, so that no dependency can use up another's connections."""
    client = httpx.AsyncClient(
        base_url=base_url.rstrip("/"),
        transport=AiohttpTransport(verify=_TLS, client=_session),
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=None,  # noqa: S113 -- asyncio.timeout bounds the whole call, which httpx cannot
        trust_env=False,
    )
    client._cookies = _NoCookies()  # noqa: SLF001 -- the public setter copies into a jar of its own
    return client


def _session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=_TLS, limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS)
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    session._retry_connection = False  # noqa: SLF001 -- a second attempt behind our back would not be counted
    return session
