"""Memory backend, valkey backend and a bare Valkey answer alike, byte by byte, over sequences of commands.

`nox -s redis-proof` runs it whole: 20,000 commands and more, RESP2 and RESP3, pipelined and not.
"""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakeredis._commands import SUPPORTED_COMMANDS
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from fakes.redis.inline import split_words
from fakes.redis.memory.commands import known
from tests.fakes.redis.commands import DRAWS
from tests.fakes.redis.exceptions import ERRORS_FIRST, EXCEPTIONS
from tests.fakes.redis.house import real_valkey, standing
from tests.fakes.redis.wire import RedisWire, frames_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.fakes.redis.exceptions import Difference

Command = list[bytes]
MEMORY = "memory"
AT_MOST = 20
COMMANDS_A_STEP = 8
STEPS = 25
WRONG_TYPE = b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
DOCS = Path(__file__).parents[3] / "docs" / "fakes.md"
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
        self.queued: list[list[Command]] = [[], []]

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
            self.queueing[at], self.queued[at] = True, []
        answers = {
            name: peer.ask(at, self.queueing, commands, pipelined=pipelined)
            for name, peer in self.peers.items()
        }
        if {b"EXEC", b"DISCARD"} & set(names):
            self.queueing[at] = False
        type(self).sent += len(commands)
        expected = answers["bare"]
        groups = [commands] if pipelined else [[command] for command in commands]
        groups.append([])  # what came for the other connection answers nothing
        for name, answer in answers.items():
            assert [len(part) for part in answer] == [len(part) for part in expected], (name, commands)
            for group, wanted, given in zip(groups, expected, answer, strict=False):
                for command, *replies in zip(answered(group, wanted), wanted, given, strict=True):
                    same = alike(command, self.queued[at], *replies, memory=name == MEMORY)
                    assert same, (name, commands, *replies)
        for group, replies in zip(groups, expected, strict=False):
            pairs = zip(group, replies, strict=False)
            self.queued[at] += [command for command, reply in pairs if reply == b"+QUEUED\r\n"]

    def teardown(self) -> None:
        for peer in getattr(self, "peers", {}).values():
            peer.close()


def answered(commands: list[Command], frames: list[bytes]) -> list[Command]:
    """Return which command each frame answers; a nameless one where there are messages among them."""
    return commands if len(commands) == len(frames) else [[b""]] * len(frames)


def alike(command: Command, queued: list[Command], wanted: bytes, given: bytes, *, memory: bool) -> bool:
    """Say whether two replies are the same; a TTL may have run on, of two errors the other be told."""
    name = command[0].upper()
    if wanted == given:
        return True
    if name == b"TTL" and wanted[:1] == given[:1] == b":":
        left = (int(wanted[1:]), int(given[1:]))
        return min(left) >= 0 and abs(left[0] - left[1]) <= 2
    if memory and name == b"EXEC" and wanted[:1] == given[:1] == b"*":
        ours, theirs = frames_in(wanted), frames_in(given)
        return len(queued) == len(ours) == len(theirs) and all(
            alike(one, [], *replies, memory=True) for one, *replies in zip(queued, ours, theirs, strict=True)
        )
    return memory and (wanted.rstrip(), given.rstrip()) in ERRORS_FIRST.get(name, ())


@pytest.mark.parametrize(
    ("name", "wanted", "given", "memory"),
    [
        (b"TTL", b":10\r\n", b":7\r\n", True),
        (b"TTL", b":1\r\n", b":-1\r\n", True),
        (b"TTL", b":-1\r\n", b":-2\r\n", True),
        (b"EXISTS", b":1\r\n", b":0\r\n", True),
        (b"ZADD", b"-ERR value is not a valid float\r\n", b"-ERR syntax error\r\n", True),
        (b"ZADD", b"-ERR value is not a valid float\r\n", WRONG_TYPE, False),
        (b"HINCRBY", b"-ERR value is not a valid float\r\n", WRONG_TYPE, True),
        (b"HINCRBY", WRONG_TYPE, b"-ERR value is not an integer or out of range\r\n", True),
        (b"EXEC", b"*1\r\n:1\r\n", b"*1\r\n:2\r\n", True),
    ],
)
def test_what_differs_is_not_taken_for_alike(
    name: bytes, wanted: bytes, given: bytes, *, memory: bool
) -> None:
    assert not alike([name], [[b"INCR", b"k"]], wanted, given, memory=memory)


