"""The forecasting model: what was learned from every day so far, and forecasts from it.

Five hierarchies stand side by side. Two are learned from every arrival: its delay if it ran, and
whether it was cancelled (which is rarer and less regular, so it shrinks much harder). Two more
start from what these say and are learned from trains that were seen on their way: the delay here,
and whether the train still comes, once its delay at an earlier call is known. The last starts from
the delay as well and is learned from departures. Beside them stands the mood that the trains of a
day share.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.arrivals import (
    LEVELS,
    SIGHTING_LEVELS,
    BookedArrival,
    ObservedArrivals,
    Sighting,
)
from railfair.domain.delays.departures import (
    DEPARTURE_LEVELS,
    FIRST_DEPARTURE,
    BookedDeparture,
    before_learning,
)
from railfair.domain.delays.distribution import EDGES, ON_TIME_EDGE, DelayDistribution, Floats
from railfair.domain.delays.hierarchy import Hierarchy, NodeIds, Tuning
from railfair.domain.delays.mood import LATE_EDGES, Lateness, Mood, MoodHistory, marks
from railfair.domain.delays.mood_kernel import MARKS
from railfair.domain.delays.rows import Rows
from railfair.domain.delays.scoring import THRESHOLDS

JUDGED: Final = np.searchsorted(EDGES, THRESHOLDS)
"""Edges that are also thresholds of the scores."""
SAMPLE_SCALE: Final = 1
"""Sample sizes are counts that fade with the second half-life, 60 days."""
EARLY_MIN: Final = -3
PRIOR_DELAY: Final[Floats] = np.where(
    EDGES < EARLY_MIN, 0.0, np.clip(1 - 0.65 * np.exp((EARLY_MIN - EDGES) / 6.0), 0.0, 0.999)
)
"""Expected where nothing is known at all: wide, and forgotten after a few dozen arrivals."""


class HierarchyKind(NamedTuple):
    """One of the model's hierarchies: the name under which it is stored, and its constants."""

    name: str
    tuning: Tuning
    levels: int


