"""What a decision does not need is refused or dropped, and turns up nowhere: each place by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import (
    CREATED,
    DECISION,
    NOTIFY,
    RECEIVE,
    Alerting,
    EngineClient,
    EngineLog,
    Eris,
    Given,
    Governance,
    Iam,
    Json,
    Llm,
    Names,
    People,
    Policy,
    StoredData,
    Ubi,
    a_context,
    a_mentor,
    a_mirror,
    a_playbook,
    a_signal,
    an_experiment,
    an_outcome,
    each_answered,
    each_of,
    eventually,
    not_exercised,
    parametrize,
    requirement,
    spelled_out,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scenario import Dependency, Reply

# Where a caller can put what nobody asked for; each by itself, since one may be refused, another dropped.
PLACES: dict[str, Callable[[str], Json]] = {
    "a value of the payload": lambda mail: {"signal": a_signal(payload={"author": mail, "lines": 3})},
    "a key of the payload": lambda mail: {"signal": a_signal(payload={mail: True})},
    "deep in the payload": lambda mail: {"signal": a_signal(payload={"a": [{"b": [[mail]]}]})},
    "source code in the payload": lambda mail: {
        "signal": a_signal(payload={"diff": f"+def f():\n+    return '{mail}'"})
    },
    "a part of the signal": lambda mail: {"signal": a_signal(reporter=mail)},
    "a part of the context": lambda mail: {"context": a_context(reviewer={"mail": mail})},
    "the name of a part": lambda mail: {"context": a_context(**{mail: 1})},
    "a part of the request": lambda mail: {"comment": mail},
}
# Here it is the name of a member itself: an engine that refuses unknown ones names it (422 names the field).
NAMES = {"a key of the payload", "the name of a part"}
every_place = parametrize("where", PLACES)
# Alerting is told after the answer.
TOLD_WITHIN = 8.0


def a_mail(names: Names) -> tuple[str, str]:
    """Return somebody's mail address, and the word of it that is nowhere else."""
    word = names.canary()
    return word, f"{word}@example.com"


async def heard_by(*ears: Dependency) -> str:
    """Return all that the engine told these on behalf of the scenario's tenant; none has heard nothing."""
    told = []
    for ear in ears:
        heard = await ear.calls()
        if not heard:
            not_exercised(f"{ear.name} was told nothing that could have been too much")
        told += heard
    return "\n".join(
        f"{spelled_out(f'{entry.path}?{entry.query}')} {entry.request_headers} {entry.request_body}"
        for entry in told
    )


async def alerted(alerting: Alerting, *replies: Reply) -> str:
    """Return all that alerting was told, once it has heard of each decision that was made."""
    made = [reply.decision.id for reply in replies if reply.status == 200]

    async def heard() -> bool:
        told = "".join(str(entry.request_body) for entry in await alerting.calls(NOTIFY))
        return all(decision in told for decision in each_of(made))

    if not await eventually(heard, TOLD_WITHIN):
        not_exercised("alerting has not heard of every decision")
    return await heard_by(alerting)


def may_be_named(where: str, replies: list[Reply]) -> bool:
    """Say whether a refusal may name what was sent: it names the field, which is just that here."""
    return where in NAMES and 422 in {reply.status for reply in replies}


async def everybody_asked(given: Given) -> None:
    """Let actions fire for which every dependency is asked, the gateway and alerting too."""
    generated = a_mentor(llm_prompt="Explain to {actor} why {event} in {repo} matters.")
    shown = a_mirror("A fact", surfaces=["alert", "ide"])
    await given.published_playbook(a_playbook(actions=[generated, shown]))


