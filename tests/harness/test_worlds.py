"""A world stands when its engine is ready, says why when it is not, and is gone afterwards."""

from __future__ import annotations

import base64
import json
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from harness.processes import (
    Command,
    DiedError,
    HarnessError,
    UnbuildableError,
    free_port,
    promise,
    work_directory,
)
from harness.services import postgresql
from harness.services.postgres import answers_select
from harness.services.valkey import answers_ping
from harness.targets import load_profile
from harness.worlds import (
    NotControllableError,
    NotMappedError,
    NotReadyError,
    Plan,
    load_world,
    plan_like,
    save_world,
    start_world,
    with_audit_log_nowhere,
    with_pem,
    without_key,
)
from harness.worlds.engine import Blueprint
from harness.worlds.signing import new_signing_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.worlds import Running

ENGINE = Path(__file__).with_name("small_engine.py")
ENV = """
[target.env]
IAM_SERVICE_URL = "{iam}/iam/v1"
DATABASE_URL = "{database}"
REDIS_URL = "{redis}"
ERIS_SIGNING_KEY = "{signing_key}"
MMM_AUDIT_LOG_FILE = "{workdir}/audit.log"
[target.settings]
breaker_recovery_seconds = "RECOVERY"
"""
SMALL = '["{python}", "%s", "{port}"%s]'
CHOOSY = """
import os, sys, time
key = os.environ.get("ERIS_SIGNING_KEY")
if key is None: sys.exit("no key")
if "BEGIN" in key: sys.exit("no base64")
if not key: time.sleep(300)
"""


@pytest.fixture(scope="module")
def work_dir() -> Iterator[Path]:
    with work_directory() as directory:
        yield directory


@pytest.fixture(scope="module")
def storage(work_dir: Path) -> Iterator[str]:
    with postgresql(work_dir) as server:
        yield server.admin_url


class Ground:
    """Where a test's worlds are started, and what of them still lives."""

    def __init__(self, work_dir: Path, admin_database: str, folder: Path) -> None:
        self.work_dir = work_dir
        self.admin_database = admin_database
        self.folder = folder

    def plan(self, command: str, extra: str = "", patience: float = 10, **fields: object) -> Plan:
        path = self.folder / "engine.toml"
        text = f'[target]\nname = "small"\ncommand = {command}\nstart_seconds = {patience}\n{extra}\n{ENV}'
        path.write_text(text, encoding="utf-8")
        return self.plan_of(path, **fields)

    def plan_of(self, path: Path, **fields: object) -> Plan:
        usual = {"run_dir": self.folder / "run", "work_dir": self.work_dir, "seed": 1}
        chosen = usual | {"admin_database": self.admin_database} | fields
        return Plan(profile=load_profile(path), **chosen)  # type: ignore[arg-type] # a test's own names

    def small(self, *arguments: str, extra: str = "", patience: float = 10, **fields: object) -> Plan:
        more = "".join(f', "{word}"' for word in arguments)
        return self.plan(SMALL % (ENGINE, more), extra, patience, **fields)

    def alive(self) -> list[str]:
        """Return what still runs of a world: it works there, or names the folder."""
        worlds, found = str(self.work_dir / "worlds"), []
        for process in psutil.process_iter():
            try:
                words = [process.cwd(), *process.cmdline(), *process.environ().values()]
                if any(worlds in word for word in words):
                    found.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        return found


def printed(running: Running) -> list[dict[str, str]]:
    """Return the environment of each start, as the small engine prints it."""
    lines = Path(running.world.engine_logs[0]).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.fixture
def ground(work_dir: Path, storage: str, tmp_path: Path) -> Ground:
    return Ground(work_dir, storage, tmp_path)


def test_a_world_stands_and_is_gone_afterwards(ground: Ground) -> None:
    with start_world(ground.small()) as running:
        world = running.world
        ready = httpx.get(world.engine_url + world.ready_path, trust_env=False)
        health = {name: httpx.get(f"{url}/__fake__/health").status_code for name, url in world.fakes.items()}
        environment = json.loads(Path(world.engine_logs[0]).read_text("utf-8").splitlines()[0])
        during = ground.alive()

    assert ready.status_code == 200
    assert len(during) >= 3
    assert set(health) == {"iam", "eris", "policy", "llm", "ubi", "governance", "alerting", "otlp"}
    assert set(health.values()) == {200}
    assert running.seconds is not None
    assert 0 < running.seconds < 10
    assert environment["IAM_SERVICE_URL"] == world.fakes["iam"] + "/iam/v1"
    assert (environment["DATABASE_URL"], environment["REDIS_URL"]) == (world.database, world.redis)
    assert "PYTEST_CURRENT_TEST" not in environment
    assert ground.alive() == []


