"""The files of an export: receipts as lines of JSON or as a table, packed or not.

Rule: pure, and the same receipts make the same bytes: no time of day, no name of a machine is in them.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from contracts.schema import load_schema
from fakes.eris.canonical import canonical_form
from fakes.eris.store import Shown
from fakes.http.answer import encode_json
from fakes.records import Meta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fakes.eris.store import Deposit

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_META = tuple(Meta.__struct_fields__)
_MEDIA = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class File:
    """What is downloaded."""

    name: str
    media_type: str
    content: bytes
    count: int

    @property
    def sha256(self) -> str:
        """Return the hash of what is downloaded, in hex."""
        return sha256(self.content).hexdigest()


def make_file(deposits: Iterable[Deposit], *, form: str, compression: str) -> File:
    """Return the receipts as a file of this form ("jsonl", "csv"), packed ("none", "gzip", "zip")."""
    held = list(deposits)
    name = f"receipts.{form}"
    ending, media_type, pack = PACKERS[compression]
    content = pack(FORMS[form](held), name)
    return File(f"{name}{ending}", media_type or _MEDIA[form], content, len(held))


def _jsonl(deposits: Iterable[Deposit]) -> bytes:
    """Return `{receipt, meta}` a line, as one receipt is shown."""
    return b"".join(encode_json(Shown.of(deposit)) + b"\n" for deposit in deposits)


def _csv(deposits: Iterable[Deposit]) -> bytes:
    """Return RFC 4180: the receipt's members, then what ERIS says of it; anything but text is JSON."""
    members = tuple(load_schema("receipt", part="deposit").raw["properties"])
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow((*members, *_META))
    for deposit in deposits:
        receipt, meta = deposit.receipt(), msgspec.structs.astuple(deposit.meta())
        writer.writerow((*(_cell(receipt, name) for name in members), *meta))
    return table.getvalue().encode()


def _cell(receipt: Mapping[str, Any], name: str) -> str:
    if name not in receipt:
        return ""
    value = receipt[name]
    return value if isinstance(value, str) else canonical_form(value).decode()


def _plain(content: bytes, _name: str) -> bytes:
    return content


def _gzip(content: bytes, _name: str) -> bytes:
    return gzip.compress(content, mtime=0)


def _zip(content: bytes, name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


FORMS: Mapping[str, Callable[[Iterable[Deposit]], bytes]] = {"jsonl": _jsonl, "csv": _csv}
PACKERS: Mapping[str, tuple[str, str | None, Callable[[bytes, str], bytes]]] = {
    "none": ("", None, _plain),
    "gzip": (".gz", "application/gzip", _gzip),
    "zip": (".zip", "application/zip", _zip),
}
