"""Coverage of a contract: which of its points were really exercised, and which need not be.

Rules: a point is a name that a person can read, the same in every run. A request's points are touched by a
valid request that was answered 2xx; an answer's by an answer that keeps the contract. docs/coverage.md says
all of it.
"""

from contracts.coverage.kinds import Kind
from contracts.coverage.operations import operations_of, points_of
from contracts.coverage.tally import Exchanged, Tally
from contracts.coverage.unreached import unreached

__all__ = ["Exchanged", "Kind", "Tally", "operations_of", "points_of", "unreached"]
