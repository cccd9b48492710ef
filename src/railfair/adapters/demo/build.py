"""Builds the demo railway: feeds, performance, truth and a note on what they are."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final, Literal

from railfair.adapters.demo.archive import SEQUENCE
from railfair.adapters.demo.daykinds import Span
from railfair.adapters.demo.fares import Flow
from railfair.adapters.demo.history import TRUTH_DAYS, draw_history, draw_truth, national_moods
from railfair.adapters.demo.hsp import RunLine, run_lines, write_performance
from railfair.adapters.demo.national import (
    line_clusters,
    line_corridors,
    line_flows,
    line_links,
    make_lines,
)
from railfair.adapters.demo.network import Railway, make_railway
from railfair.adapters.demo.rjfaf import FareCounts, write_fares
from railfair.adapters.demo.rjtt import write_timetable
from railfair.adapters.demo.timetable import CorridorTimetable
from railfair.adapters.demo.truth import TruthBook

type Scale = Literal["small", "national"]
type Progress = Callable[[str, float], None]

DEFAULT_DAYS: Final[dict[Scale, int]] = {"small": 365, "national": 7}
NATIONAL_LINES_WITH_PERFORMANCE: Final = 20
"""Of the invented lines only these have performance; none has a truth."""

_LEVEL: Final[dict[Scale, int]] = {"small": 6, "national": 1}

_README: Final = """\
The RailFair demo railway
=========================

Everything here is invented by a program, from a seed: trains, times, delays, fares, restrictions.
Only the names, codes and rounded positions of stations and operators are real, as public facts.
No row comes from a railway's feed, so no licence binds it: do with it what you like.

timetable/RJTTF{sequence}.zip   schedules, stations, links (formats of RSPS5046)
fares/RJFAF{sequence}.zip       flows, fares, railcards, restrictions (formats of RSPS5045)
performance/hsp-*.jsonl.gz   how trains ran, one HSP serviceDetails answer a line
truth.json.gz            the true probabilities behind the running
demo.json                what made this folder

