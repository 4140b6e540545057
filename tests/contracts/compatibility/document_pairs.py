"""One pair of documents for each rule that is not about a schema: what stands at one place, before and after.

The letter is the class: B breaking, R risky, S safe.
"""

from __future__ import annotations

from typing import Any

from contracts.compatibility import ABSENT
from tests.contracts.compatibility.documents import BODY, GET, JSON, OK, POST, SCHEMES

PARAMETERS = (*GET, "parameters")
HEADERS, LINKS, CONTENT = ((*OK, key) for key in ("headers", "links", "content"))
RESPONSES = (*GET, "responses")
SECURITY = (*GET, "security")
STRING, LIST = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
ALL = {"200": {"description": "All.", "content": {JSON: {}}}}
NOTHING = {"description": "Nothing."}
A_GET = {"responses": {"200": NOTHING}}
OLD_GET = {**A_GET, "deprecated": True}
BEARER: dict[str, list[str]] = {"bearer": []}
KEY: dict[str, list[str]] = {"key": []}
BOTH = {**BEARER, **KEY}
EVENT = {"post": {"requestBody": {"content": {JSON: {"schema": STRING}}}, "responses": {"200": NOTHING}}}
OTHER_EVENT = {"post": {"requestBody": {"content": {JSON: {"schema": LIST}}}, "responses": {"200": NOTHING}}}
FORM = {"multipart/form-data": {"encoding": {"file": {"contentType": "image/png"}}}}
OTHER_FORM = {"multipart/form-data": {"encoding": {"file": {"contentType": "image/gif"}}}}
FLOW = {"tokenUrl": "https://example.org/token", "scopes": {"read": "Reads."}}


def query(**members: object) -> list[dict[str, Any]]:
    return [{"name": "q", "in": "query", "schema": STRING, **members}]


def oauth(**flows: object) -> dict[str, Any]:
    return {"type": "oauth2", "flows": flows}


def header(**members: object) -> dict[str, Any]:
    return {"X-Much": {"schema": STRING, **members}}


def server(**variable: object) -> list[dict[str, Any]]:
    return [{"url": "https://{where}.example.org", "variables": {"where": {"default": "eu", **variable}}}]


LINK = {"next": {"operationId": "more"}}

