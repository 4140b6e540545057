"""What is wrong with what `python -m fakes` is asked for.

Rule: pure; each answer is one line that names the input and the mend. Whether a name is a fake's is asked by
`fakes.running`, for everybody.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fakes.catalogue import FAKES, REDIS, REDIS_CONTROL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_KNOWN = (*FAKES, REDIS)
_NO_DATABASE = ("", "/", "/0")  # 0 is what a client that chooses none has anyhow


def names_in(only: str | None) -> list[str]:
    """Return the names that are asked for; all where none are named."""
    if only is None:
        return [*_KNOWN]
    return [name.strip() for name in only.split(",")]


def wrong_usage(
    only: Collection[str], ports: Mapping[str, int], redis_upstream: str | None, host: str
) -> str | None:
    """Return the first thing that is wrong; None where nothing is."""
    wrong = (_of_names(only), _of_ports(ports, only), _of_upstream(redis_upstream, only), _of_host(host))
    return next(chain(*wrong), None)


def _of_names(only: Collection[str]) -> Iterator[str]:
    if REDIS_CONTROL in only and REDIS not in only:
        yield f"--only {REDIS_CONTROL}: it is the control API of {REDIS} and comes with it; name {REDIS}"


def _of_ports(ports: Mapping[str, int], only: Collection[str]) -> Iterator[str]:
    for name, port in ports.items():
        owner = REDIS if name == REDIS_CONTROL else name
        if owner in _KNOWN and owner not in only:
            yield f"--port {name}={port}: {owner} is not started; name it in --only, or leave the port out"


def _of_upstream(url: str | None, only: Collection[str]) -> Iterator[str]:
    if url is None:
        return
    if REDIS not in only:
        yield f"--redis-upstream: {REDIS} is not started; name it in --only, or leave the upstream out"
    told = url.rpartition("@")[2]  # what is before it may be a password
    if not _is_redis(url):
        yield f"--redis-upstream {told}: no server's address; give redis://[user:password@]host[:port]"
    elif urlsplit(url).path not in _NO_DATABASE:
        yield f"--redis-upstream {told}: each client chooses its database; leave what is behind the port out"


def _of_host(host: str) -> Iterator[str]:
    if not host:
        yield "--host names no address; give one of this machine's, or leave it out"


def _is_redis(url: str) -> bool:
    try:
        place = urlsplit(url)
        return place.scheme == "redis" and bool(place.hostname) and place.port != 0
    except ValueError:  # a port that is none
        return False
