"""The stations that the loaded data know, and finding them by what people type."""

from collections.abc import Iterable
from datetime import datetime

from railfair.domain.codes import Crs
from railfair.domain.errors import NothingLoaded, UnknownStation
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedKind
from railfair.domain.station import Station
from railfair.domain.station_search import ranked
from railfair.ports.storage import UnitOfWork

type Stamp = tuple[datetime | None, ...]


class StationDirectory:
    """All stations of the timetable, of the fares and of the performance history.

    Read once for each state of the loaded data, then kept: a few thousand stations.
    """

    def __init__(self) -> None:
        self._stamp: Stamp | None = None
        self._stations: dict[Crs, Station] = {}

    async def get(self, unit: UnitOfWork, crs: Crs, *, parameter: str = "crs") -> Station:
        """Return the station *crs*.

        Raises:
            UnknownStation: no loaded feed mentions it; names *parameter*.
            NothingLoaded: there is no feed at all.
        """
        stations = await self._current(unit)
        if not stations:
            raise NothingLoaded(FeedKind.TIMETABLE)
        station = stations.get(crs)
        if station is None:
            raise UnknownStation(crs, parameter=parameter)
        return station

    async def find(self, unit: UnitOfWork, query: str, limit: int) -> list[Station]:
        """Return up to *limit* stations that *query* may mean, the likeliest first."""
        return ranked((await self._current(unit)).values(), query)[:limit]

    async def known(self, unit: UnitOfWork, crs: Crs) -> Station | None:
        """Return the station *crs*, or `None` if no loaded feed mentions it."""
        return (await self._current(unit)).get(crs)

    async def name(self, unit: UnitOfWork, crs: Crs) -> str:
        """Return the name of *crs*, or the code itself if nothing is known of it."""
        station = (await self._current(unit)).get(crs)
        return station.name if station else crs

    async def count(self, unit: UnitOfWork) -> int:
        """Return how many stations there are."""
        return len(await self._current(unit))

    async def _current(self, unit: UnitOfWork) -> dict[Crs, Station]:
        stamp = await _stamp(unit)
        if stamp != self._stamp:
            self._stations = _merged(
                await unit.timetable.stations(),
                await unit.fares.rules(),
                await unit.performance.stations(),
            )
            self._stamp = stamp
        return self._stations


async def _stamp(unit: UnitOfWork) -> Stamp:
    feeds = [await unit.feeds.get(kind) for kind in FeedKind]
    return tuple(feed.loaded_at if feed else None for feed in feeds)


def _merged(
    timetabled: Iterable[Station], fares: RuleBook | None, observed: Iterable[Crs]
) -> dict[Crs, Station]:
    """Put stations that only the fares or the history know beside those of the timetable."""
    stations = {station.crs: station for station in timetabled}
    for crs, locations in fares.locations.items() if fares else ():
        stations.setdefault(crs, Station(crs=crs, name=locations[-1].name))
    for crs in observed:
        stations.setdefault(crs, Station(crs=crs, name=crs))
    return stations
