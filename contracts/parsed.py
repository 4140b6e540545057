"""YAML read once for each version of a file, not once for each process.

Rules: what Python does with its own sources is done with ours: beside the file, in `__pycache__`, lies what
was made of it, with the digest of what it was made of. It is believed only for that digest; where it cannot
be written (or Python is told to write none) the file is parsed each time, with the same result.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


class _Parsed(msgspec.Struct, frozen=True):
    """What was made of a file whose bytes have this digest."""

    digest: str
    content: Any


_decode = msgspec.json.Decoder(_Parsed).decode  # made with the import: it takes as long as to read a document


def read_parsed(source: Path, parse: Callable[[str], Any]) -> Any:  # noqa: ANN401 -- any value that YAML can say
    """Return what `parse` makes of the file, perhaps as it was made before."""
    written = source.read_bytes()
    digest = blake2b(written).hexdigest()  # it needs no OpenSSL, whose first digest costs as much as the file
    kept = Path(cache_from_source(str(source))).with_suffix(".json")
    known = _recall(kept)
    if known is not None and known.digest == digest:
        return known.content
    content = parse(written.decode())
    if not sys.dont_write_bytecode:
        _keep(kept, _Parsed(digest, content))
    return content


def _recall(kept: Path) -> _Parsed | None:
    try:
        return _decode(kept.read_bytes())
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def _keep(kept: Path, parsed: _Parsed) -> None:
    """Write it whole or not at all; nothing that JSON would make another value of."""
    data = msgspec.json.encode(parsed)
    if _decode(data) != parsed:
        return
    with contextlib.suppress(OSError):
        kept.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{kept.name}.", dir=kept.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(kept)
        except OSError:
            Path(name).unlink()
            raise