def test_a_world_is_handed_on_as_a_file_without_secrets(ground: Ground, tmp_path: Path) -> None:
    with start_world(ground.small()) as running:
        save_world(running.world, tmp_path / "world.json")
        environment = json.loads(Path(running.world.engine_logs[0]).read_text("utf-8").splitlines()[0])

    assert load_world(tmp_path / "world.json") == running.world
    assert environment["ERIS_SIGNING_KEY"] not in (tmp_path / "world.json").read_text("utf-8")
    kept = (tmp_path / "run/logs/engine-shared-0.log").read_text("utf-8")
    assert environment["IAM_SERVICE_URL"] in kept
    assert environment["ERIS_SIGNING_KEY"] not in kept


def test_every_replica_has_a_port_of_its_own(ground: Ground) -> None:
    with start_world(ground.small(extra="replicas = 2")) as running:
        ready = [httpx.get(f"{url}/v1/mmm/ready", trust_env=False) for url in running.world.engine_urls]

    assert [reply.status_code for reply in ready] == [200, 200]
    assert len(set(running.world.engine_urls)) == 2


def test_what_is_to_be_known_of_an_engines_readiness_is_told(ground: Ground) -> None:
    with start_world(ground.small("404")) as running:
        notes = running.notes

    assert len(notes) == 1
    assert "404" in notes[0]


def test_the_last_words_of_an_engine_hold_no_secret(ground: Ground) -> None:
    script = "import os, sys; sys.exit('bad key ' + os.environ['ERIS_SIGNING_KEY'])"

    with (
        pytest.raises(DiedError) as caught,
        start_world(ground.plan(f'["{{python}}", "-c", "{script}", "{{port}}"]')),
    ):
        pytest.fail("it died")

    assert caught.value.log == ("bad key <redacted>",)


def test_an_engine_that_dies_at_start_is_reported_at_once_with_its_last_words(ground: Ground) -> None:
    plan = ground.plan('["sh", "-c", "echo no database for me; exit 9", "{port}"]', patience=60)
    began = time.monotonic()

    with pytest.raises(DiedError, match="exit code 9") as caught, start_world(plan):
        pytest.fail("a dead engine has no world")

    assert caught.value.log == ("no database for me",)
    assert caught.value.exit_code == 3
    assert time.monotonic() - began < 30
    assert ground.alive() == []


def test_an_engine_that_is_never_ready_is_not_left_behind(ground: Ground) -> None:
    plan = ground.small("503", patience=0.5)

    with pytest.raises(NotReadyError), start_world(plan):
        pytest.fail("it is not ready")

    assert ground.alive() == []


def test_an_engine_that_never_listens_is_named(ground: Ground) -> None:
    plan = ground.plan('["sh", "-c", "sleep 300", "{port}"]', patience=0.5)

    with pytest.raises(NotReadyError, match="nobody listens there"), start_world(plan):
        pytest.fail("it does not listen")


def test_an_occupied_port_is_named_before_anything_is_blamed(ground: Ground) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        plan = ground.small(extra=f"port = {port}")

        with pytest.raises(UnbuildableError, match=rf"port {port}.* already in use"), start_world(plan):
            pytest.fail("the port is taken")

    assert ground.alive() == []


