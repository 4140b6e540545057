"""No secret is shown by a control API, wherever it stood; what is told stays readable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.control import NotAsAskedError
from fakes.eris.metadata import breach
from fakes.http.request import Request
from fakes.records import Match
from fakes.shape.identity import Identity
from fakes.shape.journal import entry_of
from fakes.shape.line import Line
from fakes.shape.matching import matchers_of, redacted
from fakes.shape.redaction import fingerprint, redact_fields, redact_header, redact_json, redact_text
from tests.fakes.evidence import signer_of
from tests.fakes.receipts import receipt
from tests.fakes.wire import connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.control import Entry, ErisControl, FakeControl

SECRET = "opaque-and-dear"
SHOWN = fingerprint(SECRET)
NO_HEADERS: Mapping[str, str] = {}
NAMES = ("token", "access_token", "Password", "secret", "api-key", "API_KEY", "client_secret")


def entry(body: bytes = b"", query: str = "", headers: Mapping[str, str] = NO_HEADERS) -> Entry:
    known = dict(headers)
    request = Request("POST", "/x", query, known, body)
    return entry_of(Line(1, 0.0, None, Identity.of_headers(known), request))


@pytest.mark.parametrize("name", ["cookie", "set-cookie", "x-api-key", "x-auth-token"])
def test_a_header_of_secrets_is_shown_as_a_fingerprint(name: str) -> None:
    text = f"a={SECRET}; b=2"

    assert entry(headers={name: text}).request_headers == {name: fingerprint(text)}


@pytest.mark.parametrize("name", ["authorization", "proxy-authorization"])
@pytest.mark.parametrize("scheme", ["Bearer", "Digest", "Basic"])
def test_of_credentials_the_scheme_alone_stays(name: str, scheme: str) -> None:
    text = f'username="{SECRET}", response="more"'

    assert redact_header(name, f"{scheme} {text}", None) == f"{scheme} {fingerprint(text)}"
    assert redact_header(name, SECRET, None) == SHOWN


@pytest.mark.parametrize("name", NAMES)
def test_a_member_or_field_named_like_a_secret_is_hidden_wherever_it_is(name: str) -> None:
    form = f"a=1&{name}=opaque%2Dand-dear&b=2"

    assert entry(query=form).query == f"a=1&{name}={SHOWN}&b=2"
    assert entry(form.encode()).request_body == f"a=1&{name}={SHOWN}&b=2"
    assert entry(json.dumps({"a": [{name: SECRET}], "b": "2"}).encode()).request_body == {
        "a": [{name: SHOWN}],
        "b": "2",
    }
    assert entry(json.dumps({name: SECRET}).encode()[:-1]).request_body == f'{{"{name}": "{SHOWN}"'


def test_all_below_a_secrets_name_is_hidden_but_whether_and_nothing() -> None:
    body = {"password": [SECRET, {"is": 1234}, True, None], "tokens": 7}

    assert redact_json(body, None) == {
        "password": [SHOWN, {"is": fingerprint("1234")}, True, None],
        "tokens": 7,
    }


def test_a_body_that_is_no_text_shows_no_secret_in_base64() -> None:
    with_one = b"\xff\xfe&password=" + SECRET.encode()

    assert entry(with_one).request_body == f"\ufffd\ufffd&password={SHOWN}"
    assert entry(b"\xff\xfe").request_body == "//4="


def test_a_traceparent_that_is_a_token_is_hidden() -> None:
    told = entry(headers={"authorization": f"Bearer {SECRET}", "traceparent": SECRET})

    assert (told.traceparent, told.request_headers["traceparent"]) == (SHOWN, SHOWN)
    assert entry(headers={"traceparent": "mine"}).traceparent == "mine"


MATCH: dict[str, Any] = {
    "query": {"token": {"equals": SECRET}},
    "headers": {"X-Api-Key": {"contains": SECRET}, "Cookie": {"matches": SECRET, "present": True}},
    "body": {"/token": {"equals": SECRET}, "/a/password": {"matches": SECRET}, "/kind": {"equals": "k"}},
    "body_schema": {"properties": {"secret": {"const": SECRET}}},
}


def test_a_match_is_shown_without_secrets_and_stays_a_match() -> None:
    match = msgspec.convert(MATCH, Match)

    shown = redacted(match)

    assert SECRET not in repr(shown)
    assert SECRET not in repr([matcher.expected for matcher in matchers_of(match)])
    assert shown.query["token"].equals == shown.body["/token"].equals == SHOWN
    assert (shown.headers["Cookie"].present, shown.body["/kind"].equals) == (True, "k")
    assert redacted(shown) == shown


async def test_no_secret_of_the_caller_is_told_where_nothing_came(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        await wire.ask("GET", f"/health?token={SECRET}&x=1")
    await policy.script(match=MATCH, reply={"status": 200})

    with pytest.raises(NotAsAskedError) as raised:
        await policy.verify(match={**MATCH, "token": SECRET})

    assert "body_schema" in str(raised.value)
    told = f"{raised.value} {await policy.scripts()} {await policy.journal()} {await policy.violations()}"
    assert SECRET not in told
    assert SHOWN in told


REFUSED = (
    "AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    "password = hunter22",
    "Authorization: Bearer abcdefghijklmnop1234",
    "ghp_" + "a" * 36,
    "api-key: abcdefg",
)


@pytest.mark.parametrize("text", REFUSED)
async def test_a_dead_letter_is_shown_without_the_secret_that_it_died_of(
    eris: ErisControl, text: str
) -> None:
    signer = await signer_of(eris)
    bad = receipt()
    bad["inputs"] = {"note": text, "kind": "k"}
    assert breach(bad) == ("/inputs/note", "a secret")

    async with connect(eris.url) as wire:
        assert (await wire.ask("POST", "/v1/evidence/receipts", signer.signed(bad))).status == 400
    (letter,) = (await eris.receipts()).dead_letters
    (asked,) = await eris.journal()

    for shown in (letter.receipt, asked.request_body):
        assert shown["inputs"]["kind"] == "k"
        assert "<token:" in shown["inputs"]["note"]
        assert text.rsplit(maxsplit=1)[-1] not in shown["inputs"]["note"]


@given(st.text(), st.sampled_from(["x", "token", "authorization", "cookie"]))
def test_what_was_redacted_stays_as_it_is(text: str, name: str) -> None:
    once = redact_json({name: text}, None)

    assert redact_json(once, None) == once
    assert redact_header(name, redact_header(name, text, None), None) == redact_header(name, text, None)
    assert redact_fields(redact_fields(text, None), None) == redact_fields(text, None)
    assert redact_text(redact_text(text, None), None) == redact_text(text, None)
