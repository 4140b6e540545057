"""Where storage comes from: what is given comes first, and worlds never share."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from harness.processes import ConfigurationError, work_directory
from harness.services.containers.images import note_image
from harness.services.containers.servers import redis_order
from harness.services.storage import ENVIRONMENTS, environment_of, storage_of
from harness.services.storage.given import Given
from harness.services.storage.light import Light
from harness.services.valkey import answers_ping, valkey
from harness.stages.options import environment_for
from harness.targets import Services, Target
from harness.worlds import NotControllableError, NotExercisableError, World, load_world, plan_like, save_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATABASE, REDIS = "postgresql://me:hush@db.test/x", "redis://cache.test"
STARTED = Target(name="x", command=("run", "{port}"))
ATTACHED = Target(name="x", url="http://127.0.0.1:8080")


def given(database: str | None = None, redis: str | None = None) -> Target:
    return Target(name="x", command=("run", "{port}"), services=Services(database, redis))


@dataclass
class Recorded:
    """Storage that writes down what it was asked for."""

    asked: list[str] = field(default_factory=list)
    fakes: tuple[str, ...] = ("redis",)

    @contextlib.contextmanager
    def shared(self, work_dir: Path) -> Iterator[str]:
        self.asked.append(f"shared {work_dir}")
        yield "shared"

    def database(self, shared: str | None, directory: Path) -> str:
        self.asked.append(f"database {shared} {directory}")
        return "rest's database"

    @contextlib.contextmanager
    def redis(self, work_dir: Path, directory: Path) -> Iterator[str]:
        self.asked.append(f"redis {work_dir} {directory}")
        yield "rest's redis"

    def versions(self, work_dir: Path | None = None) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's
        return {"Rest": "1"}


def used(storage: Given) -> tuple[str, str | None]:
    """Return the database and the Redis that a world gets."""
    work_dir, directory = Path("/place"), Path("/place/world")
    with storage.shared(work_dir) as shared, storage.redis(work_dir, directory) as redis:
        return storage.database(shared, directory), redis


@pytest.mark.parametrize(
    ("database", "redis", "asked", "fakes"),
    [
        (DATABASE, REDIS, [], ()),
        (DATABASE, None, ["redis /place /place/world"], ("redis",)),
        (None, REDIS, ["shared /place", "database shared /place/world"], ()),
    ],
)
def test_what_is_given_is_used_and_only_the_rest_is_made(
    database: str | None, redis: str | None, asked: list[str], fakes: tuple[str, ...]
) -> None:
    rest = Recorded()
    storage = Given(database, redis, rest)

    assert used(storage) == (database or "rest's database", redis or "rest's redis")
    assert rest.asked == asked
    assert storage.fakes == fakes
    assert "hush" not in repr(storage)


def test_worlds_on_sqlite_have_a_file_each_and_start_nothing(tmp_path: Path) -> None:
    storage = Light()

    urls = {storage.database(None, tmp_path / name) for name in ("one", "two")}

    assert urls == {f"sqlite:///{tmp_path}/{name}/database.sqlite" for name in ("one", "two")}
    with storage.shared(tmp_path) as shared, storage.redis(tmp_path, tmp_path) as redis:
        assert (shared, redis) == (None, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (STARTED, "light"),
        (given(database=DATABASE), "light, database given"),
        (given(redis=REDIS), "light, redis given"),
        (given(DATABASE, REDIS), "given"),
        (ATTACHED, "given"),
    ],
)
def test_a_run_says_in_words_what_it_uses(target: Target, words: str) -> None:
    assert environment_of("light", target) == words


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_says_what_it_is_made_of(environment: str) -> None:
    assert len(storage_of(environment, STARTED).versions()) == 2
    assert storage_of(environment, given(redis=REDIS)).versions() == {}


def test_a_tag_is_told_with_the_images_that_ran_under_it(tmp_path: Path) -> None:
    storage = storage_of("containers", STARTED)
    before = storage.versions(tmp_path)

    for image_id in ("sha256:b", "sha256:a", "sha256:b"):
        note_image(tmp_path, "postgres:17", image_id)
    note_image(tmp_path, "valkey/valkey:8", "sha256:c")

    assert (
        before == storage.versions() == {"PostgreSQL": "image postgres:17", "Redis": "image valkey/valkey:8"}
    )
    assert storage.versions(tmp_path) == {
        "PostgreSQL": "image postgres:17 (sha256:a, sha256:b)",
        "Redis": "image valkey/valkey:8 (sha256:c)",
    }


def test_redis_password_is_where_no_list_of_processes_shows_it() -> None:
    order = redis_order("redis:7", "hush")

    assert "hush" not in " ".join((*order.command, *order.env.values()))
    assert order.command == tuple(order.files)
    assert "requirepass hush\n" in order.files[order.command[0]]


def test_an_engine_that_is_attached_to_has_storage_already() -> None:
    assert environment_for(None, ATTACHED) == environment_for(None, STARTED) == "embedded"
    assert environment_for("light", STARTED) == "light"
    with pytest.raises(
        ConfigurationError, match=r"--environment light: the engine at http://127\.0\.0\.1:8080"
    ):
        environment_for("light", ATTACHED)


def test_no_world_of_its_own_is_had_beside_storage_that_is_given(tmp_path: Path) -> None:
    profile = tmp_path / "engine.toml"
    text = '[target]\nname = "x"\ncommand = ["run", "{port}"]\n'
    profile.write_text(text)
    world = World(
        engine_urls=("http://127.0.0.1:1",),
        base_path="/v1",
        ready_path="/ready",
        work_dir=str(tmp_path),
        run_dir=str(tmp_path),
        profile=str(profile),
        seed=1,
        environment="light",
        database=DATABASE,
        controllable=True,
    )

    assert plan_like(world, "own").environment == "light"
    profile.write_text(text + '[target.defects]\nlist = ["x"]\ncommand = ["bad", "{defect}", "{port}"]\n')
    defective = plan_like(msgspec.structs.replace(world, defect="late"), "own").profile
    assert (defective.defect, defective.target.command[0]) == ("late", "bad")
    assert plan_like(world, "own").profile.target.command[0] == "run"
    assert [plan_like(world, "own", replicas=number).count for number in (None, 2)] == [1, 2]
    with pytest.raises(NotExercisableError, match="SQLite is a file"):
        plan_like(msgspec.structs.replace(world, database="sqlite:///x"), "own", lines=("redis", "database"))
    assert plan_like(world, "own", lines=("redis", "database")).lines == ("redis", "database")
    assert plan_like(world, "own").lines == ()
    profile.write_text(text + "port = 4711\n")
    with pytest.raises(NotControllableError, match="fixes the engine's port"):
        plan_like(world, "own", replicas=2)
    profile.write_text(text + f'[target.services]\nredis = "{REDIS}"\n')
    with pytest.raises(NotControllableError, match="its storage is somebody else's"):
        plan_like(world, "own")


def test_a_world_may_know_a_password_so_its_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    world = World(
        engine_urls=(),
        base_path="/v1",
        ready_path="/ready",
        work_dir="",
        run_dir="",
        profile="",
        seed=1,
        database=DATABASE,
    )

    save_world(world, path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert load_world(path) == world


def test_a_server_that_wants_a_password_first_answers() -> None:
    with work_directory() as folder, valkey(folder, folder / "v", password="hush") as url:
        with_password, without = answers_ping(url), answers_ping(url.replace(":hush@", ""))
        port = int(url.rpartition(":")[2].partition("/")[0])
        command = (folder / "v/valkey.conf").stat().st_mode & 0o777

    assert (with_password, without) == (True, True)
    assert "hush" in url
    assert command == 0o600
    assert not answers_ping(f"redis://127.0.0.1:{port}")


def test_what_listens_and_is_no_redis_does_not_answer() -> None:
    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answering = threading.Thread(target=answer, args=(server,))
        answering.start()

        assert not answers_ping(f"redis://127.0.0.1:{port}/0")
        answering.join()
