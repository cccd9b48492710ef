"""A whole timetable's schedules as columns: what a network is built from.

A national timetable is 130 000 schedules with 1.5 million calls: as arrays they take 30 MB and can
be kept in a file that every process maps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs, Headcode, TocCode, TrainUid
from railfair.domain.timetable import CallingPoint, Schedule, Stp

NO_TIME: Final = -32_768
"""Stands where nobody may alight (or board); no rail time is that small."""
CODE: Final = {
    "uid": "S6",
    "stp": "S1",
    "bank_holidays": "S1",
    "toc": "S2",
    "headcode": "S4",
    "status": "S1",
    "category": "S2",
    "seating": "S1",
    "sleepers": "S1",
    "reservations": "S1",
}
"""Columns of text, with their types; empty where the feed has none."""

type Ints = NDArray[np.int32]
type Shorts = NDArray[np.int16]
type Codes = NDArray[np.bytes_]


@dataclass(frozen=True, kw_only=True)
class ScheduleColumns:
    """Schedules (n) and their calls (m), in any order of schedules, calls in order of running.

    *runs_from* and *runs_to* are ordinals of days, *days* has bit 0 for Monday. The calls of
    schedule i stand from *first_call*[i] to before *first_call*[i + 1]; *arrival* and *departure*
    are public rail minutes, `NO_TIME` where there is none.
    """

    uid: Codes
    stp: Codes
    runs_from: Ints
    runs_to: Ints
    days: NDArray[np.uint8]
    bank_holidays: Codes
    toc: Codes
    headcode: Codes
    status: Codes
    category: Codes
    seating: Codes
    sleepers: Codes
    reservations: Codes
    first_call: Ints
    crs: Codes
    arrival: Shorts
    departure: Shorts

    def __len__(self) -> int:
        return len(self.uid)

    @classmethod
    def of(cls, schedules: Iterable[Schedule]) -> Self:
        """Return the columns of *schedules*."""
        rows = list(schedules)
        calls = [call for schedule in rows for call in schedule.calls]
        sizes = [len(schedule.calls) for schedule in rows]
        codes = {
            name: np.array([str(getattr(one, name)) for one in rows], f"U{kind[1:]}").astype(kind)
            for name, kind in CODE.items()
        }
        return cls(
            **codes,
            runs_from=np.array([one.runs_from.toordinal() for one in rows], np.int32),
            runs_to=np.array([one.runs_to.toordinal() for one in rows], np.int32),
            days=np.array([one.days for one in rows], np.uint8),
            first_call=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
            crs=np.array([call.crs for call in calls], "U3").astype("S3"),
            arrival=_times([call.arrival_min for call in calls]),
            departure=_times([call.departure_min for call in calls]),
        )

    def schedule(self, index: int) -> Schedule:
        """Return the schedule *index* with its calls, which have no platforms here."""
        calls = slice(self.first_call[index], self.first_call[index + 1])
        text = {name: getattr(self, name)[index].decode() for name in CODE}
        return Schedule(
            uid=TrainUid(text.pop("uid")),
            stp=Stp(text.pop("stp")),
            toc=TocCode(text.pop("toc")),
            headcode=Headcode(text.pop("headcode")),
            runs_from=date.fromordinal(int(self.runs_from[index])),
            runs_to=date.fromordinal(int(self.runs_to[index])),
            days=int(self.days[index]),
            calls=tuple(
                CallingPoint(
                    crs=Crs(crs.decode()),
                    arrival_min=None if arrival == NO_TIME else arrival,
                    departure_min=None if departure == NO_TIME else departure,
                )
                for crs, arrival, departure in zip(
                    self.crs[calls].tolist(),
                    self.arrival[calls].tolist(),
                    self.departure[calls].tolist(),
                    strict=True,
                )
            ),
            **text,
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _times(minutes: Sequence[int | None]) -> Shorts:
    return np.array([NO_TIME if one is None else one for one in minutes], np.int16)
