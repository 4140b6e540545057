"""Which backend: the real server at a URL, or the memory of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.redis.valkey import ValkeyBackend

if TYPE_CHECKING:
    from fakes.redis.backend import Backend


def backend_of(upstream: str | None, own_password: str | None = None) -> Backend:
    """Return the valkey backend for a URL (with the fake's own password), the memory backend for none."""
    if upstream is not None:
        return ValkeyBackend(upstream, own_password)
    from fakes.redis.memory.backend import MemoryBackend  # noqa: PLC0415 -- fakeredis and Lua are loaded for it alone

    return MemoryBackend()
