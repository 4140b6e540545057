from __future__ import annotations

import pytest

from reports.redaction import redact, redact_headers, secrets_in

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZXYtMSJ9.c2lnbmF0dXJlLW9mLWl0"
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZXYtMSJ9."
KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIE1N\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize("token", [JWT, UNSIGNED, JWT + ".YWJj.ZGVm"])
def test_a_token_is_replaced_wherever_it_stands(token: str) -> None:
    clean = redact(f'{{"token": "{token}", "other": 1}}')

    assert clean.startswith('{"token": "<token:')
    assert clean.endswith('>", "other": 1}')
    assert secrets_in(clean) == ()


def test_two_tokens_can_be_told_apart_and_one_recognised() -> None:
    first, again, other = redact(f"{JWT} {JWT} {UNSIGNED}").split()

    assert first == again != other


@pytest.mark.parametrize("key", [KEY, KEY.replace("\n", "\\n"), KEY.rsplit("\n", 1)[0]])
def test_a_private_key_is_replaced_whole(key: str) -> None:
    clean = redact(f'{{"key": "{key}"}}')

    assert clean == '{"key": "<private key>"}'
    assert secrets_in(clean) == ()


def test_known_secrets_go_in_every_form() -> None:
    secret = 'p/w+"quoted"=='

    clean = redact(f'p/w+"quoted"== p/w+\\"quoted\\"== p%2Fw%2B%22quoted%22%3D%3D {secret[:4]}', [secret])

    assert clean == "<redacted> <redacted> <redacted> p/w+"


def test_credentials_leave_the_headers_and_nothing_else_does() -> None:
    headers = [
        ("Authorization", f"bearer {JWT}"),
        ("Proxy-Authorization", "Basic dTpw"),
        ("Cookie", "session=1"),
        ("X-Request-ID", "abc"),
        ("X-Echo", JWT),
    ]

    clean = dict(redact_headers(headers))

    assert clean["Authorization"].startswith("bearer <token:")
    assert clean["Proxy-Authorization"] == "Basic <redacted>"
    assert clean["Cookie"] == "<redacted>"
    assert clean["X-Request-ID"] == "abc"
    assert clean["X-Echo"].startswith("<token:")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer "])
def test_an_empty_credential_stays_visible_as_empty(value: str) -> None:
    assert redact_headers([("Authorization", value)]) == (("Authorization", value),)


def test_a_bare_credential_without_scheme_is_redacted() -> None:
    assert redact_headers([("Authorization", "abc123")]) == (("Authorization", "<redacted>"),)


def test_what_is_left_is_named() -> None:
    assert secrets_in(JWT) == ("a JWT-shaped string",)
    assert secrets_in(KEY) == ("a private key block",)
