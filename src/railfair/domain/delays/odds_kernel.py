"""The arithmetic of connections, compiled: what the trains of a plan do, one mood after another.

Given the mood z of the day, trains are independent, and a train with loading l does at most what it
does with chance u on any day with chance P(X <= (q(u) - l z) / sqrt(1 - l^2)); X is normal, q its
quantile. A train's outcomes are in order: early, late, later, cancelled. The same u is behind how
late a train leaves and how late it arrives, so one that leaves late arrives late.

Arrays over minutes have shape (`SPAN`,), from `EARLIEST_MIN` to `LATEST_MIN` late. Distribution
functions at `EDGES` have shape (rows, 50). *nodes* (K) are moods, *weights* (K) their chances.
Kernels release the interpreter's lock.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - the types are in the compiled signatures

import math

import numpy as np
from numba import njit

from railfair.domain.delays.distribution import EARLIEST_MIN, EDGES, LATEST_MIN
from railfair.domain.delays.normal import FAR, below, normal_score

SPAN = LATEST_MIN - EARLIEST_MIN + 1
ALWAYS = 10_000
"""Minutes to spare with which every train is caught."""
_EDGES = EDGES.copy()
_LEAST = 1e-9


@njit("void(f8[::1],f8,f8[::1])", cache=True, nogil=True)
def _by_minute(at_most, running, chances):  # type: ignore[no-untyped-def]
    """Set *chances* to P(it runs and delay <= minute), straight between the edges."""
    left_min, left = EARLIEST_MIN - 1, 0.0
    for edge in range(_EDGES.shape[0] + 1):
        right_min, right = LATEST_MIN, 1.0
        if edge < _EDGES.shape[0]:
            right_min, right = _EDGES[edge], at_most[edge]
        slope = (right - left) / (right_min - left_min)
        for minute in range(left_min + 1, right_min + 1):
            chances[minute - EARLIEST_MIN] = running * (left + slope * (minute - left_min))
        left_min, left = right_min, right


@njit("void(f8[::1],f8[::1])", cache=True, nogil=True)
def _set_scores(chances, scores):  # type: ignore[no-untyped-def]
    """Set *scores* to those of *chances*, both ascending."""
    least = -FAR
    for index in range(SPAN):
        # They are rounded, and might step back by next to nothing.
        least = max(least, normal_score(chances[index]))
        scores[index] = least


@njit("void(f8[::1],i8,f8,f8,f8[::1])", cache=True, nogil=True, fastmath=True)
def _in_mood(scores, number, mood, loading, chances):  # type: ignore[no-untyped-def]
    """Set *chances* to the distribution function given the mood, at the first *number* scores."""
    scale = 1.0 / math.sqrt(1.0 - loading * loading)
    shift = loading * mood
    for index in range(number):
        chances[index] = below((scores[index] - shift) * scale)


@njit(
    "f8[:,::1](f8[:,::1],f8[::1],f8[:,::1],f8[::1],i8[::1],f8[::1],f8[::1],f8[::1])",
    cache=True,
    nogil=True,
)
def catch_chances(  # type: ignore[no-untyped-def]
    arriving, arriving_cancelled, departing, departing_cancelled, slack, loadings, nodes, weights
):
    """Return, by row, P(both run and the second is caught) and P(both run): (n, 2).

    Both trains of a row have the same of the *loadings* (n); *slack* (n) is minutes.
    """
    found = np.zeros((arriving.shape[0], 2))
    chances, first, second = np.empty(SPAN), np.empty(SPAN), np.empty(SPAN)
    first_scores, second_scores = np.empty(SPAN), np.empty(SPAN)
    for row in range(arriving.shape[0]):
        _by_minute(arriving[row], 1 - arriving_cancelled[row], chances)
        _set_scores(chances, first_scores)
        _by_minute(departing[row], 1 - departing_cancelled[row], chances)
        _set_scores(chances, second_scores)
        for node in range(nodes.shape[0]):
            _in_mood(first_scores, SPAN, nodes[node], loadings[row], first)
            _in_mood(second_scores, SPAN, nodes[node], loadings[row], second)
            caught, before = 0.0, 0.0
            for minute in range(SPAN):
                latest = min(minute + slack[row], SPAN - 1)
                if latest >= 0:
                    caught += (second[minute] - before) * first[latest]
                before = second[minute]
            found[row, 0] += weights[node] * caught
            found[row, 1] += weights[node] * before * first[SPAN - 1]
    return found


@njit(
    "i8(f8[::1],f8[::1],f8[::1],i8[::1],i8[::1])",
    cache=True,
    nogil=True,
)
def _cells(arriving, leaving, scores, arrives, leaves):  # type: ignore[no-untyped-def]
    """Cut a train's outcomes where its arrival or its departure gets later by a minute.

    *arriving* and *leaving* are as from `_by_minute`. Set, by cell, the score of its upper end and
    the minutes (as indexes) at which it *arrives* and *leaves*; return the number of cells.
    """
    number, a, d, done, least = 0, 0, 0, 0.0, -FAR
    while a < SPAN and d < SPAN:
        upto = min(arriving[a], leaving[d])
        if upto > done + _LEAST:
            least = max(least, normal_score(upto))
            scores[number] = least
            arrives[number] = a
            leaves[number] = d
            number += 1
            done = upto
        if arriving[a] <= upto:
            a += 1
        if leaving[d] <= upto:
            d += 1
    return number


@njit(
    "void(f8[::1],i8[::1],i8[::1],i8,f8[::1],i8,f8[::1],f8[::1],f8[::1])",
    cache=True,
    nogil=True,
)
def _board(  # type: ignore[no-untyped-def]
    ends, arrives, leaves, number, ready, slack, upto, missed, onward
):
    """Let a passenger who is *ready* so late board a train that has *number* cells.

    *ready* and *missed* hold chances by how late the train before was: *missed* is set to what is
    not on board; *onward* to the chances of arriving by this train, by how late. *ends* is the
    distribution function at the cells; *upto* is scratch.
    """
    total = 0.0
    for minute in range(SPAN):
        total += ready[minute]
        upto[minute] = total
        onward[minute] = 0.0
        missed[minute] = 0.0
    before = 0.0
    for cell in range(number):
        mass = ends[cell] - before
        before = ends[cell]
        latest = min(leaves[cell] + slack, SPAN - 1)
        if latest >= 0:
            onward[arrives[cell]] += mass * upto[latest]
            missed[latest] += mass
    boarded = 0.0
    for minute in range(SPAN - 1, -1, -1):
        boarded += missed[minute]
        missed[minute] = max(ready[minute] * (1.0 - boarded), 0.0)


@njit(
    "f8[::1](f8[:,::1],f8[::1],f8[:,::1],i8[::1],f8[::1],i8,"
    "f8[:,::1],f8[::1],i8[::1],i8[::1],i8[::1],f8[::1],f8[::1],f8[::1])",
    cache=True,
    nogil=True,
)
def plan_chances(  # type: ignore[no-untyped-def]  # noqa: C901 - loops are what a kernel is
    arriving, cancelled, leaving, slack, loadings, arrives,
    others, others_cancelled, others_latest, others_arrive, first_other, nodes, weights, at_end,
):  # fmt: skip
    """Return, by ride, P(every ride up to it goes to plan); add P(arrival at minute) to *at_end*.

    R rides: *arriving* and *leaving* (R, 50), *cancelled*, *slack* and *loadings* (R); *slack* of
    the first is `ALWAYS`. The last one, on time, arrives at index *arrives* of *at_end*. F others,
    to be taken in place of a ride: those of ride r from *first_other*[r] to before
    *first_other*[r + 1], in order of preference. They have to be reached: by someone whose train
    before was at most *others_latest* late. On time they arrive at index *others_arrive*.
    """
    rides, count = arriving.shape[0], others.shape[0]
    scores = np.empty((rides, 2 * SPAN))
    to, off = np.empty((rides, 2 * SPAN), np.int64), np.empty((rides, 2 * SPAN), np.int64)
    numbers = np.empty(rides, np.int64)
    one, two = np.empty(SPAN), np.empty(SPAN)
    for ride in range(rides):
        _by_minute(arriving[ride], 1 - cancelled[ride], one)
        _by_minute(leaving[ride], 1 - cancelled[ride], two)
        numbers[ride] = _cells(one, two, scores[ride], to[ride], off[ride])
    other_scores = np.empty((count, SPAN))
    for other in range(count):
        _by_minute(others[other], 1 - others_cancelled[other], one)
        _set_scores(one, other_scores[other])
    found = np.zeros(rides)
    ends, upto = np.empty(2 * SPAN), np.empty(SPAN)
    ready, missed, onward = np.empty(SPAN), np.empty(SPAN), np.empty(SPAN)
    for node in range(nodes.shape[0]):
        mood, weight = nodes[node], weights[node]
        ready[:] = 0.0
        ready[0] = 1.0
        for ride in range(rides):
            _in_mood(scores[ride], numbers[ride], mood, loadings[ride], ends)
            _board(
                ends, to[ride], off[ride], numbers[ride], ready, slack[ride], upto, missed, onward
            )
            for other in range(first_other[ride], first_other[ride + 1]):
                latest = min(others_latest[other], SPAN - 1)
                reached = 0.0
                for minute in range(latest + 1):
                    reached += missed[minute]
                if reached <= _LEAST:
                    continue
                _in_mood(other_scores[other], SPAN, mood, loadings[ride], one)
                before = 0.0
                for minute in range(SPAN):
                    at_end[others_arrive[other] + minute] += (
                        weight * reached * (one[minute] - before)
                    )
                    before = one[minute]
                for minute in range(latest + 1):
                    missed[minute] *= 1.0 - before
            ready, onward = onward, ready
            for minute in range(SPAN):
                found[ride] += weight * ready[minute]
        for minute in range(SPAN):
            at_end[arrives + minute] += weight * ready[minute]
    return found
