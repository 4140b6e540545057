"""redis-py's own tests against the Redis fake: `nox -s redis-py-tests`.

Rule: its files run as they are; a bare Valkey takes them too, since not all of them are made for one. What is
left out needs what nobody here offers: a cluster, a sentinel, modules, a server on port 6379.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from contextlib import ExitStack
from pathlib import Path

from harness.processes import work_directory
from tests.fakes.redis.house import real_valkey, standing

FAMILIES = {
    "strings, expiry": (
        "test_commands.py",
        "set_ get_ incr decr append expire pexpire ttl pttl persist mset mget",
    ),
    "hashes": ("test_commands.py", "hset hget hdel hexists hkeys hvals hincrby hlen hmget hmset hstrlen"),
    "sorted sets": ("test_commands.py", "z"),
    "client, connection": ("test_commands.py", "client echo ping info select"),
    "pipelines, transactions": ("test_pipeline.py", ""),
    "scripts": ("test_scripting.py", ""),
    "pub/sub": ("test_pubsub.py", ""),
    "locks": ("test_lock.py", ""),
    "asyncio pipelines": ("test_asyncio/test_pipeline.py", ""),
    "asyncio scripts": ("test_asyncio/test_scripting.py", ""),
    "asyncio pub/sub": ("test_asyncio/test_pubsub.py", ""),
}
LEFT_OUT = (
    "not sentinel and not acl and not client_setinfo"  # "cluster" would leave out what is marked noncluster
)
PATIENCE = 600
QUIET = (
    "-q",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:schemathesis",
    "--override-ini=addopts=",
)


def main(sdist: Path) -> None:
    """Run every family on every server and print the table."""
    with ExitStack() as stack:
        place = stack.enter_context(work_directory())
        with tarfile.open(sdist) as archive:
            archive.extractall(place, filter="data")
        bare, upstream = (stack.enter_context(real_valkey()) for _ in range(2))
        memory, proxied = (stack.enter_context(standing(where)).url for where in (None, upstream))
        servers = {"valkey, bare": bare, "valkey backend": proxied, "memory backend": memory}
        sys.stdout.write(f"| family | {' | '.join(servers)} |\n|---|{'---|' * len(servers)}\n")
        for family, (file, words) in FAMILIES.items():
            rates = [passed(next(place.glob("redis-*")), url, file, words) for url in servers.values()]
            sys.stdout.write(f"| {family} | {' | '.join(rates)} |\n")
            sys.stdout.flush()


def passed(home: Path, url: str, file: str, words: str) -> str:
    """Return how many of a file's tests pass, of those that do not skip themselves."""
    wanted = " or ".join(f"test_{word}" for word in words.split())
    chosen = f"({wanted}) and {LEFT_OUT}" if wanted else LEFT_OUT
    database = url.rpartition("/")[0] + "/9"
    command = (
        sys.executable,
        "-m",
        "pytest",
        f"tests/{file}",
        "-k",
        chosen,
        f"--redis-url={database}",
        *QUIET,
    )
    told = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=PATIENCE, check=False)
    last = told.stdout.strip().splitlines()[-1] if told.stdout.strip() else "nothing"
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", last)}
    if not counts:
        raise RuntimeError(f"{file} did not run: {told.stdout[-2000:]}{told.stderr[-2000:]}")
    return f"{counts.get('passed', 0)} of {sum(counts.values())}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
