"""One run of a train, from an HSP `serviceDetails` answer.

Times are `HHMM` without a date: each booked call gets its day from the planned order, each reported
time the day that brings it closest to what was booked.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from railfair.domain.codes import Crs, TocCode
from railfair.domain.railtime import MINUTES_A_DAY, hhmm, nearest
from railfair.domain.running import BookedTrain, CallReport, Run
from railfair.domain.timetable import CallingPoint

OVERLAP_MIN: Final = 30
"""Public times may step back a little along a train; a larger step back is the next day."""
SPREADSHEET_TIME: Final = re.compile(r"(\d{1,2}):?(\d{2})(?::\d{2})?")
CRS_CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)
REASON_CODE: Final = re.compile(r"\w{0,8}", re.ASCII)
FEWEST_CALLS: Final = 2
YEAR_DIGITS: Final = 4
LONGEST_MIN: Final = 3 * MINUTES_A_DAY
"""No train takes so long: times that step back again and again are no train's."""


class Location(msgspec.Struct):
    """A public call, as the service words it; times and reason are empty where there is none.

    Exports by others write null where the service writes nothing.
    """

    location: str
    gbtt_pta: str | None = ""
    gbtt_ptd: str | None = ""
    actual_ta: str | None = ""
    actual_td: str | None = ""
    late_canc_reason: str | None = ""


class Details(msgspec.Struct):
    """A run, as the service words it."""

    date_of_service: str
    rid: str
    toc_code: str = ""
    locations: list[Location] = []


class RunReader:
    """Reads runs; the same train booked on many days becomes one and the same `BookedTrain`."""

    def __init__(self) -> None:
        self._trains: dict[tuple[str, ...], BookedTrain] = {}

    def run(self, details: Details) -> Run:
        """Return the run of *details*; raise `ValueError` if a field of it cannot be meant."""
        if not details.rid:
            raise ValueError("rid is empty")
        train = self._train(details)
        reports = tuple(
            _report(location, call)
            for location, call in zip(details.locations, train.calls, strict=True)
        )
        day = _service_day(details.date_of_service)
        return Run(rid=details.rid, day=day, train=train, reports=reports)

    def _train(self, details: Details) -> BookedTrain:
        wording = [details.toc_code]
        for one in details.locations:
            wording += (one.location, one.gbtt_pta or "", one.gbtt_ptd or "")
        key = tuple(wording)
        train = self._trains.get(key)
        if train is None:
            calls = tuple(_calls(details.locations))
            if len(calls) < FEWEST_CALLS:
                raise ValueError("has fewer than two locations")
            train = BookedTrain(toc=TocCode(details.toc_code), calls=calls)
            self._trains[key] = train
        return train


def _calls(locations: Iterable[Location]) -> Iterable[CallingPoint]:
    moment: int | None = None
    for location in locations:
        if not CRS_CODE.fullmatch(location.location):
            raise ValueError(f"location {location.location!r} is no station code of three letters")
        arrival = _booked(location.gbtt_pta, moment)
        departure = _booked(location.gbtt_ptd, moment if arrival is None else arrival)
        if departure is not None:
            moment = departure
        elif arrival is not None:
            moment = arrival
        if moment is not None and moment > LONGEST_MIN:
            raise ValueError("has booked times that are in no order")
        yield CallingPoint(crs=Crs(location.location), arrival_min=arrival, departure_min=departure)


def _booked(text: str | None, after: int | None) -> int | None:
    clock = _clock(text)
    if clock is None or after is None:
        return clock
    ahead = (clock - after) % MINUTES_A_DAY
    return after + (ahead if ahead < MINUTES_A_DAY - OVERLAP_MIN else ahead - MINUTES_A_DAY)


def _report(location: Location, call: CallingPoint) -> CallReport:
    reason = location.late_canc_reason or ""
    if not REASON_CODE.fullmatch(reason):
        raise ValueError(f"late_canc_reason {reason!r} is no reason code")
    return _shared_report(
        location.actual_ta,
        location.actual_td,
        reason,
        call.arrival_min,
        call.departure_min,
    )


@lru_cache(maxsize=1 << 18)
def _shared_report(
    actual_ta: str | None,
    actual_td: str | None,
    reason: str,
    arrival: int | None,
    departure: int | None,
) -> CallReport:
    """Return the report; trains run on time so often that most reports come again and again."""
    return CallReport(
        _reported(actual_ta, departure if arrival is None else arrival),
        _reported(actual_td, arrival if departure is None else departure),
        reason,
    )


def _reported(text: str | None, booked: int | None) -> int | None:
    clock = _clock(text)
    return None if clock is None or booked is None else nearest(clock, booked)


@lru_cache(maxsize=8192)
def _clock(text: str | None) -> int | None:
    """Return the minutes of `0622`, or of the `06:22` and `622` that exports make of it."""
    if not text:
        return None
    found = SPREADSHEET_TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a time of the form HHMM")
    return hhmm(found[1].zfill(2) + found[2])


@lru_cache(maxsize=4096)
def _service_day(text: str) -> date:
    """Return the day of `2026-11-24`, or of the `24/11/2026` that exports mix in."""
    parts = re.split("[-/]", text)
    if len(parts[0]) != YEAR_DIGITS:
        parts.reverse()
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"date_of_service {text!r} is not a date") from None