def test_an_engine_takes_no_port_that_another_harness_keeps(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = free_port(), free_port()
    drawn = iter((first, second, first))
    monkeypatch.setattr("harness.worlds.building.free_port", lambda: next(drawn))
    kept = promise(first)
    assert kept is not None

    with kept, start_world(ground.small()) as running:
        url = running.engine.url
        during = promise(second)
        running.engine.stop()
        while_it_is_stopped = promise(second)
    after = promise(second)

    assert url == f"http://127.0.0.1:{second}"
    assert (during, while_it_is_stopped) == (None, None)
    assert after is not None
    after.close()


def test_a_fixed_port_that_another_harness_keeps_is_named(ground: Ground) -> None:
    port = free_port()
    kept = promise(port)
    assert kept is not None

    with (
        kept,
        pytest.raises(UnbuildableError, match=rf"port {port}.* already in use"),
        start_world(ground.small(extra=f"port = {port}")),
    ):
        pytest.fail("the port is another one's")


def test_a_command_that_does_not_exist_is_named(ground: Ground) -> None:
    plan = ground.plan('["no-such-engine", "{port}"]')

    with pytest.raises(HarnessError, match="no-such-engine: No such file"), start_world(plan):
        pytest.fail("there is no such engine")


def test_prepare_runs_first_and_its_failure_is_named(ground: Ground) -> None:
    good = ground.small(extra='prepare = ["sh", "-c", "echo $DATABASE_URL > {workdir}/prepared"]')
    with start_world(good) as running:
        prepared = (Path(running.world.engine_workdirs[0]) / "prepared").read_text("utf-8").strip()

    bad = ground.small(extra='prepare = ["sh", "-c", "echo no such table; exit 4"]')
    with (
        pytest.raises(UnbuildableError, match=r"target.prepare failed: exit code 4") as caught,
        start_world(bad),
    ):
        pytest.fail("it was not prepared")

    assert prepared == running.world.database
    assert caught.value.log == ("no such table",)


def test_an_engine_can_be_killed_and_started_again(ground: Ground) -> None:
    with start_world(ground.small()) as running:
        url = f"{running.engine.url}/v1/mmm/ready"
        running.engine.kill()
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, trust_env=False)

        running.engine.restart()

        assert httpx.get(url, trust_env=False).status_code == 200
    assert ground.alive() == []


def test_an_engine_is_started_again_with_the_same_key_as_pem(ground: Ground, tmp_path: Path) -> None:
    with start_world(ground.small()) as running:
        variant = with_pem(running.engine.blueprint)
        assert variant is not None
        ended = running.engine.restart_as(variant)
        raw, pem = (told["ERIS_SIGNING_KEY"] for told in printed(running))
        ready = httpx.get(f"{running.engine.url}/v1/mmm/ready", trust_env=False)
        public = running.world.signing_public_key

    key = load_pem_private_key(pem.encode(), password=None)
    assert (ended, ready.status_code) == ("", 200)
    assert isinstance(key, Ed25519PrivateKey)
    assert key.private_bytes_raw() == base64.b64decode(raw)
    assert base64.b64encode(key.public_key().public_bytes_raw()).decode() == public
    kept = (tmp_path / "run/logs/engine-shared-0.log").read_text("utf-8")
    assert "IAM_SERVICE_URL" in kept
    assert pem.splitlines()[1] not in kept


def test_an_engine_is_started_again_without_its_key_or_its_audit_logs_directory(ground: Ground) -> None:
    with start_world(ground.small()) as running:
        sound = running.engine.blueprint
        nowhere = with_audit_log_nowhere(sound)
        assert nowhere is not None
        variants = [*without_key(sound).values(), nowhere]
        ended = [running.engine.restart_as(variant) for variant in variants]
        _, unset, empty, elsewhere = printed(running)

    assert ended == ["", "", ""]
    assert ("ERIS_SIGNING_KEY" in unset, empty["ERIS_SIGNING_KEY"]) == (False, "")
    assert elsewhere["ERIS_SIGNING_KEY"] == sound.command.env["ERIS_SIGNING_KEY"]
    assert not Path(elsewhere["MMM_AUDIT_LOG_FILE"]).parent.exists()


def test_an_engine_that_ends_or_waits_where_another_starts_is_told_from_it(
    ground: Ground, tmp_path: Path
) -> None:
    script = tmp_path / "engine.py"
    script.write_text(CHOOSY + ENGINE.read_text("utf-8").replace("from __future__ import annotations", ""))
    with start_world(ground.plan(SMALL % (script, ""))) as running:
        sound = running.engine.blueprint
        took = running.engine.took
        pem, keyless = with_pem(sound), without_key(sound)
        assert pem is not None
        ended = [running.engine.restart_as(variant) for variant in (pem, keyless["not set"])]
        began = time.monotonic()
        hangs = running.engine.restart_as(keyless["empty"], within=0.3)
        waited = time.monotonic() - began

    assert took == running.seconds
    assert ended[0].endswith("before it was ready: no base64")
    assert ended[1].endswith("before it was ready: no key")
    assert "nobody listens there" in hangs
    assert waited < sound.start_seconds / 2


