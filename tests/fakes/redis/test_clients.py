"""Real clients, unmodified, over either backend."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import redis
import redis.asyncio
import valkey

from fakes.redis.memory.store import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.redis.house import Place

INCREASE = "local n = redis.call('INCRBY', KEYS[1], ARGV[1]) return {KEYS[1], n}"


@pytest.fixture(params=["redis-py RESP2", "redis-py RESP3", "valkey-py RESP2", "valkey-py RESP3"])
def client(request: pytest.FixtureRequest, place: Place) -> Iterator[Any]:
    library, _, protocol = request.param.partition(" RESP")
    made: Any = redis.Redis if library == "redis-py" else valkey.Valkey
    with made.from_url(place.url, protocol=int(protocol), decode_responses=True) as opened:
        yield opened


def test_strings_hashes_and_sorted_sets(client: Any) -> None:  # noqa: ANN401 -- either library's client
    assert client.set("k", "v", ex=100)
    assert (client.get("k"), client.ttl("k")) == ("v", 100)
    assert client.hset("h", mapping={"a": "1", "b": "2"}) == 2
    assert client.hgetall("h") == {"a": "1", "b": "2"}
    assert client.zadd("z", {"a": 1, "b": 2.5}) == 2
    assert [tuple(pair) for pair in client.zrange("z", 0, -1, withscores=True)] == [("a", 1.0), ("b", 2.5)]
    assert client.info("server")["redis_version"] == "7.2.4"


def test_a_pipeline_and_a_transaction_that_is_watched(client: Any) -> None:  # noqa: ANN401 -- as above
    with client.pipeline() as pipeline:
        pipeline.watch("n")
        client.set("n", "changed")
        pipeline.multi()
        pipeline.incr("n")
        with pytest.raises((redis.WatchError, valkey.WatchError)):
            pipeline.execute()
    with client.pipeline(transaction=False) as pipeline:
        pipeline.set("n", 1).incr("n").get("n")
        assert pipeline.execute() == [True, 2, "2"]


def test_a_script_is_loaded_when_it_is_missing(client: Any) -> None:  # noqa: ANN401 -- as above
    increase = client.register_script(INCREASE)

    assert increase(keys=["n"], args=[5]) == ["n", 5]
    assert increase(keys=["n"], args=[5]) == ["n", 10]


def test_a_client_that_is_killed_or_quits_is_gone_behind_its_answers(place: Place) -> None:
    killed, killer = place.wire(), place.wire()
    (number,) = killed.ask([b"CLIENT", b"ID"])

    assert killer.ask([b"CLIENT", b"KILL", b"ID", number[1:-2]]) == [b":1\r\n"]
    killer.send(b"SET k v\r\nQUIT\r\nSET k w\r\n")

    assert killed.rest() == b""
    assert killer.rest() == b"+OK\r\n+OK\r\n"
    assert place.wire().ask([b"GET", b"k"]) == [b"$1\r\nv\r\n"]


def test_messages_arrive(client: Any) -> None:  # noqa: ANN401 -- as above
    with client.pubsub() as listener:
        listener.subscribe("news")
        listener.psubscribe("n*")
        assert [listener.get_message(timeout=5)["type"] for _ in range(2)] == ["subscribe", "psubscribe"]

        assert client.publish("news", "hello") == 2

        heard = [listener.get_message(timeout=5) for _ in range(2)]
    assert [message["type"] for message in heard] == ["message", "pmessage"]
    assert {message["data"] for message in heard} == {"hello"}


@pytest.mark.parametrize("protocol", [2, 3])
async def test_redis_py_asynchronously(place: Place, protocol: int) -> None:
    async with redis.asyncio.Redis.from_url(place.url, protocol=protocol, decode_responses=True) as opened:
        async with opened.pipeline() as pipeline:
            pipeline.set("k", "v")
            pipeline.get("k")
            assert await pipeline.execute() == [True, "v"]
        assert await opened.eval(INCREASE, 1, "n", "3") == ["n", 3]
        with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
            await opened.lpush("k", "x")


def test_an_injected_error_is_the_clients_own_exception(memory: Place) -> None:
    memory.script({"kind": "error", "error": "READONLY"}, "SET")

    with redis.Redis.from_url(memory.url) as opened, pytest.raises(redis.ReadOnlyError):
        opened.set("k", "v")


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name.replace("redis-", "valkey-"))
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: redis-tools)")
    return found


def port_of(place: Place) -> str:
    return place.url.rpartition(":")[2].partition("/")[0]


def test_redis_cli(place: Place) -> None:
    lines = b"SET k 'a b'\nGET k\nMULTI\nINCR n\nEXEC\nNOSUCH\n"
    command = (program("redis-cli"), "-p", port_of(place))

    told = subprocess.run(command, input=lines, capture_output=True, timeout=30, check=True).stdout
    shown = subprocess.run((*command, "-3", "HELLO"), capture_output=True, timeout=30, check=True).stdout

    assert told.splitlines()[:5] == [b"OK", b"a b", b"OK", b"QUEUED", b"1"]
    assert b"unknown command" in told
    assert VERSION.encode() in shown


def test_redis_benchmark(place: Place) -> None:
    measured = ("-n", "400", "-c", "4", "-P", "4", "-t", "ping,set,get,incr,hset,zadd", "--csv")
    command = (program("redis-benchmark"), "-p", port_of(place), *measured)

    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    names = [line.split(",")[0].strip('"') for line in told.stdout.splitlines()[1:]]
    assert names == ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "HSET", "ZADD"]