@requirement("NFR-3", "PR-MMM-01")
@every_place
async def test_what_nobody_asked_for_turns_up_nowhere(
    where: str,
    engine: EngineClient,
    people: People,
    given: Given,
    names: Names,
    eris: Eris,
    engine_log: EngineLog,
) -> None:
    """Source code and mail addresses in a free field are in no answer, receipt, metric or line of the log.

    An engine may refuse them. Where one is the name of a member, a refusal and its log line may name it.
    """
    await everybody_asked(given)
    word, mail = a_mail(names)

    replies = [
        await engine.decide(people.another_developer(), **PLACES[where](mail)),
        await engine.trigger(people.another_developer(), **PLACES[where](mail)),
    ]
    after = await engine.decide(people.another_developer())

    for reply in each_of(replies):
        assert reply.status in {200, 422}
        assert may_be_named(where, [reply]) or word not in reply.all_text
    assert "A fact" in after.decision.titles
    assert word not in (await engine.public("metrics")).text
    due = 3 + sum(reply.status == 200 for reply in replies)
    for receipt in each_of(await eris.settled(given, due=due)):
        assert word not in receipt.text
    for sent in each_of(await eris.calls(RECEIVE)):  # what ERIS refused as well
        assert word not in str(sent.request_body)
    if not may_be_named(where, replies):
        assert word not in await engine_log.text(until=after.decision.id)


@requirement("NFR-3", "PR-MMM-01", "FR-2")
@every_place
async def test_what_nobody_asked_for_is_told_to_nobody(
    where: str,
    engine: EngineClient,
    people: People,
    given: Given,
    names: Names,
    iam: Iam,
    policy: Policy,
    llm: Llm,
    ubi: Ubi,
    governance: Governance,
    alerting: Alerting,
) -> None:
    """No dependency that is asked for a decision hears what is in a free field.

    An engine may refuse it.
    """
    await everybody_asked(given)
    word, mail = a_mail(names)
    person = people.another_developer()

    dirty = await engine.decide(person, **PLACES[where](mail))
    clean = await engine.decide(people.another_developer())

    assert dirty.status in {200, 422}
    assert clean.status == 200
    heard = await heard_by(policy, llm, ubi, governance) + await alerted(alerting, dirty, clean)
    assert people.tenant in heard
    assert word not in heard
    asked = [
        f"{entry.request_headers} {entry.request_body}" for entry in await iam.calls(DECISION, sub=person.sub)
    ]
    assert word not in "".join(asked)


@requirement("PR-MMM-01", "NFR-3")
async def test_what_nobody_asked_for_is_not_kept(
    engine: EngineClient, people: People, given: Given, names: Names, stored: StoredData
) -> None:
    """No row of any table has what was put into a free field, wherever it was put.

    An engine may refuse it; a repository or a playbook's title shows that rows are really read.
    """
    title, repo = names.canary(), names.canary()
    await given.published_playbook(a_playbook(actions=[a_mirror(title)]))
    mails = {where: a_mail(names) for where in PLACES}

    replies = [
        await engine.decide(people.another_developer(), **PLACES[where](mail))
        for where, (_, mail) in mails.items()
    ]
    clean = await engine.decide(people.another_developer(), context=a_context(repo_id=repo))

    for reply in each_of(replies):
        assert reply.status in {200, 422}
    assert clean.decision.titles == [title]
    if not (await stored.mentions(title) or await stored.mentions(repo)):
        not_exercised("the engine keeps nothing in a form that can be read here")
    kept = {where: await stored.mentions(word) for where, (word, _) in mails.items()}
    assert {where: tables for where, tables in kept.items() if tables} == {}


@requirement("PR-MMM-01", "NFR-3")
async def test_a_file_is_nobodys_business(
    engine: EngineClient,
    people: People,
    given: Given,
    names: Names,
    eris: Eris,
    policy: Policy,
    engine_log: EngineLog,
) -> None:
    """The path of a file, which may name a person, is in no receipt or line of the log, nor told to policy.

    It is a part of the context: whether generated text may speak of it is the engine's choice.
    """
    await everybody_asked(given)
    word = names.canary()

    reply = await engine.decide(people.developer, context=a_context(file_path=f"home/{word}/app.py"))
    after = await engine.decide(people.another_developer())

    assert "A fact" in reply.decision.titles
    assert word not in await heard_by(policy)
    for receipt in each_of(await eris.settled(given, due=4)):
        assert word not in receipt.text
    assert word not in await engine_log.text(until=after.decision.id)


