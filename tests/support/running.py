"""Readable running: trains as they were booked and as they ran, and the feeds that would say so.

All places, operators and delays are invented.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from railfair.adapters.clock.clock import FixedClock
from railfair.application.import_performance import import_performance
from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.arrivals import (
    BookedArrival,
    DayType,
    ObservedArrivals,
    booked_arrivals,
    day_type,
    observed,
)
from railfair.domain.delays.model import DelayModel
from railfair.domain.feed import FeedSource, ImportReport, LoadedFeed
from railfair.domain.running import BookedTrain, CallReport, Run
from railfair.domain.timetable import CallingPoint
from railfair.ports.performance_feed import PerformanceFeed
from railfair.ports.storage import Storage
from support.timetables import minutes

DAY = date(2026, 1, 5)
"""A Monday."""
TOC = TocCode("ZY")
AYT, BEE, CEE, DEE = Crs("AYT"), Crs("BEE"), Crs("CEE"), Crs("DEE")


class NoHolidays:
    """A year without bank holidays."""

    def flags(self, day: date) -> frozenset[str]:  # noqa: ARG002 - the port's
        """Return nothing."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it was booked, and what was reported of it."""

    booked: CallingPoint
    report: CallReport


def call(
    crs: str,
    *,
    arr: str | None = None,
    came: str | None = None,
    dep: str | None = None,
    left: str | None = None,
    reason: str = "",
) -> Called:
    """Return a call: `call("BEE", arr="10:00", came="10:03", dep="10:02", left="10:04")`."""
    at = [None if clock is None else minutes(clock) for clock in (arr, dep, came, left)]
    return Called(
        CallingPoint(crs=Crs(crs), arrival_min=at[0], departure_min=at[1]),
        CallReport(at[2], at[3], reason),
    )


def run(*calls: Called, toc: str = TOC, day: date = DAY, number: int | None = None) -> Run:
    """Return a run; its *number* makes its rid, else the minute of its booked departure does."""
    train = BookedTrain(toc=TocCode(toc), calls=tuple(one.booked for one in calls))
    return Run(
        rid=f"{day:%Y%m%d}71{train.key[2] if number is None else number:05}",
        day=day,
        train=train,
        reports=tuple(one.report for one in calls),
    )


def ayton_to_ceeham(
    delay: int | None, day: date = DAY, *, dep: str = "08:00", toc: str = TOC, via: bool = False
) -> Run:
    """Return a train that took an hour, *delay* late all along, or cancelled if that is `None`.

    It may call at BEE on the way.
    """
    start = minutes(dep)
    missed = delay is None
    late = delay or 0
    calls = [_at("AYT", None, start, late, missed=missed)]
    if via:
        calls.append(_at("BEE", start + 30, start + 31, late, missed=missed))
    return run(*calls, _at("CEE", start + 60, None, late, missed=missed), toc=toc, day=day)


def _at(crs: str, arrival: int | None, departure: int | None, late: int, *, missed: bool) -> Called:
    came = None if missed or arrival is None else arrival + late
    left = None if missed or departure is None else departure + late
    return Called(
        CallingPoint(crs=Crs(crs), arrival_min=arrival, departure_min=departure),
        CallReport(came, left, "501" if missed else ""),
    )


def days_from(first: date, number: int) -> list[date]:
    """Return *number* days in a row."""
    return [first + timedelta(days=n) for n in range(number)]


def invented_day(day: date, *, trains: int = 8) -> list[Run]:
    """Return a day of two operators with moods, delays, cancellations and lost reports.

    The same day is always the same.
    """
    luck = np.random.default_rng(day.toordinal())
    mood = luck.gamma(2.0, 2.0)
    runs: list[Run] = []
    for number in range(trains):
        start = 360 + 45 * number
        late = int(luck.gamma(1.0, mood)) - 1
        fate = luck.random()
        calls = [_at("AYT", None, start, late, missed=fate < 0.05)]
        lost = luck.random() < 0.05
        bee = _at("BEE", start + 30, start + 31, late + 1, missed=fate < 0.1)
        calls.append(Called(bee.booked, CallReport(None, None)) if lost else bee)
        calls.append(_at("CEE" if number % 2 else "DEE", start + 60, None, late, missed=fate < 0.1))
        runs.append(run(*calls, toc="ZY" if number % 3 else "ZX", day=day, number=number))
    return runs


