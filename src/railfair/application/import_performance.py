"""Import how trains ran, and learn from it, in one piece."""

from dataclasses import dataclass, field
from datetime import date
from itertools import batched

from railfair.application.importing import check_rejections, check_source
from railfair.application.learning import DaysLearned, learn_from
from railfair.application.scorecard import resolve
from railfair.domain.errors import BadFeed
from railfair.domain.feed import FeedKind, ImportReport, LoadedFeed
from railfair.domain.running import Run
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.clock import Clock
from railfair.ports.performance_feed import PerformanceFeed
from railfair.ports.storage import Storage, UnitOfWork

BATCH = 5_000
VERSION = "HSP"
MOST_AT_HAND = 400_000
"""Runs of an import that are kept in memory until they are learned: about 300 bytes each."""


async def import_performance(
    feed: PerformanceFeed,
    report: ImportReport,
    *,
    storage: Storage,
    clock: Clock,
    holidays: BankHolidays,
    tolerance: float,
    told: DaysLearned = lambda _: None,
) -> LoadedFeed:
    """Import *feed* as a whole or not at all; count in *report* what was read and kept.

    Runs replace those with the same rid; the same runs again change nothing. Forecasts are brought
    up to the history before anybody sees it; *told* hears of every day learned.

    Raises:
        BadFeed: it holds no performance data, or more than the share *tolerance* is bad.
        MixedSources: it is real and the loaded history a demo's, or the other way round.
    """
    async with storage.writing() as unit:
        before = await unit.feeds.get(FeedKind.PERFORMANCE)
        check_source(before, feed.source)
        put = await _put(unit, feed, report)
        check_rejections(report, tolerance)
        span = await unit.performance.days()
        if span is None:
            raise BadFeed("feed", "holds no run of a train")
        if feed.listed_rids:
            await _note_missing(unit, feed, report)
        if put.first_changed is None and before is not None:
            report.notes.append("nothing has changed")
            return before
        fresh = put.fresh if before is None or put.first_day > before.last_day else None
        days = await learn_from(
            unit, put.first_changed or span[0], holidays=holidays, told=told, fresh=fresh
        )
        report.notes.append(f"forecasts learned from {days} days")
        resolved = await resolve(unit, put.first_changed or span[0], span[1], holidays=holidays)
        if resolved:
            report.notes.append(f"{resolved} forecasts that were served can now be scored")
        loaded = LoadedFeed(
            kind=FeedKind.PERFORMANCE,
            version=VERSION,
            source=feed.source,
            loaded_at=clock.now(),
            first_day=span[0],
            last_day=span[1],
        )
        await unit.feeds.put(loaded)
        return loaded


@dataclass(slots=True)
class _Put:
    """What became of a feed's runs: the first day in the feed, and the first that changed.

    *fresh* are the runs themselves, if all were new and not too many to keep at hand.
    """

    first_day: date = date.max
    first_changed: date | None = None
    fresh: list[Run] | None = field(default_factory=list)


async def _put(unit: UnitOfWork, feed: PerformanceFeed, report: ImportReport) -> _Put:
    put = _Put()
    for batch in batched(feed.runs(report), BATCH):
        done = await unit.performance.put_runs(batch)
        report.count_kept("run", len(batch))
        report.count_kept("run that is new", done.added)
        report.count_kept("run that changed", done.changed)
        days = [day for day in (put.first_changed, done.first_day) if day is not None]
        put.first_changed = min(days, default=None)
        put.first_day = min(put.first_day, *(run.day for run in batch))
        if put.fresh is not None:
            put.fresh += batch
            if done.added < len(batch) or len(put.fresh) > MOST_AT_HAND:
                put.fresh = None
    return put


async def _note_missing(unit: UnitOfWork, feed: PerformanceFeed, report: ImportReport) -> None:
    missing = len(feed.listed_rids) - await unit.performance.has_runs(feed.listed_rids)
    report.notes.append(
        f"serviceMetrics lists {len(feed.listed_rids)} runs; of {missing} there are no"
        " serviceDetails yet"
    )
