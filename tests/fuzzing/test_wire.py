"""What is recorded is redacted, bounded, and can be sent again from a shell."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.fuzzing.wire import LONGEST, Call, Personas, curl, exchange
from reports.record import Persona

if TYPE_CHECKING:
    from pathlib import Path

ADMIN = Persona(name="contracts_admin", sub="a", tenant_id="t")
TOKEN = "a-token-that-is-ours"
KNOWN = Personas({TOKEN: ADMIN})


def a_call(body: bytes = b"{}", url: str = "http://127.0.0.1:1/v1/things", **more: str) -> Call:
    headers = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"), *more.items())
    return Call(at=0.0, method="POST", url=url, headers=headers, body=body, status=200, answer=b"{}")


def test_a_token_is_nowhere_and_its_persona_stands_for_it() -> None:
    call = a_call(body=f'{{"echo": "{TOKEN}"}}'.encode())

    told = exchange(call, "1", "s", KNOWN)

    assert TOKEN not in repr(told) + curl(call, KNOWN)
    assert ("Authorization", "Bearer $TOKEN_CONTRACTS_ADMIN") in told.request.headers
    assert told.persona == ADMIN


def test_a_stranger_s_token_is_only_a_fingerprint() -> None:
    call = Call(
        at=0.0, method="GET", url="http://h/x", headers=(("authorization", "Bearer other"),), body=b""
    )

    told = exchange(call, "1", "s", KNOWN)

    assert told.persona is None
    assert "other" not in repr(told)


def test_a_long_body_is_cut_with_its_length_and_digest_unless_it_must_be_sent_again() -> None:
    body = b"x" * (LONGEST + 1)
    digest = hashlib.sha256(body).hexdigest()

    cut, whole = exchange(a_call(body), "1", "s", KNOWN), exchange(a_call(body), "1", "s", KNOWN, whole=True)

    assert len(cut.request.body) < LONGEST + 200
    assert f"{len(body)} bytes" in cut.request.body
    assert digest in cut.request.body
    assert whole.request.body == body.decode()


def test_a_body_that_is_no_text_is_base64() -> None:
    told = exchange(a_call(b"\xff\xfe"), "1", "s", KNOWN)

    assert (told.request.encoding, told.request.body) == ("base64", "//4=")


@pytest.mark.parametrize("secret", [TOKEN, "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2lnbmF0dXJl", "a-hidden-word"])
def test_a_secret_among_bytes_that_are_no_text_is_nowhere(secret: str) -> None:
    known = Personas({TOKEN: ADMIN})
    known.hide("a-hidden-word", "<hidden>")
    body = b"\xff" + secret.encode() + b"\xfe"
    call = replace(a_call(body), answer=body)

    told = exchange(call, "1", "s", known, whole=True)
    again = base64.b64decode(told.request.body)

    assert told.response is not None
    assert secret.encode() not in again
    assert (again[:1], again[-1:]) == (b"\xff", b"\xfe")
    assert secret not in told.response.body
    assert told.response.body.startswith("\\xff")
    assert "".join(f"\\{byte:03o}" for byte in secret.encode()) not in curl(call, known)


ECHO = (
    "import json,sys; piped = list(sys.stdin.buffer.read()) if '@-' in sys.argv else None; "
    "print(json.dumps([sys.argv[1:], piped]))"
)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"it's",
        b'{"a": "$HOME `id` \\u0000"}',
        b"\xff\x00\xfe",
        b"a\x00b",
        b"@/etc/hostname",
        "ü\n".encode(),
    ],
)
def test_a_shell_sends_exactly_the_bytes_that_were_sent(tmp_path: Path, body: bytes) -> None:
    fake = tmp_path / "curl"
    fake.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{ECHO}" "$@"\n')
    fake.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "ENGINE": "http://e",
        "TOKEN_CONTRACTS_ADMIN": "secret",
    }

    line = curl(a_call(body, "http://127.0.0.1:1/v1/it's?a=[1]&b=$HOME"), KNOWN)
    said = subprocess.run(["/bin/sh", "-c", line], env=environment, capture_output=True, check=True).stdout

    arguments, piped = json.loads(said)
    assert "Authorization: Bearer secret" in arguments
    assert arguments[-1] == "http://e/v1/it's?a=[1]&b=$HOME"
    given = arguments[arguments.index("--data-binary") + 1]
    assert (bytes(piped) if given == "@-" else given.encode("utf-8", "surrogateescape")) == body
