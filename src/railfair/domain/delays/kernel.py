"""The arithmetic of the hierarchy, compiled: forecasting one arrival after another, learning a day.

Shapes: A arrivals, L levels, H half-lives (longest first), T numbers forecast, N nodes. Kernels
release the interpreter's lock and write into the arrays that they are handed. *nodes* hold -1 where
an arrival has no node at a level.
"""

import numpy as np
from numba import njit

LEAST = 1e-3
"""A single probability is held at or above this, so that it can still be learned upwards."""


@njit("void(f8[::1],f8[::1],f8)", cache=True, nogil=True, fastmath=True)
def _legalise(forecast, parent, floor):  # type: ignore[no-untyped-def]
    """Turn *forecast* (T) back into a distribution function.

    No class may fall below *floor* times its share in *parent*, the forecast one level up; then
    the classes are scaled to 1. A single number is only held within [`LEAST`, 1].
    """
    edges = forecast.shape[0]
    if edges == 1:
        forecast[0] = min(max(forecast[0], LEAST), 1.0)
        return
    total = 0.0
    below = 0.0
    parent_below = 0.0
    for t in range(edges):
        here = forecast[t]
        total += max(here - below, floor * (parent[t] - parent_below))
        below = here
        parent_below = parent[t]
        forecast[t] = total
    total += max(1.0 - below, floor * (1.0 - parent_below))
    scale = 1.0 / total
    for t in range(edges):
        forecast[t] *= scale


@njit("f8(i8,i8,f8,f4,f8)", cache=True, nogil=True)
def _faded_share(day, last, half_life, weight, strength):  # type: ignore[no-untyped-def]
    """Return what a residual sum is multiplied by: faded since *last*, shrunk by *strength*."""
    age = max(day - last, 0)
    return 2.0 ** (-age / half_life) / (weight + strength)


@njit(
    "f8[:,:,::1](f8[:,::1],i8[:,::1],i8,f4[:,::1],f4[:,:,::1],i8[::1],f8[::1],f8[:,:,::1],f8,f8)",
    cache=True,
    nogil=True,
    fastmath=True,
)
def forecast_paths(  # type: ignore[no-untyped-def]
    base, nodes, day, weight, residual, last, half_lives, trust, strength, floor
):
    """Return the forecasts of arrivals on *day* after each level: (A, L+1, T).

    *base* is (A, T), *nodes* (A, L), *weight* (N, H), *residual* (N, H, T), *last* (N) the day of
    each node, *half_lives* (H) days, *trust* (L, H, T).
    """
    arrivals, levels = nodes.shape
    scales, edges = residual.shape[1:]
    paths = np.empty((arrivals, levels + 1, edges))
    forecast = np.empty(edges)
    for a in range(arrivals):
        forecast[:] = base[a]
        paths[a, 0] = forecast
        for level in range(levels):
            node = nodes[a, level]
            if node >= 0:
                for scale in range(scales):
                    share = _faded_share(
                        day, last[node], half_lives[scale], weight[node, scale], strength
                    )
                    sums = residual[node, scale]
                    trusted = trust[level, scale]
                    for t in range(edges):
                        forecast[t] += trusted[t] * share * sums[t]
                _legalise(forecast, paths[a, level], floor)
            paths[a, level + 1] = forecast
    return paths


@njit(
    "f8[:,::1](f8[:,::1],i8[:,::1],f8[:,::1],i8,f4[:,::1],f4[:,:,::1],i8[::1],f8[::1],"
    "f8[:,:,::1],f8,f8,f8[:,:,::1],f8[:,:,::1])",
    cache=True,
    nogil=True,
    fastmath=True,
)
def learn_day(  # type: ignore[no-untyped-def]
    base, nodes, outcomes, day, weight, residual, last, half_lives, trust, strength, floor,
    steps_squared, steps_errors,
):  # fmt: skip
    """Take in what happened on *day*; return the forecasts made before it: (A, T).

    *outcomes* (A, T) are 0 and 1; every arrival has a node at every level. Every arrival is
    forecast from the state before the day; then its nodes age to *day* and take in what the
    forecast before each step was short of. *steps_squared* and *steps_errors* (L, H, T) gain the
    sums from which the trust in steps is learned. The other arrays are as in `forecast_paths`.
    """
    arrivals, levels = nodes.shape
    scales, edges = residual.shape[1:]
    errors = np.empty((arrivals, levels, scales, edges), dtype=np.float32)
    forecasts = np.empty((arrivals, edges))
    parent = np.empty(edges)
    for a in range(arrivals):
        forecast = forecasts[a]
        forecast[:] = base[a]
        outcome = outcomes[a]
        for level in range(levels):
            node = nodes[a, level]
            parent[:] = forecast
            for scale in range(scales):
                share = _faded_share(
                    day, last[node], half_lives[scale], weight[node, scale], strength
                )
                sums = residual[node, scale]
                trusted = trust[level, scale]
                squared = steps_squared[level, scale]
                crossed = steps_errors[level, scale]
                short = errors[a, level, scale]
                for t in range(edges):
                    step = share * sums[t]
                    error = outcome[t] - forecast[t]
                    squared[t] += step * step
                    crossed[t] += step * error
                    short[t] = error
                    forecast[t] += trusted[t] * step
            _legalise(forecast, parent, floor)
    for a in range(arrivals):
        for level in range(levels):
            node = nodes[a, level]
            if last[node] != day:
                for scale in range(scales):
                    kept = 2.0 ** (-(day - last[node]) / half_lives[scale])
                    weight[node, scale] *= kept
                    residual[node, scale] *= np.float32(kept)
                last[node] = day
            for scale in range(scales):
                weight[node, scale] += np.float32(1.0)
                sums = residual[node, scale]
                short = errors[a, level, scale]
                for t in range(edges):
                    sums[t] += short[t]
    return forecasts