Scale {scale}, seed {seed}, {days} days of running up to {yesterday}.
Made again with the same scale, seed, days and today, every file is the same byte for byte.
Prices and times are not those of any real train: never travel by them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSummary:
    """What was built: paths, counts and how many *seconds* it took.

    *mca_records* are lines of the schedule file, *schedules* its BS records, *runs* and *calls*
    those of the performance feed, *truth_rows* calls by day kind and period.
    """

    timetable: Path
    fares_feed: Path
    performance: tuple[Path, ...]
    truth: Path
    stations: int
    weekday_trains: int
    schedules: int
    mca_records: int
    flows: int
    fares: int
    runs: int
    calls: int
    truth_rows: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a scale adds to the real railway, and what of it has performance."""

    railway: Railway
    clusters: dict[str, tuple[str, ...]]
    flows: Iterable[Flow]
    ran: tuple[CorridorTimetable, ...]
    with_truth: tuple[CorridorTimetable, ...]


def build_demo(
    directory: Path,
    *,
    scale: Scale,
    seed: int,
    days: int,
    today: date,
    progress: Progress | None = None,
    truth_days: int = TRUTH_DAYS,
) -> DemoSummary:
    """Write the demo railway into *directory* and return what was written.

    The same arguments give the same bytes. *days* of performance end the day before *today*; the
    timetable runs from a year (or *days*, if more) before *today* to 90 days after. *progress* is
    told each step's name and the share of the work done. *truth_days* are drawn for each true
    probability.

    Raises:
        ValueError: *days* is less than one.
    """
    if days < 1:
        raise ValueError(f"days is {days}, at least 1 is needed")
    begun = perf_counter()
    tell = progress or _silent
    directory.mkdir(parents=True, exist_ok=True)
    plan = _plan(scale, today=today, days=days)
    timetable, fares_feed, truth = _paths(directory)
    tell("timetable", 0.0)
    records = write_timetable(timetable, plan.railway, level=_LEVEL[scale])
    tell("fares", 0.15)
    fares = _write_fares(fares_feed, plan, scale)
    tell("performance", 0.3)
    performance, runs, calls = write_performance(
        directory / "performance", _history(plan, seed=seed, days=days, tell=tell)
    )
    tell("truth", 0.75)
    rows = _write_truth(truth, plan, seed=seed, truth_days=truth_days)
    _write_notes(directory, scale=scale, seed=seed, days=days, today=today)
    tell("done", 1.0)
    return DemoSummary(
        timetable=timetable,
        fares_feed=fares_feed,
        performance=performance,
        truth=truth,
        stations=len(plan.railway.stations),
        weekday_trains=_weekday_trains(plan.railway),
        schedules=sum(1 for _ in plan.railway.schedules()),
        mca_records=records,
        flows=fares.flows,
        fares=fares.fares,
        runs=runs,
        calls=calls,
        truth_rows=rows,
        seconds=perf_counter() - begun,
    )


def _silent(_step: str, _share: float) -> None:
    """Tell nobody."""


def _paths(directory: Path) -> tuple[Path, Path, Path]:
    return (
        directory / "timetable" / f"RJTTF{SEQUENCE}.zip",
        directory / "fares" / f"RJFAF{SEQUENCE}.zip",
        directory / "truth.json.gz",
    )


def _plan(scale: Scale, *, today: date, days: int) -> _Plan:
    if scale == "small":
        railway = make_railway(today=today, days=days)
        return _Plan(
            railway=railway,
            clusters={},
            flows=(),
            ran=railway.corridors,
            with_truth=railway.corridors,
        )
    return _national_plan(today=today, days=days)


def _national_plan(*, today: date, days: int) -> _Plan:
    lines = make_lines()
    railway = make_railway(
        today=today,
        days=days,
        stations=tuple(station for *_, found in lines for station in found),
        links=line_links(lines),
        corridors=line_corridors(lines),
    )
    real = len(railway.corridors) - len(lines)
    clusters = line_clusters(lines)
    return _Plan(
        railway=railway,
        clusters={code: tuple(s.crs for s in found) for code, found in clusters.items()},
        flows=line_flows(railway, lines),
        ran=railway.corridors[: real + NATIONAL_LINES_WITH_PERFORMANCE],
        with_truth=railway.corridors[:real],
    )


def _write_fares(path: Path, plan: _Plan, scale: Scale) -> FareCounts:
    return write_fares(
        path,
        plan.railway,
        level=_LEVEL[scale],
        clusters=plan.clusters,
        more_flows=plan.flows,
    )


def _history(plan: _Plan, *, seed: int, days: int, tell: Progress) -> Iterator[RunLine]:
    """Yield the running of the last *days*, corridor by corridor."""
    today = plan.railway.today
    span = Span(first=today - timedelta(days=days), last=today - timedelta(days=1))
    moods = national_moods(seed, plan.railway.span)
    for number, timetable in enumerate(plan.ran):
        tell("performance", 0.3 + 0.45 * number / len(plan.ran))
        drawn = draw_history(
            timetable, span=span, seed=seed, moods=moods, mood_start=plan.railway.span.first
        )
        for found in drawn:
            yield from run_lines(found, seed=seed)


def _write_truth(path: Path, plan: _Plan, *, seed: int, truth_days: int) -> int:
    book = TruthBook(seed=seed, sampled_days=truth_days)
    for timetable in plan.with_truth:
        book.add(timetable, draw_truth(timetable, seed=seed, days=truth_days))
    return book.write(path)


def _write_notes(directory: Path, *, scale: Scale, seed: int, days: int, today: date) -> None:
    marker = {
        "generator": "railfair demo",
        "scale": scale,
        "seed": seed,
        "days": days,
        "today": today.isoformat(),
        "source": "demo",
    }
    (directory / "demo.json").write_text(json.dumps(marker, indent=2) + "\n", encoding="ascii")
    readme = _README.format(
        sequence=SEQUENCE, scale=scale, seed=seed, days=days, yesterday=today - timedelta(days=1)
    )
    (directory / "README.txt").write_text(readme, encoding="ascii")


def _weekday_trains(railway: Railway) -> int:
    """Return the trains of the last Wednesday before today."""
    wednesday = railway.today - timedelta(days=1 + (railway.today.weekday() - 3) % 7)
    return sum(1 for _ in railway.booked_on(wednesday))
