"""Past findings: kept as files, repeated first, seen again or mended, and never green by accident."""

from __future__ import annotations

import asyncio
import json
from traceback import format_exc
from typing import TYPE_CHECKING

import msgspec
import pytest

from fakes.running import start_fakes
from harness.corpus import Past, pasts_of, read_corpus, repeat_corpus, repeat_past, write_corpus
from harness.processes import ConfigurationError
from reports.record import Attribution, ExchangeRecorded, FindingRecorded, Message, ScenarioFinished
from tests.fuzzing import standin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.fuzzing import Summary
    from harness.worlds import World
    from reports.record import Event

    Fuzz = Callable[..., Summary]
    Worlds = Callable[..., World]

ONE, MAKE, LIST = "GET /things/{thing_id}", "POST /things", "GET /things"


@pytest.fixture
def past_of(fuzz: Fuzz, events: list[Event]) -> Callable[[str, str, str], Past]:
    """Find a flaw, and return it as a past finding."""

    def found(flaw: str, rule: str, *operations: str) -> Past:
        with standin.running(flaw) as server:
            fuzz(server, operations=operations)
        return next(past for past in pasts_of(events) if past.finding.rule == f"contract:{rule}")

    return found


@pytest.fixture
def again(world: Worlds) -> Callable[[Past, str], tuple[str, list[Event], standin.Standin]]:
    """Repeat it on a stand-in with or without a flaw: the outcome, what is told, and who was asked."""

    async def repeated(past: Past, flaw: str) -> tuple[str, list[Event], standin.Standin]:
        told: list[Event] = []
        fakes = await start_fakes(("iam",))
        try:
            with standin.running(flaw, fakes.urls["iam"]) as server:
                here = msgspec.structs.replace(world(server.url), fakes=fakes.urls)
                outcome = await asyncio.to_thread(repeat_past, here, past, told.append, standin.document())
        finally:
            await fakes.stop()
        return outcome, told, server

    return lambda past, flaw: asyncio.run(repeated(past, flaw))


@pytest.mark.parametrize(
    ("flaw", "rule", "operations"),
    [
        ("fragile", "not_a_server_error", (ONE,)),
        ("dies", "answers", (ONE,)),
        ("misshapen", "response_schema_conformance", (MAKE,)),
        ("bare", "response_headers_conformance", (LIST,)),
        ("open", "ignored_auth", (LIST,)),
        ("yes-man", "negative_data_rejection", (MAKE,)),
        ("shared", "object_level_authorization", (MAKE, ONE)),
        ("no-allow", "unsupported_method", (LIST,)),
    ],
)
def test_it_is_seen_again_where_the_flaw_is_and_nowhere_else(
    past_of: Callable[..., Past],
    again: Callable[..., tuple[str, list[Event], standin.Standin]],
    *,
    flaw: str,
    rule: str,
    operations: tuple[str, ...],
) -> None:
    past = past_of(flaw, rule, *operations)

    outcome, told, _ = again(past, flaw)
    mended, quiet, _ = again(past, "")

    (found,) = [event.finding for event in told if isinstance(event, FindingRecorded)]
    recorded = [event.exchange.id for event in told if isinstance(event, ExchangeRecorded)]
    assert (outcome, mended) == ("failed", "passed")
    assert (found.id, found.requirements) == (past.finding.id, past.finding.requirements)
    assert list(found.exchanges) == recorded
    assert not [event for event in quiet if isinstance(event, FindingRecorded)]
    assert [event.outcome for event in quiet if isinstance(event, ScenarioFinished)] == ["passed"]


def test_a_step_that_goes_otherwise_hides_it_and_that_is_said(
    past_of: Callable[..., Past], again: Callable[..., tuple[str, list[Event], standin.Standin]]
) -> None:
    past = past_of("shared", "object_level_authorization", MAKE, ONE)

    outcome, told, _ = again(past, "shut")

    (ended,) = [event for event in told if isinstance(event, ScenarioFinished)]
    assert (outcome, ended.outcome, ended.kinds) == ("not_exercised", "not_exercised", ())
    assert ended.reason == "step 1 answered 200 then, 401 now"


