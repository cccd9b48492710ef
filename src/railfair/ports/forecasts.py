"""What was learned from running, as it is stored."""

from collections.abc import Mapping
from typing import Protocol

from railfair.domain.codes import Crs
from railfair.domain.delays.usual_trains import UsualTrain


class Forecasts(Protocol):
    """The learned state within a unit of work.

    It is kept by hierarchy, and in each by node, so that a forecast reads a few nodes only. Bodies
    are what the domain's `dump_…` made; nothing here looks into them.
    """

    async def heads(self) -> Mapping[str, bytes]:
        """Return the head of every hierarchy, by its name; empty if nothing was learned yet."""
        ...

    async def nodes(self, wanted: Mapping[str, set[str]]) -> Mapping[str, Mapping[str, bytes]]:
        """Return, by hierarchy and name, those of the nodes *wanted* that are there."""
        ...

    async def all_nodes(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return every node, by hierarchy and name."""
        ...

    async def put(
        self, heads: Mapping[str, bytes], nodes: Mapping[str, Mapping[str, bytes]]
    ) -> None:
        """Set *heads*, and insert *nodes* in place of those of the same hierarchy and name."""
        ...

    async def usual_trains(self, origin: Crs, destination: Crs) -> list[UsualTrain]:
        """Return the usual trains that call at both, whatever the order, by key."""
        ...

    async def all_usual_trains(self) -> list[UsualTrain]:
        """Return every usual train, by key."""
        ...

    async def put_usual_trains(self, trains: list[UsualTrain]) -> None:
        """Set *trains* in place of all that are there."""
        ...

    async def clear(self) -> None:
        """Forget everything."""
        ...
