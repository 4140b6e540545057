"""The LLM gateway: text only with a safety verdict that lets it be shown (engine.md 5.6)."""

from dataclasses import dataclass
from typing import Literal

from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.http import Dependency
from engine.pipeline.generated import Generation
from engine.values.surroundings import Facts
from engine.values.wire import Wire

SYSTEM_PROMPT_ID = "mmm-engine"


class _Flag(Wire):
    risk_class: str
    severity: Literal["low", "medium", "high"]


class _Safety(Wire):
    status: Literal["pass", "warn", "fail"]
    risk_flags: tuple[_Flag, ...]
    redaction_summary: str | None


class _Generated(Wire):
    response_id: str
    content: str
    safety: _Safety


@dataclass(frozen=True, slots=True)
class LlmGateway:
    """Asks for text; a missing or unknown verdict breaks the contract, so it is no answer at all."""

    service: Dependency

    async def generate(self, prompt: str, facts: Facts) -> Generation:
        """Return what may be done with what was generated."""
        question = {
            "prompt": prompt,
            "tenant_id": facts.tenant_id,
            "actor_id": facts.actor_id,
            "actor_type": facts.actor_type,
            "operation_type": "completion",
            "system_prompt_id": SYSTEM_PROMPT_ID,
            "dry_run": False,
        }
        try:
            answer = await self.service.ask(
                "POST", "/v1/llm/generate", _Generated.model_validate_json, json=question
            )
        except UnavailableError:
            return Generation(available=False)
        except RefusedError:
            return Generation()
        return _judged(answer)


def _judged(answer: _Generated) -> Generation:
    flags = tuple(flag.risk_class for flag in answer.safety.risk_flags)
    if answer.safety.status == "fail":
        return Generation(flags=flags or ("safety_failed",))
    if answer.safety.status == "warn":
        return Generation(text=answer.content, flags=flags or ("safety_warning",))
    return Generation(text=answer.content)
