"""Brings a database to the schema of today. Alembic is loaded only where there is something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from engine.storage.migrations import HEAD

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSIONS = "alembic_version"
ADOPTED = "0001"
_OLDEST_TABLE = "playbooks"


def is_current(connection: Connection) -> bool:
    """Say whether the database has the schema of today, or one that a newer replica has made of it."""
    if not inspect(connection).has_table(VERSIONS):
        return False
    found = connection.execute(text(f"SELECT version_num FROM {VERSIONS}"))  # noqa: S608 -- a name of ours
    return max(found.scalars(), default="") >= HEAD


def migrate(connection: Connection) -> None:
    """Take every step that is missing, within the caller's transaction and lock."""
    if is_current(connection):
        return
    from alembic import command  # noqa: PLC0415 -- takes as long to load as the rest of a start
    from alembic.config import Config  # noqa: PLC0415 -- as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "engine.storage:migrations")
    if _is_older_than_migrations(connection):
        command.stamp(config, ADOPTED)
    command.upgrade(config, "head")


def _is_older_than_migrations(connection: Connection) -> bool:
    found = inspect(connection)
    return found.has_table(_OLDEST_TABLE) and not found.has_table(VERSIONS)
