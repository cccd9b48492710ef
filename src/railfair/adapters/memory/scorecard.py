"""The scorecard, in dicts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from railfair.domain.delays.arrivals import BookedArrival
from railfair.ports.scorecard import LoggedForecast, LogSource, ResolvedForecast, ScoreSums

type Key = tuple[LogSource, date, BookedArrival, int, int]
type SumsKey = tuple[LogSource, date, str, int, str]


class MemoryScorecard:
    """See `ports.scorecard`."""

    def __init__(self) -> None:
        self._log: dict[Key, LoggedForecast | ResolvedForecast] = {}
        self._sums: dict[SumsKey, ScoreSums] = {}
        self._baselines: dict[str, dict[str, bytes]] = {}

    def copy(self) -> "MemoryScorecard":
        """Return a copy that can be written without touching this one."""
        other = MemoryScorecard()
        other._log = dict(self._log)
        other._sums = dict(self._sums)
        other._baselines = {name: dict(cells) for name, cells in self._baselines.items()}
        return other

    async def log(self, forecasts: Iterable[LoggedForecast]) -> int:
        """Keep *forecasts*, and return how many are new."""
        before = len(self._log)
        for one in forecasts:
            self._log.setdefault(_key(one), one)
        return len(self._log) - before

    async def waiting(self, first: date, last: date) -> list[LoggedForecast]:
        """Return the forecasts of those days of which it is not known what came of them."""
        found = [one for one in self._waiting() if first <= one.day <= last]
        return sorted(found, key=_order)

    async def waiting_days(self, first: date, last: date) -> list[date]:
        """Return those of the days that forecasts wait of, in order."""
        return sorted({one.day for one in self._waiting() if first <= one.day <= last})

    async def count_waiting(self) -> int:
        """Return how many forecasts wait to be resolved."""
        return len(self._waiting())

    async def first_day(self) -> date | None:
        """Return the first day that a served forecast is of, or `None`."""
        days = [day for source, day, *_ in self._log if source is LogSource.SERVED]
        return min(days, default=None)

    async def resolve(self, forecasts: Collection[ResolvedForecast]) -> None:
        """Note what came of *forecasts*."""
        for one in forecasts:
            self._log[_key(one.logged)] = one

    async def resolved(self, source: LogSource) -> list[ResolvedForecast]:
        """Return every forecast of *source* that is resolved and still in the log, by day."""
        found = [
            one
            for one in self._log.values()
            if isinstance(one, ResolvedForecast) and one.logged.source is source
        ]
        return sorted(found, key=lambda one: _order(one.logged))

    async def forget(self, before: date) -> int:
        """Take served forecasts of days *before* out of the log."""
        gone = [key for key in self._log if key[0] is LogSource.SERVED and key[1] < before]
        for key in gone:
            del self._log[key]
        return len(gone)

    async def sums(self, source: LogSource) -> list[ScoreSums]:
        """Return all sums, by month, operator, horizon and method."""
        return [self._sums[key] for key in sorted(self._sums) if key[0] is source]

    async def put_sums(self, sums: Iterable[ScoreSums]) -> None:
        """Set *sums*, in place of those of the same month, operator, horizon and method."""
        for one in sums:
            self._sums[one.source, one.month, one.toc, one.horizon, one.method] = one

    async def baselines(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, bytes]]:
        """Return the counts of the cells *wanted*, by baseline and cell."""
        return {
            name: {cell: known[cell] for cell in wanted[name] if cell in known}
            for name, known in self._baselines.items()
            if name in wanted
        }

    async def put_baselines(self, counts: Mapping[str, Mapping[str, bytes]]) -> None:
        """Set the counts of baselines, by baseline and cell."""
        self._baselines = {name: dict(cells) for name, cells in counts.items()}

    async def clear(self, source: LogSource) -> None:
        """Forget everything of *source*, and with what was served the baselines as well."""
        self._log = {key: one for key, one in self._log.items() if key[0] is not source}
        self._sums = {key: one for key, one in self._sums.items() if key[0] is not source}
        if source is LogSource.SERVED:
            self._baselines = {}

    def _waiting(self) -> list[LoggedForecast]:
        return [one for one in self._log.values() if isinstance(one, LoggedForecast)]


def _key(one: LoggedForecast) -> Key:
    return one.source, one.day, one.arrival, one.horizon, one.twin


def _order(one: LoggedForecast) -> tuple[date, BookedArrival, int, int]:
    return one.day, one.arrival, one.horizon, one.twin
