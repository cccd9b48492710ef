"""Composition root: puts adapters behind the ports, and hands out use cases.

This is what the service needs; what only some commands need has modules of its own, so that the
service does not load it.
"""

import os
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from railfair import __version__
from railfair.adapters.calendar.bank_holidays import GreatBritain
from railfair.adapters.clock.clock import SystemClock
from railfair.adapters.files.array_store import FileArrayStore
from railfair.adapters.files.feature_list import FileFeatureList
from railfair.adapters.memory.cache import MemoryCache
from railfair.adapters.memory.locks import MemoryLocks
from railfair.adapters.memory.rate_limiter import MemoryRateLimiter
from railfair.adapters.redis.cache import RedisCache
from railfair.adapters.redis.connection import RedisConnection
from railfair.adapters.redis.locks import RedisLocks
from railfair.adapters.redis.popularity import RedisRouteWeights
from railfair.adapters.redis.rate_limiter import RedisRateLimiter
from railfair.adapters.sql.engine import PoolSettings, create_engine, file_name, sqlite_file
from railfair.adapters.sql.storage import SqlStorage
from railfair.adapters.telemetry.figures import (
    CONTENT_TYPE_LATEST,
    Figures,
    Moment,
    Uncounted,
    worker_gone,
)
from railfair.adapters.telemetry.log import RequestLine, configure, logger, request_lines
from railfair.adapters.telemetry.otel import is_tracing_wanted
from railfair.adapters.telemetry.profile import LONGEST_S as LONGEST_PROFILE_S
from railfair.adapters.telemetry.profile import Profiler
from railfair.application.api_keys import KeyRing
from railfair.application.cached import CachedAnswers, Lifetime
from railfair.application.compare_fares import CompareFares
from railfair.application.editions import LoadedEdition
from railfair.application.features import Features
from railfair.application.journey_odds import OddsOfJourneys
from railfair.application.networks import Networks
from railfair.application.patterns import Patterns
from railfair.application.plan_journeys import PlanJourneys
from railfair.application.popularity import Popularity
from railfair.application.predict_delay import PredictDelay
from railfair.application.preferences import PreferenceKeeper
from railfair.application.price_journeys import PriceJourneys
from railfair.application.scorecard import ForecastLog
from railfair.application.stations import StationDirectory
from railfair.application.tiered_cache import TieredCache
from railfair.config import Settings
from railfair.domain.breaker import Breaker, BreakerState
from railfair.domain.cache_keys import Kind
from railfair.domain.fares.till import Rounding
from railfair.domain.features import Feature
from railfair.ports.array_store import ArrayStore
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.clock import Clock
from railfair.ports.observer import Observer
from railfair.ports.rate_limiter import RateLimiter
from railfair.ports.storage import PooledStorage
from railfair.ports.tracing import Traces

__all__ = [
    "CONTENT_TYPE_LATEST",
    "LONGEST_PROFILE_S",
    "Figures",
    "Moment",
    "Profiler",
    "RailFair",
    "RequestLine",
    "figures_of",
    "log_to_stderr",
    "logger",
    "opened",
    "request_log",
    "traces",
    "wired",
    "worker_gone",
]


NETWORKS: Final = Path("var")
"""Where the networks of a database without a file are kept."""
BREAKER_FAILURES: Final = 3
"""After so many in a row Redis is left alone."""
BREAKER_PROBE_S: Final = 1.0
"""How often it is tried then."""
MEGABYTE: Final = 1 << 20
SECRET_BYTES: Final = 32


@dataclass(frozen=True, kw_only=True)
class RailFair:
    """The application, wired: what entrypoints call."""

    settings: Settings
    storage: PooledStorage
    clock: Clock
    holidays: BankHolidays
    stations: StationDirectory
    predict: PredictDelay
    compare_fares: CompareFares
    networks: Networks
    plan_journeys: PlanJourneys
    keys: KeyRing
    edition: LoadedEdition
    features: Features
    cache: CachedAnswers
    limiter: RateLimiter
    popularity: Popularity
    patterns: Patterns
    forecast_log: ForecastLog
    preferences: PreferenceKeeper
    redis: RedisConnection | None
    figures: Figures

    @property
    def is_redis_lost(self) -> bool | None:
        """Whether Redis does not answer; `None` where it is not used."""
        return None if self.redis is None else self.redis.is_lost


