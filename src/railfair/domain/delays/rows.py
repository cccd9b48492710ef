"""Numbers of things that come again every day, worked out only once each."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.int64]

_GROWTH: Final = 1024


class Rows[Key: Hashable]:
    """Tables with a row for each key; each has a width and says what stands in a new key's row."""

    def __init__(self, *tables: tuple[int, Callable[[Key], Sequence[int]]]) -> None:
        self._make = [make for _, make in tables]
        self._indexes: dict[Key, int] = {}
        self._rows = [np.zeros((_GROWTH, width), np.int64) for width, _ in tables]

    def of(self, keys: Sequence[Key]) -> tuple[Numbers, ...]:
        """Return the rows of *keys*, made where they are new: one array a table."""
        known = self._indexes
        indexes = np.fromiter(
            (known[key] if key in known else self._add(key) for key in keys), np.int64, len(keys)
        )
        return tuple(rows[indexes] for rows in self._rows)

    def _add(self, key: Key) -> int:
        index = self._indexes[key] = len(self._indexes)
        if index == len(self._rows[0]):
            self._rows = [np.concatenate([rows, np.zeros_like(rows)]) for rows in self._rows]
        for rows, make in zip(self._rows, self._make, strict=True):
            rows[index] = make(key)
        return index
