"""What a check needs to know of the world that its engine lives in: plain data, handed on as a JSON file.

Rule: nothing here starts, stops or asks anything; no secret of the engine is ever part of a World. A URL of
its storage may hold a password, so the file is its owner's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.services.storage import EMBEDDED

if TYPE_CHECKING:
    from pathlib import Path


class World(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One engine (with its replicas) and everything around it.

    `engine_urls` are origins ("http://127.0.0.1:41001"), one a replica; the contract's paths lie below
    `base_path`.
    `fakes` has only the fakes that this engine really talks to: a name that is missing cannot be controlled.
    `database`, `admin_database` and `redis` are None for an engine that somebody else started;
    `admin_database`, where databases are made, also where there is no server of ours.
    `controllable`: we started it, so it can be killed, restarted, or given a world of its own.
    `defect`: what was seeded in the engine ("": nothing).
    `settings` are our names of the settings that a world of its own can change ([target.settings]).
    """

    engine_urls: tuple[str, ...]
    base_path: str
    ready_path: str
    work_dir: str
    run_dir: str
    profile: str
    seed: int
    environment: str = EMBEDDED
    fakes: dict[str, str] = {}
    database: str | None = None
    admin_database: str | None = None
    redis: str | None = None
    signing_kid: str | None = None
    signing_public_key: str | None = None
    engine_logs: tuple[str, ...] = ()
    engine_workdirs: tuple[str, ...] = ()
    controllable: bool = False
    settings: tuple[str, ...] = ()
    missing_operations: tuple[str, ...] = ()
    label: str = "shared"
    defect: str = ""

    @property
    def engine_url(self) -> str:
        """Return the first replica's origin."""
        return self.engine_urls[0]

    @property
    def api_url(self) -> str:
        """Return where the contract's paths begin on the first replica."""
        return self.engine_urls[0] + self.base_path


def save_world(world: World, path: Path) -> None:
    """Write a world for another process to read."""
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(world)))


def load_world(path: Path) -> World:
    """Read a world that another process has started."""
    return msgspec.json.decode(path.read_bytes(), type=World)
