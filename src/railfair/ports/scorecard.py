"""Forecasts that were served, what came of them, and the sums of their scores."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from railfair.domain.delays.arrivals import BookedArrival


class LogSource(StrEnum):
    """Whether forecasts were served, or would have been in a replay."""

    SERVED = "served"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedForecast:
    """The forecast *body* of an arrival on *day*, made *horizon* days before it.

    Where several trains are booked alike on a day, *twin* numbers them from 0.
    """

    source: LogSource
    day: date
    horizon: int
    arrival: BookedArrival
    body: bytes
    twin: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedForecast:
    """A forecast, what came of the arrival, and what of all methods' forecasts is *scored*.

    *delay* is minutes, 0 where it was *cancelled*.
    """

    logged: LoggedForecast
    delay: int
    cancelled: bool
    scored: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSums:
    """Packed sums of scores of the *method*'s forecasts of a *month*, which is its first day."""

    source: LogSource
    month: date
    toc: str
    horizon: int
    method: str
    body: bytes


class Scorecard(Protocol):
    """The log and the sums, within a unit of work."""

    async def log(self, forecasts: Iterable[LoggedForecast]) -> int:
        """Keep *forecasts*, and return how many are new.

        Of an arrival on a day, the first of each source and horizon stays.
        """
        ...

    async def waiting(self, first: date, last: date) -> list[LoggedForecast]:
        """Return the forecasts of those days of which it is not known what came of them."""
        ...

    async def waiting_days(self, first: date, last: date) -> list[date]:
        """Return those of the days that forecasts wait of, in order."""
        ...

    async def count_waiting(self) -> int:
        """Return how many forecasts wait to be resolved."""
        ...

    async def first_day(self) -> date | None:
        """Return the first day that a served forecast is of, or `None`."""
        ...

    async def resolve(self, forecasts: Collection[ResolvedForecast]) -> None:
        """Note what came of *forecasts*; those that were not logged are from now on."""
        ...

    async def resolved(self, source: LogSource) -> list[ResolvedForecast]:
        """Return every forecast of *source* that is resolved and still in the log, by day."""
        ...

    async def forget(self, before: date) -> int:
        """Take served forecasts of days *before* out of the log; return how many there were.

        Sums stay as they are.
        """
        ...

    async def sums(self, source: LogSource) -> list[ScoreSums]:
        """Return all sums, by month, operator, horizon and method."""
        ...

    async def put_sums(self, sums: Iterable[ScoreSums]) -> None:
        """Set *sums*, in place of those of the same month, operator, horizon and method."""
        ...

    async def baselines(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, bytes]]:
        """Return the counts of the cells *wanted*, by baseline and cell; absent ones are left out.

        Without any at all, nothing was put yet.
        """
        ...

    async def put_baselines(self, counts: Mapping[str, Mapping[str, bytes]]) -> None:
        """Set the counts of baselines, by baseline and cell, for good."""
        ...

    async def clear(self, source: LogSource) -> None:
        """Forget everything of *source*, and with what was served the baselines as well."""
        ...
