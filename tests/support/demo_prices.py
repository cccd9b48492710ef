"""The prices that the demo railway was made with, before they became a feed."""

from datetime import date

from railfair.adapters.demo.fares import FareBook
from railfair.adapters.demo.network import make_railway
from railfair.adapters.demo.stations import by_crs, real_stations

GROUPS = {"LST": "1072", "EUS": "1072", "MAN": "0438"}
"""Codes of the groups that the demo prices instead of these stations."""

type Prices = dict[tuple[str, str], int]
"""Adult prices in pence by ticket and route."""


class PriceBook:
    """The demo's prices by the stations that a passenger would ask for."""

    def __init__(self, today: date) -> None:
        self._nlc = {crs: one.nlc for crs, one in by_crs(real_stations()).items()} | GROUPS
        self._prices: dict[tuple[str, str], Prices] = {}
        self._railway = make_railway(today=today, days=45)
        for one in FareBook(self._railway, real_stations()).flows():
            ends = one.origin, one.destination
            for pair in (ends, ends[::-1])[: 1 + one.reversible]:
                held = self._prices.setdefault(pair, {})
                held |= {(code, one.route_code): price_p for code, price_p, _ in one.fares}

    def between(self, origin: str, destination: str) -> Prices:
        return self._prices[self._nlc[origin], self._nlc[destination]]

    def line(self, origin: str, destination: str) -> list[str]:
        """Return the stations of the line that joins two stations, from the one to the other."""
        for timetable in self._railway.corridors:
            stations = list(timetable.corridor.crs_codes)
            if {origin, destination} <= set(stations):
                way = (
                    stations
                    if stations.index(origin) < stations.index(destination)
                    else stations[::-1]
                )
                return way[way.index(origin) : way.index(destination) + 1]
        raise AssertionError(f"no line joins {origin} and {destination}")
