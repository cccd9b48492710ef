"""The arithmetic of split tickets, compiled.

It takes microseconds, and keeps the interpreter's lock: to wait for it again would take longer.
"""

import numpy as np
from numba import njit

NO_WAY = 1 << 60
"""More than any chain weighs: there is no ticket for a part."""


@njit("i4[::1](i8[:,::1])", cache=True)
def lightest(weights):  # type: ignore[no-untyped-def]
    """Return for each point the start of the part that the lightest chain to it ends with.

    *weights* are by end, then by start. Of equally light chains the early start counts. -1 where no
    chain leads, and for the first point.
    """
    points = weights.shape[0]
    reached = np.zeros(points, np.int64)
    before = np.full(points, -1, np.int32)
    for end in range(1, points):
        best = np.int64(NO_WAY)
        for start in range(end):
            weight = weights[end, start]
            if weight < NO_WAY and reached[start] + weight < best:
                best = reached[start] + weight
                before[end] = start
        reached[end] = best
    return before
