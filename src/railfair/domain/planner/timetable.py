"""A whole timetable, prepared once so that the network of any day is quickly built from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs, Tiploc, TocCode
from railfair.domain.columns import NO_TIME, ScheduleColumns
from railfair.domain.station import DEFAULT_CHANGE_MIN, FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, Schedule, Stp

MOST_SCHEDULES: Final = 4096
"""Schedules that are remembered: the days share them."""
MIXERS: Final = np.random.default_rng(20_120_110).integers(
    1, 2**63, size=512, dtype=np.uint64
) | np.uint64(1)
"""Odd numbers that a train's calls are multiplied with, by position, to tell patterns apart."""


@dataclass(frozen=True, kw_only=True)
class ChangeTimes:
    """Slots of stations and the minutes between them: see `network.Network`."""

    change_min: NDArray[np.int16]
    slot_start: NDArray[np.int32]
    change_start: NDArray[np.int32]
    change: NDArray[np.int16]
    operators: Mapping[int, Sequence[TocCode]]
    """The operators that have slots of their own, in their order, by station."""


@dataclass(frozen=True, kw_only=True)
class PlannerTimetable:
    """The timetable as a planner reads it; stations are numbered by code, as in *crs*."""

    columns: ScheduleColumns
    stations: Sequence[Station]
    links: Sequence[FixedLink]
    interchanges: Sequence[OperatorInterchange]
    associations: Sequence[Association]
    station_of: Mapping[Tiploc, Crs]

    @cached_property
    def crs(self) -> NDArray[np.bytes_]:
        """(S,) every station that is known, called at or linked, ascending."""
        known = [station.crs for station in self.stations]
        linked = [crs for link in self.links for crs in (link.origin, link.destination)]
        return np.unique(np.concatenate([_codes(known), _codes(linked), self.columns.crs]))

    @cached_property
    def schedule(self) -> Callable[[int], Schedule]:
        """Returns a schedule by its number; those that were asked for last are remembered."""
        return lru_cache(MOST_SCHEDULES)(self.columns.schedule)

    @cached_property
    def call_station(self) -> NDArray[np.int32]:
        """(m,) the station of each call."""
        return np.searchsorted(self.crs, self.columns.crs).astype(np.int32)

    @cached_property
    def change_times(self) -> ChangeTimes:
        """The minutes that changes take. Source: MSN positions 64-65, TSI."""
        minutes = {station.crs: station.change_min for station in self.stations}
        change_min = np.array(
            [minutes.get(Crs(crs.decode()), DEFAULT_CHANGE_MIN) for crs in self.crs.tolist()],
            np.int16,
        )
        named: dict[int, dict[tuple[TocCode, TocCode], int]] = {}
        for one in self.interchanges:
            found = int(np.searchsorted(self.crs, one.crs.encode()))
            if found < len(self.crs) and self.crs[found] == one.crs.encode():
                pair = (one.arriving_toc, one.departing_toc)
                named.setdefault(found, {})[pair] = one.change_min
        operators = {
            station: sorted({toc for pair in table for toc in pair})
            for station, table in named.items()
        }
        sizes = np.ones(len(self.crs), np.int64)
        for station, tocs in operators.items():
            sizes[station] = len(tocs) + 1
        tables = [np.full((size, size), base) for size, base in zip(sizes, change_min, strict=True)]
        for station, table in named.items():
            slot = {toc: number for number, toc in enumerate(operators[station], start=1)}
            for (arriving, departing), takes in table.items():
                tables[station][slot[arriving], slot[departing]] = takes
        return ChangeTimes(
            change_min=change_min,
            slot_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
            change_start=np.concatenate([[0], np.cumsum(sizes**2)])[:-1].astype(np.int32),
            change=np.concatenate([table.ravel() for table in tables]).astype(np.int16),
            operators=operators,
        )

    @cached_property
    def call_slot(self) -> NDArray[np.int32]:
        """(m,) the slot of each call, as its train's operator sees the station."""
        times = self.change_times
        slots = times.slot_start[self.call_station]
        sizes = np.diff(self.columns.first_call)
        toc = np.repeat(self.columns.toc, sizes)
        for station, tocs in times.operators.items():
            here = np.flatnonzero(self.call_station == station)
            for number, code in enumerate(tocs, start=1):
                slots[here[toc[here] == code.encode()]] += number
        return slots

    @cached_property
    def may_board(self) -> NDArray[np.bool_]:
        """(m,) whether passengers may join the train at each call."""
        return np.asarray(self.columns.departure != NO_TIME)

    @cached_property
    def may_alight(self) -> NDArray[np.bool_]:
        """(m,) whether passengers may leave the train at each call."""
        return np.asarray(self.columns.arrival != NO_TIME)

    @cached_property
    def fingerprint(self) -> NDArray[np.uint64]:
        """(n,) a number for each schedule that tells apart where and how it calls."""
        first = self.columns.first_call
        position = np.arange(len(self.call_slot)) - np.repeat(first[:-1], np.diff(first))
        return fingerprints(
            self.call_slot, self.may_board, self.may_alight, position, first, len(self.columns)
        )

    @cached_property
    def _overlays(self) -> NDArray[np.int64]:
        """The schedules, those of a train together, the one that decides first."""
        columns = self.columns
        return np.lexsort((-columns.runs_from, columns.stp, columns.uid))

    def ready(self) -> None:
        """Prepare what every day needs, so that the first one asked for does not wait for it."""
        _ = self.fingerprint, self._overlays

    def running(self, day: date, holiday_flags: frozenset[str]) -> NDArray[np.int64]:
        """Return the schedules by which trains run on *day*, by number, those of a train by UID.

        It is what `domain.overlay.running` says, for all trains at once.
        """
        columns, number = self.columns, day.toordinal()
        order = self._overlays
        is_dated = (
            (columns.runs_from[order] <= number)
            & (columns.runs_to[order] >= number)
            & ((columns.days[order] >> day.weekday()) & 1).astype(bool)
        )
        dated = order[is_dated]
        uids = columns.uid[dated]
        is_first = np.ones(len(dated), bool)
        is_first[1:] = uids[1:] != uids[:-1]
        deciding = dated[is_first]
        barred = np.isin(columns.bank_holidays[deciding], _codes(sorted(holiday_flags), "S1"))
        calls = columns.first_call[deciding + 1] - columns.first_call[deciding]
        runs = (columns.stp[deciding] != Stp.CANCELLED.encode()) & ~barred & (calls > 1)
        return np.asarray(deciding[runs])


def fingerprints(
    slot: NDArray[np.int32],
    may_board: NDArray[np.bool_],
    may_alight: NDArray[np.bool_],
    position: NDArray[Any],
    first: NDArray[np.int32],
    number: int,
) -> NDArray[np.uint64]:
    """Return a number for each of *number* trains; those that call alike have the same."""
    calls = (slot.astype(np.uint64) * 4 + may_board * np.uint64(2) + may_alight) * np.uint64(
        0x9E3779B97F4A7C15
    )
    mixed = (calls ^ (calls >> np.uint64(29))) * MIXERS[position % len(MIXERS)]
    sums = np.concatenate([[np.uint64(0)], np.cumsum(mixed, dtype=np.uint64)])
    found = sums[first[1 : number + 1]] - sums[first[:number]]
    return np.asarray(found)


def _codes(codes: Iterable[str], kind: str = "S3") -> NDArray[np.bytes_]:
    return np.array([code.encode() for code in codes], kind)
