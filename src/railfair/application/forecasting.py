"""Forecasts of the rides of journeys, many at once."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from railfair.application.learning import kind_of
from railfair.domain.delays.arrivals import BookedArrival, of_schedule
from railfair.domain.delays.departures import BookedDeparture, departure_of_schedule
from railfair.domain.delays.distribution import EDGES, DelayDistribution, Floats
from railfair.domain.delays.model import DelayModel, nodes_for
from railfair.domain.journey import Portion, TrainLeg
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import UnitOfWork

type Arriving = tuple[date, BookedArrival]
type Leaving = tuple[date, BookedDeparture]


@dataclass(frozen=True, kw_only=True)
class _Booked:
    """What of a ride is forecast: where it is left, where it is boarded, the arrival there.

    A train that begins where it is boarded does not arrive there.
    """

    arriving: Arriving
    leaving: Leaving
    called: Arriving | None


class RideForecasts:
    """Forecasts of rides by what was learned; the arithmetic may be done in any thread.

    Rides may be read, and forecast, lot by lot: what they share is read and forecast once.
    """

    def __init__(self, holidays: BankHolidays) -> None:
        self._holidays = holidays
        self._booked: dict[Hashable, _Booked] = {}
        self._heads: Mapping[str, bytes] | None = None
        self._nodes: dict[str, set[str]] = {}
        self._model = DelayModel()
        self._mood = self._model.mood
        self._arriving: dict[Arriving, DelayDistribution] = {}
        self._leaving: dict[Leaving, DelayDistribution] = {}

    async def read(self, unit: UnitOfWork, legs: Iterable[TrainLeg]) -> None:
        """Read what was learned of the rides *legs*; without any history that is nothing."""
        new = {leg.identity: leg for leg in legs if leg.identity not in self._booked}
        booked: dict[Hashable, _Booked] = {
            key: _booked(leg, self._holidays) for key, leg in new.items()
        }
        self._booked |= booked
        if self._heads is None:
            self._heads = await unit.forecasts.heads()
            self._model = DelayModel.restored(self._heads, {})
            self._mood = self._model.mood
        if self._heads:
            arrivals = [arrival for _, arrival in _arrivals(booked.values())]
            departures = [one.leaving[1] for one in booked.values()]
            await self._read_nodes(unit, nodes_for(arrivals, departures=departures))

    async def _read_nodes(self, unit: UnitOfWork, wanted: Mapping[str, set[str]]) -> None:
        """Read those of the nodes *wanted* that were not asked for before."""
        new = {name: nodes - self._nodes.get(name, set()) for name, nodes in wanted.items()}
        for name, nodes in new.items():
            self._nodes.setdefault(name, set()).update(nodes)
        self._model.add(await unit.forecasts.nodes(new))

    def forecast(self) -> None:
        """Make the forecasts of what was read since they were made last."""
        booked = self._booked.values()
        arrivals = [one for one in _arrivals(booked) if one not in self._arriving]
        self._arriving |= _arriving(self._model, arrivals)
        calls = {one.leaving: one.called for one in booked if one.leaving not in self._leaving}
        self._leaving |= _leaving(self._model, calls, self._arriving)

    def arriving(self, leg: TrainLeg) -> DelayDistribution:
        """Return the delay where *leg* is left."""
        return self._arriving[self._booked[leg.identity].arriving]

    def leaving(self, leg: TrainLeg) -> DelayDistribution:
        """Return by how much *leg* leaves late where it is boarded."""
        return self._leaving[self._booked[leg.identity].leaving]

    def correlation(self, arriving: TrainLeg, departing: TrainLeg, slack_min: int = 0) -> float:
        """Return what the luck of a train and of the one changed for have in common.

        It counts where the first is late by more than *slack_min*.
        """
        return self._mood.between(
            self._booked[arriving.identity].arriving[1],
            self._booked[departing.identity].leaving[1],
            slack_min,
        )


def _arrivals(booked: Iterable[_Booked]) -> list[Arriving]:
    """Return the arrivals that are forecast for rides *booked*, each once."""
    calls = (call for one in booked for call in (one.arriving, one.called) if call is not None)
    return list(dict.fromkeys(calls))


def _booked(leg: TrainLeg, holidays: BankHolidays) -> _Booked:
    first, last = leg.portions[0], leg.portions[-1]
    departure = departure_of_schedule(first.train.schedule, first.boarding)
    return _Booked(
        arriving=_arrival(last, last.alighting, holidays),
        leaving=(first.train.day, departure),
        called=(None if departure.stop_min is None else _arrival(first, first.boarding, holidays)),
    )


def _arrival(portion: Portion, position: int, holidays: BankHolidays) -> Arriving:
    day = portion.train.day
    return day, of_schedule(portion.train.schedule, position, kind_of(day, holidays))


def _arriving(model: DelayModel, expected: Sequence[Arriving]) -> dict[Arriving, DelayDistribution]:
    found: dict[Arriving, DelayDistribution] = {}
    for day in {day for day, _ in expected}:
        those = [one for one in expected if one[0] == day]
        at_most, cancelled = model.plain(day, [arrival for _, arrival in those])
        for one, row, chance in zip(those, at_most, cancelled.tolist(), strict=True):
            found[one] = DelayDistribution(at_most=row, cancelled=chance)
    return found


def _leaving(
    model: DelayModel,
    calls: dict[Leaving, Arriving | None],
    arriving: dict[Arriving, DelayDistribution],
) -> dict[Leaving, DelayDistribution]:
    """Return the departures of *calls*, which name the arrival at the same call if there is one."""
    found: dict[Leaving, DelayDistribution] = {}
    nothing: Floats = np.ones(len(EDGES))
    for day in {day for day, _ in calls}:
        those = [one for one in calls if one[0] == day]
        before = [None if (call := calls[one]) is None else arriving[call] for one in those]
        rows = np.stack([nothing if one is None else one.at_most for one in before])
        at_most = model.leaving(day, [departure for _, departure in those], rows)
        for one, row, arrival in zip(those, at_most, before, strict=True):
            cancelled = 0.0 if arrival is None else arrival.cancelled
            found[one] = DelayDistribution(at_most=row, cancelled=cancelled)
    return found
