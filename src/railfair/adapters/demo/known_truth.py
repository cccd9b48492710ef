"""The demo railway's truth, asked as forecasts are: by run and call."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from railfair.adapters.demo.truth import THRESHOLDS_MIN, TrueOdds, read_truth

UID_DIGITS: Final = slice(10, 15)
UID_LETTER: Final = slice(8, 10)


class DemoTruth:
    """See `ports.known_truth`; reads the truth beside the demo's files."""

    def __init__(self, path: Path) -> None:
        self._truth = read_truth(path)

    def at_thresholds(
        self, day: date, calls: Sequence[tuple[str, int]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return P(delay <= threshold), P(cancelled), and which calls are known."""
        odds = [self._odds(day, rid, position) for rid, position in calls]
        known = [one is not None and one.event == "A" for one in odds]
        nothing = (0.0,) * len(THRESHOLDS_MIN)
        return (
            np.array([nothing if one is None else one.at_most for one in odds]),
            np.array([0.0 if one is None else one.cancelled for one in odds]),
            np.array(known, np.bool_),
        )

    def _odds(self, day: date, rid: str, position: int) -> TrueOdds | None:
        uid = chr(int(rid[UID_LETTER])) + rid[UID_DIGITS]
        if uid not in self._truth.corridor_of:
            return None
        return self._truth.on(uid, position, day)
