"""Memory backend, valkey backend and a bare Valkey answer alike, byte by byte, over sequences of commands.

`nox -s redis-proof` runs it whole: 20,000 commands and more, RESP2 and RESP3, pipelined and not.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from fakeredis._commands import SUPPORTED_COMMANDS
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from fakes.redis.memory.commands import known
from tests.fakes.redis.commands import DRAWS
from tests.fakes.redis.exceptions import ERRORS, ERRORS_FIRST, EXCEPTIONS
from tests.fakes.redis.house import real_valkey, standing
from tests.fakes.redis.wire import RedisWire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.fakes.redis.exceptions import Difference

Command = list[bytes]
MEMORY = "memory"
AT_MOST = 20
COMMANDS_A_STEP = 8
STEPS = 25
COMMANDS_AN_EXAMPLE = 40  # the least, on the average


@pytest.fixture(scope="module")
def peers() -> Iterator[dict[str, str]]:
    """The bare server, and the fake over either backend (the valkey one over a server of its own)."""
    with ExitStack() as stack:
        bare, upstream = (stack.enter_context(real_valkey()) for _ in range(2))
        memory, proxied = (stack.enter_context(standing(where)) for where in (None, upstream))
        yield {"bare": bare, "valkey": proxied.url, MEMORY: memory.url}


class Peer:
    """Two connections to one server, and whether each is between MULTI and EXEC."""

    def __init__(self, url: str, protocol: bytes) -> None:
        self.wires = [RedisWire(url), RedisWire(url)]
        self.wires[0].ask([b"FLUSHALL"], [b"SCRIPT", b"FLUSH"])
        for wire in self.wires:
            wire.ask([b"HELLO", protocol])

    def ask(
        self, at: int, queueing: list[bool], commands: list[Command], *, pipelined: bool
    ) -> list[list[bytes]]:
        """Return what came for the commands, and then what came for the other connection meanwhile."""
        wire, other = self.wires[at], self.wires[1 - at]
        groups = [commands] if pipelined else [[command] for command in commands]
        ask = wire.ask if queueing[at] else wire.exchange
        came = [ask(*group) for group in groups]
        return came if queueing[1 - at] else [*came, other.exchange()]

    def close(self) -> None:
        for wire in self.wires:
            wire.close()


class Comparison(RuleBasedStateMachine):
    """Every server is sent the same, and answers the same."""

    urls: dict[str, str]
    sent = 0

    @initialize(protocol=st.sampled_from([b"2", b"3"]))
    def begin(self, protocol: bytes) -> None:
        self.peers = {name: Peer(url, protocol) for name, url in self.urls.items()}
        self.queueing = [False, False]

    @rule(
        family=st.sampled_from(sorted(set(DRAWS) - {"transactions"})),
        draw=st.randoms(use_true_random=False),
        size=st.integers(1, COMMANDS_A_STEP),
        at=st.integers(0, 1),
        pipelined=st.booleans(),
    )
    def one_family(self, family: str, draw: Random, size: int, at: int, *, pipelined: bool) -> None:
        commands = [DRAWS[family](draw) for _ in range(size)]
        self.compare(at, [command for command in commands if self.settled(at, command)], pipelined=pipelined)

    @rule(draw=st.randoms(use_true_random=False), at=st.integers(0, 1))
    def a_transaction(self, draw: Random, at: int) -> None:
        self.compare(at, [DRAWS["transactions"](draw)], pipelined=False)

    def settled(self, at: int, command: Command) -> bool:
        """Say whether a command may be sent: amid MULTI what counts seconds or resets would blur the rest."""
        return not self.queueing[at] or command[0].upper() not in (b"TTL", b"RESET")

    def compare(self, at: int, commands: list[Command], *, pipelined: bool) -> None:
        if not commands:
            return
        names = [command[0].upper() for command in commands]
        if b"MULTI" in names:  # its marker would be queued
            self.queueing[at] = True
        answers = {
            name: peer.ask(at, self.queueing, commands, pipelined=pipelined)
            for name, peer in self.peers.items()
        }
        if {b"EXEC", b"DISCARD"} & set(names):
            self.queueing[at] = False
        type(self).sent += len(commands)
        for name, answer in answers.items():
            expected = answers["bare"]
            assert [len(part) for part in answer] == [len(part) for part in expected], (name, commands)
            for given, wanted in zip(chain(*answer), chain(*expected), strict=True):
                assert alike(wanted, given, names, memory=name == MEMORY), (name, commands, wanted, given)

    def teardown(self) -> None:
        for peer in getattr(self, "peers", {}).values():
            peer.close()


def alike(wanted: bytes, given: bytes, names: list[bytes], *, memory: bool) -> bool:
    """Say whether two replies are the same; seconds left may have passed, and errors may be told first."""
    if wanted == given:
        return True
    if b"TTL" in names and wanted[:1] == given[:1] == b":":
        return abs(int(wanted[1:]) - int(given[1:])) <= 2
    if not memory:
        return False
    if wanted[:1] == given[:1] == b"*":  # what an EXEC has gathered
        return same_but_for_errors(wanted, given)
    return bool(ERRORS_FIRST & set(names)) and wanted.startswith(ERRORS) and given.startswith(ERRORS)


def same_but_for_errors(wanted: bytes, given: bytes) -> bool:
    lines, others = wanted.split(b"\r\n"), given.split(b"\r\n")
    return len(lines) == len(others) and all(
        line == other or (line.startswith(ERRORS) and other.startswith(ERRORS))
        for line, other in zip(lines, others, strict=True)
    )


def test_all_three_answer_alike(peers: dict[str, str]) -> None:
    class Machine(Comparison):
        urls = peers

    chosen = settings(  # how many examples is the profile's to say: redis-proof has more
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )

    run_state_machine_as_test(Machine, settings=chosen)

    sys.stdout.write(f"{Machine.sent} commands\n")
    assert Machine.sent >= chosen.max_examples * COMMANDS_AN_EXAMPLE


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda exception: exception.name)
def test_a_known_difference_still_differs(peers: dict[str, str], exception: Difference) -> None:
    replies = {}
    for name, url in peers.items():
        peer = Peer(url, b"2")
        *_, replies[name] = peer.wires[0].ask(*exception.before, exception.shown)
        peer.close()

    assert replies[MEMORY] != replies["bare"], "it differs no more: take it out of EXCEPTIONS"


def test_the_memory_backend_knows_no_command_that_valkey_does_not(peers: dict[str, str]) -> None:
    ours = sorted(name for name in SUPPORTED_COMMANDS if known(name))
    wire = RedisWire(peers["bare"])

    told = wire.ask(*([b"COMMAND", b"INFO", name.replace(" ", "|").encode()] for name in ours))
    wire.close()

    nothing = (b"*1\r\n$-1\r\n", b"*1\r\n*-1\r\n")
    assert [name for name, reply in zip(ours, told, strict=True) if reply in nothing] == []


def test_the_known_differences_are_few_and_each_has_a_reason() -> None:
    assert len(EXCEPTIONS) <= AT_MOST
    assert len({exception.name for exception in EXCEPTIONS}) == len(EXCEPTIONS)
    assert all(exception.why for exception in EXCEPTIONS)