def invented_days(first: date, number: int, *, trains: int = 8) -> list[Run]:
    """Return the runs of *number* invented days."""
    return [one for day in days_from(first, number) for one in invented_day(day, trains=trains)]


def arrivals_of(runs: Iterable[Run], day: date = DAY) -> ObservedArrivals:
    """Return what a day's runs teach."""
    return observed(runs, day, day_type(day, is_holiday=False))


def last_arrival(one: Run, kind: DayType = DayType.WEEKDAY) -> BookedArrival:
    """Return a train's booked arrival at its terminus."""
    arrival = booked_arrivals(one.train, kind)[-1]
    assert arrival is not None
    return arrival


# --- the files -----------------------------------------------------------------------------------


def hhmm(rail_min: int | None) -> str:
    """Return a time as the service words it."""
    return "" if rail_min is None else f"{rail_min // 60 % 24:02}{rail_min % 60:02}"


def details(one: Run, **others: Any) -> dict[str, Any]:
    """Return the `serviceDetails` answer of a run; *others* are put in place of its attributes."""
    locations = [
        {
            "location": booked.crs,
            "gbtt_ptd": hhmm(booked.departure_min),
            "gbtt_pta": hhmm(booked.arrival_min),
            "actual_td": hhmm(report.departure_min),
            "actual_ta": hhmm(report.arrival_min),
            "late_canc_reason": report.reason,
        }
        for booked, report in zip(one.train.calls, one.reports, strict=True)
    ]
    attributes = {
        "date_of_service": one.day.isoformat(),
        "toc_code": one.train.toc,
        "rid": one.rid,
        "locations": locations,
    }
    return {"serviceAttributesDetails": attributes | others}


def metrics(*services: Sequence[str]) -> dict[str, Any]:
    """Return a `serviceMetrics` answer that lists the runs of each service."""
    return {
        "header": {"from_location": "AYT", "to_location": "CEE"},
        "Services": [
            {
                "serviceAttributesMetrics": {
                    "origin_location": "AYT",
                    "destination_location": "CEE",
                    "gbtt_ptd": "0800",
                    "gbtt_pta": "0900",
                    "toc_code": TOC,
                    "matched_services": str(len(rids)),
                    "rids": list(rids),
                },
                "Metrics": [{"tolerance_value": "0", "global_tolerance": True}],
            }
            for rids in services
        ],
    }


def json_lines(answers: Iterable[Run | Mapping[str, Any] | str]) -> str:
    """Return answers one a line; text stands as it is."""
    return "".join(f"{_line(answer)}\n" for answer in answers)


def _line(answer: Run | Mapping[str, Any] | str) -> str:
    if isinstance(answer, str):
        return answer
    return json.dumps(details(answer) if isinstance(answer, Run) else answer)


def write_lines(path: Path, *answers: Run | Mapping[str, Any] | str) -> Path:
    """Write answers one a line."""
    path.write_text(json_lines(answers), encoding="utf-8")
    return path


class GivenRuns:
    """A performance feed of *runs* that are at hand."""

    def __init__(
        self,
        runs: Iterable[Run],
        *,
        source: FeedSource = FeedSource.IMPORT,
        listed: Iterable[str] = (),
    ) -> None:
        self._runs = list(runs)
        self.source = source
        self.listed_rids = frozenset(listed)

    def runs(self, report: ImportReport) -> Iterator[Run]:
        """Yield the runs."""
        for one in self._runs:
            report.count_read("run")
            yield one


async def take(
    storage: Storage,
    feed: PerformanceFeed | Iterable[Run],
    *,
    report: ImportReport | None = None,
    today: date = DAY,
    tolerance: float = 0.05,
) -> LoadedFeed:
    """Import a feed, or runs that are at hand."""
    return await import_performance(
        GivenRuns(feed) if isinstance(feed, Iterable) else feed,
        report or ImportReport(),
        storage=storage,
        clock=FixedClock(today),
        holidays=NoHolidays(),
        tolerance=tolerance,
    )


async def everything_learned(storage: Storage) -> tuple[object, ...]:
    """Return all that was learned, to be compared."""
    async with storage.reading() as unit:
        return (
            await unit.forecasts.heads(),
            await unit.forecasts.all_nodes(),
            await unit.forecasts.all_usual_trains(),
            await unit.performance.operator_outcomes(),
        )


async def learned_model(storage: Storage) -> DelayModel:
    """Return the model as it is stored."""
    async with storage.reading() as unit:
        return DelayModel.restored(await unit.forecasts.heads(), await unit.forecasts.all_nodes())
