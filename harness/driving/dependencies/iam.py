"""IAM: who is vouched for, and who no longer."""

from __future__ import annotations

from fakes.control import IamControl
from fakes.records import BAD_TOKEN_FAMILIES
from harness.driving.dependencies.base import Dependency

__all__ = ["BAD_TOKEN_FAMILIES", "DECISION", "VERIFY", "Iam"]

VERIFY = "POST /verify"
DECISION = "POST /decision"


class Iam(Dependency):
    """The identity service."""

    async def revokes(self, jti: str) -> None:
        """Withdraw a token: from now on IAM refuses it."""
        await self._iam.revoke(jti)
        self._record("POST", "/revocations", {"jti": jti}, 200)

    async def rotates_keys(self) -> None:
        """Sign with a new key from now on; what the old one signed stays good."""
        await self._iam.rotate_keys()
        self._record("POST", "/keys/rotate", None, 201)

    async def flaws(self, family: str) -> list[str]:
        """Return the bad tokens of a family that a caller can send."""
        return [bad.name for bad in await self._iam.bad_tokens() if bad.family == family and bad.travels]

    async def times_asked(self, token: str) -> int:
        """Return how often the engine asked whether this token is good."""
        return len(await self.calls(VERIFY, token=token))

    @property
    def _iam(self) -> IamControl:
        control = self.control
        assert isinstance(control, IamControl)
        return control
