"""Who calls: asked of IAM before any handler, body or route is looked at (engine.md 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.iam import NotVouchedError
from engine.edge.errors import ApiError, error_response, forbidden, unauthorized, unavailable
from engine.observe.logs import log_event

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

    from engine.dependencies.iam import Iam
    from engine.values.caller import Caller

CALLER = "engine.caller"
_CREDENTIALS = re.compile(r"(?i:bearer) +([\x21-\x7e]{1,8192})")
_TOO_MANY = 429
_SECONDS = re.compile(r"[0-9]{1,5}")


class Authentication:
    """Lets in whom IAM vouches for, and nobody else."""

    def __init__(self, app: ASGIApp, iam: Iam, public_paths: Collection[str]) -> None:
        self._app = app
        self._iam = iam
        self._public = frozenset(public_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is public or vouched for; answer the rest."""
        if scope["type"] == "http" and scope["path"] not in self._public:
            try:
                scope[CALLER] = await identify(self._iam, Headers(scope=scope))
            except ApiError as error:
                log_event("refused", error.code, status=error.status)
                await error_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def identify(iam: Iam, headers: Headers) -> Caller:
    """Return the caller that the request's token stands for."""
    try:
        return await iam.verify(bearer_token(headers))
    except NotVouchedError:
        raise unauthorized("The token is not valid.") from None
    except UnavailableError:
        raise iam_unavailable() from None
    except RefusedError as refusal:
        raise iam_refused(refusal) from None


def bearer_token(headers: Headers) -> str:
    """Return the one token of the one Authorization header."""
    given = headers.getlist("authorization")
    if len(given) != 1:
        raise unauthorized("Exactly one Authorization header is needed: Bearer and a token.")
    match = _CREDENTIALS.fullmatch(given[0].strip())
    if match is None:
        raise unauthorized("The Authorization header must be Bearer and a token.")
    return match[1]


def iam_unavailable() -> ApiError:
    """Refuse everybody while nobody can be vouched for."""
    return unavailable("IAM_UNAVAILABLE", "Identities cannot be verified now.")


def iam_refused(refusal: RefusedError) -> ApiError:
    """Tell what IAM refused: too many questions, or this one."""
    if refusal.status == _TOO_MANY:
        wait = refusal.retry_after or ""
        return unavailable("IAM_RATE_LIMITED", "IAM asks to wait.", wait if _SECONDS.fullmatch(wait) else "1")
    return forbidden("IAM does not let this caller in.")