def test_it_is_repeated_in_a_tenant_of_its_own_and_no_token_is_told(
    past_of: Callable[..., Past], again: Callable[..., tuple[str, list[Event], standin.Standin]]
) -> None:
    past = past_of("misshapen", "response_schema_conformance", MAKE)

    _, told, server = again(past, "misshapen")

    bodies = [json.loads(body) for _, _, body in server.requests]
    (seen,) = [event.exchange for event in told if isinstance(event, ExchangeRecorded)]
    moved = f"contracts-7-again-7-{past.finding.id}"
    assert {body["tenant_id"] for body in bodies} == {moved}
    assert seen.persona is not None
    assert seen.persona.tenant_id == moved
    assert dict(seen.request.headers)["Authorization"] == "Bearer $TOKEN_CONTRACTS_ADMIN"


def test_what_is_written_is_read_again(past_of: Callable[..., Past], tmp_path: Path) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)

    count = write_corpus(tmp_path / "corpus", [past])

    assert count == 1
    assert read_corpus(tmp_path / "corpus") == (past,)
    assert (tmp_path / "corpus" / f"{past.finding.id}.json").read_text("utf-8").count("\n") > 20


def test_what_cannot_be_judged_by_an_answer_is_not_kept(
    past_of: Callable[..., Past], events: list[Event], tmp_path: Path
) -> None:
    finding = past_of("fragile", "not_a_server_error", ONE).finding
    before = list(pasts_of(events))
    for number, changed in enumerate(
        ({"rule": "scenarios/a.py::test_b"}, {"attribution": Attribution.DEPENDENCY}, {"exchanges": ()})
    ):
        other = msgspec.structs.replace(finding, id=f"F-{number}", **changed)  # type: ignore[arg-type] # by name
        events.append(FindingRecorded(at="2026-11-23T09:12:00Z", finding=other))

    assert list(pasts_of(events)) == before
    assert write_corpus(tmp_path / "none", []) == 0
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (None, "", "is not a directory"),
        ("a.txt", "", "has no past finding (FINDING.json) in it"),
        ("a.json", "{", "is no past finding as a run writes it: Input data was truncated"),
        ("a.json", '{"format": 2}', "is no past finding as a run writes it: Invalid enum value 2"),
        ("a.json", "no", "is no past finding as a run writes it"),
    ],
)
def test_a_bad_corpus_is_named_in_one_line(tmp_path: Path, name: str | None, content: str, said: str) -> None:
    folder = tmp_path / "corpus"
    if name is not None:
        folder.mkdir()
        (folder / name).write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        read_corpus(folder)

    assert refused.value.line.startswith(f"--corpus {folder}")
    assert said in refused.value.line
    assert "\n" not in refused.value.line


def test_a_file_without_steps_or_of_no_known_rule_is_refused(
    past_of: Callable[..., Past], tmp_path: Path
) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)
    unknown = msgspec.structs.replace(past.finding, rule="contract:no_such_rule")
    for spoiled in (
        msgspec.structs.replace(past, exchanges=()),
        msgspec.structs.replace(past, finding=unknown),
    ):
        write_corpus(tmp_path, [spoiled])
        with pytest.raises(ConfigurationError, match="has no steps of a rule that can be judged again"):
            read_corpus(tmp_path)


