"""What looks like a credential is refused, and comes back in no answer (engine.md 5.1 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.fuzzing.canaries import canaries
from harness.probing.breach import BreachError
from harness.probing.samples import at_place, samples
from harness.probing.scene import refused
from harness.probing.watching import everything_said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.fuzzing.canaries import Canary
    from harness.probing.samples import Path, Sample
    from harness.probing.scene import Scene

# A secret in a member that is dropped anyway may be dropped with it *(choice)*; these two are open.
DROPPED = frozenset({"context", "signal"})


def secret_echoed(scene: Scene) -> Iterator[None]:
    """Put a credential into each text of a body: it is refused, and never repeated."""
    seen: set[Path] = set()
    for valid in samples(scene.bench.document, scene.operation, scene.values):
        for leaf in valid.leaves():
            if leaf not in seen and isinstance(at_place(valid.body, leaf), str):
                seen.add(leaf)
                for canary in canaries(f"{scene.operation.name} {leaf}"):
                    scene.bench.hide(canary)
                    _send(scene, valid, leaf, canary)
                    yield


def _send(scene: Scene, valid: Sample, leaf: Path, canary: Canary) -> None:
    name, kind, secret = ".".join(map(str, leaf)), canary.kind, canary.secret
    call = scene.ask(valid.request_with(valid.with_text_at(leaf, f'"{secret}"')), scene.caller)
    if secret.lower() in everything_said(call).lower():
        raise BreachError(f"a {kind} in {name} comes back in an answer of {call.status}", call)
    if leaf[0] not in DROPPED and not refused(call := scene.settled(call)):
        raise BreachError(f"a {kind} in {name} was not refused: the answer is {call.status}", call)
