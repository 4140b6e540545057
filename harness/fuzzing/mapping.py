"""Which check stands for which requirement: the whole table, in one place.

Rule: every check that schemathesis has is either here with its requirements or in `UNUSED` with a reason;
a test compares both with the installed schemathesis. What it has no check for is ours (`OURS`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 3
# ST-MMM-01 and -02 are about who may call, never about what comes back
NOT_WHO = "(?!ST-).*"


@dataclass(frozen=True, slots=True)
class Blame:
    """What a breach of a check is blamed on, and so what its passing speaks for.

    `fixed` always; of the operation's own requirements (its x-requirements) those that `own` matches as a
    whole, if it is given. Never more than three together.
    """

    fixed: tuple[str, ...] = ()
    own: str | None = None

    def requirements(self, operation: tuple[str, ...]) -> tuple[str, ...]:
        """Return the requirements for an operation that names these as its own."""
        added = (each for each in operation if each not in self.fixed)
        own = (each for each in added if self.own is not None and re.fullmatch(self.own, each))
        return (*self.fixed, *own)[:MOST]


CHECKS: dict[str, Blame] = {
    # 4: never a 500 for anything that a caller can send
    "not_a_server_error": Blame(("NFR-4",)),
    # an answer that the contract does not know is a breach of what the operation is there for
    "status_code_conformance": Blame(own=NOT_WHO),
    "content_type_conformance": Blame(own=NOT_WHO),
    "response_schema_conformance": Blame(own=NOT_WHO),
    # the security headers and X-Request-ID on every answer, Retry-After and Allow where they belong
    "response_headers_conformance": Blame(("NFR-7",)),
    "positive_data_acceptance": Blame(own=NOT_WHO),
    # invalid input is refused; FR-1 says it of signals
    "negative_data_rejection": Blame(("NFR-4",), own="FR-1"),
    "missing_required_header": Blame(("NFR-4",)),
    # 4: an unknown method is refused with 405 and Allow
    "unsupported_method": Blame(("NFR-4",)),
    "ensure_resource_availability": Blame(own=NOT_WHO),
    # ST-MMM-01 and -02 say of some operations what NFR-7 says of all
    "ignored_auth": Blame(("NFR-7",), own="ST-.*"),
    "object_level_authorization": Blame(("NFR-5",)),
}


@dataclass(frozen=True, slots=True)
class Ours:
    """A check of our own: what its breach is blamed on, how it is told, and where it is written."""

    blame: Blame
    title: str
    source: str


# No answer within the time-out, a lost connection, an engine that died: told by whoever asked.
ANSWERS = "answers"
WHO = Blame(("NFR-7",), own="ST-.*")
OURS: dict[str, Ours] = {
    ANSWERS: Ours(Blame(("NFR-4",)), "does not answer", "engine.md 4"),
    "no_token": Ours(WHO, "lets a caller in who shows no token", "engine.md 3; RFC 6750 2.1, 3"),
    "bad_token": Ours(WHO, "lets a caller in with a token that is not good", "engine.md 3; RFC 7519 7.2"),
    "wrong_scope": Ours(WHO, "serves a caller who lacks its scope", "engine.md 3 and 4 (who)"),
    "wrong_role": Ours(
        Blame(("NFR-7",), own="ST-.*|FR-13"), "serves a caller who lacks its role", "engine.md 3 and 4 (who)"
    ),
    "other_tenant": Ours(
        Blame(("NFR-5",)), "lets another tenant see or change what is not its own", "engine.md 3 (isolation)"
    ),
    "nasty_input": Ours(
        Blame(("NFR-4",)), "fails for something that a caller can send", "engine.md 4; RFC 8259, RFC 9112"
    ),
    "security_headers": Ours(Blame(("NFR-7",)), "answers without a security header", "engine.md 4"),
    "error_model": Ours(Blame(("NFR-7",)), "refuses in another shape than every other", "engine.md 4"),
    "request_id": Ours(Blame(("NFR-7",)), "does not tell requests apart by X-Request-ID", "engine.md 4"),
    "secret_echoed": Ours(Blame(("NFR-7",)), "takes or repeats a secret", "engine.md 5.1 and 8"),
    "use_after_delete": Ours(Blame(own=NOT_WHO), "leaves alive what was deleted", "engine.md 4 and 8"),
    "mass_assignment": Ours(
        Blame(("NFR-4",), own=NOT_WHO), "lets a body set what is the engine's", "engine.md 3, 4 and 6"
    ),
    "repeated": Ours(
        Blame(own=NOT_WHO), "does something else when asked the same again", "engine.md 4 and 6; RFC 9110 9.2"
    ),
    # a bound far beyond every budget and all time-outs; the percentiles are measured under load
    "response_time": Ours(
        Blame(("NFR-1",)), "takes longer than every budget, again and again", "engine.md 2 and 10"
    ),
}

RULES: dict[str, Blame] = {**CHECKS, **{name: ours.blame for name, ours in OURS.items()}}

UNUSED: dict[str, str] = {
    "use_after_free": "deletion is soft (4): a deprecated playbook is still listed and may answer 409",
    "allow_header_conformance": "4 asks for an Allow header, which unsupported_method looks for, not for what"
    " is in it; routers that dispatch by method list one method only",
    "max_response_time": "latency is measured under load (NFR-1); no answer within the time-out is `answers`",
}

TITLES: dict[str, str] = {
    "not_a_server_error": "answers with a server error",
    "status_code_conformance": "answers with a status that the contract does not have",
    "content_type_conformance": "answers with a content type that the contract does not have",
    "response_schema_conformance": "answers with a body that breaks the contract",
    "response_headers_conformance": "answers with headers that break the contract",
    "positive_data_acceptance": "refuses a valid request",
    "negative_data_rejection": "accepts an invalid request",
    "missing_required_header": "accepts a request without a required header",
    "unsupported_method": "does not answer an unknown method with 405 and Allow",
    "ensure_resource_availability": "does not find what was just created",
    "ignored_auth": "lets a request in that nobody vouched for",
    "object_level_authorization": "shows one tenant's object to another",
    **{name: ours.title for name, ours in OURS.items()},
}


def requirements_of(rule: str, operation: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a breach of `rule` by an operation with these requirements is blamed on."""
    return RULES[rule].requirements(operation)
