"""Whatever is sent, every fake answers within its contract, and with no error of its own making."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.catalogue import FAKES
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.shape.stage import Stage
from tests.fakes.calls import BROKEN, SOUND, Sample
from tests.fakes.conformity import breaches, documented_errors
from tests.fakes.spans import in_protobuf
from tests.fakes.wire import Reply

SAMPLES = sorted((*SOUND, *BROKEN), key=lambda sample: (sample.fake, sample.method, sample.path))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["0000-01-01T00:00:00Z", "2026-06-30T23:59:60.123456789+00:00", "9999-12-31T23:59:59-23:59", "1e400"]
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def mutated(draw: st.DrawFn, body: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Change, drop or add one member, somewhere."""
    if isinstance(body, dict) and body:
        name = draw(st.sampled_from(sorted(body)))
        how = draw(st.sampled_from(["change", "drop", "add", "go in"]))
        rest = {other: value for other, value in body.items() if other != name}
        if how == "drop":
            return rest
        if how == "add":
            return {**body, draw(st.text(max_size=8)): draw(JSON)}
        return {**rest, name: draw(JSON) if how == "change" else mutated(draw, body[name])}
    if isinstance(body, list) and body:
        return [mutated(draw, body[0]), *body[1:]]
    return draw(JSON)


def refuses(sample: Sample) -> bool:
    """Say whether the operation's contract knows a 400: that of health, metrics, config and keys does not."""
    return 400 in documented_errors(sample)


@st.composite
def requests(draw: st.DrawFn, sample: Sample) -> Request:
    path, _, query = sample.path.partition("?")
    if refuses(sample) and draw(st.booleans()):
        query = draw(
            st.sampled_from([f"{query}&limit=1e3", f"{query}&max_depth=1.0", "cursor=x", "=&&", "%ff"])
        )
    content = st.binary(max_size=40) | st.builds(lambda: json.dumps(mutated(draw, sample.body)).encode())
    headers = {
        **dict(sample.headers),
        "content-type": draw(st.sampled_from(["application/json", "text/x", ""])),
    }
    return Request(sample.method, path, query, headers, b"" if sample.body is None else draw(content))


@pytest.mark.parametrize("kind", ["traces", "metrics", "logs"])
@settings(max_examples=100, deadline=None)
@given(spoilt=st.binary(max_size=40), at=st.integers(0, 400), zipped=st.booleans())
def test_any_protobuf_is_answered_in_protobuf(kind: str, spoilt: bytes, at: int, *, zipped: bool) -> None:
    stage = Stage(FAKES["otlp"]())
    sound = in_protobuf()
    body = sound[:at] + spoilt + sound[at + len(spoilt) :]
    headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip" if zipped else "identity"}

    answer = stage.handle(
        Request("POST", f"/v1/{kind}", "", headers, gzip.compress(body) if zipped else body)
    )

    assert isinstance(answer, Answer)
    assert answer.content_type == "application/x-protobuf"
    assert answer.status == 200 if body == sound else answer.status in {200, 400}


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_anything_is_answered_within_the_contract(sample: Sample, data: st.DataObject) -> None:
    stage = Stage(FAKES[sample.fake]())

    for _ in range(2):
        request = data.draw(requests(sample))
        answer = stage.handle(request)

        assert isinstance(answer, Answer)
        assert answer.status < 500
        headers = {**dict(answer.headers), "content-type": answer.content_type or ""}
        reply = Reply(answer.status, headers, answer.body)
        assert breaches(sample.fake, sample.method, sample.path, reply) == []
        journal = stage.handle(Request("GET", "/__fake__/journal"))
        assert isinstance(journal, Answer)
        assert journal.status == 200
