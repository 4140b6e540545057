"""Whatever is started ends with whoever started it, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from harness.processes import (
    Child,
    Command,
    UnbuildableError,
    engine_environment,
    free_port,
    lock_of,
    own_environment,
    port_taken,
    promise,
    start,
    work_directory,
)
from harness.processes.ports import BELOW_EPHEMERAL
from harness.processes.workdir import KEEPER
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
WITHIN = 5.0

# A shell that ignores SIGTERM, with one ordinary child and one that has left its session and its parent.
STUBBORN = "trap '' TERM; sleep 300 & (setsid sleep 300 &) ; echo ready; wait"


@pytest.fixture
def work_dir() -> Iterator[Path]:
    with work_directory() as directory:
        yield directory


def command(work_dir: Path, *argv: str, grace: float = 5.0, mark: str = "") -> Command:
    env = {"PATH": os.environ["PATH"], "MARK": mark}
    return Command(
        name="a child",
        argv=argv,
        cwd=work_dir,
        env=env,
        log=work_dir / "child.log",
        lock=lock_of(work_dir),
        grace=grace,
    )


def marked(mark: str) -> list[psutil.Process]:
    """Return the living processes that carry a mark in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def ready(child: Child) -> bool:
    return eventually(lambda: "ready" in child.last_lines(), within=WITHIN)


def test_a_child_runs_with_its_output_in_the_log(work_dir: Path) -> None:
    with start(command(work_dir, "sh", "-c", "echo out; echo err >&2; exit 7")) as child:
        code = child.wait(WITHIN)

    assert code == 7
    assert set(child.last_lines()) == {"out", "err"}


def test_stopping_ends_the_whole_tree_even_if_it_does_not_listen(work_dir: Path) -> None:
    mark = str(work_dir)
    child = start(command(work_dir, "sh", "-c", STUBBORN, grace=0.3, mark=mark))
    assert ready(child)
    assert len(marked(mark)) == 3

    child.stop()

    assert marked(mark) == []
    assert not child.running()


def test_a_polite_child_is_not_killed(work_dir: Path) -> None:
    polite = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    child = start(command(work_dir, "sh", "-c", polite))
    assert ready(child)

    code = child.stop()

    assert code == 0
    assert "bye" in child.last_lines()


def test_what_a_child_leaves_behind_ends_with_it(work_dir: Path) -> None:
    mark = str(work_dir)

    with start(command(work_dir, "sh", "-c", "(setsid sleep 300 &) ; sleep 0.1", mark=mark)) as child:
        code = child.wait(WITHIN)

    assert code == 0
    assert marked(mark) == []


def test_a_disturbing_signal_reaches_the_whole_tree(work_dir: Path) -> None:
    mark = str(work_dir)
    with start(command(work_dir, "sh", "-c", STUBBORN, mark=mark)) as child:
        assert ready(child)

        child.signal(signal.SIGKILL)

        assert child.wait(WITHIN) == -signal.SIGKILL
    assert marked(mark) == []


@pytest.mark.parametrize(
    ("argv", "cwd", "named"),
    [(("no-such-program",), "/", "no-such-program"), (("true",), "/no/such/folder", "/no/such/folder")],
)
def test_what_cannot_be_started_is_named(argv: tuple[str, ...], cwd: str, named: str, work_dir: Path) -> None:
    wanted = Command(name="it", argv=argv, cwd=Path(cwd), env={"PATH": "/bin:/usr/bin"}, log=work_dir / "log")

    with pytest.raises(UnbuildableError, match=f"it cannot be started: {named}"):
        start(wanted)


