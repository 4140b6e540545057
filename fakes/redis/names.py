"""Which names a command can have: those of fakeredis' table, and what else Valkey has.

Rule: pure. A test asks a real server for all that it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakeredis.model import get_all_commands_info

if TYPE_CHECKING:
    from collections.abc import Mapping

_OTHERS = frozenset(
    (
        b"ASKING BGREWRITEAOF BITFIELD_RO CLUSTER CLUSTERSCAN COMMANDLOG DEBUG DELIFEQ EVAL_RO EVALSHA_RO "
        b"FAILOVER INFO LATENCY LOLWUT MEMORY MIGRATE MODULE MONITOR OBJECT PFDEBUG PFSELFTEST PSYNC QUIT "
        b"READONLY READWRITE REPLCONF REPLICAOF RESTORE-ASKING ROLE SHUTDOWN SLAVEOF SLOWLOG SYNC TOUCH "
        b"WAIT WAITAOF XSETID"
    ).split()
)
_BELOW: Mapping[bytes, bytes] = {
    b"ACL": b"DRYRUN HELP",
    b"CLIENT": b"CACHING CAPA GETREDIR HELP IMPORT-SOURCE TRACKING TRACKINGINFO",
    b"CLUSTER": (
        b"ADDSLOTS ADDSLOTSRANGE BUMPEPOCH CANCELSLOTMIGRATIONS COUNT-FAILURE-REPORTS "
        b"COUNTKEYSINSLOT DELSLOTS DELSLOTSRANGE FAILOVER FLUSHSLOT FLUSHSLOTS FORGET "
        b"GETKEYSINSLOT GETSLOTMIGRATIONS HELP INFO KEYSLOT LINKS MEET MIGRATESLOTS MYID "
        b"MYSHARDID NODES REPLICAS REPLICATE RESET SAVECONFIG SET-CONFIG-EPOCH SETSLOT SHARDS "
        b"SLAVES SLOT-STATS SLOTS SYNCSLOTS"
    ),
    b"COMMANDLOG": b"GET HELP LEN RESET",
    b"COMMAND": b"DOCS GETKEYS GETKEYSANDFLAGS HELP LIST",
    b"CONFIG": b"GET HELP RESETSTAT REWRITE",
    b"LATENCY": b"DOCTOR GRAPH HELP HISTOGRAM HISTORY LATEST RESET",
    b"MEMORY": b"DOCTOR HELP MALLOC-STATS PURGE STATS USAGE",
    b"MODULE": b"HELP LIST LOAD LOADEX UNLOAD",
    b"OBJECT": b"ENCODING FREQ HELP IDLETIME REFCOUNT",
    b"SCRIPT": b"DEBUG KILL SHOW",
    b"SLOWLOG": b"GET HELP LEN RESET",
    b"XGROUP": b"HELP",
    b"XINFO": b"HELP",
}


def is_name(operation: bytes) -> bool:
    """Say whether a command may be named so: in upper case, where it has a subcommand in two words."""
    name, _, below = operation.partition(b" ")
    if operation in _OTHERS or operation.lower() in get_all_commands_info():
        return True
    return bool(below) and below in _BELOW.get(name, b"").split()
