"""Writes the performance feed: one HSP serviceDetails answer a line, a gzip file a month.

Actual times are whole minutes, seconds cut off; ``""`` where the train did not call or the report
was lost. A reason stands for lateness and for cancellation alike, and never beside a lost report.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from railfair.adapters.demo.archive import gzip_writer
from railfair.adapters.demo.history import DrawnDays, seeded
from railfair.adapters.demo.outcomes import NOT_RUN, Flags, Outcome, WholeMinutes
from railfair.adapters.demo.timetable import DAY_MIN, NO_TIME, Stop, Train

_HHMM: Final[NDArray[Any]] = np.array(
    [f"{t // 60:02d}{t % 60:02d}" for t in range(DAY_MIN)] + [""], dtype=object
)
_NO_REPORT: Final = DAY_MIN
_REASONS: Final = np.array(
    ["", "501", "507", "518", "534", "547", "574", "576", "651", "832", "894", "895", "896"],
    dtype=object,
)
_LATE_MIN: Final = 5
_LATE_HAS_REASON, _CANCELLED_HAS_REASON, _REASON_EVERYWHERE = 0.75, 0.985, 0.82
_LOST_CALL, _LOST_EVENT = 0.002, 0.0015
_LEVEL: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One answer, *day* an ISO date; sorted by train, neighbours are alike and compress well."""

    uid: str
    day: str
    calls: int
    json: str


def rid(day: str, uid: str) -> str:
    """Return the run id of an ISO date: its digits, the UID's letter as a code, its digits."""
    return f"{day.replace('-', '')}{ord(uid[0])}{uid[1:]}"


def _reasons(outcome: Outcome, rng: np.random.Generator) -> NDArray[np.int8]:
    """Return the index of the reason at each call, (calls, days); 0 is none."""
    ran = outcome.ran()
    late = outcome.delay_min() >= _LATE_MIN
    days = ran.shape[1]
    draw = rng.random(days)
    given = np.where(
        ~ran.all(axis=0),
        draw < _CANCELLED_HAS_REASON,
        late.any(axis=0) & (draw < _LATE_HAS_REASON),
    )
    code = rng.integers(1, len(_REASONS), days, dtype=np.int8) * given
    everywhere = rng.random(days) < _REASON_EVERYWHERE
    shown = everywhere | ~ran | np.logical_or.accumulate(late, axis=0)
    return np.where(shown, code, np.int8(0))


def _minutes(booked_min: list[int], delay_min: WholeMinutes, lost: Flags) -> NDArray[np.int16]:
    """Return minutes of the day, (calls, days), or _NO_REPORT."""
    booked = np.array(booked_min, np.int16)[:, None]
    actual = (booked + np.where(delay_min == NOT_RUN, 0, delay_min)) % DAY_MIN
    return np.where((delay_min == NOT_RUN) | lost, np.int16(_NO_REPORT), actual)


def _cells(outcome: Outcome, rng: np.random.Generator) -> list[list[str]]:
    """Return for each day the texts td, ta, reason of each call in turn."""
    train = outcome.train
    calls = train.pattern.calls
    shape = outcome.arr_delay_min.shape
    lost_call = rng.random(shape) < _LOST_CALL
    lost_arr = lost_call | (rng.random(shape) < _LOST_EVENT)
    lost_dep = lost_call | (rng.random(shape) < _LOST_EVENT)
    arr = _minutes([train.start_min + s.arr_min for s in calls], outcome.arr_delay_min, lost_arr)
    dep = _minutes([train.start_min + s.dep_min for s in calls], outcome.dep_delay_min, lost_dep)
    reasons = _reasons(outcome, rng)
    reasons[(lost_arr | lost_dep) & outcome.ran()] = 0
    cells = np.empty((shape[1], 3 * shape[0]), dtype=object)
    cells[:, 0::3] = _HHMM[dep].T
    cells[:, 1::3] = _HHMM[arr].T
    cells[:, 2::3] = _REASONS[reasons].T
    rows: list[list[str]] = cells.tolist()
    return rows


def _public(train: Train, offset_min: int) -> str:
    return "" if offset_min == NO_TIME else str(_HHMM[(train.start_min + offset_min) % DAY_MIN])


def _location(train: Train, stop: Stop) -> str:
    return (
        f'{{"location":"{stop.station.crs}","gbtt_ptd":"{_public(train, stop.public_dep_min)}",'
        f'"gbtt_pta":"{_public(train, stop.public_arr_min)}","actual_td":"%s","actual_ta":"%s",'
        f'"late_canc_reason":"%s"}}'
    )


def _template(train: Train) -> str:
    locations = ",".join(_location(train, stop) for stop in train.pattern.calls)
    return (
        f'{{"generator":"RailFairDemo","serviceAttributesDetails":{{"date_of_service":"%s","toc_code":"{train.pattern.toc}",'
        f'"rid":"%s","locations":[{locations}]}}}}'
    )


def run_lines(drawn: DrawnDays, *, seed: int) -> Iterator[RunLine]:
    """Yield the answers of *drawn*, train by train, day by day."""
    label = f"{drawn.kind}/{drawn.period.name}"
    days = [day.isoformat() for day in drawn.days]
    for outcome in drawn.outcomes:
        uid = outcome.train.uid
        template = _template(outcome.train)
        rows = _cells(outcome, seeded(seed, "reports", uid, label))
        calls = len(outcome.train.pattern.calls)
        for day, row in zip(days, rows, strict=True):
            text = template % (day, rid(day, uid), *row)
            yield RunLine(uid=uid, day=day, calls=calls, json=text)


def write_performance(
    directory: Path, lines: Iterable[RunLine]
) -> tuple[tuple[Path, ...], int, int]:
    """Write a file a month and return their paths, the runs and the calls."""
    months: dict[str, list[RunLine]] = {}
    for line in lines:
        months.setdefault(line.day[:7], []).append(line)
    paths = tuple(
        _write_month(directory / f"hsp-{month}.jsonl.gz", found)
        for month, found in sorted(months.items())
    )
    runs = sum(len(found) for found in months.values())
    return paths, runs, sum(line.calls for found in months.values() for line in found)


def _write_month(path: Path, lines: list[RunLine]) -> Path:
    lines.sort(key=lambda line: (line.uid, line.day))
    with gzip_writer(path, level=_LEVEL) as handle:
        handle.write("".join(f"{line.json}\n" for line in lines).encode("ascii"))
    return path
