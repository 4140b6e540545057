"""What was deleted stays so: a deprecated playbook never fires, an erased actor wants nothing (4 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.driving.builders import a_playbook
from harness.probing.breach import BreachError, CannotError
from harness.probing.scene import parsed, succeeded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from harness.fuzzing.wire import Call
    from harness.probing.scene import Scene
    from reports.record import Persona

PUBLISH = "POST /playbooks/{playbook_id}/publish"
CHANGE = "PUT /playbooks/{playbook_id}"
WANTS = "/actors/{actor_id}/preferences"


def use_after_delete(scene: Scene) -> Iterator[None]:
    """Use again what was deleted: it is not there."""
    yield from AFTER[scene.operation.name](scene)


def _playbook(scene: Scene) -> Iterator[None]:
    """Publish, see it fire, delete it, try to bring it back, and see that it does not fire."""
    made = _ask(scene, "POST /playbooks", {}, body=a_playbook(name="Soon gone"))
    identity = {"playbook_id": str(_object(parsed(made)).get("playbook_id", ""))}
    published = _ask(scene, PUBLISH, identity)
    before = _decided(scene, scene.cast.insider)
    if identity["playbook_id"] not in fired(before):
        raise CannotError("the playbook did not fire before it was deleted")
    deleted = scene.ask(scene.valid.with_path("playbook_id", identity["playbook_id"]), scene.cast.admin)
    if not succeeded(deleted):
        raise CannotError(f"its deletion was answered {deleted.status}")
    story = [made, published, before, deleted]
    again = [_ask(scene, name, identity) for name in (CHANGE, PUBLISH) if scene.bench.operation(name)]
    after = _decided(scene, scene.cast.second)
    if not succeeded(after):
        raise CannotError(f"the decision afterwards was answered {after.status}")
    if identity["playbook_id"] in fired(after):
        raise BreachError("a playbook that was deleted fires", *story, *again, after)
    yield


def _actor(scene: Scene) -> Iterator[None]:
    """Let an actor want something, erase it, and see that nothing of that is left."""
    actor = {"actor_id": scene.cast.insider.sub}
    wanted = _ask(scene, f"PUT {WANTS}", actor, body={"opt_out_categories": ["mentor"]})
    before = _ask(scene, f"GET {WANTS}", actor)
    if _opted_out(before) != ["mentor"]:
        raise CannotError("the actor's preferences could not be written")
    erased = scene.ask(scene.valid.with_path("actor_id", actor["actor_id"]), scene.cast.admin)
    if not succeeded(erased):
        raise CannotError(f"the erasure was answered {erased.status}")
    after = _ask(scene, f"GET {WANTS}", actor)
    if succeeded(after) and _opted_out(after):
        raise BreachError("what an erased actor wanted is still there", wanted, before, erased, after)
    yield


AFTER: Mapping[str, Callable[[Scene], Iterator[None]]] = {
    "DELETE /playbooks/{playbook_id}": _playbook,
    "DELETE /actors/{actor_id}": _actor,
}


def _ask(scene: Scene, name: str, path: Mapping[str, str], body: Any = None) -> Call:  # noqa: ANN401 - JSON
    asked = scene.sample_of(name, {**scene.values, **path})
    return scene.ask(asked.with_members(**body) if body is not None else asked, scene.cast.admin)


def _decided(scene: Scene, by: Persona) -> Call:
    return scene.ask(scene.sample_of("POST /decide"), by)


def fired(call: Call) -> list[str]:
    """Return the playbooks that fired in a decision."""
    decision = _object(parsed(call)).get("decision") if succeeded(call) else None
    actions = _object(decision).get("actions")
    found = actions if isinstance(actions, list) else []
    return [str(_object(action).get("playbook_id")) for action in found]


def _object(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON value
    return value if isinstance(value, dict) else {}


def _opted_out(call: Call) -> object:
    return _object(parsed(call)).get("opt_out_categories")
