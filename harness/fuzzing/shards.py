"""The contract in shards: which process looks at which operations.

Rules: pure, and the same on every machine and for every engine, so that a seed has one list of cases. An
operation is in one shard with all that is asked of it: nothing is told twice. Operations of which one hands a
value to the other (a link with an expression) stay together: each such chain is followed to its end. A link
that hands on nothing says only what might come next, and nearly everything has one to `decide`; it is
followed where both its ends are in one shard. The operations of a path stay together, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.coverage import operations_of
from contracts.parts import Part, follow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from contracts.document import Document

# Two, whatever the machine has: a third process would wait for the engine, which needs a processor, too.
SHARDS = 2


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several processes over one contract; the only one, unless it is told otherwise."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        """Return it as it is written: 1/2."""
        return f"{self.number}/{self.of}"

    @property
    def tag(self) -> str:
        """Return what tells its people, files and exchanges from those of the others.

        >>> Shard(2, 2).tag, Shard().tag
        ('-2', '')
        """
        return f"-{self.number}" if self.of > 1 else ""

    def operations(self, document: Document) -> tuple[str, ...]:
        """Return the names of its operations, in the order of the contract."""
        cost = {name: len(points) for name, points in operations_of(document).items()}
        own = balanced(bound(document), cost, self.of)[self.number - 1]
        return tuple(each.name for each in document.operations if each.name in own)


WHOLE = Shard()


def read_shard(text: str) -> Shard:
    """Return the shard that a text like 1/2 means; ValueError says what is wrong with any other.

    >>> read_shard("1/2")
    Shard(number=1, of=2)
    """
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise ValueError(f"{text!r} is no shard: it is the number of one and how many there are, like 1/2")
    return Shard(int(number), int(of))


def all_shards() -> tuple[Shard, ...]:
    """Return the shards of a run."""
    return tuple(Shard(number, SHARDS) for number in range(1, SHARDS + 1))


def balanced(
    groups: Sequence[frozenset[str]], cost: Mapping[str, int], count: int
) -> tuple[frozenset[str], ...]:
    """Deal the groups out, the dearest first, each to the shard that has least so far.

    What an operation costs is told by the points that its contract has: as many cases are made of them.
    """
    shards: list[frozenset[str]] = [frozenset()] * count
    for group in sorted(groups, key=lambda each: (-_sum(each, cost), min(each))):
        least = min(range(count), key=lambda at: _sum(shards[at], cost))
        shards[least] |= group
    return tuple(shards)


def _sum(names: Collection[str], cost: Mapping[str, int]) -> int:
    return sum(cost[name] for name in names)


def bound(document: Document) -> tuple[frozenset[str], ...]:
    """Return the operations in groups between which no value is handed on and no path is shared."""
    groups = [frozenset({operation.name}) for operation in document.operations]
    for ends in (*_paths(document), *_links(document)):
        joined = [group for group in groups if group & ends]
        groups = [group for group in groups if not group & ends] + [frozenset().union(*joined)]
    return tuple(groups)


def _paths(document: Document) -> Iterator[frozenset[str]]:
    """Yield the operations at each path: methods that it does not have are tried once for all of them."""
    for path in dict.fromkeys(operation.template for operation in document.operations):
        yield frozenset(each.name for each in document.operations if each.template == path)


def _links(document: Document) -> Iterator[frozenset[str]]:
    """Yield both ends of each link that hands a value on."""
    root = Part("", document.raw)
    named = {operation.operation_id: operation.name for operation in document.operations}
    for operation in document.operations:
        node = root.at("paths", operation.template, operation.method.lower())
        for status in node.value["responses"]:
            answer = follow(root, node.at("responses", status))
            for name in answer.value.get("links", {}):
                link = follow(root, answer.at("links", name)).value
                if _expresses([link.get("parameters"), link.get("requestBody")]):
                    yield frozenset({operation.name, named[link["operationId"]]})


def _expresses(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether anything in it is taken from the request or the answer before."""
    if isinstance(value, dict):
        return any(map(_expresses, value.values()))
    if isinstance(value, list):
        return any(map(_expresses, value))
    return isinstance(value, str) and (value.startswith("$") or "{$" in value)
