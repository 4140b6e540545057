"""What decide must answer (engine.md 5.2, 5.3, 5.5).

Rules: which of equally important actions go when not all fit, and their order, is a choice. A decision that
says it is degraded may propose less than it could, never more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.scenario import Object, a_mentor, a_mirror, a_multiplier
from scenarios.model.expecting import Answer, Expected, claim, new_id, refused, status_is
from scenarios.model.gates import Candidate, allowed, barred, priority, room, surfaces, written
from scenarios.model.state import PENDING, Decision, Nudge

if TYPE_CHECKING:
    from harness.scenario import Json
    from scenarios.model.commands import Decide
    from scenarios.model.state import Policy, State, Template

MAKERS = {"mirror": a_mirror, "mentor": a_mentor, "multiplier": a_multiplier}
NO_SCOPE = "somebody without the scope is given a decision"
ABROAD = "a decision is given for another tenant"


def template_json(template: Template) -> Json:
    """Return a template as a playbook has it."""
    dual = {"requires_dual_channel": template.dual} if template.type == "multiplier" else {}
    return MAKERS[template.type](template.title, surfaces=list(template.surfaces), **dual)


def decided(state: State, command: Decide) -> Expected:
    """Expect the right actions, and as many of the most important as quotas allow."""
    if "mmm.decide" not in state.people[command.by].scope:
        return refused(state, (403,), NO_SCOPE, "ST-MMM-02")
    if command.explicit and command.event is None:
        return refused(state, (422,), "a trigger without a signal is evaluated", "FR-1", "NFR-4")
    if command.abroad:
        return refused(state, (403,), ABROAD, "NFR-5", "ST-MMM-02")

    def read(answer: Answer) -> State:
        status_is(answer, (200,), "a decision is refused", ("FR-1",))
        decision = answer.object.object("decision")
        identity = _envelope(state, command, decision)
        degraded = decision["degraded_mode"] is True
        found = _candidates(state, command, decision)
        _within_quota(state, command, found)
        _in_order(state, found)
        if not degraded:
            _complete(state, command, found)
        known = frozenset(nudge.id for _, nudge in state.shown())
        nudges = []
        for action, candidate in found:
            nudges.append(_nudge(state, command, action, candidate, known))
            known |= {nudges[-1].id}
        made = Decision(identity, command.by, command.repo, tuple(nudges), degraded)
        return _with_versions(replace(state, decisions=(*state.decisions, made)), found)

    return Expected(("FR-1",), read)


def _envelope(state: State, command: Decide, decision: Object) -> str:
    """Look at what is around the actions; return the decision's id."""
    caller = state.people[command.by]
    said = decision["tenant_id"]
    claim("a decision names another tenant", ("NFR-5",), holds=said == state.tenant, told=said)
    said = decision["actor_id"]
    claim("a decision names another actor", ("FR-2",), holds=said == caller.sub, told=said)
    said = decision["actor_type"]
    claim("a decision names another type of actor", ("FR-2",), holds=said == caller.actor_type, told=said)
    known = frozenset(each.id for each in state.decisions)
    return new_id(decision.string("decision_id"), known, "a decision", ("FR-1",))


def _candidates(state: State, command: Decide, decision: Object) -> list[tuple[Object, Candidate]]:
    """Recognise the actions, and claim of each that it may come; the first gate that it broke is to blame."""
    known, found = written(state), []
    for action in decision.objects("actions").where_each(lambda _: True):
        title = action.object("payload").string("title")
        claim("an action is proposed that nobody wrote", ("UT-MMM-02",), holds=title in known, told=title)
        candidate = known[title]
        if gate := barred(state, command, candidate):
            claim(gate.rule, gate.requirements, holds=False, told=title)
        found.append((action, candidate))
    titles = [candidate.template.title for _, candidate in found]
    claim("an action is proposed twice", ("FR-3",), holds=len(set(titles)) == len(titles), told=titles)
    return found


def _within_quota(state: State, command: Decide, found: list[tuple[Object, Candidate]]) -> None:
    left = room(state, command.by)
    told = f"{len(found)} actions, where {left} are left of quotas of {state.policy.quotas_now}"
    claim("more actions than the quotas allow", ("FR-7",), holds=len(found) <= left, told=told)


