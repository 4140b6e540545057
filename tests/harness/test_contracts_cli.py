"""`mmm contracts` as a user meets it: what it says, its exit codes, and a line for every error."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from contracts.resources import read_openapi
from harness import published
from harness.cli.main import run
from tests.contracts.compatibility.documents import request_schema, response_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Pages = dict[str, tuple[int, bytes]]
STRING, INTEGER = {"type": "string"}, {"type": "integer"}


class Engine:
    """A server that answers with pages; `asked` tells for which it was asked."""

    def __init__(self) -> None:
        self.pages: Pages = {}
        self.asked: list[str] = []
        self.drips = False
        self.drips_headers = False
        self.moves_after = 0.0
        self.ends = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publishes(self, path: str, document: dict[str, Any]) -> None:
        self.pages[path] = (200, json.dumps(document).encode())

    def _handler(engine) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - two selves
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                engine.asked.append(self.path)
                begun = False
                while engine.drips_headers and not engine.ends.wait(0.01):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: x\r\n" if not begun else b"X-More: x\r\n")
                    begun = True
                if engine.moves_after:
                    engine.ends.wait(engine.moves_after)
                    self.send_response(302)
                    self.send_header("Location", f"/{len(engine.asked)}")
                    self.end_headers()
                    return
                status, body = engine.pages.get(self.path, (404, b"nothing here"))
                self.send_response(status)
                if body[:2] == b"\x1f\x8b":
                    self.send_header("Content-Encoding", "gzip")
                self.end_headers()
                self.wfile.write(body)
                while engine.drips and not engine.ends.wait(0.01):
                    self.wfile.write(b" ")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.ends.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def write(path: Path, document: dict[str, Any]) -> str:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "options", "code"),
    [
        (STRING, STRING, [], 0),
        (STRING, INTEGER, [], 1),
        ({"pattern": "a", **STRING}, {"pattern": "b", **STRING}, [], 0),
        ({"pattern": "a", **STRING}, {"pattern": "b", **STRING}, ["--fail-on", "risky"], 1),
        (STRING, INTEGER, ["--fail-on", "risky", "--format", "json"], 1),
        (STRING, {"type": ["string", "integer"]}, ["--fail-on", "risky", "--format", "github"], 0),
    ],
)
def test_the_exit_code_is_what_was_asked_for(
    tmp_path: Path, old: object, new: object, options: list[str], code: int
) -> None:
    files = (
        write(tmp_path / "old.json", request_schema(old)),
        write(tmp_path / "new.json", request_schema(new)),
    )

    assert run(["contracts", "diff", *files, *options]) == code


def test_each_format_says_what_differs_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.json", response_schema(STRING))
    new = write(tmp_path / "new.json", response_schema(INTEGER))
    said = {}

    for form in ("text", "json", "github"):
        run(["contracts", "diff", old, new, "--format", form])
        said[form] = capsys.readouterr().out

    assert "response-type-changed" in said["text"]
    assert said["text"].endswith("contracts: 1 breaking, 0 risky, 0 safe\n")
    assert json.loads(said["json"])["changes"][0]["rule"] == "response-type-changed"
    line = next(
        n for n, text in enumerate((tmp_path / "new.json").read_text().split("\n"), 1) if "integer" in text
    )
    assert said["github"].startswith(f"::error file={new},line={line},title=response-type-changed::")


def test_what_is_no_document_is_one_line_and_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.json", response_schema(STRING))
    bad = write(tmp_path / "bad.json", {"openapi": "3.1.0", "paths": {"/a": []}})

    assert run(["contracts", "diff", old, str(tmp_path / "gone.yaml")]) == 2
    assert "gone.yaml: cannot be read" in capsys.readouterr().err
    assert run(["contracts", "diff", bad, bad]) == 2
    told = capsys.readouterr().err
    assert f"mmm: {bad}: at /paths/~1a: must be an object, is a list; write it as OpenAPI 3 says\n" == told
    assert run(["contracts", "diff", old, old, "--format", "xml"]) == 2


def test_an_engine_that_publishes_the_contract_does_not_drift(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.publishes("/v1/mmm/openapi.json", read_openapi("engine"))

    assert run(["contracts", "drift", engine.url, "--fail-on", "risky"]) == 0

    told = capsys.readouterr()
    assert told.err == f"mmm: found {engine.url}/v1/mmm/openapi.json\n"
    assert told.out.endswith("contracts: 0 breaking, 0 risky, 0 safe\n")
    assert engine.asked == ["/", "/openapi.json", "/openapi.yaml", "/v1/mmm/openapi.json"]


def test_an_engine_that_lacks_and_adds_something_drifts(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    document = read_openapi("engine")
    paths = {f"/v1/mmm{path}": item for path, item in document["paths"].items() if path != "/ready"}
    engine.publishes("/docs", {**document, "paths": {**paths, "/v1/mmm/new": {}}, "servers": []})

    assert run(["contracts", "drift", f"{engine.url}/docs", "--format", "json"]) == 1

    changes = json.loads(capsys.readouterr().out)["changes"]
    assert [(change["rule"], change["operations"]) for change in changes] == [
        ("path-removed", ["/v1/mmm/ready"]),
        ("path-added", ["/v1/mmm/new"]),
    ]


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ((200, b"<html>"), "is no OpenAPI 3.0 or 3.1 document"),
        ((200, b"\xff"), "sends what is not UTF-8"),
        ((500, b"{}"), "answers 500"),
        ((200, gzip.compress(b" " * 2_000)), "sends more than 0 MiB"),
    ],
)
def test_an_engine_that_publishes_no_document_is_one_line_and_2(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    page: tuple[int, bytes],
    told: str,
) -> None:
    monkeypatch.setattr(published, "MOST_BYTES", 1_000)
    engine.pages["/openapi.json"] = page

    assert run(["contracts", "drift", engine.url]) == 2

    error = capsys.readouterr().err
    assert error.startswith(f"mmm: {engine.url} publishes no OpenAPI 3 document: ")
    assert told in error
    assert "/openapi.yaml answers 404" in error
    assert error.count("\n") == 1


def test_an_engine_that_cannot_be_reached_is_3(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    url = engine.url
    engine.server.server_close()

    assert run(["contracts", "drift", url]) == 3

    assert "is the engine running?" in capsys.readouterr().err


def test_an_engine_that_never_ends_its_answer_is_given_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(published, "PATIENCE", 0.2)
    engine.publishes("/", read_openapi("engine"))
    engine.drips = True

    assert run(["contracts", "drift", engine.url]) == 3

    assert "nothing whole after 0.2 seconds" in capsys.readouterr().err


@pytest.mark.parametrize(("slow", "how"), [("drips_headers", True), ("moves_after", 0.15)])
def test_an_engine_that_never_comes_to_its_answer_is_given_up(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    slow: str,
    how: object,
) -> None:
    monkeypatch.setattr(published, "PATIENCE", 0.4)
    setattr(engine, slow, how)

    assert run(["contracts", "drift", engine.url]) == 3

    assert capsys.readouterr().err == (
        f"mmm: {engine.url}: nothing whole after 0.4 seconds; is the engine running?\n"
    )
    assert len(engine.asked) <= 3


@pytest.mark.parametrize("url", ["openapi.json", "ftp://host/x", "http://", "http://me:secret@host"])
def test_an_address_that_is_none_is_2_and_no_password_is_repeated(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["contracts", "drift", url]) == 2

    assert "secret" not in capsys.readouterr().err
