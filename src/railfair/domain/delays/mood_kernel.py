"""The arithmetic of the mood, compiled: how often trains that meet are late together."""
# ruff: noqa: ANN001, ANN201 - the types are in the compiled signatures

import math

import numpy as np
from numba import njit

from railfair.domain.delays.normal import normal_score

MARKS = 5
STATION, MINUTE, TOC, ORIGIN, TERMINUS, RUN = range(MARKS + 1)
"""What marks a train at a station, as numbers; then its run."""
MOST_PAIRS = 16
"""Departures after an arrival that count, the next ones."""
TERMS = 8
"""Of the tetrachoric series."""
_SURE = 1e-3
"""Forecasts are held this far from certainty."""


@njit("f8[:,:,::1](f8[:,::1])", cache=True, nogil=True)
def series_terms(punctual):  # type: ignore[no-untyped-def]
    """Return the terms of the tetrachoric series, (n, m, TERMS), of chances *punctual* (n, m).

    P(both late) of two trains with the correlation r is the product of their chances of being late,
    and for each term the product of theirs times r to its power: phi(q) He_(n-1)(q) / sqrt(n!).
    """
    terms = np.empty((*punctual.shape, TERMS))
    for train in range(punctual.shape[0]):
        for degree in range(punctual.shape[1]):
            score = normal_score(min(max(punctual[train, degree], _SURE), 1 - _SURE))
            term = math.exp(-score * score / 2) / math.sqrt(2 * math.pi)
            before, here = 0.0, 1.0
            for number in range(TERMS):
                term /= math.sqrt(number + 1.0)
                terms[train, degree, number] = term * here
                before, here = here, score * here - number * before
    return terms


@njit(
    "void(i8[:,::1],f8[:,::1],i8[:,::1],f8[:,::1],i8,f8[:,::1])",
    cache=True,
    nogil=True,
)
def add_pairs(arrivals, arriving, departures, departing, within, sums):  # type: ignore[no-untyped-def]
    """Add up what pairs of an arrival and a departure have in common, by relation, into *sums*.

    *arrivals* and *departures* (n, 6) are marks, both ordered by station and minute; *arriving*
    and *departing* (n, m) hold for each degree of lateness what was short of its chance, then the
    terms of the series; *sums* (3, m) gains the sums of their products. A pair is an arrival and
    another train's departure from there up to *within* minutes later. Where the one ends, the other
    begins and goes back to where the one began, both may be the same carriages: no pair.
    """
    start = 0
    for arrival in range(arrivals.shape[0]):
        station, minute = arrivals[arrival, STATION], arrivals[arrival, MINUTE]
        while start < departures.shape[0] and (
            departures[start, STATION] < station
            or (departures[start, STATION] == station and departures[start, MINUTE] < minute)
        ):
            start += 1
        pairs = 0
        for departure in range(start, departures.shape[0]):
            if (
                pairs == MOST_PAIRS
                or departures[departure, STATION] != station
                or departures[departure, MINUTE] > minute + within
            ):
                break
            if departures[departure, RUN] == arrivals[arrival, RUN] or (
                arrivals[arrival, TERMINUS] == station == departures[departure, ORIGIN]
                and departures[departure, TERMINUS] == arrivals[arrival, ORIGIN]
            ):
                continue
            pairs += 1
            relation = 2
            if departures[departure, TERMINUS] == arrivals[arrival, TERMINUS]:
                relation = 0
            elif departures[departure, TOC] == arrivals[arrival, TOC]:
                relation = 1
            for term in range(sums.shape[1]):
                sums[relation, term] += arriving[arrival, term] * departing[departure, term]
