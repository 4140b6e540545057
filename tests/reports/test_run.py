from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports.record import Exchange, ExchangeRecorded, Message, Note
from reports.run import EventLog, EventTail, RunError, instant, now, read_events
from reports.run.config import write_profile

if TYPE_CHECKING:
    from pathlib import Path


def note(text: str, second: int) -> Note:
    return Note(at=f"2026-11-23T10:00:{second:02d}.000000Z", text=text)


def texts(events: list[object]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_events_of_all_sources_come_back_in_the_order_in_which_they_happened(tmp_path: Path) -> None:
    with EventLog(tmp_path, "one") as one, EventLog(tmp_path, "two") as two:
        one.emit(note("first", 1))
        one.emit(note("third", 3))
        two.emit(note("second", 2))
        two.emit(note("fourth", 3))

    assert texts([*read_events(tmp_path)]) == ["first", "second", "third", "fourth"]


def test_offsets_are_compared_as_moments_not_as_text(tmp_path: Path) -> None:
    with EventLog(tmp_path, "one") as log:
        log.emit(Note(at="2026-11-23T11:00:05+01:00", text="later"))
        log.emit(Note(at="2026-11-23T10:00:01Z", text="earlier"))

    assert texts([*read_events(tmp_path)]) == ["earlier", "later"]


def test_an_event_is_in_the_file_before_the_log_is_closed(tmp_path: Path) -> None:
    log = EventLog(tmp_path, "one")

    log.emit(note("kept", 1))

    assert texts([*read_events(tmp_path)]) == ["kept"]
    log.close()


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    with EventLog(tmp_path, "one") as log:
        log.emit(note("whole", 1))
    with log.path.open("ab") as file:
        file.write(b'{"type":"Note","at":"2026-11-')

    assert texts([*read_events(tmp_path)]) == ["whole"]


def test_a_new_writer_does_not_turn_a_torn_end_into_a_torn_middle(tmp_path: Path) -> None:
    with EventLog(tmp_path, "one") as log:
        log.emit(note("whole", 1))
    with log.path.open("ab") as file:
        file.write(b'{"type":"No')

    with EventLog(tmp_path, "one") as log:
        log.emit(note("appended", 2))

    assert texts([*read_events(tmp_path)]) == ["whole", "appended"]


@pytest.mark.parametrize(
    "line", [b'{"type":"No', b"", b'{"type":"Note","at":"2026-11-23T10:00:00","text":""}']
)
def test_a_torn_middle_is_an_error_that_names_file_and_line(tmp_path: Path, line: bytes) -> None:
    with EventLog(tmp_path, "one") as log:
        log.emit(note("whole", 1))
        with log.path.open("ab") as file:
            file.write(line + b"\n")
        log.emit(note("whole", 2))

    with pytest.raises(RunError, match=r"one\.jsonl line 2: "):
        read_events(tmp_path)


def test_a_folder_that_is_no_run_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run directory"):
        read_events(tmp_path)


def test_a_lone_surrogate_does_not_stop_the_record(tmp_path: Path) -> None:
    hostile = Exchange(
        id="x", at=now(), side="engine", method="POST", url="/", request=Message(body="a\ud800b")
    )

    with EventLog(tmp_path, "one") as log:
        log.emit(ExchangeRecorded(at=now(), exchange=hostile))

    (event,) = read_events(tmp_path)
    assert isinstance(event, ExchangeRecorded)
    assert event.exchange.request.body == "a?b"


def test_the_tail_returns_each_event_once_and_only_whole_lines(tmp_path: Path) -> None:
    tail = EventTail(tmp_path)
    assert tail.new_events() == []
    with EventLog(tmp_path, "one") as one, EventLog(tmp_path, "two") as two:
        one.emit(note("first", 2))
        two.emit(note("zeroth", 1))
        assert texts([*tail.new_events()]) == ["zeroth", "first"]

        whole = b'{"type":"Note","at":"2026-11-23T10:00:03Z","text":"torn"}\n'
        with one.path.open("ab") as file:
            file.write(whole[:20])
            file.flush()
            assert tail.new_events() == []
            file.write(whole[20:])

    assert texts([*tail.new_events()]) == ["torn"]
    assert tail.new_events() == []


def test_the_tail_names_the_line_of_a_broken_event(tmp_path: Path) -> None:
    tail = EventTail(tmp_path)
    with EventLog(tmp_path, "one") as log:
        log.emit(note("first", 1))
        tail.new_events()
        with log.path.open("ab") as file:
            file.write(b"{}\n")

    with pytest.raises(RunError, match=r"one\.jsonl line 2"):
        tail.new_events()


def test_now_has_microseconds_and_an_offset() -> None:
    stamp = now()

    assert instant(stamp).utcoffset() is not None
    assert len(stamp) == len("2026-11-23T10:00:00.000000Z")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('MMM_SERVICE_TOKEN = "kept-with-care"', 'MMM_SERVICE_TOKEN = "<redacted>"'),
        ("DB_PASSWORD = 'abc'", "DB_PASSWORD = '<redacted>'"),
        ('DATABASE_URL = "postgresql://me:abc@db/x"', 'DATABASE_URL = "postgresql://me:<redacted>@db/x"'),
        ('ERIS_SIGNING_KEY = "{signing_key}"', 'ERIS_SIGNING_KEY = "{signing_key}"'),
        ('EMPTY_TOKEN = ""', 'EMPTY_TOKEN = ""'),
    ],
)
def test_a_profile_is_kept_without_its_secrets(line: str, kept: str, tmp_path: Path) -> None:
    write_profile(tmp_path, f"[target]\nname = 'abc-engine'\n[target.env]\n{line}\n")

    assert (tmp_path / "config/profile.toml").read_text("utf-8").splitlines()[1:] == [
        "name = 'abc-engine'",
        "[target.env]",
        kept,
    ]
