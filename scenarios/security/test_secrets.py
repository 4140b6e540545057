"""Credentials are refused, and neither they nor tokens nor payloads turn up anywhere."""

from __future__ import annotations

import hashlib

from harness.scenario import (
    CREATED,
    Alerting,
    EngineClient,
    EngineLog,
    Eris,
    Given,
    Governance,
    Iam,
    Llm,
    Names,
    People,
    Policy,
    Ubi,
    a_context,
    a_mentor,
    a_mirror,
    a_playbook,
    a_signal,
    an_outcome,
    each_answered,
    each_of,
    eventually,
    parametrize,
    requirement,
    with_body,
)


def a_secret(kind: str, word: str) -> str:
    """Return a credential of a kind; none has ever been good for anything."""
    return {
        "cloud key": "AKIA" + (word.upper() + "QX7Q" * 4)[:16],
        "private key": _pem(f"MC4CAQAwBQYDK2VwBCIEI{word * 3}"),
        "bearer token": f"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.{word * 4}",
        "password": f"password = 'Tr0ub4dor-{word}'",
    }[kind]


def _pem(content: str) -> str:
    return f"-----BEGIN PRIVATE KEY-----\n{content}\n-----END PRIVATE KEY-----"


def leaks(secret: str, **texts: str) -> list[str]:
    """Return in which texts a secret is: a claim that quoted one would put the secret into the record."""
    return [where for where, text in texts.items() if secret.lower() in text.lower()]


every_kind = parametrize("kind", ["cloud key", "private key", "bearer token", "password"])


@requirement("NFR-7", "NFR-4")
@every_kind
async def test_a_credential_in_a_signal_or_context_is_refused(
    kind: str, engine: EngineClient, people: People, names: Names, engine_log: EngineLog
) -> None:
    """What looks like a credential is refused with SECRET_DETECTED, neither repeated nor logged."""
    word = names.word(12)
    secret = engine.never_records(a_secret(kind, word))

    clean = await engine.decide(people.another_developer())
    in_context = await engine.decide(people.developer, context=a_context(branch=secret))
    in_signal = await engine.decide(people.developer, signal=a_signal(event_type=secret))
    after = await engine.decide(people.another_developer())

    assert clean.status == 200
    for reply in each_of([in_context, in_signal]):
        assert reply.status == 422
        assert reply.error_code == "SECRET_DETECTED"
    answers = in_context.all_text + in_signal.all_text
    found = leaks(word, answers=answers, log=await engine_log.text(until=after.decision.id))
    assert found == []


@requirement("NFR-7")
@every_kind
async def test_a_credential_in_a_playbook_or_reason_is_refused(
    kind: str, engine: EngineClient, given: Given, names: Names, eris: Eris
) -> None:
    """Playbooks and outcome reasons that hold a credential are refused with SECRET_DETECTED and not kept."""
    word = names.word(12)
    secret = engine.never_records(a_secret(kind, word))
    await given.published_playbook(a_playbook(name="Clean"))
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")
    leaking = a_mirror(payload={"title": "A fact", "body": f"Use {secret} to log in."})

    in_playbook = await engine.create_playbook(a_playbook(actions=[leaking]))
    in_reason = await engine.report_outcome(
        decision.id, an_outcome(action, "dismissed", reason=f"It was {secret}.")
    )
    clean = await engine.create_playbook(a_playbook(name="Also clean"))

    assert clean.status in CREATED
    for reply in each_of([in_playbook, in_reason]):
        assert reply.status == 422
        assert reply.error_code == "SECRET_DETECTED"
    receipts = "".join(receipt.text for receipt in each_of(await eris.settled(given, due=4)))
    found = leaks(word, playbooks=(await engine.list_playbooks()).text, receipts=receipts)
    assert found == []


@requirement("NFR-7")
async def test_no_token_turns_up_in_answers_receipts_or_the_log(
    engine: EngineClient, people: People, given: Given, eris: Eris, engine_log: EngineLog
) -> None:
    """A caller's token is in no answer, no receipt and no line of the log, taken or refused."""
    stranger = people.flawed("expired")
    await given.published_playbook()

    decided = await engine.decide(people.developer)
    listed = await engine.list_playbooks(by=people.admin)
    refused = await engine.decide(stranger)
    after = await engine.decide(people.another_developer())

    each_answered([decided, listed, refused, after], 200, 200, 401, 200)
    log = await engine_log.text(until=after.decision.id)
    receipts = "".join(receipt.text for receipt in each_of(await eris.settled(given, due=4)))
    for person in each_of([people.developer, people.admin, stranger]):
        signature = (await engine.token_of(person)).rpartition(".")[2]
        answers = decided.all_text + listed.all_text + refused.all_text
        found = leaks(signature, answers=answers, receipts=receipts, log=log)
        assert found == []


@requirement("NFR-7")
async def test_a_callers_token_is_told_to_iam_alone(
    engine: EngineClient,
    people: People,
    given: Given,
    iam: Iam,
    policy: Policy,
    llm: Llm,
    ubi: Ubi,
    governance: Governance,
    alerting: Alerting,
) -> None:
    """A caller's token goes to IAM, in the body; no other dependency gets it, in whatever part of a call."""
    generated = a_mentor(llm_prompt="Say why {event} matters.", surfaces=["alert"])
    await given.published_playbook(a_playbook(actions=[generated]))

    reply = await engine.decide(people.developer)

    token = await engine.token_of(people.developer)
    # The journal of a fake shows this in place of a token.
    shown = hashlib.sha256(token.encode()).hexdigest()[:12]
    assert len(reply.decision.titles) == 1
    assert await iam.times_asked(token) >= 1
    for one in (policy, llm, ubi, governance, alerting):
        for entry in each_of(await eventually(one.calls, 8.0)):
            told = f"{entry.path}?{entry.query} {entry.request_headers} {entry.request_body}"
            assert shown not in told
            assert token not in told


@requirement("NFR-7", "NFR-4")
@every_kind
async def test_a_credential_is_found_wherever_it_stands_in_a_long_text(
    kind: str, engine: EngineClient, names: Names
) -> None:
    """A credential behind, before or amid hundreds of words is refused; the words alone are not.

    They are a playbook's body, which is kept: what is dropped anyway need not be looked at *(choice)*.
    """
    secret = engine.never_records(a_secret(kind, names.word(12)))
    half = "The build of this branch failed in 2 of 40 tests. " * 35
    words = half * 2  # with a credential still less than the 4,000 characters of a body
    texts = [f"{words}{secret}", f"{secret} {words}", f"{half}{secret} {half}"]

    clean = await engine.create_playbook(a_playbook(actions=[with_body(a_mirror(), words)]))
    refused = [
        await engine.create_playbook(a_playbook(actions=[with_body(a_mirror(), text)])) for text in texts
    ]

    assert clean.status in CREATED
    for reply in each_of(refused):
        assert reply.status == 422
        assert reply.error_code == "SECRET_DETECTED"