def wired(
    settings: Settings,
    storage: PooledStorage,
    clock: Clock,
    *,
    store: ArrayStore,
    workers: Executor,
    redis: RedisConnection | None,
    figures: Figures,
) -> RailFair:
    """Return the application over *storage*; what is compiled runs in *workers*.

    Answers and counts of requests are shared through *redis* where there is one. What happens is
    counted by *figures*.
    """
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
        predict=PredictDelay(storage, holidays, stations, figures),
        compare_fares=CompareFares(storage, holidays, stations, clock, rounding, figures),
        networks=networks,
        plan_journeys=PlanJourneys(
            storage,
            stations,
            networks,
            OddsOfJourneys(holidays, workers),
            PriceJourneys(clock, rounding),
            workers,
            observer=figures,
        ),
        edition=LoadedEdition(storage, besides=_besides(settings)),
        features=Features(
            FileFeatureList(settings.features_file),
            always=settings.features_off,
            reread_s=settings.features_reread_s,
            on_change=_tell_of_features,
        ),
        cache=_cache(settings, redis, figures),
        limiter=_limiter(redis),
        patterns=Patterns(storage, stations, workers),
        forecast_log=ForecastLog(storage, holidays, clock, is_on=settings.forecast_log == "on"),
        preferences=PreferenceKeeper(
            storage,
            stations,
            clock,
            keys=[one.get_secret_value().encode() for one in settings.preferences_secrets],
            random=lambda: secrets.token_bytes(SECRET_BYTES),
        ),
        popularity=Popularity(storage, None if redis is None else RedisRouteWeights(redis), clock),
        redis=redis,
        figures=figures,
        keys=KeyRing(storage, clock, time.monotonic, reread_s=settings.keys_reread_s),
    )


@asynccontextmanager
async def opened(settings: Settings, figures: Figures | None = None) -> AsyncIterator[RailFair]:
    """Open what the application needs, and close it in the end; *figures* counts what happens."""
    storage = _storage(settings)
    workers = _workers(settings)
    store = FileArrayStore(settings.networks_directory or _beside_database(settings))
    redis = _redis(settings)
    railfair = wired(
        settings,
        storage,
        SystemClock(settings.today),
        store=store,
        workers=workers,
        redis=redis,
        figures=figures or figures_of(settings),
    )
    try:
        await railfair.cache.start()
        yield railfair
    finally:
        await railfair.cache.close()
        if redis is not None:
            await redis.close()
        await railfair.networks.close()
        workers.shutdown(cancel_futures=True)
        await storage.close()


class _AtOnce(Executor):
    """Does what is submitted before it returns."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return what *fn* has returned, or raised."""
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
            done.set_exception(error)
        return done


def _workers(settings: Settings) -> Executor:
    if not settings.threads:
        return _AtOnce()
    return ThreadPoolExecutor(settings.threads, thread_name_prefix="railfair")


def _beside_database(settings: Settings) -> Path:
    """Return where networks are kept: databases that share a folder do not share them."""
    file = sqlite_file(settings.database_url)
    folder = NETWORKS if file is None else file.parent
    return folder / f"{file_name(settings.database_url)}-networks"


def _besides(settings: Settings) -> str:
    """Return what decides about answers besides the loaded data."""
    today = settings.today or "today"
    return f"{__version__}/{settings.fare_rounding}/{today}"