DELAY: Final = HierarchyKind("delay", Tuning(prior=PRIOR_DELAY, judged=JUDGED), len(LEVELS))
CANCELLED: Final = HierarchyKind(
    "cancelled",
    Tuning(prior=np.array([0.02]), half_lives=(120.0, 30.0), strength=300.0, base_strength=1000.0),
    len(LEVELS),
)
DELAY_SEEN: Final = HierarchyKind(
    "delay_seen",
    Tuning(
        prior=PRIOR_DELAY, judged=JUDGED, half_lives=(240.0,), strength=3.0, floor=0.02,
        trust=0.5, inertia=2.0,
    ),
    len(SIGHTING_LEVELS),
)  # fmt: skip
CANCELLED_SEEN: Final = HierarchyKind(
    "cancelled_seen",
    Tuning(prior=np.array([0.02]), half_lives=(240.0,), strength=30.0, trust=0.5, inertia=2.0),
    len(SIGHTING_LEVELS),
)
DEPARTURE: Final = HierarchyKind(
    "departure",
    Tuning(prior=FIRST_DEPARTURE, judged=JUDGED, half_lives=(60.0,), floor=0.02),
    len(DEPARTURE_LEVELS),
)
KINDS: Final = (DELAY, CANCELLED, DELAY_SEEN, CANCELLED_SEEN, DEPARTURE)
MOOD: Final = "mood"
"""The name under which the mood is stored, among those of the hierarchies."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """A forecast arrival, and how it came about.

    *on_time_path* is the chance of being on time after the base and after each level (of
    `arrivals.LEVELS`, then the sighting if there is one): its steps are the explanation.
    *sample_sizes* are the faded numbers of arrivals at each of these levels.
    """

    distribution: DelayDistribution
    on_time_path: tuple[float, ...]
    sample_sizes: tuple[float, ...]


class DelayModel:
    """Everything learned; `learn` takes one day after the other."""

    def __init__(self) -> None:
        self._of = {kind.name: Hierarchy(kind.tuning, kind.levels) for kind in KINDS}
        self._moods = MoodHistory()
        self._arrivals: Rows[BookedArrival] = Rows(
            self._nodes_of(DELAY, BookedArrival.node_names),
            self._nodes_of(CANCELLED, BookedArrival.node_names),
            (MARKS, marks),
        )
        self._departures: Rows[BookedDeparture] = Rows(
            self._nodes_of(DEPARTURE, BookedDeparture.node_names), (MARKS, marks)
        )
        self._sightings: Rows[tuple[Sighting, TocCode, Crs]] = Rows(
            self._nodes_of(DELAY_SEEN, _sighting_names),
            self._nodes_of(CANCELLED_SEEN, _sighting_names),
        )

    @property
    def learned_until(self) -> date | None:
        """The last day that was learned, or `None`."""
        day = self._of[CANCELLED.name].day
        return None if day is None else date.fromordinal(day)

    def plain(self, day: date, arrivals: Sequence[BookedArrival]) -> tuple[Floats, Floats]:
        """Return P(delay <= edge | it runs), shape (n, edges), and P(cancelled), shape (n,)."""
        names = [arrival.node_names() for arrival in arrivals]
        at_most = self._climbed(DELAY, day, names)[:, -1]
        cancelled = self._climbed(CANCELLED, day, names)[:, -1, 0]
        return at_most, cancelled

    @property
    def mood(self) -> Mood:
        """What the trains of a day have in common."""
        return self._moods.mood

    def leaving(self, day: date, departures: Sequence[BookedDeparture], arriving: Floats) -> Floats:
        """Return P(it leaves at most so late | it runs) at `EDGES`: shape (n, 50).

        *arriving* (n, 50) are the forecasts of the arrivals at the same calls, as from `plain`; a
        row means nothing where the departure has no `stop_min`.
        """
        names = [departure.node_names() for departure in departures]
        return self._climbed(DEPARTURE, day, names, base=before_learning(departures, arriving))[
            :, -1
        ]

    def forecast(self, day: date, arrival: BookedArrival, seen: Sighting | None = None) -> Forecast:
        """Return the forecast of *arrival* on *day*, given what was *seen* of the train that day.

        An arrival of which nothing was learned gets what is known of its route, its operator, or
        the network.
        """
        names = [arrival.node_names()]
        at_most = self._climbed(DELAY, day, names)[0]
        cancelled = self._climbed(CANCELLED, day, names)[0, :, 0]
        delay = self._of[DELAY.name]
        sizes = delay.sample_sizes(day.toordinal(), delay.ids(names), scale=SAMPLE_SCALE)[0]
        if seen is not None:
            once = [seen.node_names(arrival.toc, arrival.crs)]
            at_most = np.vstack(
                [at_most, self._climbed(DELAY_SEEN, day, once, base=at_most[-1:])[0, -1]]
            )
            still = self._climbed(CANCELLED_SEEN, day, once, base=cancelled[-1:, None])
            cancelled = np.append(cancelled, still[0, -1, 0])
            hierarchy = self._of[DELAY_SEEN.name]
            sightings = hierarchy.sample_sizes(day.toordinal(), hierarchy.ids(once), scale=0)
            sizes = np.append(sizes, sightings[0, 1])
        return Forecast(
            distribution=DelayDistribution(at_most=at_most[-1], cancelled=float(cancelled[-1])),
            on_time_path=tuple(((1 - cancelled) * at_most[:, ON_TIME_EDGE]).tolist()),
            sample_sizes=tuple(sizes.tolist()),
        )

    def learn(self, day: date, observed: ObservedArrivals) -> None:
        """Take in what happened on *day*; days have to come in ascending order.

        A day of which nothing is known counts as learned as well.
        """
        ran = ~observed.cancelled
        at_edges = (observed.delays[:, None] <= EDGES).astype(np.float64)
        missed = observed.cancelled[:, None].astype(np.float64)
        delay_nodes, cancelled_nodes, arrival_marks = self._arrivals.of(observed.arrivals)
        at_most = np.ones_like(at_edges)
        if ran.any():
            at_most[ran] = self._take_in(DELAY, day, delay_nodes[ran], at_edges[ran])
        cancelled = self._take_in(CANCELLED, day, cancelled_nodes, missed)
        self._learn_sightings(day, observed, (at_edges, at_most), (missed, cancelled))
        departing = self._learn_departures(day, observed, at_most)
        arriving = Lateness(
            marks=arrival_marks[ran],
            runs=observed.runs[ran],
            punctual=at_most[ran][:, LATE_EDGES],
            late=at_edges[ran][:, LATE_EDGES] == 0,
        )
        self._moods.learn(day, arriving, departing)

    def _learn_departures(self, day: date, observed: ObservedArrivals, at_most: Floats) -> Lateness:
        """Learn how late trains left, beyond the forecasts *at_most* of all arrivals."""
        known = observed.departures
        nodes, departure_marks = self._departures.of(known.departures)
        at_edges = (known.delays[:, None] <= EDGES).astype(np.float64)
        forecasts = at_edges
        if len(known):
            # The last row stands in where no arrival is booked.
            arriving = np.vstack([at_most, FIRST_DEPARTURE])[known.arrivals]
            base = before_learning(known.departures, arriving)
            forecasts = self._take_in(DEPARTURE, day, nodes, at_edges, base)
        return Lateness(
            marks=departure_marks,
            runs=known.runs,
            punctual=forecasts[:, LATE_EDGES],
            late=at_edges[:, LATE_EDGES] == 0,
        )

    def _learn_sightings(
        self,
        day: date,
        observed: ObservedArrivals,
        delay: tuple[Floats, Floats],
        cancelled: tuple[Floats, Floats],
    ) -> None:
        """Learn what sightings come to, beyond the forecasts that were made without them.

        *delay* and *cancelled* are outcomes and forecasts of all arrivals.
        """
        if not observed.sightings:
            return
        there = np.array([index for index, _ in observed.sightings], np.int64)
        keys = [
            (seen, observed.arrivals[index].toc, observed.arrivals[index].crs)
            for index, seen in observed.sightings
        ]
        ran = ~observed.cancelled[there]
        delay_nodes, cancelled_nodes = self._sightings.of(keys)
        if ran.any():
            running = there[ran]
            self._take_in(DELAY_SEEN, day, delay_nodes[ran], delay[0][running], delay[1][running])
        self._take_in(
            CANCELLED_SEEN, day, cancelled_nodes, cancelled[0][there], cancelled[1][there]
        )

    def _nodes_of[T](
        self, kind: HierarchyKind, names: Callable[[T], Sequence[str]]
    ) -> tuple[int, Callable[[T], Sequence[int]]]:
        hierarchy = self._of[kind.name]
        return kind.levels, lambda key: hierarchy.new_ids(names(key))

    def _climbed(
        self,
        kind: HierarchyKind,
        day: date,
        names: Sequence[Sequence[str]],
        *,
        base: Floats | None = None,
    ) -> Floats:
        hierarchy = self._of[kind.name]
        return hierarchy.forecast(day.toordinal(), hierarchy.ids(names), base=base)

    def _take_in(
        self,
        kind: HierarchyKind,
        day: date,
        nodes: NodeIds,
        outcomes: Floats,
        base: Floats | None = None,
    ) -> Floats:
        return self._of[kind.name].learn(day.toordinal(), nodes, outcomes, base=base)

    def dump_heads(self) -> dict[str, bytes]:
        """Return, by hierarchy, what is not in the nodes; and the mood."""
        heads = {name: hierarchy.dump_head() for name, hierarchy in self._of.items()}
        return heads | {MOOD: self._moods.dump_head()}

    def dump_changed(self) -> dict[str, dict[str, bytes]]:
        """Return, by hierarchy and name, the nodes that changed since this was made or restored."""
        return {name: hierarchy.dump_changed() for name, hierarchy in self._of.items()}

    @classmethod
    def restored(
        cls, heads: Mapping[str, bytes], nodes: Mapping[str, Mapping[str, bytes]]
    ) -> "DelayModel":
        """Return a model as it was dumped, with those of its nodes that are handed over.

        What has no head has learned nothing: it was dumped when there was no such thing.
        """
        new = cls()
        for kind in KINDS:
            if kind.name in heads:
                new._of[kind.name].restore(heads[kind.name], nodes.get(kind.name, {}))
        new._moods = MoodHistory.restored(heads.get(MOOD))
        return new

    def add(self, nodes: Mapping[str, Mapping[str, bytes]]) -> None:
        """Take in more of the nodes that were dumped with the heads that this was restored from."""
        for name, bodies in nodes.items():
            self._of[name].add(bodies)


def nodes_for(
    arrivals: Sequence[BookedArrival],
    sightings: Sequence[tuple[BookedArrival, Sighting]] = (),
    departures: Sequence[BookedDeparture] = (),
) -> dict[str, set[str]]:
    """Return, by hierarchy, the nodes that a model needs in order to forecast *arrivals*.

    For *departures* it needs those of the arrivals at the same calls as well.
    """
    plain = {name for arrival in arrivals for name in arrival.node_names()}
    seen = {
        name
        for arrival, sighting in sightings
        for name in sighting.node_names(arrival.toc, arrival.crs)
    }
    return {
        DELAY.name: plain,
        CANCELLED.name: plain,
        DELAY_SEEN.name: seen,
        CANCELLED_SEEN.name: seen,
        DEPARTURE.name: {name for departure in departures for name in departure.node_names()},
    }


def _sighting_names(key: tuple[Sighting, TocCode, Crs]) -> Sequence[str]:
    sighting, toc, there = key
    return sighting.node_names(toc, there)
