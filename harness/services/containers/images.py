"""Which images a run's containers really were: a tag may mean another one tomorrow.

Rule: worlds start side by side, also from several processes, so what is noted is a set: one file for an image
and its id, and whoever notes the same again changes nothing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path


class Image(msgspec.Struct, frozen=True):
    """What a profile calls an image, and the id that Docker gave what ran under that name."""

    name: str
    id: str


def note_image(work_dir: Path, name: str, image_id: str) -> None:
    """Note that a container of this image has run."""
    whole = msgspec.json.encode(Image(name, image_id))
    directory = _directory(work_dir)
    directory.mkdir(exist_ok=True)
    (directory / hashlib.sha256(whole).hexdigest()).write_bytes(whole)


def image_ids(work_dir: Path, name: str) -> tuple[str, ...]:
    """Return the ids under which an image has run: none, one, or more where its tag was moved meanwhile."""
    files = _directory(work_dir).glob("*")
    noted = (msgspec.json.decode(file.read_bytes(), type=Image) for file in files)
    return tuple(sorted(image.id for image in noted if image.name == name))


def _directory(work_dir: Path) -> Path:
    return work_dir / "images"
