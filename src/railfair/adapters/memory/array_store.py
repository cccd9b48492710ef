"""Sets of arrays in a dict."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


class MemoryArrayStore:
    """See `ports.array_store`."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, NDArray[Any]]] = {}

    def get(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """Return the arrays, or `None`."""
        return self._kept.get(name)

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep copies."""
        self._kept[name] = {key: np.array(array) for key, array in arrays.items()}

    def retain(self, names: Collection[str]) -> None:
        """Forget the others."""
        self._kept = {name: kept for name, kept in self._kept.items() if name in names}
