"""What the types of a profile cannot say: which keys go together, which names and placeholders there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.targets.keys import nearest
from harness.targets.templates import DEFECT, FAKES, PLACEHOLDERS, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.targets.profile import Profile, Target

TIMEOUTS = ("iam", "policy", "eris", "llm", "ubi", "governance", "alerting", "redis")
SETTINGS = (
    *(f"timeout_{name}_seconds" for name in TIMEOUTS),
    "breaker_failures",
    "breaker_recovery_seconds",
    "policy_cache_seconds",
    "policy_stale_seconds",
    "signals_cache_seconds",
    "receipt_queue_max",
    "retention_interval_seconds",
    "db_pool_min",
    "db_pool_max",
)
OPERATION = re.compile(r"(GET|POST|PUT|PATCH|DELETE) /\S*")
LOOPBACK_AND_PORT = re.compile(r"(127\.0\.0\.1|localhost):\d{1,5}")
HIGHEST_PORT = 65_535
GIVEN = {
    "database": ("postgresql://", "postgres://", "sqlite:///"),
    "redis": ("redis://", "rediss://", "unix://"),
}
FILES = ("sqlite:///", "unix://")
EXAMPLES = {"database": "postgresql://host:5432/name", "redis": "redis://host:6379/0"}


def problems(profile: Profile) -> Iterator[str]:
    """Yield one line for each thing that is wrong."""
    target = profile.target
    yield from _start_or_attach(target)
    yield from _numbers(target)
    yield from _paths(profile)
    yield from _templates(target)
    yield from _storage(target)
    yield from _names(target)
    yield from _defects(target)
    if target.command and target.port is None and not _uses_port(target):
        yield "no {port} in target.command or target.env: where does the engine listen? (or name target.port)"


def _start_or_attach(target: Target) -> Iterator[str]:
    if not target.name.strip():
        yield "target.name is empty"
    if not target.command and target.url is None:
        yield "target.command (or target.url) is missing"
    if target.command and target.url is not None:
        yield "target.command and target.url exclude each other"
    if target.url is not None and not _is_origin(target.url):
        shown = re.sub(r"//[^/]*@", "//…@", target.url)
        yield f"target.url: {shown!r} is not http(s)://host[:port]; a path belongs into target.base_path"
    if target.fakes and target.url is None:
        yield "target.fakes is for an engine to attach to (target.url); ours is told by target.env"


def _is_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_sane = parts.port is None or parts.port > 0
    except ValueError:
        return False
    # A password in it would be in every address that the run records.
    plain = parts.path in ("", "/") and not parts.query and "@" not in parts.netloc
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_sane and plain


def _numbers(target: Target) -> Iterator[str]:
    if target.replicas < 1:
        yield "target.replicas: must be at least 1"
    if target.port is not None and not 0 < target.port <= HIGHEST_PORT:
        yield f"target.port: {target.port} is not a port"
    if target.port is not None and target.replicas > 1:
        yield "target.port: several replicas cannot share one port; leave it out and use {port}"
    if target.start_seconds <= 0:
        yield "target.start_seconds: must be more than 0"
    if target.stop_seconds < 0:
        yield "target.stop_seconds: must not be negative"
    for key in ("ready", "base_path"):
        if not getattr(target, key).startswith("/"):
            yield f"target.{key}: must begin with /"
    if target.base_path.endswith("/"):
        yield "target.base_path: must not end with /"


def _paths(profile: Profile) -> Iterator[str]:
    target = profile.target
    if not profile.cwd.is_dir():
        yield f"target.cwd: {profile.cwd} is not a directory"
    if target.artefact is None:
        return
    named = [word for word in (target.artefact.file, target.artefact.image, target.artefact.commit) if word]
    if len(named) != 1:
        yield "target.artefact: exactly one of file, image and commit is needed"
    if target.artefact.file and not (profile.directory / target.artefact.file).is_file():
        yield f"target.artefact.file: {target.artefact.file} is not there (looked in {profile.directory})"


def _texts(target: Target) -> Iterator[tuple[str, str]]:
    yield from ((f"target.command[{index}]", text) for index, text in enumerate(target.command))
    yield from ((f"target.prepare[{index}]", text) for index, text in enumerate(target.prepare))
    yield from ((f"target.env.{name}", text) for name, text in target.env.items())
    yield "target.log", target.log


def _templates(target: Target) -> Iterator[str]:
    for key, text in _texts(target):
        yield from _template(key, text, PLACEHOLDERS)


def _template(key: str, text: str, known: tuple[str, ...]) -> Iterator[str]:
    try:
        names = list(placeholders(text))
    except ValueError as error:
        yield f"{key}: {error} (a brace that stands for itself is doubled)"
        return
    for name in names:
        if name not in known:
            yield f"{key}: unknown placeholder {{{name}}}{nearest(name, known)}"


def _defects(target: Target) -> Iterator[str]:
    defects = target.defects
    if defects is None:
        return
    if target.url is not None:
        yield "target.defects is for an engine that we start; one to attach to (target.url) is as it is"
    for key, words, known in (
        ("list", defects.list, ("python",)),
        ("command", defects.command, (*PLACEHOLDERS, DEFECT)),
    ):
        if not words:
            yield f"target.defects.{key} is empty"
        for index, text in enumerate(words):
            yield from _template(f"target.defects.{key}[{index}]", text, known)
    if not any(f"{{{DEFECT}}}" in text for text in defects.command):
        yield "target.defects.command: no {defect} in it: which one is to be started?"
    if target.port is None and target.command and not _says_port(target, defects.command):
        yield "target.defects.command: no {port} in it or in target.env: where does the engine listen?"
    if defects.history is not None and not defects.history.strip():
        yield "target.defects.history is empty"


def _storage(target: Target) -> Iterator[str]:
    if target.services and target.url is not None:
        yield "target.services is for an engine that we start; one to attach to has its own (target.url)"
    for name, schemes in GIVEN.items():
        url = getattr(target.services, name)
        # A URL is not shown: it may hold a password.
        if url is not None and not url.startswith(schemes):
            yield f"target.services.{name}: does not begin with {' or '.join(schemes)}"
        elif url is not None and not all(_is_place(place) for place in _places(url)):
            yield f"target.services.{name}: its host or port cannot be read: write {EXAMPLES[name]}"
    for name in ("postgres", "redis"):
        if not getattr(target.containers, name).strip():
            yield f"target.containers.{name} is empty"


def _places(url: str) -> list[str]:
    """Return each HOST[:PORT] of a storage's URL: none where it names a file, several for PostgreSQL."""
    if url.startswith(FILES):
        return []
    scheme, _, rest = url.partition("://")
    hosts = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return hosts.split(",") if scheme.startswith("postgres") else [hosts]


def _is_place(text: str) -> bool:
    try:
        port = urlsplit(f"//{text}").port
    except ValueError:
        return False
    return port is None or port > 0


def _uses_port(target: Target) -> bool:
    return any("port" in placeholders(text) for _, text in _texts(target))


def _says_port(target: Target, command: tuple[str, ...]) -> bool:
    return any("{port}" in text for text in (*command, *target.env.values()))


def _names(target: Target) -> Iterator[str]:
    for name in target.settings:
        if name not in SETTINGS:
            yield f"unknown key target.settings.{name}{nearest(name, SETTINGS)}"
    for name, address in target.fakes.items():
        if name not in FAKES:
            yield f"unknown key target.fakes.{name}{nearest(name, FAKES)}"
        if not LOOPBACK_AND_PORT.fullmatch(address):
            yield f"target.fakes.{name}: {address!r} is not 127.0.0.1:PORT (our fakes listen there alone)"
    for operation, deviation in target.deviations.items():
        if not OPERATION.fullmatch(operation):
            yield f'target.deviations."{operation}": is not METHOD /path'
        if not deviation.why.strip():
            yield f'target.deviations."{operation}".why is empty'
