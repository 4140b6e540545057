"""Column types that say what they hold, on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, Text, Uuid
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

CanonicalId = Uuid(as_uuid=False)


class UtcTime(TypeDecorator[datetime]):
    """A moment with offset; SQLite, which forgets offsets, is given UTC and read as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- the base class's signature
        """Refuse naive moments, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without offset cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- the base class's signature
        """Return aware moments."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class AnyText(TypeDecorator[str]):
    """A text with any character, U+0000 too, which PostgreSQL refuses: it is kept as an escape."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- the base class's signature
        """Escape, so that no two texts become one."""
        return None if value is None else value.replace("\\", "\\\\").replace("\x00", "\\0")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- the base class's signature
        """Undo the escape."""
        return None if value is None else _ESCAPED.sub(lambda found: _PLAIN[found[0]], value)


_PLAIN = {"\\\\": "\\", "\\0": "\x00"}
_ESCAPED = re.compile(r"\\[\\0]")
