"""The control API of the Redis fake keeps its own document, and the document is all that there is."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from contracts.document import load_document
from contracts.validation import check_response
from fakes.control import ControlError, RedisControl, RedisMatch
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.redis.backends import backend_of
from fakes.redis.faults import FAULTS
from fakes.redis.faults.error import WORDS
from fakes.redis.server import RedisServer
from tests.fakes.control_document import SEED, findings, fuzzing, nodes, operations

if TYPE_CHECKING:
    from fakes.redis.control import RedisApplication
    from tests.fakes.redis.house import Place

CONTROL = load_document("redis-control")
HANG = {"kind": "hang"}


@pytest.fixture
def control() -> RedisApplication:
    """The control API, without sockets."""
    return RedisServer(backend_of(None)).control


def ask(control: RedisApplication, method: str, path: str, body: object = None) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()
    path, _, query = path.partition("?")
    answer = control.handle(Request(method, f"/__fake__{path}", query, {}, content))
    assert isinstance(answer, Answer)
    headers = {"content-type": answer.content_type or ""}
    assert check_response(CONTROL, method, path, answer.status, headers, answer.body) == []
    return answer


def shown(control: RedisApplication) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ask(control, "GET", "/openapi.json").body)
    return document


def test_it_shows_just_the_operations_and_faults_that_it_has(control: RedisApplication) -> None:
    document = shown(control)

    served = {operation.replace("/__fake__", "") for operation in control.served}
    assert operations(document) == served == operations(CONTROL.raw)
    assert document["info"]["title"] == "Control API of redis"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    fault = document["components"]["schemas"]["Fault"]["properties"]
    assert fault["kind"]["enum"] == ["error", "hang", "lost_expiry", "failover"]
    settings = {field.name for made in FAULTS.values() for field in fields(made)}  # type: ignore[arg-type]  # every fault is a dataclass
    assert fault.keys() == {"kind", *settings}
    assert set(fault["error"]["enum"]) == WORDS.keys()


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/scripts", {"fault": HANG, "times": 0}, "/body/times: the value is less than"),
        ("POST", "/scripts", {"fault": HANG, "often": 3}, "/body/often: Additional properties"),
        ("POST", "/scripts", {"fault": {}}, "/body/fault/kind: "),
        (
            "POST",
            "/scripts",
            {"fault": {"kind": "reset"}},
            "unknown fault kind 'reset'; there are error",
        ),
        ("POST", "/scripts", {"fault": HANG | {"error": "OOM"}}, "fault hang has no error"),
        ("POST", "/scripts", {"fault": HANG | {"for": 1}}, "/body/fault/for: Additional properties"),
        ("POST", "/scripts", {"fault": {"kind": "error", "error": "NO"}}, "/body/fault/error: "),
        (
            "POST",
            "/scripts",
            {"fault": {"kind": "error", "error": "MOVED", "address": "a:1\r\n+OK"}},
            "/body/fault/address: ",
        ),
        ("POST", "/scripts", {"fault": HANG, "operation": " "}, "/body/operation: "),
        ("POST", "/scripts", {"fault": HANG, "match": {"db": 16}}, "/body/match/db: "),
        ("POST", "/scripts", {"operation": "GET"}, "/body/fault: "),
        ("POST", "/scripts", None, "/body: the body is missing"),
        ("POST", "/reset", {"tenant": "t"}, "/body/tenant: "),
        ("GET", "/scripts?operation=GET", None, "/query/operation: 'operation' is not documented"),
        ("GET", "/journal?tenant=t", None, "/query/tenant: 'tenant' is not documented"),
        ("GET", "/journal?after=soon", None, "/query/after: "),
        ("GET", "/journal?limit=2001", None, "/query/limit: "),
        ("GET", "/journal?after=1.0", None, "after is a number, in digits"),
        ("GET", "/journal?db=0.1", None, "/query/db: "),
        ("GET", "/health", {}, "/body: this operation takes no body"),
    ],
)
def test_what_breaks_the_document_is_refused_in_one_readable_line(
    control: RedisApplication, method: str, path: str, body: object, message: str
) -> None:
    answer = ask(control, method, path, body)

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (400, "BAD_REQUEST")
    assert message in error["message"]
    assert "\n" not in error["message"]


def test_schemathesis_finds_nothing(control: RedisApplication, memory: Place) -> None:
    document = shown(control)
    memory.wire().ask([b"SET", b"k", b"v"], [b"CLIENT", b"SETNAME", b"me"], [b"NOSUCH"])

    asked, wrong = findings(fuzzing(document, memory.control, set(dict(nodes(document)))))

    assert wrong == [], f"seed {SEED}"
    assert asked == operations(document)


async def test_the_client_tells_which_scripts_nobody_used(place: Place) -> None:
    async with RedisControl("redis", place.control) as redis:
        oom = {"kind": "error", "error": "OOM"}
        used = await redis.script("SET", fault=oom, match=RedisMatch(key="user:*"), times=1)
        unused = await redis.script(fault=HANG, match={"client": "other", "db": 3})

        place.wire().ask([b"SET", b"user:1", b"x"], [b"SET", b"user:2", b"x"])

        assert [state.script_id for state in await redis.scripts()] == [used, unused]
        assert [state.script_id for state in await redis.unused()] == [unused]
        assert [state.script_id for state in await redis.unused(client="other", db=3)] == [unused]
        assert await redis.unused(key="user:*") == ()
        state = await redis.state(used)
        assert (state.match, state.fault) == (RedisMatch(key="user:*"), oom)
        assert (state.hits, len(state.fired_at), state.exhausted) == (1, 1, True)


async def test_the_client_reads_heals_and_resets(place: Place) -> None:
    async with RedisControl("redis", place.control) as redis:
        script = await redis.script("GET", fault=HANG)
        wire = place.wire()
        wire.ask([b"SET", b"a", b"x"], [b"SET", b"b", b"x"], [b"PING"], [b"SET", b"c", b"x"])

        entries = await redis.journal(operation="set", limit=1)
        healed = await redis.heal(script)
        value = wire.ask([b"GET", b"a"])
        await redis.reset()

        assert await redis.health() == "ready"
        assert [(entry.arguments[0], entry.reply) for entry in entries] == [
            ("a", "string"),
            ("b", "string"),
            ("c", "string"),
        ]
        assert await redis.journal(after=entries[1].seq) == []
        assert (healed.hits, healed.exhausted, value) == (0, False, [b"$1\r\nx\r\n"])
        assert wire.ask([b"DBSIZE"]) == [b":0\r\n"]
        with pytest.raises(ControlError, match="no such script"):
            await redis.state(script)
        with pytest.raises(ControlError, match="fake redis refused POST /scripts"):
            await redis.script(fault={**HANG, "error": "OOM"})
