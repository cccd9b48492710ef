"""What came of load trials, and docs/performance.md with its plots.

Between two marks the document is written anew by each run; the rest of it is written by hand. The
figures of the run are kept beside it, and the next run is compared with them.
"""

import json
import math
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from support.load import Requests, Resources

BEGINS: Final = "<!-- measured: written by make load -->"
ENDS: Final = "<!-- end of what was measured -->"
FIGURES: Final = "figures.json"
SLICE_S: Final = 10.0
COMMAND: Final = "PYTHONPATH=tests python tests/bench/load.py"
TOLD_VERSIONS: Final = ("railfair", "litestar", "hypercorn", "sqlalchemy", "numba", "redis")
KIB: Final = 1024

OBJECTIVES: Final = (
    ("a kept prediction", "light", "predict", "HIT", 30),
    ("a prediction that is made", "light", "predict", "MISS", 50),
    ("figures of a route, kept", "light", "stats", "HIT", 20),
    ("patterns of a route, kept", "light", "patterns", "HIT", 25),
    ("patterns of a route that are made", "light", "patterns", "MISS", 50),
    ("popular routes", "light", "popular", "", 25),
    ("a plan that is made", "light", "plan", "MISS", 100),
    ("everything at 300 requests/s", "mixed", "all", "", 30),
)
"""What, in which trial, of which kind, with which outcome of the cache; milliseconds at p95."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A number of *users* who send *rate* requests a second together, for *seconds*.

    They have done so for *warm_s* before that: caches are empty in the beginning.
    """

    title: str
    users: int
    rate: float
    seconds: float
    warm_s: float = 60
    curve: str = "steady"
    who: tuple[str, ...] = ()
    workers: int = 2
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How some requests did; rates are shares, latencies milliseconds."""

    requests: int
    errors: int
    hit_rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, some: Requests) -> "Line":
        """Return how *some* requests did."""
        return cls(
            requests=len(some), errors=some.errors, hit_rate=some.hit_rate,
            p50_ms=some.at(0.5), p95_ms=some.at(0.95), p99_ms=some.at(0.99),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What ten seconds were like; *resident_mb* is of the largest process."""

    begins_s: float
    rate: float
    p95_ms: float
    hit_rate: float
    cores: float
    resident_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a trial.

    *kinds* are the requests by what they asked for, *cached* by that and what the cache said.
    """

    trial: Trial
    before: Line
    everything: Line
    kinds: Mapping[str, Line]
    cached: Mapping[str, Line]
    rate: float
    cores: float
    resident_mb: float
    pool_share: float
    slices: Sequence[Slice]

    @classmethod
    def of(cls, trial: Trial, requests: Requests, resources: Resources) -> "Outcome":
        """Return what came of *trial*, from all that was asked and taken."""
        first, end = float(requests.at_s.min()), float(requests.at_s.max())
        begun = first + trial.warm_s
        counted = requests.between(begun, math.inf)
        names = sorted(set(counted.name.tolist()))
        return cls(
            trial=trial,
            before=Line.of(requests.between(first, begun)),
            everything=Line.of(counted),
            kinds={name: Line.of(counted.named(name)) for name in names},
            cached={
                f"{name} {said}": Line.of(counted.where((counted.name == name)
                                                        & (counted.cache == said)))
                for name in names for said in ("HIT", "MISS")
            },
            rate=counted.rate,
            cores=resources.cpu_between(begun, end),
            resident_mb=max(resources.resident_mb),
            pool_share=resources.pool_between(begun, end),
            slices=tuple(_slices(requests, resources)),
        )  # fmt: skip


def _slices(requests: Requests, resources: Resources) -> Iterator[Slice]:
    first, end = float(requests.at_s.min()), float(requests.at_s.max())
    for begin in np.arange(first, end - SLICE_S / 2, SLICE_S):
        some = requests.between(begin, begin + SLICE_S)
        yield Slice(
            begins_s=float(begin - first), rate=len(some) / SLICE_S, p95_ms=some.at(0.95),
            hit_rate=some.hit_rate, cores=resources.cpu_between(begin, begin + SLICE_S),
            resident_mb=resources.memory_between(begin, begin + SLICE_S),
        )  # fmt: skip


def write(document: Path, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
    """Put what came of the trials into *document*, between its marks, and plots beside it."""
    folder = document.with_suffix("")
    folder.mkdir(exist_ok=True)
    kept = folder / FIGURES
    before = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    found = dict(_figures(outcomes))
    plots = [line for plot in (_by_load, _over_time, _memory) for line in plot(outcomes, folder)]
    text = "\n".join([
        BEGINS, "", *_machine(), "", *_verdicts(outcomes), "", *_tables(outcomes),
        *plots, *_compared(before, found), "", ENDS,
    ])  # fmt: skip
    around = document.read_text("utf-8")
    head, _, rest = around.partition(BEGINS)
    _, _, tail = rest.partition(ENDS)
    document.write_text(head + text + tail, "utf-8")
    kept.write_text(json.dumps(before | found, indent=1, sort_keys=True) + "\n", "utf-8")


def _figures(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[tuple[str, Any]]:
    for name, several in outcomes.items():
        for number, outcome in enumerate(several):
            line = asdict(outcome.everything)
            more = {"rate": outcome.rate, "cores": outcome.cores,
                    "resident_mb": outcome.resident_mb}  # fmt: skip
            rounded = {key: _rounded(value) for key, value in (line | more).items()}
            yield f"{name} {number}" if len(several) > 1 else name, rounded


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 2)


def _machine() -> Iterator[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / KIB**3
    yield (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()};"
        f" {', '.join(f'{name} {version(name)}' for name in TOLD_VERSIONS)}."
        " Users, service and Redis share the machine."
    )


def _verdicts(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    yield "## Objectives"
    yield ""
    yield "| at p95 | objective | measured | | command |"
    yield "|---|---|---|---|---|"
    for what, trial, kind, said, most_ms in OBJECTIVES:
        if trial not in outcomes:
            continue
        outcome = outcomes[trial][0]
        of_kind = outcome.cached.get(f"{kind} {said}") if said else outcome.kinds.get(kind)
        line = outcome.everything if kind == "all" else of_kind
        if line is None or not line.requests:
            continue
        met = "met" if line.p95_ms <= most_ms else "**missed**"
        yield f"| {what} | {most_ms} ms | {line.p95_ms:.1f} ms | {met} | `{COMMAND} {trial}` |"
    yield from _shares(outcomes)


def _shares(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    """Yield the objectives that are no latencies."""
    if mixed := outcomes.get("mixed"):
        [one] = mixed
        rows: list[tuple[str, str, str, bool]] = [
            ("errors", "0", str(one.everything.errors), not one.everything.errors),
            (
                "hit rate",
                "≥ 85 %",
                share(one.everything.hit_rate),
                one.everything.hit_rate >= 0.85,
            ),
            ("pool in use", "< 70 %", share(one.pool_share), one.pool_share < 0.7),
            ("memory", "≤ 512 MB", f"{one.resident_mb:.0f} MB", one.resident_mb <= 512),
        ]
        for name, objective, measured, is_met in rows:
            met = "met" if is_met else "**missed**"
            yield (
                f"| {name} at 300 requests/s | {objective} | {measured} | {met} |"
                f" `{COMMAND} mixed` |"
            )
    if light := outcomes.get("light"):
        cores = light[0].cores
        met = "met" if cores < 1 else "**missed**"
        yield (
            f"| processor at 100 requests/s | < 1 core of two | {cores:.2f} | {met} |"
            f" `{COMMAND} light` |"
        )


def _tables(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    yield "## Trials"
    yield ""
    yield (
        "| trial | users | requests/s | errors | hits | p50 | p95 | p99 | cores | memory | pool |"
        " command |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for name, several in outcomes.items():
        for one in several:
            line = one.everything
            yield (
                f"| {one.trial.title} | {one.trial.users} | {one.rate:.0f} | {line.errors} |"
                f" {share(line.hit_rate)} | {line.p50_ms:.1f} ms | {line.p95_ms:.1f} ms |"
                f" {line.p99_ms:.1f} ms | {one.cores:.2f} | {one.resident_mb:.0f} MB |"
                f" {share(one.pool_share)} | `{COMMAND} {name}` |"
            )
    yield ""
    yield "Before what is counted, from empty caches:"
    yield ""
    yield "| trial | seconds | requests | errors | hits | p95 |"
    yield "|---|---|---|---|---|---|"
    for several in outcomes.values():
        for one in several:
            line = one.before
            yield (
                f"| {one.trial.title} | {one.trial.warm_s:.0f} | {line.requests} | {line.errors} |"
                f" {share(line.hit_rate)} | {line.p95_ms:.1f} ms |"
            )
    yield ""


def _by_load(outcomes: Mapping[str, Sequence[Outcome]], folder: Path) -> Iterator[str]:
    if steps := outcomes.get("breaking"):
        rates = [one.rate for one in steps]
        drawn = {
            "p50": [one.everything.p50_ms for one in steps],
            "p95": [one.everything.p95_ms for one in steps],
        }
        _plot(folder / "by-load.svg", rates, drawn, "requests/s", "ms", is_log=True)
        yield f"![Latency by load]({folder.name}/by-load.svg)"
        yield ""


def _over_time(outcomes: Mapping[str, Sequence[Outcome]], folder: Path) -> Iterator[str]:
    if mixed := outcomes.get("mixed"):
        slices = mixed[0].slices
        at = [one.begins_s for one in slices]
        drawn = {"hits, %": [100 * one.hit_rate for one in slices],
                 "cores in use, %": [100 * one.cores for one in slices]}  # fmt: skip
        _plot(folder / "over-time.svg", at, drawn, "seconds, from empty caches", "%")
        yield f"![Hit rate and processor over time]({folder.name}/over-time.svg)"
        yield ""


def _memory(outcomes: Mapping[str, Sequence[Outcome]], folder: Path) -> Iterator[str]:
    for name in ("soak", "mixed"):
        if several := outcomes.get(name):
            slices = several[0].slices
            at = [one.begins_s for one in slices]
            drawn = {f"memory, {name}": [one.resident_mb for one in slices]}
            _plot(folder / f"memory-{name}.svg", at, drawn, "seconds", "MB")
            yield f"![Memory of the largest process, {name}]({folder.name}/memory-{name}.svg)"
            yield ""


def _plot(
    file: Path,
    at: Sequence[float],
    drawn: Mapping[str, Sequence[float]],
    along: str,
    up: str,
    *,
    is_log: bool = False,
) -> None:
    from matplotlib import rc_context  # noqa: PLC0415 - half a second that only plots pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context({"svg.hashsalt": "railfair"}):
        figure = Figure(figsize=(7, 3), layout="constrained")
        axes = figure.subplots()
        for name, values in drawn.items():
            axes.plot(at, values, marker=".", label=name)
        axes.set(xlabel=along, ylabel=up)
        if is_log:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend()
        figure.savefig(file, metadata={"Date": None})


def _compared(before: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    both = [name for name in found if name in before]
    if not both:
        return
    yield "## Beside the run before"
    yield ""
    yield "| trial | p50 | p95 | hits | cores | memory |"
    yield "|---|---|---|---|---|---|"
    tells: Sequence[tuple[str, Callable[[float], str]]] = (
        ("p50_ms", lambda value: f"{value:.1f}"), ("p95_ms", lambda value: f"{value:.1f}"),
        ("hit_rate", share), ("cores", lambda value: f"{value:.2f}"),
        ("resident_mb", lambda value: f"{value:.0f}"),
    )  # fmt: skip
    for name in both:
        cells = (
            f"{tell(_number(before[name][key]))} → {tell(_number(found[name][key]))}"
            for key, tell in tells
        )
        yield f"| {name} | {' | '.join(cells)} |"


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def share(value: float) -> str:
    """Return *value* in percent, a dash where there is none."""
    return "-" if math.isnan(value) else f"{value:.0%}"
