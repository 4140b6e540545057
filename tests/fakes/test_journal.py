"""The journal forgets nothing, wherever it keeps it: it is compared with a plain list."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contracts.violations import Violation
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.policy import PolicyFake
from fakes.records import Entry, Journal
from fakes.shape.dispatch import make_call
from fakes.shape.identity import Identity, Key
from fakes.shape.journal import JournalBook
from fakes.shape.line import Line
from fakes.shape.sheet import Sheet, lines_in
from fakes.shape.spill import Extent, Spill
from fakes.shape.stage import Stage

TRACE = "00-{0:032x}-{0:016x}-01"
SOMEBODY = st.builds(
    Identity,
    tenant=st.sampled_from([None, "a", "b"]),
    token=st.sampled_from([None, "eyJhbGciOi.x.y", "t"]),
    sub=st.sampled_from([None, "s"]),
    traceparent=st.sampled_from([None, TRACE.format(1), TRACE.format(2), "no traceparent"]),
)
OPERATIONS = st.sampled_from([None, "GET /x", "POST /y"])
BODIES = st.sampled_from([b"", b"{}", b'{"token": "t"}', b"\xff\xfe", b"x" * 5000, b"[" * 2000])


@dataclass
class Kept:
    """What the model knows of one exchange."""

    seq: int
    operation: str | None
    identity: Identity
    body: bytes
    answer: Answer | None = None
    fault: str | None = None
    rules: list[str] = field(default_factory=list)

    def has(self, keys: frozenset[Key]) -> bool:
        return keys <= set(self.identity.as_keys())


class JournalAndList(RuleBasedStateMachine):
    """Whatever is journaled, closed late or never, and reset: what is read is what a list would give."""

    def __init__(self) -> None:
        super().__init__()
        self.book = JournalBook(lambda: 0.0, kept=4)
        self.model: list[Kept] = []
        self.open: dict[int, Line] = {}
        self.numbers = 0

    @rule(operation=OPERATIONS, whose=SOMEBODY, body=BODIES)
    def arrive(self, operation: str | None, whose: Identity, body: bytes) -> None:
        line = self.book.open(operation, whose, Request("GET", "/x", "", {"host": "é"}, body))
        self.numbers += 1
        assert line.seq == self.numbers
        self.model.append(Kept(line.seq, operation, whose, body))
        self.open[line.seq] = line

    @rule(data=st.data(), body=BODIES, fault=st.sampled_from([None, "delay"]))
    def end(self, data: st.DataObject, body: bytes, fault: str | None) -> None:
        if self.open:
            seq = data.draw(st.sampled_from(sorted(self.open)))
            line = self.open.pop(seq)
            line.answer, line.fault = Answer(200, body), fault
            line.violations = [Violation("body.type", "GET /x", "/body", "wrong")]
            for kept in self.model:
                if kept.seq == seq:
                    kept.answer, kept.fault, kept.rules = line.answer, fault, ["body.type"]
            self.book.close(line)

    @rule(count=st.integers(1, 12), whose=SOMEBODY)
    def come_and_go(self, count: int, whose: Identity) -> None:
        for _ in range(count):
            line = self.book.open("GET /x", whose, Request("GET", "/x"))
            self.numbers += 1
            self.model.append(Kept(line.seq, "GET /x", whose, b""))
            self.book.close(line)

    @rule(whose=SOMEBODY, operation=OPERATIONS, body=BODIES)
    def answer_at_once(self, whose: Identity, operation: str | None, body: bytes) -> None:
        call = make_call(Request("GET", "/x", "", {"host": "é"}, body), operation, 0.0)
        self.book.note(call, whose, Answer(200, body), None)
        self.numbers += 1
        self.model.append(Kept(self.numbers, operation, whose, body, Answer(200, body)))

    @rule(whose=SOMEBODY)
    def forget(self, whose: Identity) -> None:
        scope = frozenset(whose.as_keys())
        self.book.reset(scope)
        self.model = [kept for kept in self.model if not kept.has(scope)]

    @rule(whose=SOMEBODY, operation=OPERATIONS, data=st.data(), limit=st.integers(1, 7))
    def read_some(self, whose: Identity, operation: str | None, data: st.DataObject, limit: int) -> None:
        keys = frozenset(whose.as_keys())
        after = data.draw(st.integers(0, self.numbers + 1))
        wanted = [
            kept.seq
            for kept in self.model
            if kept.has(keys) and kept.seq > after and operation in (None, kept.operation)
        ]

        read = self.book.read(keys, operation, after)
        page = self.book.page(keys, operation, after, limit)

        assert [entry.seq for entry in read] == wanted
        assert page.entries == read[:limit]
        assert page.next_after == (wanted[limit - 1] if len(wanted) > limit else None)

    @rule(whose=SOMEBODY, data=st.data(), limit=st.integers(1, 7))
    def read_what_is_outside(self, whose: Identity, data: st.DataObject, limit: int) -> None:
        keys = frozenset(whose.as_keys())
        after = data.draw(st.integers(0, self.numbers + 1))
        outside = [kept.seq for kept in self.model if kept.rules and kept.has(keys) and kept.seq > after]

        page = self.book.page(keys, None, after, limit, outside=True)

        assert [entry.seq for entry in page.entries] == outside[:limit]
        assert page.next_after == (outside[limit - 1] if len(outside) > limit else None)

    @invariant()
    def all_is_there(self) -> None:
        assert [told(entry) for entry in self.book.read()] == [expected(kept) for kept in self.model]


def told(entry: Entry) -> tuple[object, ...]:
    rules = [breach.rule for breach in entry.violations]
    return entry.seq, entry.operation, entry.tenant, entry.sub, entry.status, entry.fault, rules


def expected(kept: Kept) -> tuple[object, ...]:
    status = kept.answer.status if kept.answer else None
    whose = kept.identity
    return kept.seq, kept.operation, whose.tenant, whose.sub, status, kept.fault, kept.rules


def test_a_line_that_is_written_without_being_made_is_the_same_line() -> None:
    request = Request("POST", "/x", "a=b", {"host": "é", "traceparent": TRACE.format(1)}, b"{}")
    call, whose, answer = make_call(request, "POST /x", 7.0), Identity("t", sub="s"), Answer(201, b"[]")
    line = Line(3, 7.0, "POST /x", whose, request, answer, script_id="script")
    made, direct = Sheet([line]), Sheet()

    direct.add_newest(3, call, whose, answer, "script")

    assert msgspec.to_builtins(lines_in(direct.whole())) == msgspec.to_builtins([line])
    assert (direct.marks(), direct.first, direct.last) == (made.marks(), 3, 3)


TestJournalAndList = JournalAndList.TestCase
TestJournalAndList.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def filled(count: int, kept: int = 4) -> JournalBook:
    book = JournalBook(lambda: 0.0, kept=kept)
    for number in range(count):
        body = b'{"number": %d}' % number
        line = book.open("GET /x", Identity(tenant=f"t{number % 2}"), Request("GET", "/x", body=body))
        line.answer = Answer(200, body)
        book.close(line)
    return book


def test_what_is_read_from_disk_is_the_whole_exchange() -> None:
    entries = filled(9).read([("tenant", "t0")], "GET /x", after=2)

    assert [entry.request_body for entry in entries] == [{"number": n} for n in (2, 4, 6, 8)]
    assert [entry.response_body for entry in entries] == [{"number": n} for n in (2, 4, 6, 8)]


def test_a_page_of_very_large_entries_is_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakes.shape.journal._PAGE_BYTES", 1_677_721)
    book = JournalBook(lambda: 0.0)
    for _ in range(5):
        book.close(book.open(None, Identity(), Request("GET", "/x", body=b" " * 800_000)))

    page = book.page()

    assert (len(page.entries), page.next_after) == (3, 3)
    assert book.page(after=3).next_after is None


def test_a_fake_s_journal_is_read_page_by_page() -> None:
    stage = Stage(PolicyFake())
    for _ in range(5):
        stage.handle(Request("GET", "/health"))

    answer = stage.handle(Request("GET", "/__fake__/journal", "limit=2&after=1"))

    assert isinstance(answer, Answer)
    page = msgspec.json.decode(answer.body, type=Journal)
    assert [entry.seq for entry in page.entries] == [2, 3]
    assert page.next_after == 3


@pytest.mark.parametrize("query", ["limit=0", "limit=2001", "limit=x", "limit=", "after=-1"])
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    answer = Stage(PolicyFake()).handle(Request("GET", "/__fake__/journal", query))

    assert isinstance(answer, Answer)
    assert answer.status == 400


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_journal_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gc.collect()
    before = descriptors()

    book = filled(100)

    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before + 1
    del book
    assert descriptors() == before


def test_room_is_given_back() -> None:
    spill, data = Spill(), bytes(1_000_000)
    places: list[Extent] = [spill.put(bytes([number]) + data) for number in range(40)]

    for place in places[:30]:
        spill.free(place)
    spill.tidy(places[30:])

    assert spill.size == 10 * 1_000_001
    assert [spill.read(place)[0] for place in places[30:]] == list(range(30, 40))
    spill.clear()
    assert spill.size == 0
    assert spill.read(spill.put(b"again")) == b"again"


def test_only_boxes_with_violations_are_read_for_violations(monkeypatch: pytest.MonkeyPatch) -> None:
    book, read, places = JournalBook(lambda: 0.0, kept=4), Spill.read, []
    for number in range(400):
        line = book.open("GET /x", Identity(), Request("GET", "/x"))
        line.violations = [Violation("http", "", "", "wrong")] if number == 200 else []
        book.close(line)

    def noted(spill: Spill, place: Extent) -> bytes:
        places.append(place)
        return read(spill, place)

    monkeypatch.setattr(Spill, "read", noted)
    page = book.page(outside=True)

    assert [entry.seq for entry in page.entries] == [201]
    assert len(places) == 1
