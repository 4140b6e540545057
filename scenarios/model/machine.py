"""The machine: Hypothesis draws what is done next, an engine answers, the model judges.

Rule: what can be drawn next never depends on what an engine was free to choose, else two runs of one sequence
would differ: people, playbooks and actions are picked by number, newest first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from scenarios.model.deeds import Deeds
from scenarios.model.moves import MOVES, Move

if TYPE_CHECKING:
    from collections.abc import Sequence


class Machine(Deeds):
    """One trial, drawn."""

    @rule(data=st.data())
    def something_is_done(self, data: st.DataObject) -> None:
        """Draw one of the moves that are possible now, and what it needs.

        It is one rule: of several, Hypothesis leaves some out of a whole trial, with all they lead to.
        """
        possible = [move for move in MOVES if move.when(self) for _ in range(move.weight)]
        move = data.draw(st.sampled_from(possible))
        self._make(move, data.draw(st.fixed_dictionaries(dict(move.draws))))

    def repeat(self, moves: Sequence[tuple[Move, dict[str, Any]]]) -> None:
        """Make these moves again, those that are possible."""
        for move, parts in moves:
            if move.when(self):
                self._make(move, parts)

    def _make(self, move: Move, parts: dict[str, Any]) -> None:
        self._trial.moves.append((move, parts))
        move.does(self, **parts)
