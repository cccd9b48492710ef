"""Whole invented railways: what they are made of, and a planner for a day of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from railfair.domain.codes import Crs, Tiploc, TocCode, TrainUid
from railfair.domain.columns import ScheduleColumns
from railfair.domain.journey import Journey, Leg, TrainLeg
from railfair.domain.overlay import NO_HOLIDAY
from railfair.domain.planner.build import build_network
from railfair.domain.planner.network import Network
from railfair.domain.planner.search import Planner, Terms
from railfair.domain.planner.timetable import PlannerTimetable
from railfair.domain.station import FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, Schedule, Stp
from support.timetables import FIRST_DAY, LAST_DAY, minutes, weekdays


@dataclass(frozen=True, kw_only=True)
class Railway:
    """A timetable, and the bank holiday flags of its days; a place's TIPLOC is like its code."""

    schedules: Sequence[Schedule]
    stations: Sequence[Station] = ()
    links: Sequence[FixedLink] = ()
    interchanges: Sequence[OperatorInterchange] = ()
    associations: Sequence[Association] = ()
    holidays: Mapping[date, frozenset[str]] = field(default_factory=dict)

    def holiday_flags(self, day: date) -> frozenset[str]:
        """Return the bank holiday flags of *day*."""
        return self.holidays.get(day, NO_HOLIDAY)

    @property
    def station_of(self) -> dict[Tiploc, Crs]:
        """The station of every timing point."""
        places = {call.crs for schedule in self.schedules for call in schedule.calls}
        return {Tiploc(crs): crs for crs in places}

    def timetable(self) -> PlannerTimetable:
        """Return it as a planner reads it."""
        return PlannerTimetable(
            columns=ScheduleColumns.of(self.schedules),
            stations=self.stations,
            links=self.links,
            interchanges=self.interchanges,
            associations=self.associations,
            station_of=self.station_of,
        )

    def network(self, day: date) -> Network:
        """Return the network of *day*."""
        return build_network(self.timetable(), day, self.holiday_flags)

    def planner(self, day: date) -> Planner:
        """Return a planner for *day*."""
        timetable = self.timetable()
        return Planner(timetable, build_network(timetable, day, self.holiday_flags), day)


def from_to(
    origin: str,
    destination: str,
    *,
    changes: int = 4,
    via: Sequence[str] = (),
    avoid: Sequence[str] = (),
    extra: int = 0,
) -> Terms:
    """Return what is asked for: `from_to("AYT", "CEE", via=["BEE"])`."""
    return Terms(
        origin=Crs(origin),
        destination=Crs(destination),
        most_changes=changes,
        via=tuple(Crs(crs) for crs in via),
        avoid=frozenset(Crs(crs) for crs in avoid),
        extra_min=extra,
    )


def told(journey: Journey) -> list[str]:
    """Return a journey's legs as words: `A10001 AYT 10:00 BEE 10:20`, `walk BEE 10:25 CEE 10:30`.

    A leg that stays seated from train to train names them all: `A10001+A10002`.
    """
    return [
        f"{_name(leg)} {leg.origin} {clock(leg.departs_min)} "
        f"{leg.destination} {clock(leg.arrives_min)}"
        for leg in journey.legs
    ]


def _name(leg: Leg) -> str:
    if isinstance(leg, TrainLeg):
        return "+".join(portion.train.schedule.uid for portion in leg.portions)
    return leg.mode


def clock(minute: int) -> str:
    """Return rail minutes as `minutes` reads them; those of the day before as `-0:10`."""
    hours, rest = divmod(abs(minute), 60)
    return f"{'-' * (minute < 0)}{hours}:{rest:02}"


def place(crs: str, change: int) -> Station:
    """Return a station at which a change takes so many minutes."""
    return Station(crs=Crs(crs), name=crs.title(), tiplocs=(Tiploc(crs),), change_min=change)


def walk(
    origin: str,
    destination: str,
    takes: int,
    *,
    mode: str = "walk",
    between: tuple[str, str] = ("0:00", "23:59"),
    days: str = "1111111",
    dates: tuple[date | None, date | None] = (None, None),
) -> FixedLink:
    """Return a link: `walk("AYT", "BEE", 5, between=("6:00", "22:00"))`."""
    return FixedLink(
        mode=mode,
        origin=Crs(origin),
        destination=Crs(destination),
        duration_min=takes,
        starts_min=minutes(between[0]),
        ends_min=minutes(between[1]),
        days=weekdays(days),
        first_day=dates[0],
        last_day=dates[1],
    )


def between_operators(crs: str, arriving: str, departing: str, change: int) -> OperatorInterchange:
    """Return the minutes to change from one operator's train to another's."""
    return OperatorInterchange(
        crs=Crs(crs),
        arriving_toc=TocCode(arriving),
        departing_toc=TocCode(departing),
        change_min=change,
    )


def linked(
    category: str,
    base: str,
    other: str,
    at: str,
    *,
    stp: str = "P",
    day_offset: int = 0,
    calls: tuple[str, str] = ("", ""),
    passengers: bool = True,
    runs: tuple[date, date] = (FIRST_DAY, LAST_DAY),
) -> Association:
    """Return an association: `linked("VV", "A10001", "A10002", "BEE")`; *calls* are suffixes."""
    return Association(
        base_uid=TrainUid(base),
        other_uid=TrainUid(other),
        runs_from=runs[0],
        runs_to=runs[1],
        days=weekdays("1111111"),
        category=category,
        day_offset=day_offset,
        tiploc=Tiploc(at),
        base_suffix=calls[0],
        other_suffix=calls[1],
        passengers=passengers,
        stp=Stp(stp),
    )