def _in_order(state: State, found: list[tuple[Object, Candidate]]) -> None:
    order = [priority(state, candidate) for _, candidate in found]
    claim("a less important action comes first", ("FR-7",), holds=order == sorted(order)[::-1], told=order)


def _complete(state: State, command: Decide, found: list[tuple[Object, Candidate]]) -> None:
    """Claim that nothing is missing, and that what did not fit is less important than what did."""
    might = list(allowed(state, command))
    here = {candidate.template.title for _, candidate in found}
    missing = [candidate for candidate in might if candidate.template.title not in here]
    titles = [candidate.template.title for candidate in missing]
    enough = len(found) == min(len(might), room(state, command.by))
    blamed = ("UT-MMM-01", *_suspects(state, command))[:2]
    claim("an action does not come that should", blamed, holds=enough, told=titles)
    lowest = min((priority(state, candidate) for _, candidate in found), default=0)
    highest = max((priority(state, candidate) for candidate in missing), default=0)
    fair = not found or not missing or lowest >= highest
    claim("a more important action is left out", ("FR-7", "UT-MMM-01"), holds=fair, told=titles)


def _suspects(state: State, command: Decide) -> tuple[str, ...]:
    """Return what is in play, and may have kept an action back: in a short sequence there is not much."""
    wishes, policy = state.wishes(command.by), state.policy
    limited = any(book.published and book.published.limit for book in state.books)
    in_play = {
        "FR-7": bool(policy.quotas or limited or any(each.actor == command.by for each in state.decisions)),
        "FR-14": wishes.known,
        "FR-13": policy.known,
        "FR-3": any(len(book.editions) > 1 for book in state.books),
    }
    return tuple(requirement for requirement, is_so in in_play.items() if is_so)


def _nudge(
    state: State, command: Decide, action: Object, candidate: Candidate, known: frozenset[str]
) -> Nudge:
    """Compare an action with its template."""
    template, book = candidate.template, state.books[candidate.book]
    told = action["type"]
    claim("an action is of another type", ("UT-MMM-02",), holds=told == template.type, told=told)
    _surfaces(state, command, action, template)
    wanted = template_json(template)["payload"]["body"]
    told = action.object("payload")["body"]
    claim("an action says something else", ("UT-MMM-02",), holds=told == wanted, told=told)
    told = action["requires_dual_channel"]
    claim("dual channel is not as written", ("FR-6", "UT-MMM-02"), holds=told is template.dual, told=told)
    consent = template.type != "multiplier" or action["requires_consent"] is True
    claim("an offer needs no consent", ("FR-6", "IT-MMM-04"), holds=consent, told=template.title)
    told = action["playbook_id"]
    claim("an action names another playbook", ("FR-3",), holds=told == book.id, told=told)
    _version(action, candidate, state)
    identity = new_id(action.string("action_id"), known, "an action", ("UT-MMM-02",))
    return Nudge(identity, candidate.book, template, PENDING if template.dual else None)


def _surfaces(state: State, command: Decide, action: Object, template: Template) -> None:
    told, wanted = set(action.strings("surfaces")), surfaces(state, command, template)
    policy: Policy = state.policy
    foreign = {surface for surface in told if not policy.enables(surface)}
    claim("an action goes to a disabled surface", ("FR-13", "FR-8"), holds=not foreign, told=sorted(told))
    unwanted = told - (state.wishes(command.by).surfaces or told)
    claim("an action goes to an unwanted surface", ("FR-14", "FR-8"), holds=not unwanted, told=sorted(told))
    claim("an action goes to other surfaces", ("FR-8", "UT-MMM-02"), holds=told == wanted, told=sorted(told))


def _version(action: Object, candidate: Candidate, state: State) -> None:
    """Hold a version to one content: until another is published it stays, and never stands for another."""
    book, version = state.books[candidate.book], action.string("playbook_version")
    same = book.version in {None, version}
    claim("a version changes without being published", ("FR-3",), holds=same, told=version)
    new = version not in book.former_versions
    claim("a new version has the number of an old one", ("FR-3",), holds=new, told=version)


def _with_versions(state: State, found: list[tuple[Object, Candidate]]) -> State:
    for action, candidate in found:
        book = replace(state.books[candidate.book], version=action.string("playbook_version"))
        state = state.with_book(candidate.book, book)
    return state
