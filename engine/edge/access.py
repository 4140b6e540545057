"""What a caller may do: scopes and roles, compared whole."""

from fastapi import Request

from engine.edge.authentication import CALLER
from engine.edge.errors import forbidden, invalid
from engine.edge.paths import unescaped
from engine.values.caller import Caller, is_admin
from engine.values.wire import LONGEST_ID


class WithScope:
    """A FastAPI dependency: the caller, who has a scope."""

    def __init__(self, scope: str) -> None:
        self._scope = scope

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, or refuse."""
        caller = caller_of(request)
        if not has_scope(caller, self._scope):
            raise forbidden(f"The scope {self._scope} is needed.")
        return caller


async def admin(request: Request) -> Caller:
    """Return the caller, who is an admin, or refuse; a FastAPI dependency."""
    caller = caller_of(request)
    if not is_admin(caller):
        raise forbidden("The role mmm_admin or tenant_admin is needed.")
    return caller


async def subject(request: Request) -> str:
    """Return the actor that the path names, the caller or an admin's any, or refuse; a FastAPI dependency."""
    caller = caller_of(request)
    if unescaped(request.path_params["actor_id"]) != caller.sub and not is_admin(caller):
        raise forbidden("An actor's own are for that actor and for admins.")
    return opaque_of(request, "actor_id")


def opaque_of(request: Request, name: str) -> str:
    """Return an opaque id of the path, of 1 to 200 characters, or refuse one that is too long."""
    given = unescaped(request.path_params[name])
    if len(given) > LONGEST_ID:
        raise invalid(name, f"must have 1 to {LONGEST_ID} characters")
    return given


async def anybody(request: Request) -> Caller:
    """Return the caller, whatever scope and role it has; a FastAPI dependency."""
    return caller_of(request)


def caller_of(request: Request) -> Caller:
    """Return whom IAM vouched for."""
    caller: Caller = request.scope[CALLER]
    return caller


def has_scope(caller: Caller, scope: str) -> bool:
    """Say whether the token grants a scope."""
    return scope in caller.scopes


async def named_tenants(request: Request) -> list[str]:
    """Return the tenants that the query names, on whatever route; a FastAPI dependency."""
    return request.query_params.getlist("tenant_id")


def own_tenant(caller: Caller, *named: str | None) -> None:
    """Refuse a request that names another tenant."""
    if not {None, caller.tenant_id}.issuperset(named):
        raise forbidden("The token is for another tenant.")


def own_name(caller: Caller, named: str | None) -> None:
    """Refuse a request that is signed with somebody else's name."""
    if named is not None and named != caller.sub:
        raise forbidden("Nobody may approve in another one's name.")


def own_actor(caller: Caller, named: str | None) -> str:
    """Return the actor that is meant: the caller, or another one where the caller may speak for others."""
    if named is None or named == caller.sub:
        return caller.sub
    if not caller.may_act_for_others:
        raise forbidden("This caller may not name another actor.")
    return named
