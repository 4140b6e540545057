"""Our own checks: one visible dict of all, by the rule that each speaks for.

A new one is a generator in a module here, its line below, and its line in `OURS` of harness.fuzzing.mapping.
It yields once for each probe that found nothing wrong, raises BreachError at the first that did, and
CannotError where there is nothing to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.probing.checks.afterlife import AFTER, use_after_delete
from harness.probing.checks.assignment import WRITING, mass_assignment
from harness.probing.checks.doors import bad_token, no_token, wrong_role, wrong_scope
from harness.probing.checks.identity import request_id
from harness.probing.checks.inputs import nasty_input
from harness.probing.checks.isolation import other_tenant
from harness.probing.checks.repeats import promised, repeated
from harness.probing.checks.secrets import secret_echoed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contracts.routing import Operation
    from harness.probing.scene import Scene


@dataclass(frozen=True, slots=True)
class Check:
    """A check, and which operations it is about."""

    run: Callable[[Scene], Iterator[None]]
    about: Callable[[Operation], bool]


def _guarded(operation: Operation) -> bool:
    return not operation.public


def _every(_: Operation) -> bool:
    return True


# In this order, on each operation: what repeats the valid request comes before what changes its object.
CHECKS: Mapping[str, Check] = {
    "no_token": Check(no_token, _guarded),
    "repeated": Check(repeated, promised),
    "mass_assignment": Check(mass_assignment, lambda operation: operation.method in WRITING),
    "wrong_scope": Check(wrong_scope, lambda operation: bool(operation.scopes)),
    "wrong_role": Check(wrong_role, lambda operation: bool(operation.roles)),
    "other_tenant": Check(other_tenant, _guarded),
    "request_id": Check(request_id, _every),
    "secret_echoed": Check(secret_echoed, lambda operation: operation.refuses_secrets),
    "nasty_input": Check(nasty_input, _every),
    "use_after_delete": Check(use_after_delete, lambda operation: operation.name in AFTER),
    "bad_token": Check(bad_token, _guarded),
}
# Looked at in every answer to any of them: watching.py, scene.py.
WATCHED = ("security_headers", "error_model", "response_time")