def _redis(settings: Settings) -> RedisConnection | None:
    if settings.redis_url is None:
        return None
    breaker = Breaker(
        failures=BREAKER_FAILURES,
        probe_after_s=BREAKER_PROBE_S,
        now=time.monotonic,
        on_change=_tell_of_redis,
    )
    return RedisConnection(
        settings.redis_url.get_secret_value(),
        prefix=settings.redis_prefix,
        timeout_s=settings.redis_timeout_s,
        max_connections=settings.redis_connections,
        breaker=breaker,
    )


def _tell_of_redis(state: BreakerState) -> None:
    log = logger("railfair.redis")
    if state is BreakerState.OPEN:
        log.warning("Redis does not answer: nothing is shared until it does")
    else:
        log.info("Redis answers again")


def _tell_of_features(off: frozenset[Feature], unknown: tuple[str, ...]) -> None:
    log = logger("railfair.features")
    log.info("features turned off", off=sorted(off))
    if unknown:
        log.warning("the list of features names some that there are not", unknown=unknown)


def _cache(settings: Settings, redis: RedisConnection | None, observer: Observer) -> CachedAnswers:
    """Return the cache that the settings ask for, in two tiers only where there is Redis."""
    is_shared = redis is not None and settings.cache == "two-tier"
    shared = RedisCache(redis, now=time.time) if redis is not None and is_shared else None
    locks = (
        RedisLocks(redis) if redis is not None and is_shared else MemoryLocks(now=time.monotonic)
    )
    local = MemoryCache(max_bytes=settings.cache_local_mb * MEGABYTE, now=time.time)
    return CachedAnswers(
        None if settings.cache == "off" else TieredCache(local, shared),
        locks,
        lifetimes(settings),
        now=time.time,
        random=random.random,
        observer=observer,
    )


def lifetimes(settings: Settings) -> dict[Kind, Lifetime]:
    """Return how long answers of each kind are good."""
    fresh_s = {
        Kind.PREDICTIONS: settings.cache_predictions_s,
        Kind.PRICED_PREDICTIONS: settings.cache_predictions_s,
        Kind.FARES: settings.cache_fares_s,
        Kind.PLANS: settings.cache_plans_s,
        Kind.STATISTICS: settings.cache_statistics_s,
        Kind.PLACES: settings.cache_places_s,
    }
    return {kind: Lifetime(fresh_s=fresh_s[kind], stale_s=settings.cache_stale_s) for kind in Kind}


def _limiter(redis: RedisConnection | None) -> RateLimiter:
    alone = MemoryRateLimiter(now=time.monotonic)
    return alone if redis is None else RedisRateLimiter(redis, alone, now=time.monotonic)


def _storage(settings: Settings) -> SqlStorage:
    pool = PoolSettings(
        size=settings.database_pool_size,
        overflow=settings.database_pool_overflow,
        timeout_s=settings.database_pool_timeout_s,
        recycle_s=settings.database_pool_recycle_s,
    )
    engine = create_engine(
        settings.database_url,
        pool=pool if settings.database_pool == "on" else None,
        busy_timeout_s=settings.database_busy_timeout_s,
    )
    return SqlStorage(engine)


def figures_of(settings: Settings, folder: Path | None = None) -> Figures:
    """Return what counts for this process; *folder* is shared with the service's other workers."""
    counting = Figures if settings.metrics == "on" else Uncounted
    return counting(folder, version=__version__)


def traces() -> Traces | None:
    """Return what traces requests, or `None` where the `OTEL_…` variables name no receiver."""
    if not is_tracing_wanted(os.environ):
        return None
    # Costs a fifth of a second and 15 MB, which only those pay who trace.
    from railfair.adapters.telemetry.traces import OtlpTraces  # noqa: PLC0415

    return OtlpTraces(__version__)


def request_log(settings: Settings) -> Callable[[RequestLine], None]:
    """Return what writes the line of a request, as the settings say."""
    return request_lines(level=settings.log_level, form=settings.log_format)


def log_to_stderr(settings: Settings) -> Any:
    """Set up logging as the settings say; return RailFair's logger."""
    configure(level=settings.log_level, form=settings.log_format)
    return logger("railfair")
