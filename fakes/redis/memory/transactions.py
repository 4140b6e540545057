"""MULTI, EXEC, WATCH: what fakeredis does not refuse as Valkey does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeredis._helpers import SimpleError

from fakes.redis.memory.commands import NO_SCRIPT, RAW, TRANSACTION, own
from fakes.redis.replies import NullArray

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSACTIONS = dict((own("exec", "run_queued", flags=NO_SCRIPT + TRANSACTION + RAW),))
NOT_QUEUED = frozenset({"multi", "watch", "client reply"})


class TransactionCommands:
    """Corrections of fakeredis' transactions."""

    _queueing: bool
    _transaction_failed: bool
    _forget_transaction: Callable[[], None]
    _clear_watches: Callable[[], None]

    def run_queued(self) -> Any:  # noqa: ANN401 -- any replies
        """Run what was queued; a null array where a watched key has changed."""
        result = super().exec_()  # type: ignore[misc]  # fakeredis' own, next in line
        return NullArray() if result is None else result

    def rejected(self, name: str, refused: SimpleError) -> SimpleError:
        """Return why a command is not even queued: that calls the transaction off, and EXEC ends it."""
        if name != "exec":
            self._transaction_failed = self._transaction_failed or self._queueing
            return refused
        self._forget_transaction()
        self._clear_watches()
        return SimpleError(
            f"EXECABORT Transaction discarded because of: {refused.value.removeprefix('ERR ')}"
        )
