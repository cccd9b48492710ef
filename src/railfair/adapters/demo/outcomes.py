"""What happened to trains: arrays of whole minutes, as the simulator leaves them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from railfair.adapters.demo.timetable import NO_TIME, Train

type Minutes = NDArray[np.float32]
type Flags = NDArray[np.bool_]
type WholeMinutes = NDArray[np.int16]

NOT_RUN: Final = -32_768
"""Marks a call that the train did not make, or an event that the call does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened to one train: (calls, days) whole minutes, cut off, or NOT_RUN."""

    train: Train
    arr_delay_min: WholeMinutes
    dep_delay_min: WholeMinutes

    def ran(self) -> Flags:
        """Tell for each call and day whether the train called."""
        called: Flags = (self.arr_delay_min != NOT_RUN) | (self.dep_delay_min != NOT_RUN)
        return called

    def delay_min(self) -> WholeMinutes:
        """Return the delay of the arrival, or of the departure where no arrival is booked."""
        booked = [stop.public_arr_min != NO_TIME for stop in self.train.pattern.calls]
        return np.where(np.array(booked)[:, None], self.arr_delay_min, self.dep_delay_min)


def cut_off(delay: Minutes, seen: Flags) -> WholeMinutes:
    """Return *delay* in whole minutes, seconds cut off, NOT_RUN where it was not *seen*."""
    whole = np.floor(np.where(seen, delay, 0)).astype(np.int16)
    return np.where(seen, whole, np.int16(NOT_RUN))
