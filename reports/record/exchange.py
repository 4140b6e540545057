"""One recorded request and response, on either side of the engine.

Rule: what is recorded is already redacted: no token, key or secret is ever part of an Exchange.
"""

from __future__ import annotations

import msgspec


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A caller as the IAM fake is asked to vouch for it: enough to make the same token again.

    `name` is what stands in place of the token in a curl line ($TOKEN_<NAME>).
    `flaw` names what is wrong with the token ("expired", …; None: a sound token).
    """

    name: str
    sub: str
    tenant_id: str
    roles: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    actor_type: str = "human"
    lifetime_seconds: int = 3600
    flaw: str | None = None


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Headers and body of a request or a response; a body that is not UTF-8 is base64, as `encoding` says."""

    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    encoding: str = "utf-8"


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request and its answer (or why there was none).

    `side` is who answered: "engine", the name of a dependency ("iam", "eris", …), or "control:<fake>" for a
    call that scripted a fake. `at` is RFC 3339 with offset; `seconds` the time until the answer was whole.
    `scenario` is the node id of the scenario (or the name of the check) it belongs to.
    """

    id: str
    at: str
    side: str
    method: str
    url: str
    request: Message
    status: int | None = None
    response: Message | None = None
    error: str | None = None
    seconds: float = 0.0
    scenario: str | None = None
    persona: Persona | None = None
