"""How trains really ran: what was booked, what was reported, and what came of each arrival.

Source: HSP `serviceDetails`. Reported times are whole minutes with the seconds cut off.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple

from railfair.domain.codes import Crs, TocCode
from railfair.domain.railtime import wrapped
from railfair.domain.timetable import CallingPoint


class Missed(Enum):
    """Why an arrival has no delay."""

    CANCELLED = "cancelled"
    """The train did not arrive there."""
    UNKNOWN = "unknown"
    """The report was lost; nothing may be learned from it."""


type Outcome = int | Missed
"""What came of a booked arrival: its delay in whole minutes (early is negative), or why none."""

type TrainKey = tuple[TocCode, Crs, int, Crs]
"""Operator, origin, booked departure there in rail minutes, terminus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedTrain:
    """A train as it is booked on one or many days: its operator and its public calls."""

    toc: TocCode
    calls: tuple[CallingPoint, ...]

    @property
    def key(self) -> TrainKey:
        """The train's identity through small changes of its calls."""
        first = self.calls[0]
        departure = first.departure_min
        if departure is None:
            departure = first.arrival_min or 0
        return self.toc, first.crs, departure, self.calls[-1].crs

    def __hash__(self) -> int:
        """Hash by the key: trains are looked up once for every run."""
        return hash(self.key)


class CallReport(NamedTuple):
    """What was reported of a call: rail minutes of the service day, `None` where nothing was."""

    arrival_min: int | None
    departure_min: int | None
    reason: str = ""

    @property
    def is_seen(self) -> bool:
        """Whether the train was seen there at all."""
        return self.arrival_min is not None or self.departure_min is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A train on a day as it was booked and as it ran; *rid* identifies it for ever.

    There is one report for each of the train's calls, in their order.
    """

    rid: str
    day: date
    train: BookedTrain
    reports: tuple[CallReport, ...]

    @property
    def is_cancelled(self) -> bool:
        """Whether the train was seen nowhere."""
        return not any(report.is_seen for report in self.reports)

    def outcomes(self) -> list[Outcome | None]:
        """Return what came of the booked arrival at each call, `None` where none is booked.

        A reported departure alone proves that the train called, so its delay stands in for the
        arrival's if one was booked. A reason beside a time is lateness; without any time it is a
        cancellation. Neither is a lost report, unless the train was seen nowhere: then it was
        cancelled.
        """
        found: list[Outcome | None] = []
        for call, (arrival, departure, reason) in zip(self.train.calls, self.reports, strict=True):
            if call.arrival_min is None:
                found.append(None)
            elif arrival is not None:
                found.append(wrapped(arrival - call.arrival_min))
            elif departure is not None and call.departure_min is not None:
                found.append(wrapped(departure - call.departure_min))
            elif departure is None and (reason or self.is_cancelled):
                found.append(Missed.CANCELLED)
            else:
                found.append(Missed.UNKNOWN)
        return found
