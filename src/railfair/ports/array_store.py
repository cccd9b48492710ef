"""Arrays that are made once and then read by every process."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from numpy.typing import NDArray


class ArrayStore(Protocol):
    """Keeps sets of arrays by name. It is a cache: what is lost or damaged is made anew.

    A name belongs to one set of arrays for ever; where they may change, the name says which they
    are.
    """

    def get(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """Return the arrays kept as *name*, or `None` if there are none that are whole.

        They may be mapped from a file and shared with other processes: nobody writes to them.
        """
        ...

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep *arrays* as *name*; readers see all of them or none.

        A store that cannot be written to keeps nothing, and does not fail.
        """
        ...

    def retain(self, names: Collection[str]) -> None:
        """Forget all but *names*; arrays that somebody has got stay good."""
        ...
