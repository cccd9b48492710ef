"""What was learned, in dicts."""

from collections.abc import Mapping

from railfair.domain.codes import Crs
from railfair.domain.delays.usual_trains import UsualTrain


class MemoryForecasts:
    """See `ports.forecasts`."""

    def __init__(self) -> None:
        self._heads: dict[str, bytes] = {}
        self._nodes: dict[str, dict[str, bytes]] = {}
        self._usual_trains: list[UsualTrain] = []

    def copy(self) -> "MemoryForecasts":
        """Return a copy that can be written without touching this one."""
        other = MemoryForecasts()
        other._heads = dict(self._heads)
        other._nodes = {hierarchy: dict(nodes) for hierarchy, nodes in self._nodes.items()}
        other._usual_trains = list(self._usual_trains)
        return other

    async def heads(self) -> Mapping[str, bytes]:
        """Return the head of every hierarchy, by its name."""
        return dict(self._heads)

    async def nodes(self, wanted: Mapping[str, set[str]]) -> Mapping[str, Mapping[str, bytes]]:
        """Return, by hierarchy and name, those of the nodes *wanted* that are there."""
        return {
            hierarchy: {name: there[name] for name in names if name in there}
            for hierarchy, names in wanted.items()
            if (there := self._nodes.get(hierarchy))
        }

    async def all_nodes(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return every node, by hierarchy and name."""
        return {hierarchy: dict(nodes) for hierarchy, nodes in self._nodes.items()}

    async def put(
        self, heads: Mapping[str, bytes], nodes: Mapping[str, Mapping[str, bytes]]
    ) -> None:
        """Set *heads*, and insert *nodes*."""
        self._heads |= heads
        for hierarchy, new in nodes.items():
            self._nodes.setdefault(hierarchy, {}).update(new)

    async def usual_trains(self, origin: Crs, destination: Crs) -> list[UsualTrain]:
        """Return the usual trains that call at both, by key."""
        ends = {origin, destination}
        return [t for t in self._usual_trains if ends <= {call.crs for call in t.train.calls}]

    async def all_usual_trains(self) -> list[UsualTrain]:
        """Return every usual train, by key."""
        return list(self._usual_trains)

    async def put_usual_trains(self, trains: list[UsualTrain]) -> None:
        """Set *trains* in place of all that are there."""
        self._usual_trains = sorted(trains, key=lambda usual: usual.train.key)

    async def clear(self) -> None:
        """Forget everything."""
        self._heads, self._nodes, self._usual_trains = {}, {}, []