def started_by(*argv: str, **env: str) -> Blueprint:
    return Blueprint(
        command=Command(name="it", argv=argv, cwd=Path(), env=env, log=Path("log")),
        origin="http://127.0.0.1:1",
        ready_path="/ready",
        fakes={},
        start_seconds=1,
        log=Path("log"),
        workdir=Path("work"),
        port=1,
        movable=True,
    )


def test_what_a_profile_does_not_give_by_the_specifications_variable_is_not_varied() -> None:
    key = new_signing_key().private

    assert with_pem(started_by(ERIS_SIGNING_KEY="a file's name")) is None
    assert list(without_key(started_by("engine", ERIS_SIGNING_KEY=key))) == ["not set", "empty"]
    assert without_key(started_by()) == without_key(started_by(ERIS_SIGNING_KEY="")) == {}
    assert without_key(started_by(ERIS_SIGNING_KEY=key, KEY=f"raw:{key}")) == {}
    assert without_key(started_by("engine", f"--key={key}", ERIS_SIGNING_KEY=key)) == {}
    assert with_audit_log_nowhere(started_by()) is None


def test_a_world_of_ones_own_has_its_settings_and_nothing_in_common_but_the_server(ground: Ground) -> None:
    with start_world(ground.small()) as shared:
        plan = plan_like(shared.world, "own", settings={"breaker_recovery_seconds": 2})
        with start_world(plan) as own:
            environment = json.loads(Path(own.world.engine_logs[0]).read_text("utf-8").splitlines()[0])

    assert environment["RECOVERY"] == "2"
    assert own.world.admin_database == shared.world.admin_database
    assert own.world.database != shared.world.database
    assert own.world.redis != shared.world.redis
    assert not set(own.world.fakes.values()) & set(shared.world.fakes.values())


def test_an_engine_reaches_its_storage_by_a_line_where_that_is_wanted(ground: Ground) -> None:
    with start_world(ground.small(lines=("database", "redis"))) as running:
        told = json.loads(Path(running.world.engine_logs[0]).read_text("utf-8").splitlines()[0])
        by_line = {name: told[f"{name.upper()}_URL"] for name in running.lines}
        answers = [answers_select(by_line["database"]), answers_ping(by_line["redis"])]
        for line in running.lines.values():
            line.cut()
        cut_off = [answers_select(by_line["database"]), answers_ping(by_line["redis"])]
        directly = [answers_select(str(running.world.database)), answers_ping(str(running.world.redis))]

    assert {name: line.url for name, line in running.lines.items()} == by_line
    assert by_line["database"].rpartition("/")[2] == str(running.world.database).rpartition("/")[2]
    assert (answers, cut_off, directly) == ([True] * 2, [False] * 2, [True] * 2)


def test_a_setting_that_is_not_mapped_cannot_be_changed(ground: Ground) -> None:
    plan = ground.small(settings={"policy_cache_seconds": 1})

    with pytest.raises(NotMappedError, match="policy_cache_seconds"), start_world(plan):
        pytest.fail("it is not mapped")


def test_an_engine_that_runs_already_is_attached_to(ground: Ground) -> None:
    iam_port = free_port()
    with start_world(ground.small()) as shared:
        path = ground.folder / "attach.toml"
        url = shared.world.engine_url
        fakes = f'[target.fakes]\niam = "127.0.0.1:{iam_port}"\n'
        path.write_text(f'[target]\nname = "elsewhere"\nurl = "{url}"\n{fakes}', "utf-8")

        with start_world(ground.plan_of(path, admin_database=None, label="attached")) as attached:
            world = attached.world
            health = httpx.get(f"http://127.0.0.1:{iam_port}/__fake__/health", trust_env=False)

    assert world.engine_urls == (url,)
    assert world.fakes == {"iam": f"http://127.0.0.1:{iam_port}"}
    assert health.status_code == 200
    assert (world.controllable, world.database, attached.seconds) == (False, None, None)
    with pytest.raises(NotControllableError):
        plan_like(world, "own")


def test_a_fake_whose_port_is_taken_is_named(ground: Ground) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        path = ground.folder / "attach.toml"
        fakes = f'[target.fakes]\neris = "localhost:{port}"\n'
        path.write_text(f'[target]\nname = "elsewhere"\nurl = "http://127.0.0.1:1"\n{fakes}', "utf-8")

        with (
            pytest.raises(UnbuildableError, match=f"target.fakes.eris: port {port} is already in use"),
            start_world(ground.plan_of(path)),
        ):
            pytest.fail("the port is taken")
