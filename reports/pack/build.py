"""Building: one run, one signer, one sequence of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.files import write_whole
from reports.pack.container import write_container
from reports.pack.dsse import sign
from reports.pack.manifest import write_manifest
from reports.pack.members import PackError, members_of, pages_of
from reports.pack.statement import MANIFEST, PAYLOAD_TYPE, statement

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ENVELOPE = "envelope.json"


def build_pack(run_dir: Path, out: Path, signer: Ed25519PrivateKey) -> Path:
    """Make a run's pack at `out`, whole or not at all; return `out`."""
    story, members = members_of(run_dir)
    members[MANIFEST] = write_manifest(members, signer.public_key())
    members[ENVELOPE] = sign(PAYLOAD_TYPE, statement(story, members), signer)
    _write(out, write_container(members))
    return out


def write_beside(run_dir: Path, folder: Path) -> None:
    """Write what CI shows without opening a pack: `junit.xml` and `report.html`."""
    for name, data in pages_of(run_dir).items():
        _write(folder / name, data)


def _write(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except OSError as error:
        raise PackError(f"{path}: cannot be written ({error.strerror}); choose another --out") from error
