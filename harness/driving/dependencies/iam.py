"""IAM: who is vouched for, and who no longer."""

from __future__ import annotations

from fakes.control import IamControl
from harness.driving.dependencies.base import Dependency

VERIFY = "POST /verify"
DECISION = "POST /decision"


class Iam(Dependency):
    """The identity service."""

    async def revokes(self, jti: str) -> None:
        """Withdraw a token: from now on IAM refuses it."""
        control = self.control
        assert isinstance(control, IamControl)
        await control.revoke(jti)
        self._record("POST", "/revocations", {"jti": jti}, 200)

    async def times_asked(self, token: str) -> int:
        """Return how often the engine asked whether this token is good."""
        return len(await self.calls(VERIFY, token=token))
