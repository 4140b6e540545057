"""Security: who may call an operation, and by which schemes callers say who they are.

Rule: a scheme is known by what it says, not by its name: one that is called otherwise is still the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.compatibility.values import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.compatibility.ledger import Ledger, Scribe
    from contracts.compatibility.model import Spot
    from contracts.compatibility.nodes import Node

IDENTITY = ("type", "scheme", "in", "name")
URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways to be let in: schemes that are needed together, each with its scopes."""

    node: Node
    schemes: frozenset[str]
    scopes: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Access:
    """All ways to be let in; `holder` is the operation or the document that says so, or does not."""

    holder: Node
    ways: tuple[Way, ...]

    @property
    def spot(self) -> Spot:
        """Return where they are said, or the document that says nothing."""
        stated = self.holder.get("security")
        return self.holder.lack() if stated is None else stated.spot()

    @property
    def open(self) -> bool:
        """Say whether callers need not say who they are."""
        return not self.ways or any(not way.schemes for way in self.ways)

    @property
    def named(self) -> list[Way]:
        """Return the ways of those who say who they are."""
        return [way for way in self.ways if way.schemes]


def schemes_of(root: Node) -> dict[str, Node]:
    """Return the security schemes by name."""
    components = root.get("components")
    found = components.named("securitySchemes") if components else {}
    return {name: node.followed() for name, node in found.items()}


def access_of(operation: Node, root: Node, aliases: Mapping[str, str]) -> Access:
    """Return who may call an operation; `aliases` says by which name a scheme is known in both documents."""
    holder = operation if "security" in operation.mapping else root
    return Access(holder, tuple(_way(node, aliases) for node in holder.elements("security")))


def _way(node: Node, aliases: Mapping[str, str]) -> Way:
    named = {aliases.get(name, name): node.texts(name) for name in node.mapping}
    scopes = frozenset((name, scope) for name, listed in named.items() for scope in listed)
    return Way(node, frozenset(named), scopes)


def aliases_of(new: Mapping[str, Node], old: Mapping[str, Node]) -> dict[str, str]:
    """Return the old name of each scheme that says what one in the old document says by another name."""
    gone = {name: canonical(_said(old[name])) for name in sorted(old.keys() - new.keys(), reverse=True)}
    known = {said: name for name, said in gone.items()}
    come = {name: known.get(canonical(_said(new[name]))) for name in sorted(new.keys() - old.keys())}
    return {name: alias for name, alias in come.items() if alias is not None}


def _said(scheme: Node) -> dict[str, object]:
    return {key: value for key, value in scheme.mapping.items() if key != "description" and key[:2] != "x-"}


def compare_access(scribe: Scribe, old: Access, new: Access) -> None:
    """Note down what differs in who may call."""
    if old.open and not new.open:
        scribe.note("security-required", old.spot, new.spot)
    elif new.open and not old.open:
        scribe.note("security-no-longer-required", old.spot, new.spot)
    if old.named and new.named:
        _compare_ways(scribe, old, new)


def _compare_ways(scribe: Scribe, old: Access, new: Access) -> None:
    gone, come = list(old.named), list(new.named)
    for one in old.named:
        twin = next((other for other in come if _same(one, other)), None)
        if twin is not None:
            gone.remove(one)
            come.remove(twin)
    for one in list(gone):
        twin = next((other for other in come if other.schemes == one.schemes), None)
        if twin is not None:
            gone.remove(one)
            come.remove(twin)
            _compare_scopes(scribe, one, twin)
    for one in gone:
        rule = "no-longer-needed" if new.open else "removed"
        scribe.removed(f"security-alternative-{rule}", one.node, new.holder)
    for other in come:
        scribe.added("security-alternative-added", old.holder, other.node)


def _same(one: Way, other: Way) -> bool:
    return one.schemes == other.schemes and one.scopes == other.scopes


def _compare_scopes(scribe: Scribe, old: Way, new: Way) -> None:
    if new.scopes - old.scopes:
        scribe.changed("security-scope-added", old.node, new.node)
    if old.scopes - new.scopes:
        scribe.changed("security-scope-removed", old.node, new.node)


def compare_schemes(ledger: Ledger, old: Mapping[str, Node], new: Mapping[str, Node]) -> None:
    """Note down what differs in the schemes that both documents have."""
    for name in sorted(old.keys() & new.keys()):
        _compare_scheme(ledger, old[name], new[name])


def _compare_scheme(ledger: Ledger, old: Node, new: Node) -> None:
    if _identity(old) != _identity(new):
        ledger.note("security-scheme-changed", old.spot(), new.spot())
        return
    _compare_member(ledger, old, new, "openIdConnectUrl")
    before, after = old.members("flows"), new.members("flows")
    for flow in sorted({*before, *after}):
        was, now = before.get(flow), after.get(flow)
        if was is not None and now is not None:
            _compare_flow(ledger, was, now)
        elif was is not None:
            ledger.note("security-flow-removed", was.spot(), new.lack())
        elif now is not None:
            ledger.note("security-flow-added", old.lack(), now.spot())


def _identity(scheme: Node) -> list[str]:
    """Return what makes a scheme: its kind, and where it is sent; names of headers know no case."""
    said = [scheme.words(key) for key in IDENTITY]
    folds = scheme.words("in") == "header" or scheme.words("type") == "http"
    return [word.lower() for word in said] if folds else said


def _compare_member(ledger: Ledger, old: Node, new: Node, key: str) -> None:
    was, now = old.get(key), new.get(key)
    if old.words(key) != new.words(key):
        ledger.note(
            "security-url-changed", was.spot() if was else old.lack(), now.spot() if now else new.lack()
        )


def _compare_flow(ledger: Ledger, old: Node, new: Node) -> None:
    for key in URLS:
        _compare_member(ledger, old, new, key)
    before, after = old.named("scopes"), new.named("scopes")
    for scope in sorted(before.keys() - after.keys()):
        ledger.note("security-flow-scope-removed", before[scope].spot(), new.lack())
    for scope in sorted(after.keys() - before.keys()):
        ledger.note("security-flow-scope-added", old.lack(), after[scope].spot())
