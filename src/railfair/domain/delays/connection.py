"""Connections: the chance of catching one train off another."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from railfair.domain.delays.departures import by_stop
from railfair.domain.delays.distribution import EDGES, DelayDistribution, Floats
from railfair.domain.delays.mood import HIGHEST, moods
from railfair.domain.delays.odds_kernel import catch_chances

PROMPT: Final = DelayDistribution(at_most=(EDGES >= 0).astype(np.float64), cancelled=0.0)
"""A train that is never late, nor early, nor cancelled."""


class Catch(NamedTuple):
    """The chances of a connection.

    *probability* is that of making it, a train that is cancelled being a failure; *if_both_run* is
    that of making it if neither is cancelled.
    """

    probability: float
    if_both_run: float
    arriving_cancelled: float
    departing_cancelled: float


def catch_probability(
    arriving: DelayDistribution,
    departing: DelayDistribution,
    slack_min: int,
    *,
    correlation: float,
) -> Catch:
    """Return the chances of catching a train off another with *slack_min* minutes to spare.

    *arriving* is the forecast of the first train's arrival; *departing* says by how much the second
    leaves late (`DelayModel.leaving`), and the chance that it does not run. It is caught if the
    first is late by at most the minutes to spare and the second's own delay. *correlation* is that
    of the two trains (`Mood.between`).
    """
    found = catches(
        arriving.at_most[None, :],
        np.array([arriving.cancelled]),
        departing.at_most[None, :],
        np.array([departing.cancelled]),
        np.array([slack_min]),
        np.array([correlation]),
    )
    caught, both_run = found[0].tolist()
    return Catch(
        probability=caught,
        if_both_run=min(caught / both_run, 1.0) if both_run > 0 else 0.0,
        arriving_cancelled=arriving.cancelled,
        departing_cancelled=departing.cancelled,
    )


def catches(
    arriving: Floats,
    arriving_cancelled: Floats,
    departing: Floats,
    departing_cancelled: Floats,
    slack_min: NDArray[np.int64],
    correlations: Floats,
) -> Floats:
    """Return, by row, P(both run and the second is caught) and P(both run): shape (n, 2).

    *arriving* and *departing* (n, 50) are P(delay <= edge | it runs) at `EDGES`; the rest has shape
    (n,). The arguments are those of `catch_probability`, a connection a row.
    """
    loadings = np.sqrt(np.clip(correlations, 0.0, HIGHEST))
    arriving, arriving_cancelled, departing, departing_cancelled = (
        np.ascontiguousarray(one, np.float64)
        for one in (arriving, arriving_cancelled, departing, departing_cancelled)
    )
    nodes, weights = moods(float(loadings.max(initial=0.0)))
    found: Floats = catch_chances(
        arriving, arriving_cancelled, departing, departing_cancelled,
        np.ascontiguousarray(slack_min, np.int64), loadings, nodes, weights,
    )  # fmt: skip
    return np.clip(found, 0.0, 1.0)


def departure_of(arrival: DelayDistribution, stop_min: int) -> DelayDistribution:
    """Return how late a train leaves where it is booked to stand for *stop_min*, by its arrival.

    It makes up for a delay by standing for less than booked, but not for less than
    `LEAST_STOP_MIN`, and does not leave before its time. What was learned of departures is not in
    it: `DelayModel.leaving` starts from this and knows better.
    """
    at_most = by_stop(arrival.at_most[None, :], np.array([stop_min]))[0]
    return DelayDistribution(at_most=at_most, cancelled=arrival.cancelled)
