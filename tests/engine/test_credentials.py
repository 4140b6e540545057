"""5.1: credentials are found, ordinary text is not mistaken for one."""

from __future__ import annotations

import hashlib
import time
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import credentials
from engine.values.credentials import holds_secret

FOUND = [
    "AKIAIOSFODNN7EXAMPLE",
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nMIIE",
    "Bearer 0123456789abcdef0123456789abcdef",
    "authorization: bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "password = hunter2",
    "PASSWORD=S3cr3t!pass",
    "db_password: 's3cret-value'",
    "api_key: abc123def456",
    "postgresql://user:secret@host/db",
    "ghp_" + "a1B2" * 9,
    {"password": "correct horse"},
    {"outer": [{"client_secret": "abcdefgh"}]},
    {"AKIAIOSFODNN7EXAMPLE": 1},
    "x" * 50_000 + " AKIAIOSFODNN7EXAMPLE " + "x" * 50_000,
    ["fine", ["fine", "password='hunter2'"]],
]
ORDINARY = [
    "",
    "Reset your password: contact support",
    "The secret of good tests: small ones",
    "password = ",
    "password = ${DB_PASSWORD}",
    "bearer of bad news",
    "token bearer",
    "build.failed",
    "src/auth/password_reset.py",
    "feature/secret-santa",
    str(uuid.UUID(int=2**127 + 5)),
    hashlib.sha256(b"x").hexdigest(),
    hashlib.sha1(b"x", usedforsecurity=False).hexdigest(),
    "sha256:" + "0" * 64,
    "https://ci.example/builds/17?tab=log#L10",
    "somebody@example.com",
    {"token": "x", "key": "value", "passed": True, "count": 7, "none": None},
    "\u00e4\u00f6\u4e2d\u6587\U0001f600",
]


@pytest.mark.parametrize("value", FOUND, ids=range(len(FOUND)))
def test_credentials_are_found(value: Any) -> None:  # noqa: ANN401 -- JSON
    assert holds_secret(value)


@pytest.mark.parametrize("value", ORDINARY, ids=range(len(ORDINARY)))
def test_ordinary_values_are_not(value: Any) -> None:  # noqa: ANN401 -- JSON
    assert not holds_secret(value)


@given(st.text() | st.uuids().map(str) | st.binary(max_size=64).map(bytes.hex) | st.datetimes().map(str))
def test_random_texts_are_not(text: str) -> None:
    assert not holds_secret({"value": text})


@pytest.mark.parametrize(
    "unit", ["password", "secret =", "password ' ", "://", "eyJ", "'", "bearer ", "AKIA", "pwd:\t"]
)
def test_no_text_takes_long(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    started = time.process_time()

    holds_secret(text)

    assert time.process_time() - started < 3.0


def test_deep_values_are_read_without_recursion() -> None:
    value: Any = "password = hunter2"
    for _ in range(50_000):
        value = [value]

    assert holds_secret(value)


leaves = st.sampled_from(FOUND) | st.text("apiKey=:\"'sk-_AKIA0123 \n", max_size=40)
members = st.sampled_from(["note", "password", "x"])


@given(st.recursive(leaves, lambda inner: st.dictionaries(members, inner, max_size=4), max_leaves=6))
def test_one_look_at_everything_overlooks_nothing(value: object) -> None:
    assert holds_secret(value) == any(map(credentials._is_secret, credentials._texts(value)))
