"""Planning journeys over invented railways in memory."""

from collections.abc import Iterable
from concurrent.futures import Executor
from datetime import date
from pathlib import Path
from typing import Any

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.adapters.memory.array_store import MemoryArrayStore
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.import_fares import import_fares
from railfair.application.journey_odds import OddsOfJourneys
from railfair.application.networks import Networks
from railfair.application.plan_journeys import Plan, PlanJourneys
from railfair.application.plan_query import PlanQuery
from railfair.application.price_journeys import PriceJourneys
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs
from railfair.domain.fares.till import Rounding
from railfair.domain.feed import FeedKind, FeedSource, ImportReport, LoadedFeed
from railfair.domain.journey import Journey
from railfair.ports.storage import Storage
from support.fares_feed import FlowLiteral, write_fares
from support.fares_rule_lines import location
from support.railways import Railway
from support.running import NoHolidays
from support.timetables import FIRST_DAY, LAST_DAY, minutes

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
CODES = {"0001": "AYT", "0002": "BEE", "0003": "CEE", "0004": "DEE"}
"""The fares' codes of stations."""


class Desk:
    """Where journeys are planned; *workers* are lent."""

    def __init__(self, storage: Storage, workers: Executor) -> None:
        self.networks = Networks(storage, NoHolidays(), MemoryArrayStore(), workers)
        self.plan = PlanJourneys(
            storage,
            StationDirectory(),
            self.networks,
            OddsOfJourneys(NoHolidays(), workers),
            PriceJourneys(FixedClock(MONDAY), Rounding.DOWN),
            workers,
        )

    async def ask(
        self, origin: str, destination: str, at: str, day: date = MONDAY, **others: Any
    ) -> Plan:
        """Return the plan: `await desk.ask("AYT", "CEE", "08:00", window_min=60)`."""
        return await self.plan(query(origin, destination, at, day, **others))


def query(origin: str, destination: str, at: str, day: date = MONDAY, **others: Any) -> PlanQuery:
    """Return what is asked; *via* and *avoid* are lists of codes."""
    for name in ("via", "avoid"):
        if name in others:
            others[name] = tuple(Crs(crs) for crs in others[name])
    return PlanQuery(
        origin=Crs(origin), destination=Crs(destination), day=day, time_min=minutes(at), **others
    )


async def put_railway(
    storage: Storage,
    railway: Railway,
    *,
    version: str = "RJTTF901",
    days: tuple[date, date] = (FIRST_DAY, LAST_DAY),
) -> LoadedFeed:
    """Put a railway in place of what is there; its stations are all that are known."""
    feed = LoadedFeed(
        kind=FeedKind.TIMETABLE,
        version=version,
        source=FeedSource.IMPORT,
        loaded_at=FixedClock(MONDAY).now(),
        first_day=days[0],
        last_day=days[1],
    )
    async with storage.writing() as unit:
        timetable = unit.timetable
        await timetable.clear()
        await timetable.put_stations(railway.stations)
        await timetable.put_links(railway.links)
        await timetable.put_interchanges(railway.interchanges)
        await timetable.put_associations(railway.associations)
        await timetable.put_schedules(railway.schedules, are_manual=False)
        await unit.feeds.put(feed)
    return feed


async def put_fares(
    storage: MemoryStorage, folder: Path, flows: Iterable[FlowLiteral], **files: Any
) -> None:
    """Import fares between the stations of `CODES`."""
    files["LOC"] = [location(nlc, crs, crs) for nlc, crs in CODES.items()]
    await import_fares(
        FileFaresFeed([write_fares(folder / "fares", flows=flows, **files)]),
        ImportReport(),
        storage=storage,
        clock=FixedClock(MONDAY),
        tolerance=0.05,
    )


def times(journey: Journey) -> str:
    """Return when a journey begins and ends: `08:00-09:10`, `24:10` on the next day."""
    return f"{clock(journey.departs_min)}-{clock(journey.arrives_min)}"


def clock(rail_min: int) -> str:
    """Return rail minutes as `minutes` takes them."""
    sign = "-" if rail_min < 0 else ""
    return f"{sign}{abs(rail_min) // 60:02}:{abs(rail_min) % 60:02}"


def shown(plan: Plan) -> list[str]:
    """Return when the journeys of a plan begin and end."""
    return [times(one.journey) for one in plan.journeys]


def ridden(journey: Journey) -> list[str]:
    """Return the trains of a journey by their UIDs, and what is walked by its mode."""
    return [name for name, *_ in journey.key]
