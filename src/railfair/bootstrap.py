"""Composition root: puts adapters behind the ports, and hands out use cases."""

import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from railfair.adapters.calendar.bank_holidays import GreatBritain
from railfair.adapters.clock.clock import SystemClock
from railfair.adapters.demo import DEFAULT_DAYS, DemoSummary, Progress, Scale, build_demo
from railfair.adapters.demo.known_truth import DemoTruth
from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.adapters.feeds.fetch import FeedServiceSettings, HttpFeedService
from railfair.adapters.feeds.hsp import FilePerformanceFeed
from railfair.adapters.feeds.timetable import FileTimetableFeed
from railfair.adapters.files.array_store import FileArrayStore
from railfair.adapters.sql.engine import create_engine, sqlite_file
from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.storage import SqlStorage
from railfair.adapters.telemetry.log import configure, logger
from railfair.application.api_keys import KeyRing
from railfair.application.compare_fares import CompareFares
from railfair.application.journey_odds import OddsOfJourneys
from railfair.application.networks import Networks
from railfair.application.plan_journeys import PlanJourneys
from railfair.application.predict_delay import PredictDelay
from railfair.application.price_journeys import PriceJourneys
from railfair.application.stations import StationDirectory
from railfair.config import Settings
from railfair.domain.fares.till import Rounding
from railfair.ports.array_store import ArrayStore
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.clock import Clock
from railfair.ports.feed_service import FeedService
from railfair.ports.storage import Storage

__all__ = [
    "DEFAULT_DAYS",
    "DemoSummary",
    "DemoTruth",
    "FileFaresFeed",
    "FilePerformanceFeed",
    "FileTimetableFeed",
    "Progress",
    "RailFair",
    "Scale",
    "build_demo",
    "feed_service",
    "log_to_stderr",
    "logger",
    "migrations",
    "opened",
    "wired",
]


NETWORKS: Final = Path("var/networks")


@dataclass(frozen=True, kw_only=True)
class RailFair:
    """The application, wired: what entrypoints call."""

    settings: Settings
    storage: Storage
    clock: Clock
    holidays: BankHolidays
    stations: StationDirectory
    predict: PredictDelay
    compare_fares: CompareFares
    networks: Networks
    plan_journeys: PlanJourneys
    keys: KeyRing


def wired(
    settings: Settings,
    storage: Storage,
    clock: Clock,
    *,
    store: ArrayStore,
    workers: ThreadPoolExecutor,
) -> RailFair:
    """Return the application over *storage*; what is compiled runs in *workers*."""
    holidays = GreatBritain()
    stations = StationDirectory()
    rounding = Rounding(settings.fare_rounding)
    networks = Networks(storage, holidays, store, workers)
    return RailFair(
        settings=settings,
        storage=storage,
        clock=clock,
        holidays=holidays,
        stations=stations,
        predict=PredictDelay(storage, holidays, stations),
        compare_fares=CompareFares(storage, holidays, stations, clock, rounding),
        networks=networks,
        plan_journeys=PlanJourneys(
            storage,
            stations,
            networks,
            OddsOfJourneys(holidays, workers),
            PriceJourneys(clock, rounding),
            workers,
        ),
        keys=KeyRing(storage, clock, time.monotonic, reread_s=settings.keys_reread_s),
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[RailFair]:
    """Open what the application needs, and close it in the end."""
    storage = _storage(settings)
    workers = ThreadPoolExecutor(settings.threads, thread_name_prefix="railfair")
    store = FileArrayStore(settings.networks_directory or _beside_database(settings))
    railfair = wired(settings, storage, SystemClock(settings.today), store=store, workers=workers)
    try:
        yield railfair
    finally:
        await railfair.networks.close()
        workers.shutdown(cancel_futures=True)
        await storage.close()


def _beside_database(settings: Settings) -> Path:
    """Return where networks are kept: databases that share a folder do not share them."""
    file = sqlite_file(settings.database_url)
    return NETWORKS if file is None else file.with_name(f"{file.stem}-networks")


def _storage(settings: Settings) -> SqlStorage:
    engine = create_engine(
        settings.database_url,
        pool_size=settings.database_pool_size,
        busy_timeout_s=settings.database_busy_timeout_s,
    )
    return SqlStorage(engine)


def migrations(settings: Settings) -> Migrations:
    """Return the migrations of the database."""
    return Migrations(settings.database_url)


def feed_service(settings: Settings) -> FeedService:
    """Return the services that feeds are fetched from."""
    secrets = {
        name: secret.get_secret_value()
        for name in (
            "nrdp_password",
            "rdm_timetable_key",
            "rdm_fares_key",
            "hsp_password",
            "hsp_key",
        )
        if (secret := getattr(settings, name)) is not None
    }
    clock = SystemClock(settings.today)
    known = FeedServiceSettings(
        feeds_directory=settings.feeds_directory,
        nrdp_url=settings.nrdp_url,
        nrdp_username=settings.nrdp_username,
        rdm_timetable_url=settings.rdm_timetable_url,
        rdm_fares_url=settings.rdm_fares_url,
        hsp_url=settings.hsp_url,
        hsp_username=settings.hsp_username,
        timeout_s=settings.feed_timeout_s,
        attempts=settings.feed_attempts,
        **secrets,
    )
    return HttpFeedService(known, today=lambda: clock.now().date())


def log_to_stderr(settings: Settings) -> Any:
    """Set up logging as the settings say; return RailFair's logger."""
    configure(level=settings.log_level, form=settings.log_format)
    return logger("railfair")