def test_a_step_that_cannot_be_sent_as_it_was_shows_nothing(
    past_of: Callable[..., Past], again: Callable[..., tuple[str, list[Event], standin.Standin]]
) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)
    last = past.exchanges[-1]
    pieces = msgspec.structs.replace(last.request, headers=(("Transfer-Encoding", "chunked"),))
    for changed in (
        {"url": last.url + "#x"},
        {"url": last.url + "?"},
        {"request": pieces},
    ):
        other = msgspec.structs.replace(last, **changed)

        outcome, told, server = again(msgspec.structs.replace(past, exchanges=(other,)), "fragile")

        (end,) = told
        assert isinstance(end, ScenarioFinished)
        assert (outcome, server.requests) == ("not_exercised", [])
        assert end.reason.startswith("step 1: its ")


def test_a_503_is_asked_again_and_one_that_stays_is_the_failure(
    past_of: Callable[..., Past], again: Callable[..., tuple[str, list[Event], standin.Standin]]
) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)

    stays, _, patient = again(past, "hides")
    passes, _, asked = again(past, "flickers")

    assert (stays, len(patient.requests)) == ("failed", 3)
    assert (passes, len(asked.requests)) == ("passed", 2)


def test_without_an_iam_of_ours_nothing_is_said_of_the_engine(
    past_of: Callable[..., Past], world: Worlds
) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)
    told: list[Event] = []
    with standin.running("fragile") as server:
        outcome = repeat_past(world(server.url), past, told.append, standin.document())

    assert outcome == "not_exercised"
    assert "IAM of this target is not ours" in next(
        event.reason for event in told if isinstance(event, ScenarioFinished)
    )


def test_one_that_crashes_is_unknown_and_the_others_are_repeated(
    past_of: Callable[..., Past], world: Worlds
) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)
    nobody = msgspec.structs.replace(past.exchanges[-1], persona=None, request=Message((), ""))
    quiet = msgspec.structs.replace(past, exchanges=(nobody,))
    told: list[Event] = []
    stories: list[str] = []
    with standin.running() as server:
        # An IAM that refuses to make tokens: that we do not expect.
        here = msgspec.structs.replace(world(server.url), fakes={"iam": server.url})
        outcomes = [*repeat_corpus(here, (past, quiet), told.append, lambda: stories.append(format_exc()))]

    ended = [event for event in told if isinstance(event, ScenarioFinished)]
    assert outcomes == [event.outcome for event in ended] == ["unknown", "passed"]
    assert ended[0].reason.startswith("crashed: HTTPStatusError ")
    assert ended[0].requirements == past.finding.requirements
    (story,) = stories
    assert "HTTPStatusError" in story


def test_what_an_engine_no_longer_has_shows_nothing(past_of: Callable[..., Past], world: Worlds) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)
    nobody = msgspec.structs.replace(past.exchanges[-1], persona=None, request=Message((), ""))
    told: list[Event] = []
    with standin.running() as server:
        less = msgspec.structs.replace(world(server.url), missing_operations=(ONE,))
        steps = msgspec.structs.replace(past, exchanges=(nobody,))
        outcome = repeat_past(less, steps, told.append, standin.document())

    assert outcome == "not_exercised"
    assert f"the engine has no {ONE}" in [getattr(event, "reason", "") for event in told]


def test_a_file_of_other_steps_or_of_unknown_people_is_refused_and_never_written(
    past_of: Callable[..., Past], tmp_path: Path
) -> None:
    past = past_of("fragile", "not_a_server_error", ONE)
    control = msgspec.structs.replace(past.exchanges[-1], side="control:iam")
    nobody = msgspec.structs.replace(past.exchanges[-1], persona=None)
    for step, said in (
        (control, "last step is not one of the engine"),
        (nobody, "of nobody whom its steps tell"),
    ):
        write_corpus(tmp_path, [msgspec.structs.replace(past, exchanges=(step,))])
        with pytest.raises(ConfigurationError, match=said):
            read_corpus(tmp_path)
        recorded = ExchangeRecorded(at="2026-11-23T09:12:00Z", exchange=step)
        found = msgspec.structs.replace(past.finding, exchanges=(step.id,))
        assert not [*pasts_of([recorded, FindingRecorded(at=recorded.at, finding=found)])]
