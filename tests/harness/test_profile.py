"""A profile is read whole, and whatever is wrong with it is one line that names file, key and mend."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from harness.processes import ConfigurationError
from harness.targets import Deviation, load_profile, render

TARGETS = Path(__file__).parents[2] / "targets"
SOUND = """
[target]
name = "mmm-engine"
version = "1.4.0"
artefact = { commit = "abc" }
command = ["uvicorn", "app:app", "--port", "{port}"]
replicas = 2
[target.env]
IAM_SERVICE_URL = "{iam}/iam/v1"
JSON = '{{"a": 1}}'
[target.settings]
breaker_recovery_seconds = "RECOVERY"
[target.deviations]
"POST /playbooks" = { success = 201, why = "older clients", until = 2027-01-01 }
"""
START = '[target]\nname = "x"\ncommand = ["run", "{port}"]\n'
DEFECTS = '[target.defects]\nlist = ["list"]\ncommand = ["run", "{defect}", "{port}"]\n'
ATTACH = '[target]\nname = "x"\nurl = "http://localhost:8080"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "engine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_profile_is_read_whole(tmp_path: Path) -> None:
    target = load_profile(write(tmp_path, SOUND)).target

    assert target.command == ("uvicorn", "app:app", "--port", "{port}")
    assert (target.ready, target.base_path, target.replicas) == ("/v1/mmm/ready", "/v1/mmm", 2)
    assert target.settings == {"breaker_recovery_seconds": "RECOVERY"}
    until = dt.date(2027, 1, 1)
    assert target.deviations == {"POST /playbooks": Deviation(success=201, why="older clients", until=until)}
    assert target.deviations["POST /playbooks"].in_force(until)
    assert not target.deviations["POST /playbooks"].in_force(until + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("redis", "redis://h"),
        ("redis", "rediss://me:p%40ss@[::1]:6380/1"),
        ("redis", "unix:///run/redis.sock?db=1"),
        ("database", "postgresql:///x?host=/run/postgresql"),
        ("database", "postgresql://me:a:b@one:5432,two:5433/x?sslmode=require"),
        ("database", "sqlite:////var/notaport:x.db"),
    ],
)
def test_storage_may_be_given_in_all_ways_that_clients_know(key: str, url: str, tmp_path: Path) -> None:
    text = START + f"[target.services]\n{key} = '{url}'\n"

    assert getattr(load_profile(write(tmp_path, text)).target.services, key) == url


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "targets").mkdir()

    profile = load_profile(write(tmp_path / "targets", START + 'cwd = ".."\n'))

    assert profile.cwd == tmp_path.resolve()


def test_placeholders_are_filled_in_and_doubled_braces_stay() -> None:
    text = render('{iam}/iam/v1 {{"port": {port}}}', {"iam": "http://127.0.0.1:1", "port": "2"})

    assert text == 'http://127.0.0.1:1/iam/v1 {"port": 2}'


WRONG = {
    "misspelt key": (START + "replcias = 2\n", "unknown key target.replcias (did you mean replicas?)"),
    "misspelt table": ("[tagret]\nname = 'x'\n", "unknown key tagret (did you mean target?)"),
    "misspelt setting": (
        START + "[target.settings]\npolicy_cash_seconds = 'X'\n",
        "unknown key target.settings.policy_cash_seconds (did you mean policy_cache_seconds?)",
    ),
    "misspelt key inside": (
        START + "artefact = { comit = 'x' }\n",
        "unknown key target.artefact.comit (did you mean commit?)",
    ),
    "misspelt key in a deviation": (
        START + "[target.deviations]\n'POST /x' = { sucess = 1, why = 'y', until = 2027-01-01 }\n",
        'unknown key target.deviations."POST /x".sucess (did you mean success?)',
    ),
    "wrong type": (START + "replicas = 'two'\n", "target.replicas: expected int, got str"),
    "wrong type in env": (START + "[target.env]\nA = 'a'\nB = 3\n", "target.env.B: expected str, got int"),
    "command as text": ("[target]\nname = 'x'\ncommand = 'run'\n", "target.command: expected array, got str"),
    "no name": ("[target]\ncommand = ['run', '{port}']\n", "target.name is missing"),
    "no target": ("", "target is missing"),
    "empty name": ("[target]\nname = ''\nurl = 'http://x'\n", "target.name is empty"),
    "neither command nor url": ("[target]\nname = 'x'\n", "target.command (or target.url) is missing"),
    "command and url": (START + "url = 'http://x'\n", "target.command and target.url exclude each other"),
    "url without scheme": (
        "[target]\nname = 'x'\nurl = 'localhost:80'\n",
        "target.url: 'localhost:80' is not",
    ),
    "url with a path": ("[target]\nname = 'x'\nurl = 'http://x/v1'\n", "target.url: 'http://x/v1' is not"),
    "url with a password": (
        "[target]\nname = 'x'\nurl = 'http://me:hush@x'\n",
        "target.url: 'http://…@x' is not",
    ),
    "unknown placeholder": (
        START + "[target.env]\nD = '{databse}'\n",
        "target.env.D: unknown placeholder {databse} (did you mean database?)",
    ),
    "format language": (
        START + "[target.env]\nD = '{port!r}'\n",
        "target.env.D: unknown placeholder {port!r}",
    ),
    "unpaired brace": (START + "prepare = ['{port']\n", "target.prepare[0]: expected '}'"),
    "no port": ("[target]\nname = 'x'\ncommand = ['run']\n", "no {port} in target.command or target.env"),
    "no replicas": (START + "replicas = 0\n", "target.replicas: must be at least 1"),
    "impossible port": (START + "port = 70000\n", "target.port: 70000 is not a port"),
    "replicas on one port": (START + "port = 8080\nreplicas = 2\n", "target.port: several replicas"),
    "no patience": (START + "start_seconds = 0\n", "target.start_seconds: must be more than 0"),
    "relative ready": (START + "ready = 'ready'\n", "target.ready: must begin with /"),
    "base path with slash": (START + "base_path = '/v1/'\n", "target.base_path: must not end with /"),
    "no such cwd": (START + "cwd = 'nowhere'\n", "target.cwd: "),
    "no such artefact": (
        START + "artefact = { file = 'x.whl' }\n",
        "target.artefact.file: x.whl is not there",
    ),
    "two artefacts": (START + "artefact = { commit = 'a', image = 'b' }\n", "target.artefact: exactly one"),
    "fakes for our own": (
        START + "[target.fakes]\niam = '127.0.0.1:1'\n",
        "target.fakes is for an engine to attach",
    ),
    "unknown fake": (
        ATTACH + "[target.fakes]\niamm = '127.0.0.1:1'\n",
        "unknown key target.fakes.iamm (did you mean iam?)",
    ),
    "fake elsewhere": (
        ATTACH + "[target.fakes]\niam = 'iam:80'\n",
        "target.fakes.iam: 'iam:80' is not 127.0.0.1:PORT",
    ),
    "services for another's": (
        ATTACH + "[target.services]\nredis = 'redis://x'\n",
        "target.services is for an engine that we start",
    ),
    "misspelt service": (
        START + "[target.services]\ndatabse = 'postgresql://x'\n",
        "unknown key target.services.databse (did you mean database?)",
    ),
    "database of another kind": (
        START + "[target.services]\ndatabase = 'mysql://me:hush@x'\n",
        "target.services.database: does not begin with postgresql:// or postgres:// or sqlite:///",
    ),
    **{
        f"unreadable place {url}": (
            START + f"[target.services]\n{key} = '{url}'\n",
            f"target.services.{key}: its host or port cannot be read: write {mend}",
        )
        for key, url, mend in (
            ("redis", "redis://h:notaport", "redis://host:6379/0"),
            ("redis", "rediss://me:hush@h:70000/0", "redis://host:6379/0"),
            ("redis", "redis://h:0", "redis://host:6379/0"),
            ("database", "postgresql://me:hush@h:notaport/x", "postgresql://host:5432/name"),
            ("database", "postgres://a:5432,b:notaport/x", "postgresql://host:5432/name"),
            ("database", "postgresql://[::1/x", "postgresql://host:5432/name"),
        )
    },
    "misspelt container": (
        START + "[target.containers]\npostgress = 'x'\n",
        "unknown key target.containers.postgress (did you mean postgres?)",
    ),
    "no image": (START + "[target.containers]\nredis = ''\n", "target.containers.redis is empty"),
    "deviation of nothing": (
        START + "[target.deviations]\n'playbooks' = { success = 1, why = 'y', until = 2027-01-01 }\n",
        'target.deviations."playbooks": is not METHOD /path',
    ),
    "deviation without end": (
        START + "[target.deviations]\n'POST /x' = { success = 1, why = 'y' }\n",
        "target.deviations.POST /x.until is missing",
    ),
    "a list of defects with a port": (
        START + DEFECTS.replace('"list"', '"{port}"'),
        "target.defects.list[0]: unknown placeholder {port}",
    ),
    "no defect to start": (
        START + DEFECTS.replace('"{defect}"', '"one"'),
        "target.defects.command: no {defect} in it: which one is to be started?",
    ),
    "a defect that listens nowhere": (
        START + DEFECTS.replace(', "{port}"', ""),
        "target.defects.command: no {port} in it or in target.env",
    ),
    "a defect in the sound command": (
        START.replace('"{port}"', '"{port}", "{defect}"'),
        "target.command[2]: unknown placeholder {defect}",
    ),
    "a misspelt key of defects": (
        START + DEFECTS + "histori = 'x'\n",
        "unknown key target.defects.histori (did you mean history?)",
    ),
    "defects without a list": (
        START + '[target.defects]\ncommand = ["{defect}", "{port}"]\n',
        "target.defects.list is missing",
    ),
    "defects of an engine to attach to": (
        ATTACH + DEFECTS,
        "target.defects is for an engine that we start",
    ),
    "not TOML": ("[target\n", "is not TOML: "),
}


@pytest.mark.parametrize(("text", "line"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_line_with_file_and_key(text: str, line: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)

    with pytest.raises(ConfigurationError) as caught:
        load_profile(path)

    assert caught.value.line.startswith(f"{path}: {line}")
    assert "\n" not in caught.value.line
    assert "hush" not in caught.value.line
    assert caught.value.exit_code == 2


def test_the_engine_with_a_defect_is_the_same_but_for_its_command(tmp_path: Path) -> None:
    profile = load_profile(write(tmp_path, START + DEFECTS))

    planted = profile.with_defect("late-answer")

    assert (planted.target.command, planted.defect) == (("run", "{defect}", "{port}"), "late-answer")
    assert msgspec.structs.replace(planted.target, command=profile.target.command) == profile.target
    assert profile.with_defect("") == profile


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")

    for path, why in (
        (tmp_path / "none.toml", "cannot be read: No such file"),
        (binary, "is not UTF-8 text"),
    ):
        with pytest.raises(ConfigurationError, match=why) as caught:
            load_profile(path)
        assert str(path) in caught.value.line


def test_the_reference_with_workers_differs_in_its_command_and_has_no_defects() -> None:
    one, several = (
        load_profile(TARGETS / name).target for name in ("reference.toml", "reference-workers.toml")
    )

    assert several.command == (*one.command, "--workers", "2")
    assert msgspec.structs.replace(several, command=one.command, defects=one.defects) == one


def test_the_reference_with_replicas_differs_in_their_number_and_has_no_defects() -> None:
    one, several = (
        load_profile(TARGETS / name).target for name in ("reference.toml", "reference-replicas.toml")
    )

    assert (one.replicas, several.replicas) == (1, 2)
    assert msgspec.structs.replace(several, replicas=1, defects=one.defects) == one
