"""What is worth choosing between: the things that no other one beats."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

type Criteria = tuple[float | None, ...]
"""What counts of one thing, lower is better; `None` is unknown."""


def pareto_set[Item](
    items: Sequence[Item], criteria: Callable[[Item], Criteria]
) -> tuple[Item, ...]:
    """Return those of *items* that no other dominates, in their order.

    One dominates another if it is at least as good in every one of the *criteria* and better in
    one; of several that are equal in all the first is kept. An unknown is neither better nor worse
    than a known value, and as good as another unknown: so domination is a partial order, and
    nothing falls out because of what is not known.

    Every item needs the same number of criteria. Time and memory grow with the square of the
    number of items: some hundred take milliseconds.
    """
    if not items:
        return ()
    at_least = _at_least_as_good([criteria(item) for item in items])
    before = np.triu(np.ones_like(at_least), k=1)
    dropped = (at_least & (before | ~at_least.T)).any(axis=0)
    return tuple(item for item, drop in zip(items, dropped.tolist(), strict=True) if not drop)


def _at_least_as_good(vectors: Sequence[Criteria]) -> NDArray[np.bool_]:
    """Return whether one (row) is at least as good as another (column) in everything."""
    found = np.ones((len(vectors), len(vectors)), np.bool_)
    for criterion in zip(*vectors, strict=True):
        values = np.array([np.nan if value is None else value for value in criterion], np.float64)
        unknown = np.isnan(values)
        # Comparisons with NaN are false, so an unknown meets unknowns only.
        found &= (values[:, None] <= values) | (unknown[:, None] & unknown)
    return found