DOCUMENT_PAIRS: tuple[tuple[str, str, tuple[str, ...], Any, Any], ...] = (
    ("path-removed", "B", ("paths", "/others"), {"get": A_GET}, ABSENT),
    ("deprecated-path-removed", "R", ("paths", "/others"), {"get": OLD_GET}, ABSENT),
    ("path-added", "S", ("paths", "/others"), ABSENT, {"get": A_GET}),
    ("path-parameter-renamed", "S", ("paths",), {"/a/{id}": {"get": A_GET}}, {"/a/{key}": {"get": A_GET}}),
    ("operation-removed", "B", ("paths", "/things", "put"), A_GET, ABSENT),
    ("deprecated-operation-removed", "R", ("paths", "/things", "put"), OLD_GET, ABSENT),
    ("operation-added", "S", ("paths", "/things", "put"), ABSENT, A_GET),
    ("operation-deprecated", "S", (*GET, "deprecated"), ABSENT, True),
    ("operation-undeprecated", "S", (*GET, "deprecated"), True, False),
    ("operation-id-added", "S", (*GET, "operationId"), ABSENT, "list"),
    ("operation-id-removed", "R", (*GET, "operationId"), "list", ABSENT),
    ("operation-id-changed", "R", (*GET, "operationId"), "list", "listAll"),
    ("operation-tag-added", "S", (*GET, "tags"), ["a"], ["a", "b"]),
    ("operation-tag-removed", "S", (*GET, "tags"), ["a"], ABSENT),
    ("security-required", "B", ("security",), ABSENT, [BEARER]),
    ("security-no-longer-required", "S", SECURITY, [BEARER], []),
    ("security-alternative-removed", "B", SECURITY, [BEARER, KEY], [BEARER]),
    ("security-alternative-no-longer-needed", "S", SECURITY, [{}, BEARER, KEY], [{}, BEARER]),
    ("security-alternative-added", "S", SECURITY, [BEARER], [BEARER, BOTH]),
    ("security-scope-added", "B", SECURITY, [{"bearer": ["a"]}], [{"bearer": ["a", "b"]}]),
    ("security-scope-removed", "S", SECURITY, [{"bearer": ["a"]}], [BEARER]),
    ("security-scheme-changed", "B", (*SCHEMES, "key", "in"), "header", "query"),
    ("security-url-changed", "R", (*SCHEMES, "o"), oauth(x=FLOW), oauth(x={**FLOW, "tokenUrl": "https://t"})),
    ("security-flow-removed", "B", (*SCHEMES, "o"), oauth(x=FLOW, y=FLOW), oauth(x=FLOW)),
    ("security-flow-added", "S", (*SCHEMES, "o"), oauth(x=FLOW), oauth(x=FLOW, y=FLOW)),
    ("security-flow-scope-removed", "B", (*SCHEMES, "o"), oauth(x=FLOW), oauth(x={**FLOW, "scopes": {}})),
    ("security-flow-scope-added", "S", (*SCHEMES, "o"), oauth(x={**FLOW, "scopes": {}}), oauth(x=FLOW)),
    ("server-removed", "B", ("servers",), [{"url": "/v1"}, {"url": "/v2"}], [{"url": "/v2"}]),
    ("server-added", "S", ("servers",), ABSENT, [{"url": "/"}, {"url": "/v2"}]),
    ("server-variable-changed", "R", ("servers",), server(), server(enum=["eu", "us"])),
    ("callback-removed", "B", (*POST, "callbacks"), {"done": {"{$url}": EVENT}}, ABSENT),
    ("callback-added", "S", (*POST, "callbacks"), ABSENT, {"done": {"{$url}": EVENT}}),
    (
        "callback-changed",
        "R",
        (*POST, "callbacks"),
        {"done": {"{$url}": EVENT}},
        {"done": {"{$url}": OTHER_EVENT}},
    ),
    ("webhook-removed", "B", ("webhooks",), {"made": EVENT}, {}),
    ("webhook-added", "S", ("webhooks",), ABSENT, {"made": EVENT}),
    ("webhook-changed", "R", ("webhooks",), {"made": EVENT}, {"made": OTHER_EVENT}),
    ("dialect-changed", "R", ("jsonSchemaDialect",), ABSENT, "https://example.org/dialect"),
    ("request-required-parameter-added", "B", PARAMETERS, [], query(required=True)),
    ("request-optional-parameter-added", "S", PARAMETERS, ABSENT, query()),
    ("request-parameter-removed", "R", PARAMETERS, query(), []),
    ("request-parameter-moved", "B", PARAMETERS, query(), query(**{"in": "header"})),
    ("request-parameter-became-required", "B", PARAMETERS, query(), query(required=True)),
    ("request-parameter-became-optional", "S", PARAMETERS, query(required=True), query(required=False)),
    ("request-parameter-style-changed", "B", PARAMETERS, query(), query(style="spaceDelimited")),
    (
        "request-parameter-explode-changed",
        "B",
        PARAMETERS,
        query(schema=LIST),
        query(schema=LIST, explode=False),
    ),
    ("request-parameter-reserved-changed", "R", PARAMETERS, query(), query(allowReserved=True)),
    ("request-parameter-empty-allowed", "S", PARAMETERS, query(), query(allowEmptyValue=True)),
    ("request-parameter-empty-refused", "B", PARAMETERS, query(allowEmptyValue=True), query()),
    (
        "request-parameter-content-changed",
        "B",
        PARAMETERS,
        [{"name": "q", "in": "query", "content": {JSON: {}}}],
        [{"name": "q", "in": "query", "content": {"text/plain": {}}}],
    ),
    ("request-parameter-deprecated", "S", PARAMETERS, query(), query(deprecated=True)),
    ("request-parameter-undeprecated", "S", PARAMETERS, query(deprecated=True), query()),
    ("request-required-body-added", "B", BODY, ABSENT, {"required": True, "content": {JSON: {}}}),
    ("request-optional-body-added", "S", BODY, ABSENT, {"content": {JSON: {}}}),
    ("request-body-removed", "B", BODY, {"content": {JSON: {}}}, ABSENT),
    ("request-body-became-required", "B", (*BODY, "required"), ABSENT, True),
    ("request-body-became-optional", "S", (*BODY, "required"), True, False),
    ("request-media-type-removed", "B", (*BODY, "content"), {JSON: {}, "text/csv": {}}, {JSON: {}}),
    ("request-media-type-added", "S", (*BODY, "content"), {JSON: {}}, {JSON: {}, "text/csv": {}}),
    ("request-encoding-changed", "R", (*BODY, "content"), FORM, OTHER_FORM),
    ("response-success-removed", "B", RESPONSES, {**ALL, "202": NOTHING}, ALL),
    ("response-success-added", "R", RESPONSES, ALL, {**ALL, "202": NOTHING}),
    ("response-redirect-removed", "S", RESPONSES, {**ALL, "303": NOTHING}, ALL),
    ("response-redirect-added", "R", RESPONSES, ALL, {**ALL, "303": NOTHING}),
    ("response-error-removed", "S", RESPONSES, {**ALL, "409": NOTHING}, ALL),
    ("response-error-added", "S", RESPONSES, ALL, {**ALL, "409": NOTHING}),
    ("response-other-statuses-removed", "R", RESPONSES, {**ALL, "default": NOTHING}, ALL),
    ("response-other-statuses-added", "S", RESPONSES, ALL, {**ALL, "default": NOTHING}),
    ("response-body-removed", "B", CONTENT, {JSON: {}}, ABSENT),
    ("response-body-added", "S", CONTENT, {}, {JSON: {}}),
    ("response-media-type-removed", "B", CONTENT, {JSON: {}, "text/csv": {}}, {"text/csv": {}}),
    ("response-media-type-added", "S", CONTENT, {JSON: {}}, {JSON: {}, "text/csv": {}}),
    ("response-encoding-changed", "R", CONTENT, FORM, OTHER_FORM),
    ("response-required-header-removed", "B", HEADERS, header(required=True), {}),
    ("response-optional-header-removed", "R", HEADERS, header(), ABSENT),
    ("response-header-added", "S", HEADERS, ABSENT, header(required=True)),
    ("response-header-became-required", "S", HEADERS, header(), header(required=True)),
    ("response-header-became-optional", "B", HEADERS, header(required=True), header()),
    ("response-header-explode-changed", "B", HEADERS, header(schema=LIST), header(schema=LIST, explode=True)),
    (
        "response-header-content-changed",
        "B",
        HEADERS,
        header(),
        {"X-Much": {"content": {JSON: {"schema": STRING}}}},
    ),
    ("response-header-deprecated", "S", HEADERS, header(), header(deprecated=True)),
    ("response-header-undeprecated", "S", HEADERS, header(deprecated=True), header()),
    ("response-link-removed", "R", LINKS, LINK, {}),
    ("response-link-added", "S", LINKS, ABSENT, LINK),
    ("response-link-changed", "R", LINKS, LINK, {"next": {"operationId": "more", "parameters": {"a": 1}}}),
)
