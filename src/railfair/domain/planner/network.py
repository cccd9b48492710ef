"""The network of one day as integer arrays: trains in patterns, changes and links.

It holds the trains of the service day and of both neighbours. Minutes are rail minutes of the day
in the middle; they fit 16 bits. A *pattern* is RAPTOR's route: trains that call at the same places,
none of which overtakes another. A *slot* is a station as a train's operator sees it: most stations
have one, a station whose change times depend on the operators has one a named operator and one for
all others.

Source: Delling, Pajor, Werneck: Round-Based Public Transit Routing, 2012.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs

type Ints = NDArray[np.int32]
type Shorts = NDArray[np.int16]
type Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Network:
    """S stations, Q slots, P patterns, K stops of patterns, T trips, E events, L directed links.

    Where a thing has a varying number of others, they stand one after the other, from `x_start`[i]
    to before `x_start`[i + 1].
    """

    crs: NDArray[np.bytes_]
    """(S,) station codes, ascending."""
    change_min: Shorts
    """(S,) minutes to change where no operators are named."""
    slot_start: Ints
    """(S + 1,) the slots of a station; the first is that of any other operator."""
    change_start: Ints
    """(S,) where a station's table of change times begins, in `change`."""
    change: Shorts
    """Tables of change times: from the slot arrived at (row) to the slot left from (column)."""
    stop_start: Ints
    """(P + 1,) the stops of a pattern, in order of running."""
    stop_slot: Ints
    """(K,)"""
    stop_station: Ints
    """(K,)"""
    may_board: Flags
    """(K,)"""
    may_alight: Flags
    """(K,)"""
    event_start: Ints
    """(P,) the events of a pattern: of its first trip at every stop, then of the second …"""
    trip_start: Ints
    """(P + 1,) the trips of a pattern, in order of time."""
    arrival: Shorts
    """(E,) minutes; of no meaning where nobody may alight."""
    departure: Shorts
    """(E,) minutes; of no meaning where nobody may board."""
    slot_pattern_start: Ints
    """(Q + 1,) the patterns that may be boarded at a slot …"""
    slot_pattern: Ints
    slot_position: Ints
    """… and the stop of the pattern, counted from its first."""
    link_start: Ints
    """(S + 1,) the links that leave a station."""
    link_to: Ints
    """(L,) station."""
    link_min: Shorts
    """(L,) minutes that it takes."""
    link_row: Ints
    """(L,) number of the `FixedLink` that it comes from."""
    window_start: Ints
    """(L + 1,) when a link may be started: periods of minutes, ascending …"""
    window_from: Shorts
    window_to: Shorts
    """… the last minute included."""
    portion_start: Ints
    """(T + 1,) the portions of a trip: more than one where trains divide or join."""
    portion_schedule: Ints
    """Which schedule it is, by its number in the columns."""
    portion_day: NDArray[np.int8]
    """Its service day, relative to the network's: -1, 0, 1."""
    portion_first: Shorts
    """The schedule's call at which it begins …"""
    portion_last: Shorts
    """… and ends, included."""

    @property
    def patterns(self) -> int:
        """How many patterns there are."""
        return len(self.event_start)

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return int(self.slot_start[-1])

    @cached_property
    def index(self) -> dict[Crs, int]:
        """The number of each station."""
        return {Crs(crs.decode()): number for number, crs in enumerate(self.crs.tolist())}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def search_arrays(self) -> tuple[NDArray[Any], ...]:
        """The arrays that `kernel.search` takes, in their order."""
        return tuple(getattr(self, name) for name in SEARCH_ARRAYS)

    @cached_property
    def departure_arrays(self) -> tuple[NDArray[Any], ...]:
        """The arrays that `kernel.departures` takes, in their order."""
        return tuple(getattr(self, name) for name in SEARCH_ARRAYS if name not in SEARCH_ALONE)

    @cached_property
    def reversed(self) -> "Network":
        """The network in which time runs backwards: searched for the latest departure.

        Minutes are negated, trains run from their terminus to their origin. Pattern p here is
        pattern P - 1 - p there, and likewise its trips and its stops.
        """
        links = _reversed_links(self)
        stop_start = _from_end(self.stop_start)
        may_board, stop_slot = self.may_alight[::-1].copy(), self.stop_slot[::-1].copy()
        pattern_start, pattern, position = boardings(
            stop_start, stop_slot, may_board, slots=self.slots
        )
        sizes = np.diff(self.stop_start) * np.diff(self.trip_start)
        return Network(
            crs=self.crs,
            change_min=self.change_min,
            slot_start=self.slot_start,
            change_start=self.change_start,
            change=_transposed(self),
            stop_start=stop_start,
            stop_slot=stop_slot,
            stop_station=self.stop_station[::-1].copy(),
            may_board=may_board,
            may_alight=self.may_board[::-1].copy(),
            event_start=starts(sizes[::-1])[:-1],
            trip_start=_from_end(self.trip_start),
            arrival=-self.departure[::-1],
            departure=-self.arrival[::-1],
            slot_pattern_start=pattern_start,
            slot_pattern=pattern,
            slot_position=position,
            portion_start=self.portion_start,
            portion_schedule=self.portion_schedule,
            portion_day=self.portion_day,
            portion_first=self.portion_first,
            portion_last=self.portion_last,
            **links,
        )

    @classmethod
    def restored(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return the network with these *arrays*, as `arrays` gave them."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})


SEARCH_ARRAYS: Final = (
    "change_min",
    "slot_start",
    "change_start",
    "change",
    "stop_start",
    "stop_slot",
    "stop_station",
    "may_board",
    "may_alight",
    "event_start",
    "trip_start",
    "arrival",
    "departure",
    "slot_pattern_start",
    "slot_pattern",
    "slot_position",
    "link_start",
    "link_to",
    "link_min",
    "window_start",
    "window_from",
    "window_to",
)
SEARCH_ALONE: Final = frozenset(
    {"change_start", "change", "stop_slot", "stop_station", "may_board", "may_alight", "arrival"}
)
"""Arrays that `kernel.departures` has no use for."""


def starts(sizes: NDArray[Any]) -> Ints:
    """Return where things of these *sizes* begin that stand one after the other, and the end."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int32)


def spread(first: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.int64]:
    """Return *first*[i], *first*[i] + 1, … (as many as *sizes*[i]) for each i, in one row."""
    ends = np.cumsum(sizes, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    shifts = np.asarray(first, np.int64) - (ends - sizes)
    return np.asarray(np.arange(total, dtype=np.int64) + np.repeat(shifts, sizes))


def boardings(
    stop_start: Ints, stop_slot: Ints, may_board: Flags, *, slots: int
) -> tuple[Ints, Ints, Ints]:
    """Return `slot_pattern_start`, `slot_pattern` and `slot_position`.

    Nobody boards at the last stop of a pattern.
    """
    sizes = np.diff(stop_start)
    pattern = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    position = (np.arange(len(stop_slot)) - np.repeat(stop_start[:-1], sizes)).astype(np.int32)
    used = np.flatnonzero(may_board & (position < np.repeat(sizes, sizes) - 1))
    order = used[np.argsort(stop_slot[used], kind="stable")]
    counts = np.bincount(stop_slot[order], minlength=slots)
    return starts(counts), pattern[order], position[order]


def _from_end(start: Ints) -> Ints:
    return np.asarray(start[-1] - start[::-1], np.int32)


def _transposed(network: Network) -> Shorts:
    """Return the tables of change times with rows and columns exchanged."""
    change = network.change.copy()
    sizes = np.diff(network.slot_start)
    for station in np.flatnonzero(sizes > 1):
        begin, size = network.change_start[station], sizes[station]
        table = network.change[begin : begin + size * size].reshape(size, size)
        change[begin : begin + size * size] = table.T.ravel()
    return change


def _reversed_links(network: Network) -> dict[str, NDArray[Any]]:
    left = np.repeat(np.arange(len(network.crs), dtype=np.int32), np.diff(network.link_start))
    order = np.argsort(network.link_to, kind="stable")
    windows = np.diff(network.window_start)[order]
    # Each link's periods in descending order: minutes will be negated.
    taken = spread(network.window_start[order], windows)
    within = taken - np.repeat(network.window_start[order], windows)
    taken = np.repeat(network.window_start[order] + windows - 1, windows) - within
    takes = np.repeat(network.link_min[order], windows)
    return {
        "link_start": starts(np.bincount(network.link_to, minlength=len(network.crs))),
        "link_to": left[order],
        "link_min": network.link_min[order],
        "link_row": network.link_row[order],
        "window_start": starts(windows),
        "window_from": -(network.window_to[taken] + takes),
        "window_to": -(network.window_from[taken] + takes),
    }