@pytest.mark.parametrize(
    ("name", "wanted", "given"),
    [
        (b"ttl", b":10\r\n", b":8\r\n"),
        (b"ZADD", b"-ERR value is not a valid float\r\n", WRONG_TYPE),
        (b"EXEC", b"*1\r\n-ERR value is not a valid float\r\n", b"*1\r\n" + WRONG_TYPE),
    ],
)
def test_what_may_differ_is_taken_for_alike(name: bytes, wanted: bytes, given: bytes) -> None:
    assert alike([name], [[b"ZADD", b"k"]], wanted, given, memory=True)


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

    assert not re.fullmatch(exception.bare, replies[MEMORY], re.DOTALL), "it differs no more: take it out"
    assert re.fullmatch(exception.bare, replies["bare"], re.DOTALL)
    assert re.fullmatch(exception.memory, replies[MEMORY], re.DOTALL)
    assert re.fullmatch(exception.bare, replies["valkey"], re.DOTALL)
    assert replies["valkey"] == replies["bare"] or not exception.steady


def test_what_the_memory_backend_does_not_know_is_what_is_said(peers: dict[str, str]) -> None:
    section = (
        DOCS.read_text().partition("### What the memory backend lacks\n")[2].partition("\n\nIt takes")[0]
    )
    said = set(re.findall("`([^`]+)`", section))
    told = first_of(peers["bare"], [b"COMMAND", b"LIST"])
    names = {frame.split(b"\r\n")[1].upper().replace(b"|", b" ") for frame in frames_in(told)}

    replies = {name.decode(): first_of(peers[MEMORY], name.split()) for name in sorted(names)}

    unknown = {name for name, reply in replies.items() if reply.startswith(b"-ERR unknown ")}
    assert {name for name in unknown if name in said or name.split()[0] not in unknown} == said
    assert [name for name, reply in replies.items() if b"this fake has a bug" in reply] == []


def first_of(url: str, command: Command) -> bytes:
    """Return the reply on a connection of its own: a command may end it, or leave it in a state."""
    wire = RedisWire(url)
    (reply,) = wire.ask(command)
    wire.close()
    return reply


@pytest.mark.parametrize(
    "command",
    [
        b"ZRANDMEMBER nope",
        b"ZRANDMEMBER nope 2",
        b"ZRANDMEMBER nope x y",
        b"ZRANDMEMBER z -2 WITHSCORES",
        b"ZRANDMEMBER z 5",
        b"ZRANDMEMBER s",
        b"HRANDFIELD nope",
        b"HRANDFIELD nope 2",
        b"HRANDFIELD nope x y",
        b"HRANDFIELD h -2 WITHVALUES",
        b"HRANDFIELD h 5",
        b"HRANDFIELD h 1 y",
        b'ACL CAT ""',
        b"ACL CAT @read",
        b"ACL CAT a b",
        b"EVAL_RO",
        b"EVALSHA_RO x",
        b"SCRIPT SHOW",
    ],
    ids=bytes.decode,
)
@pytest.mark.parametrize("protocol", [b"2", b"3"])
def test_the_memory_backend_answers_alike_what_it_once_did_not(
    peers: dict[str, str], command: bytes, protocol: bytes
) -> None:
    before = [b"SET", b"s", b"v"], [b"HSET", b"h", b"f", b"v"], [b"ZADD", b"z", b"1", b"m"]
    replies = {}
    for name, url in peers.items():
        peer = Peer(url, protocol)
        *_, replies[name] = peer.wires[0].ask(*before, split_words(command))
        peer.close()

    assert replies == dict.fromkeys(peers, replies["bare"])


def test_a_copy_is_another_value(peers: dict[str, str]) -> None:
    values = [b"ZADD z 1 m", b"HSET h f v", b"RPUSH l a", b"SADD m a"]
    copies = [b"COPY z z2 DB 1", b"COPY h h2 DB 1", b"COPY l l2 DB 1", b"COPY m m2 DB 1"]
    changes = [b"ZADD z2 2 n", b"HSET h2 n n", b"RPUSH l2 b", b"SADD m2 b"]
    sizes = [b"ZCARD z", b"HLEN h", b"LLEN l", b"SCARD m"]
    values.append(b"EXPIREAT z 99999999999")
    changes.append(b"EXPIRETIME z2")
    for url in peers.values():
        peer = Peer(url, b"2")
        sent = (*values, *copies, b"SELECT 1", *changes, b"SELECT 0", *sizes)
        replies = peer.wires[0].ask(*[command.split() for command in sent])
        peer.close()

        assert replies[10:15] == [b":1\r\n", b":1\r\n", b":2\r\n", b":1\r\n", b":99999999999\r\n"]
        assert replies[16:] == [b":1\r\n"] * 4


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