PARENT = textwrap.dedent("""
    import os, signal, sys, threading
    from harness.processes import Command, lock_of, start, work_directory
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
    with work_directory() as directory:
        env = {"PATH": os.environ["PATH"], "MARK": os.environ["MARK"]}
        argv = ("sh", "-c", sys.argv[1])
        child = start(Command(name="c", argv=argv, cwd=directory, env=env, log=directory / "log",
                              lock=lock_of(directory)))
        while "ready" not in child.last_lines():
            threading.Event().wait(0.02)
        print(directory, flush=True)
        threading.Event().wait()
""")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_parent_that_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    mark = str(tmp_path)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, STUBBORN],
        cwd=ROOT,
        env=own_environment(MARK=mark),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        directory = Path(parent.stdout.readline().strip())
        try:
            assert directory.is_dir()
            assert len(marked(mark)) >= 4

            parent.send_signal(number)
            parent.wait(WITHIN + 2)
        finally:
            parent.kill()

    assert eventually(lambda: not marked(mark) and not directory.exists(), within=WITHIN), marked(mark)


def test_a_work_directory_goes_whose_parent_went_before_it_heard_of_it(tmp_path: Path) -> None:
    nobody, told = os.pipe()
    os.close(nobody)
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", str(KEEPER), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=told,
        stderr=subprocess.PIPE,
    )
    os.close(told)
    try:
        _, complaint = keeper.communicate(timeout=WITHIN)
    finally:
        keeper.kill()

    assert (keeper.returncode, complaint) == (0, b"")
    assert list(tmp_path.iterdir()) == []


def test_a_work_directory_goes_at_the_end() -> None:
    with work_directory() as directory:
        (directory / "deep" / "er").mkdir(parents=True)
        (directory / "deep" / "er" / "file").write_text("x")

    assert not directory.exists()


def test_a_port_is_taken_while_somebody_listens(work_dir: Path) -> None:
    port = free_port()
    listen = f"s = socket.create_server(('127.0.0.1', {port}))"
    script = f"import socket; {listen}; print('ready', flush=True); s.accept()"

    with start(command(work_dir, sys.executable, "-c", script)) as child:
        assert ready(child)
        during = port_taken(port)

    assert during
    assert not port_taken(port)


def test_a_port_that_is_promised_is_given_to_nobody_else() -> None:
    assert free_port() in BELOW_EPHEMERAL
    assert free_port(promised=BELOW_EPHEMERAL) not in BELOW_EPHEMERAL


def test_a_port_that_one_harness_keeps_no_other_gets() -> None:
    port = free_port()
    ask = f"from harness.processes import promise; print(promise({port}) is None)"

    def kept_from_others() -> str:
        done = subprocess.run(
            [sys.executable, "-c", ask], check=True, capture_output=True, text=True, cwd=ROOT
        )
        return done.stdout.strip()

    held = promise(port)
    assert held is not None
    with held:
        during = (promise(port), kept_from_others())

    assert during == (None, "True")
    assert kept_from_others() == "False"


def test_an_engine_is_not_told_that_a_test_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    telling = (
        "PYTEST_CURRENT_TEST",
        "CI",
        "GITHUB_ACTIONS",
        "NOX_CURRENT_SESSION",
        "VIRTUAL_ENV",
        "MMM_SIGNING_KEY",
    )
    for name in telling:
        monkeypatch.setenv(name, "yes")
    monkeypatch.setenv("JAVA_HOME", "/java")

    env = engine_environment({"IAM_SERVICE_URL": "http://iam"}, inherit=["JAVA_HOME"])

    assert not env.keys() & set(telling)
    assert env["IAM_SERVICE_URL"] == "http://iam"
    assert env["JAVA_HOME"] == "/java"
    assert env["PATH"].startswith(os.environ["PATH"])


def test_our_own_children_find_us_and_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--surprise")
    monkeypatch.setenv("MMM_SIGNING_KEY", "signer.pem")
    monkeypatch.setenv("NO_PROXY", "example.org")

    env = own_environment(EXTRA="1")

    assert not env.keys() & {"PYTEST_ADDOPTS", "MMM_SIGNING_KEY"}
    assert env["NO_PROXY"] == "example.org,127.0.0.1,localhost"
    assert env["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)
    assert env["EXTRA"] == "1"
