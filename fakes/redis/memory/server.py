"""INFO, CONFIG and what else asks about the server: it shows what clients look for, and invents nothing."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from fakeredis._helpers import OK, SimpleError, SimpleString, compile_pattern
from fakeredis.model import get_categories, get_commands_by_category

from fakes.redis.memory.commands import NO_SCRIPT, own
from fakes.redis.memory.store import REDIS_VERSION, VERSION
from fakes.redis.replies import Verbatim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakeredis._core import Database

    from fakes.redis.memory.commands import Table
    from fakes.redis.memory.store import Store

SERVER: Table = dict(
    (
        own("info", "info"),
        own("config get", "config_get", flags=NO_SCRIPT),
        own("config resetstat", "config_resetstat", flags=NO_SCRIPT),
        own("touch", "touch"),
        own("acl cat", "acl_cat", flags=NO_SCRIPT),
    )
)
_SETTINGS: Mapping[bytes, bytes] = {
    b"appendonly": b"no",
    b"databases": b"16",
    b"maxmemory": b"0",
    b"maxmemory-policy": b"noeviction",
    b"save": b"",
    b"timeout": b"0",
}
_ALL = frozenset({"default", "all", "everything"})


class ServerCommands:
    """What fakeredis does not say of its server."""

    _store: Store
    _db: Database

    def info(self, *sections: bytes) -> Verbatim:
        """Return the sections asked for; all by default."""
        wanted = {section.decode("latin-1").lower() for section in sections} or _ALL
        written = [
            f"# {name}\r\n" + "".join(f"{field}:{value}\r\n" for field, value in fields.items())
            for name, fields in self._sections().items()
            if wanted & _ALL or name.lower() in wanted
        ]
        return Verbatim("\r\n".join(written).encode())

    def _sections(self) -> dict[str, dict[str, object]]:
        store = self._store
        seconds = int(store.clock() - store.started)
        server = {
            "redis_version": REDIS_VERSION,
            "server_name": "valkey",
            "valkey_version": VERSION,
            "server_mode": "standalone",
            "os": f"{platform.system()} {platform.release()} {platform.machine()}",
            "arch_bits": 64,
            "process_id": os.getpid(),
            "uptime_in_seconds": seconds,
            "uptime_in_days": seconds // 86_400,
        }
        blocked = sum(session._blocked for session in store.sockets)  # noqa: SLF001 -- fakeredis says it nowhere else
        return {
            "Server": server,
            "Clients": {
                "connected_clients": len(store.sockets),
                "maxclients": 10_000,
                "blocked_clients": blocked,
            },
            "Memory": {"maxmemory": 0, "maxmemory_policy": "noeviction"},
            "Persistence": {"loading": 0, "rdb_bgsave_in_progress": 0, "aof_enabled": 0},
            "Stats": {"pubsub_channels": len(store.subscribers), "pubsub_patterns": len(store.psubscribers)},
            "Replication": {"role": "master", "connected_slaves": 0},
            "Cluster": {"cluster_enabled": 0},
            "Keyspace": self._keyspace(),
        }

    def _keyspace(self) -> dict[str, object]:
        filled: dict[str, object] = {}
        for number, database in sorted(self._store.dbs.items()):
            if keys := len(database):
                expiring = sum(database[key].expireat is not None for key in database)
                filled[f"db{number}"] = f"keys={keys},expires={expiring},avg_ttl=0,keys_with_volatile_items=0"
        return filled

    def config_get(self, *patterns: bytes) -> dict[bytes, bytes]:
        """Return the settings that fit; what was set is what it was set to."""
        known = {**_SETTINGS, **self._store.config}
        return {
            name: value
            for name, value in known.items()
            if any(compile_pattern(pattern.lower()).match(name) for pattern in patterns)
        }

    def config_resetstat(self) -> SimpleString:
        """Reset no statistics: none are kept."""
        return OK

    def config_set(self, *pairs: bytes) -> SimpleString:
        """Keep settings, to be read again; none changes what the fake does."""
        if len(pairs) % 2:
            raise SimpleError("ERR syntax error")
        self._store.config.update(zip((name.lower() for name in pairs[::2]), pairs[1::2], strict=True))
        return OK

    def acl_cat(self, *category: bytes) -> list[bytes]:
        """Return the categories of commands, or the commands of one."""
        if len(category) > 1:
            raise SimpleError("ERR unknown subcommand or wrong number of arguments for 'CAT'. Try ACL HELP.")
        if not category:
            return get_categories()
        name = category[0].lower()
        if name not in get_categories():
            raise SimpleError(f"ERR Unknown category '{category[0].decode('latin-1')}'")
        return [command.replace(b" ", b"|") for command in get_commands_by_category(name)]

    def touch(self, *keys: bytes) -> int:
        """Return how many of the keys there are."""
        return sum(key in self._db for key in keys)
