"""A fake for a synchronous Python test: in a thread of its own, on a free port, and strict to the end.

    with FakeIAM() as iam:
        iam.on("POST", "/verify", reply=503)
        ...  # the code under test asks iam.url

Rule: leaving the context fails when a script was never used (healed or not), when nobody came to all of its
steps, and when a request was outside the contract.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from fakes.control import ErisControl, FakeControl, IamControl, OtlpControl, Reply
from fakes.running import running_fakes
from fakes.telling import tell_unreached, tell_unused, tell_violation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

Control = TypeVar("Control", bound=FakeControl)
P = ParamSpec("P")
T = TypeVar("T")
_FIRST_ERROR = 400


class StrictnessError(AssertionError):
    """A script was not used, or not to its end, or a request was outside the contract; one line for each."""


class LocalFake(Generic[Control]):
    """One fake of the catalogue and its controls; a context manager.

    `url` is its root (IAM's own API is below `/iam/v1`); `control` is its asynchronous client, to be asked
    through `do`: `iam.do(iam.control.mint, sub="ann", tenant_id="a")`.
    """

    url: str
    control: Control

    def __init__(self, name: str, control: Callable[[str, str], Control]) -> None:
        self.name = name
        self._make_control = control
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal())
            enter = portal.wrap_async_context_manager
            fakes = stack.enter_context(enter(running_fakes(only=[self.name])))
            self.url = fakes.urls[self.name]
            self.control = self._make_control(self.name, self.url)
            stack.enter_context(enter(self.control))
            self._portal, self._stack = portal, stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, story: TracebackType | None
    ) -> None:
        with self._stack:
            wrong = [] if kind else self._wrong()  # a test that fails anyhow is not to be talked over
        self._portal = None
        if wrong:
            raise StrictnessError("\n".join(wrong))

    def do(self, method: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a method of `control` and return what it returns."""
        return self._started().call(partial(method, *args, **kwargs))

    def on(
        self,
        method: str,
        path: str,
        *,
        reply: int | Reply | Mapping[str, Any] | None = None,
        **how: Any,  # noqa: ANN401 -- what FakeControl.script takes besides
    ) -> str:
        """Script an operation, its path as in the contract; return the script's id.

        A bare number is a status: from 400 on in the fake's own error shape, below without a body.
        """
        self._started()
        if reply is not None and (how.get("fault") or how.get("steps")):
            raise ValueError(
                f"fake {self.name}: {method} {path} is given a reply, a fault or steps, one of them"
            )
        operation = f"{method} {path}"
        if not isinstance(reply, int):
            return self.do(self.control.script, operation, reply=reply, **how)
        if reply < _FIRST_ERROR:
            return self.do(self.control.script, operation, reply=Reply(reply), **how)
        return self.do(self.control.script, operation, fault={"kind": "status", "status": reply}, **how)

    def _started(self) -> BlockingPortal:
        if self._portal is None:
            raise RuntimeError(f"fake {self.name} is not running: use it within `with`")
        return self._portal

    def _wrong(self) -> list[str]:
        states = self.do(self.control.scripts)
        unused = [state for state in (*self.control.healed, *states) if not state.hits]
        unreached = [state for state in states if state.hits and state.unreached]
        return [
            *(tell_unused(self.name, state) for state in unused),
            *(tell_unreached(self.name, state) for state in unreached),
            *(tell_violation(self.name, entry) for entry in self.do(self.control.violations)),
        ]


FakeIAM = partial(LocalFake[IamControl], "iam", IamControl)
FakeERIS = partial(LocalFake[ErisControl], "eris", ErisControl)
FakePolicy = partial(LocalFake[FakeControl], "policy", FakeControl)
FakeLLM = partial(LocalFake[FakeControl], "llm", FakeControl)
FakeUBI = partial(LocalFake[FakeControl], "ubi", FakeControl)
FakeGovernance = partial(LocalFake[FakeControl], "governance", FakeControl)
FakeAlerting = partial(LocalFake[FakeControl], "alerting", FakeControl)
FakeOTLP = partial(LocalFake[OtlpControl], "otlp", OtlpControl)
