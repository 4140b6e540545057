"""A playbook's content (engine.md 12), validated so that none can ever break a decide."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from engine.values.wire import Body, Given, Many, Semver, Title, Whole, Wire
from engine.values.wording import is_prescriptive
from engine.values.words import MIRROR, ActionType, ConditionType, Severity, Surface

Hour = Annotated[Whole, Field(ge=0, le=23)]
Count = Annotated[Whole, Field(ge=0)]


class QuietHours(Wire):
    """Hours of the day, UTC; `start == end` means none."""

    start: Hour
    end: Hour


class Trigger(Wire):
    """Fits a signal when every part given fits."""

    event_type: Given[str] = None
    source: Given[str] = None
    severity: Given[Severity] = None
    actor_roles: Given[Many[str]] = None


class Condition(Wire):
    """Fits a context when the fact of this type has this value."""

    type: ConditionType
    value: str


class Rationale(Wire):
    """Why a suggestion is made."""

    evidence_links: Many[str] = ()
    baseline_comparison: str = ""
    why_relevant: str = ""


class Payload(Wire):
    """What is shown."""

    title: Title
    body: Body
    rationale: Given[Rationale] = None


class Template(Wire):
    """An action that a playbook proposes."""

    type: ActionType
    surfaces: Annotated[Many[Surface], Field(min_length=1)]
    payload: Payload
    llm_prompt: Given[str] = None
    requires_consent: bool = False
    requires_dual_channel: bool = False

    @model_validator(mode="after")
    def _mirror_states_facts(self) -> Self:
        shown = self.payload.rationale
        texts = (self.payload.title, self.payload.body)
        reasons = (shown.baseline_comparison, shown.why_relevant) if shown else ()
        if self.type == MIRROR and any(map(is_prescriptive, texts + reasons)):
            raise PydanticCustomError(
                "prescriptive",
                "a mirror states facts: no should, must, have to or need to",
                {"field": "payload"},
            )
        return self


class Limits(Wire):
    """How often and when a playbook may fire."""

    priority: Given[Annotated[Whole, Field(ge=0, le=100)]] = None
    max_per_actor_per_day: Given[Count] = None
    max_per_repo_per_day: Given[Count] = None
    cooldown_minutes: Given[Count] = None
    quiet_hours: Given[QuietHours] = None


class Content(Wire):
    """What an admin writes of a playbook."""

    name: Title
    version: Semver = "1.0.0"
    description: Given[str] = None
    owner: Given[str] = None
    triggers: Many[Trigger] = ()
    conditions: Many[Condition] = ()
    actions: Annotated[Many[Template], Field(min_length=1)]
    limits: Limits = Limits()


class Playbook(Wire):
    """Published content with its identity: what a decide works on."""

    playbook_id: str
    content: Content
