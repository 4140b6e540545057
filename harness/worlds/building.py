"""From a plan and what surrounds the engine to the command that starts it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.lines import DATABASE, REDIS
from harness.processes import (
    LOOPBACK,
    Command,
    UnbuildableError,
    engine_environment,
    free_port,
    lock_of,
    own_python,
    start,
)
from harness.targets import render
from harness.worlds.engine import LAST_LINES, Blueprint
from reports.redaction import redact
from reports.run.config import passwords_in_urls, secrets_of_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.lines import Line
    from harness.worlds.plan import Plan
    from harness.worlds.signing import SigningKey

# What an engine says who it is with, by the name that the specification gives it.
SERVICE_TOKEN = "MMM_SERVICE_TOKEN"  # noqa: S105 - a variable's name


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine finds when it starts. `lines`: what of its storage it reaches by one."""

    fakes: dict[str, str]
    database: str
    redis: str
    key: SigningKey
    lines: Mapping[str, Line] = field(default_factory=dict)

    def told(self) -> dict[str, str]:
        """Return where the engine is told that its storage is."""
        return {DATABASE: self.database, REDIS: self.redis} | {
            name: line.url for name, line in self.lines.items()
        }


def blueprint(plan: Plan, directory: Path, around: Surroundings, index: int) -> Blueprint:
    """Decide how one replica is started: its port, its own directory, its environment."""
    target = plan.profile.target
    port = target.port or free_port()
    workdir = directory / f"engine-{index}"
    workdir.mkdir(exist_ok=True)
    values = _values(plan, around, port, workdir)
    printed = directory / f"engine-{index}.log"
    log = printed if target.log == "stdout" else plan.profile.cwd / render(target.log, values)
    env = _environment(plan, values)
    command = Command(
        name="the engine",
        argv=tuple(render(part, values) for part in target.command),
        cwd=plan.profile.cwd,
        env=env,
        log=printed,
        lock=lock_of(plan.work_dir),
        grace=target.stop_seconds,
    )
    return Blueprint(
        command=command,
        origin=f"http://{LOOPBACK}:{port}",
        ready_path=target.ready,
        fakes=around.fakes,
        start_seconds=target.start_seconds,
        log=log,
        workdir=workdir,
        port=port,
        movable=target.port is None,
        secrets=(around.key.private, *secrets_of_environment(env)),
        unspeakable=unspeakable(env, around.key.private),
    )


def unspeakable(env: Mapping[str, str], signing_key: str) -> tuple[str, ...]:
    """Return what surely no log may hold: what else is called a key or a token may be the name of a file.

    >>> unspeakable({"MMM_SERVICE_TOKEN": "s3cret", "SIGNING_KEY_FILE": "/etc/mmm/signing.pem"}, "k3y")
    ('k3y', 's3cret')
    """
    token = env.get(SERVICE_TOKEN)
    return (signing_key, *([token] if token else []), *passwords_in_urls(env))


def prepare(plan: Plan, first: Blueprint, around: Surroundings) -> None:
    """Run the profile's `prepare` command, if it has one, before the engine starts."""
    target = plan.profile.target
    if not target.prepare:
        return
    values = _values(plan, around, first.port, first.workdir)
    command = Command(
        name="target.prepare",
        argv=tuple(render(part, values) for part in target.prepare),
        cwd=plan.profile.cwd,
        env=first.command.env,
        log=first.workdir / "prepare.log",
        lock=lock_of(plan.work_dir),
    )
    with start(command) as process:
        code = process.wait(target.start_seconds)
    if code != 0:
        how = f"not done after {target.start_seconds:g} s" if code is None else f"exit code {code}"
        said = tuple(redact(line, first.secrets) for line in process.last_lines(LAST_LINES))
        raise UnbuildableError(f"target.prepare failed: {how}", said)


def _environment(plan: Plan, values: dict[str, str]) -> dict[str, str]:
    target = plan.profile.target
    env = {name: render(text, values) for name, text in target.env.items()}
    return engine_environment({**env, **plan.variables()}, target.inherit)


def _values(plan: Plan, around: Surroundings, port: int, workdir: Path) -> dict[str, str]:
    return {
        **around.fakes,
        **around.told(),
        "python": own_python(),
        "host": LOOPBACK,
        "port": str(port),
        "signing_key": around.key.private,
        "workdir": str(workdir),
        "defect": plan.profile.defect,
    }
