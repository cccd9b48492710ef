"""When trains are late."""

from datetime import date
from typing import Final

import msgspec

from railfair.application.patterns import (
    Cell,
    RoutePatterns,
    RouteTrend,
    StationChanges,
    StationPunctuality,
)
from railfair.domain.share import Share, share
from railfair.entrypoints.wire.places import DIGITS, Punctuality, punctuality
from railfair.entrypoints.wire.refs import (
    OperatorRef,
    Provenance,
    StationRef,
    operator_ref,
    provenance,
    station_ref,
)

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class LikelyShare(msgspec.Struct):
    """A share as it is likeliest where few were seen, and where it lies with 95 %.

    It is drawn towards that of the wider group, a cell's towards the whole's, the more the fewer
    trains there are.
    """

    likeliest: float
    low: float
    high: float


class PatternCell(msgspec.Struct, omit_defaults=True):
    """What came of the trains of one hour, one weekday, or one hour on one weekday."""

    statistics: Punctuality
    on_time: LikelyShare
    weekday: str | None = None
    hour: int | None = None


class RoutePatternsAnswer(msgspec.Struct):
    """A route by hour and weekday of the booked departure; where nothing ran there is no cell."""

    origin: StationRef
    destination: StationRef
    overall: PatternCell
    cells: list[PatternCell]
    by_hour: list[PatternCell]
    by_weekday: list[PatternCell]
    provenance: Provenance
    degraded: bool = False


class TrendPoint(msgspec.Struct, rename={"first": "from", "last": "to"}):
    """What came of the trains that left on these days."""

    first: date
    last: date
    statistics: Punctuality
    on_time: LikelyShare


class TrendChange(msgspec.Struct, rename={"since": "from"}):
    """From a day on the share on time was another one; `standard_errors` lie between the two."""

    since: date
    before_on_time_probability: float
    after_on_time_probability: float
    standard_errors: float
    text: str


class RouteTrendAnswer(msgspec.Struct):
    """A route over time; `change` is null where none is credible."""

    origin: StationRef
    destination: StationRef
    by: str
    points: list[TrendPoint]
    change: TrendChange | None
    provenance: Provenance
    degraded: bool = False


class OperatorCell(msgspec.Struct):
    """What came of an operator's trains at a station."""

    operator: OperatorRef
    statistics: Punctuality
    on_time: LikelyShare


class StationPunctualityAnswer(msgspec.Struct):
    """How trains arrived at a station; `by_hour` is that of the booked arrival."""

    station: StationRef
    overall: PatternCell
    by_operator: list[OperatorCell]
    by_hour: list[PatternCell]
    provenance: Provenance
    degraded: bool = False


class ChangesRow(msgspec.Struct):
    """Changes with so many booked minutes: how many there were, how many worked, how surely."""

    minutes: int
    changes: int
    made: int
    made_probability: float
    low: float
    high: float


class StationChangesAnswer(msgspec.Struct):
    """How often changes worked: between trains that both ran, with `change_min` minutes needed."""

    station: StationRef
    change_min: int
    changes: list[ChangesRow]
    provenance: Provenance
    degraded: bool = False


def route_patterns(answer: RoutePatterns) -> RoutePatternsAnswer:
    """Return a route by hour and weekday."""
    return RoutePatternsAnswer(
        origin=station_ref(answer.origin),
        destination=station_ref(answer.destination),
        overall=_cell(answer.overall),
        cells=[_cell(cell) for cell in answer.cells],
        by_hour=[_cell(cell) for cell in answer.by_hour],
        by_weekday=[_cell(cell) for cell in answer.by_weekday],
        provenance=provenance(answer.provenance),
    )


def route_trend(answer: RouteTrend) -> RouteTrendAnswer:
    """Return a route over time."""
    return RouteTrendAnswer(
        origin=station_ref(answer.origin),
        destination=station_ref(answer.destination),
        by=answer.by,
        points=[
            TrendPoint(
                first=point.first,
                last=point.last,
                statistics=punctuality(point.outcomes),
                on_time=_likely(point.on_time),
            )
            for point in answer.points
        ],
        change=_change(answer),
        provenance=provenance(answer.provenance),
    )


def station_punctuality(answer: StationPunctuality) -> StationPunctualityAnswer:
    """Return how trains arrived at a station."""
    return StationPunctualityAnswer(
        station=station_ref(answer.station),
        overall=_cell(answer.overall),
        by_operator=[
            OperatorCell(
                operator=operator_ref(toc),
                statistics=punctuality(cell.outcomes),
                on_time=_likely(cell.on_time),
            )
            for toc, cell in answer.by_operator.items()
        ],
        by_hour=[_cell(cell) for cell in answer.by_hour],
        provenance=provenance(answer.provenance),
    )


def station_changes(answer: StationChanges) -> StationChangesAnswer:
    """Return how often changes worked at a station."""
    rows = []
    for one in answer.changes:
        made = share(one.made, one.changes) or Share(likeliest=0.0, low=0.0, high=1.0)
        rows.append(
            ChangesRow(
                minutes=one.minutes,
                changes=one.changes,
                made=one.made,
                made_probability=round(made.likeliest, DIGITS),
                low=round(made.low, DIGITS),
                high=round(made.high, DIGITS),
            )
        )
    return StationChangesAnswer(
        station=station_ref(answer.station),
        change_min=answer.station.change_min,
        changes=rows,
        provenance=provenance(answer.provenance),
    )


def _cell(cell: Cell) -> PatternCell:
    return PatternCell(
        statistics=punctuality(cell.outcomes),
        on_time=_likely(cell.on_time),
        weekday=None if cell.weekday is None else WEEKDAYS[cell.weekday],
        hour=cell.hour,
    )


def _likely(found: Share) -> LikelyShare:
    return LikelyShare(
        likeliest=round(found.likeliest, DIGITS),
        low=round(found.low, DIGITS),
        high=round(found.high, DIGITS),
    )


def _change(answer: RouteTrend) -> TrendChange | None:
    if answer.change is None:
        return None
    found, day = answer.change.found, answer.change.day
    way = "better" if found.after > found.before else "worse"
    return TrendChange(
        since=day,
        before_on_time_probability=round(found.before, DIGITS),
        after_on_time_probability=round(found.after, DIGITS),
        standard_errors=round(found.score, 1),
        text=f"{way} since {day:%-d %B %Y}: {found.after:.0%} of the trains were on time, not"
        f" {found.before:.0%}",
    )