@requirement("PR-MMM-01", "FR-2")
async def test_only_who_must_know_hears_of_the_actor(
    engine: EngineClient,
    people: People,
    given: Given,
    policy: Policy,
    ubi: Ubi,
    governance: Governance,
    alerting: Alerting,
) -> None:
    """Policy, standards, governance and alerting do not hear who the actor is; behavioural signals must."""
    await everybody_asked(given)

    first = await engine.decide(people.developer)
    second = await engine.decide(people.another_developer())

    each_answered([first, second], 200)
    assert people.developer.sub in await heard_by(ubi)
    assert people.developer.sub not in await heard_by(policy, governance)
    assert people.developer.sub not in await alerted(alerting, first, second)


@requirement("PR-MMM-01", "FR-12")
async def test_a_receipt_of_a_decision_or_outcome_names_no_actor(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """What was decided and what became of it is in a receipt; for whom is not: its `actor` has no id."""
    await given.published_playbook()
    decision = await given.decision_with_actions(people.developer)

    reported = await engine.report_outcome(
        decision.id, an_outcome(decision.actions[0].string("action_id"), "accepted"), people.developer
    )

    assert reported.status == 202
    receipts = [one for one in await eris.settled(given, due=4) if one.kind in {"decision", "outcome"}]
    assert sorted(receipt.kind for receipt in receipts) == ["decision", "outcome"]
    for receipt in each_of(receipts):
        assert receipt.decision_id == decision.id
        assert people.developer.sub not in spelled_out(receipt.text)


@requirement("PR-MMM-01", "NFR-3", "FR-12")
async def test_a_reason_with_personal_data_stays_out_of_receipts_and_log(
    engine: EngineClient, people: People, given: Given, names: Names, eris: Eris, engine_log: EngineLog
) -> None:
    """Whom a reason names is in no receipt, metric or line of the log, and the outcome still has its receipt.

    An engine may refuse such a reason.
    """
    await given.published_playbook()
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")
    word, mail = a_mail(names)

    outcome = an_outcome(action, "dismissed", reason=f"Ask {mail} or +49 30 1234567.")
    told = await engine.report_outcome(decision.id, outcome)
    after = await engine.decide(people.another_developer())

    assert told.status in {202, 422}
    receipts = await eris.settled(given, due=4 + (told.status == 202))
    assert sum(receipt.kind == "outcome" for receipt in receipts) == (told.status == 202)
    assert await eris.rejections() == []
    for receipt in each_of(receipts):
        assert word not in receipt.text
    assert word not in (await engine.public("metrics")).text
    assert word not in await engine_log.text(until=after.decision.id)


@requirement("PR-MMM-01", "FR-12")
async def test_personal_data_that_an_admin_writes_stays_out_of_receipts_and_log(
    engine: EngineClient, people: People, given: Given, names: Names, eris: Eris, engine_log: EngineLog
) -> None:
    """A mail address in a playbook or an experiment is in no receipt or line of the log; each change has one.

    An engine may refuse it.
    """
    word, mail = a_mail(names)
    template = a_mirror(payload={"title": "Who to ask", "body": f"Ask {mail}."})

    made = [
        await engine.create_playbook(a_playbook(owner=mail, description=f"{mail} wrote it.")),
        await engine.create_playbook(a_playbook(name=f"By {mail}")),
        await engine.create_playbook(a_playbook(actions=[template])),
        await engine.create_experiment(an_experiment(name=f"By {mail}", config={mail: [mail]})),
    ]
    plain = await engine.create_playbook(a_playbook(name="Plain"))
    after = await engine.decide(people.developer)

    each_answered(made, (*CREATED, 422))
    assert plain.status in CREATED
    changes = 1 + sum(reply.status in CREATED for reply in made)
    receipts = await eris.settled(given, due=changes + 1)
    assert sum(receipt.kind == "admin" for receipt in receipts) == changes
    assert await eris.rejections() == []
    for receipt in each_of(receipts):
        assert word not in receipt.text
    assert word not in await engine_log.text(until=after.decision.id)
