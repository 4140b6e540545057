"""Who must not get in: without a token, with a bad one, without the scope or the role (engine.md 3 and 4)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from harness.probing.breach import CannotError
from harness.probing.scene import succeeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.probing.scene import Scene
    from reports.record import Persona

NO_CREDENTIALS = ("", "Bearer", "Basic YWRtaW46YWRtaW4=", "Token abcdef", "Bearer not.a.token")
# A server may refuse a header of this size by itself *(choice)*.
LARGE = 4096
UNAUTHENTICATED = frozenset({HTTPStatus.UNAUTHORIZED})
TOO_LARGE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE})
FORBIDDEN = frozenset({HTTPStatus.FORBIDDEN})


def no_token(scene: Scene) -> Iterator[None]:
    """Nobody gets in without a token, nor with what is none: 401."""
    bare = scene.ask(scene.valid, None)
    scene.expect(bare, UNAUTHENTICATED, "without a token")
    yield
    for shown in NO_CREDENTIALS:
        call = scene.ask(scene.valid, None, ("Authorization", shown))
        scene.expect(call, UNAUTHENTICATED, f"with Authorization: {shown or 'nothing'}")
        yield


def bad_token(scene: Scene) -> Iterator[None]:
    """Nobody gets in with a token of the catalogue of bad ones, though it is an admin's: 401."""
    if not scene.bench.bad:
        raise CannotError("IAM of this target has no catalogue of bad tokens")
    for person in scene.bench.bad:
        long = len(scene.bench.token_of(person)) > LARGE
        call = scene.ask(scene.valid, person)
        scene.expect(call, UNAUTHENTICATED | (TOO_LARGE if long else set()), f"with a token {person.flaw}")
        yield


def wrong_scope(scene: Scene) -> Iterator[None]:
    """Who lacks the scope that the operation needs gets 403; where who has it is refused, too, nothing is."""
    entitled = scene.ask(scene.valid, scene.cast.insider)
    if not succeeded(entitled):
        raise CannotError(f"even who has the scope was answered {entitled.status}")
    yield from _shut_out(scene, scene.cast.unscoped)


def wrong_role(scene: Scene) -> Iterator[None]:
    """Who has none of the roles that the operation needs gets 403: roles are compared whole."""
    yield from _shut_out(scene, scene.cast.outsiders)


def _shut_out(scene: Scene, people: tuple[Persona, ...]) -> Iterator[None]:
    for person in people:
        call = scene.ask(scene.valid, person)
        held = f"with scopes [{', '.join(person.scope)}] and roles [{', '.join(person.roles)}]"
        scene.expect(call, FORBIDDEN, held)
        yield
