"""Importing how trains ran: all of it or nothing, and forecasts that keep up with it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from railfair.adapters.feeds.hsp import FilePerformanceFeed
from railfair.adapters.memory.storage import MemoryStorage
from railfair.domain.errors import BadFeed, MixedSources
from railfair.domain.feed import FeedKind, FeedSource, ImportReport, LoadedFeed
from railfair.domain.railtime import LONDON
from railfair.domain.running import Run
from support.running import (
    DAY,
    GivenRuns,
    ayton_to_ceeham,
    call,
    days_from,
    everything_learned,
    invented_day,
    invented_days,
    last_arrival,
    learned_model,
    metrics,
    run,
    take,
    write_lines,
)

RUNS = invented_days(DAY, 12)
DAYS = days_from(DAY, 12)


async def loaded(storage: MemoryStorage) -> LoadedFeed | None:
    async with storage.reading() as unit:
        return await unit.feeds.get(FeedKind.PERFORMANCE)


async def stored(storage: MemoryStorage) -> list[Run]:
    async with storage.reading() as unit:
        return [one async for _, runs in unit.performance.runs(DAY, DAYS[-1]) for one in runs]


async def of_scratch(runs: Sequence[Run]) -> MemoryStorage:
    storage = MemoryStorage()
    await take(storage, runs)
    return storage


async def test_the_loaded_feed_says_what_came_when_and_for_which_days() -> None:
    storage = MemoryStorage()
    feed = await take(storage, RUNS)
    assert feed == await loaded(storage)
    assert (feed.kind, feed.version, feed.source) == (FeedKind.PERFORMANCE, "HSP", "import")
    assert (feed.first_day, feed.last_day) == (DAYS[0], DAYS[-1])
    assert feed.loaded_at.tzinfo is LONDON
    assert await stored(storage) == RUNS


async def test_what_was_read_and_kept_is_counted() -> None:
    storage, report = MemoryStorage(), ImportReport()
    await take(storage, RUNS[:8], report=report)
    assert report.read == {"run": 8}
    assert report.kept == {"run": 8, "run that is new": 8, "run that changed": 0}
    assert report.notes == ["forecasts learned from 1 days"]


async def test_the_same_days_again_change_nothing() -> None:
    storage = await of_scratch(RUNS)
    feed, learned = await loaded(storage), await everything_learned(storage)
    for again in (RUNS, RUNS[:20], RUNS[::-1], RUNS + RUNS):
        report = ImportReport()
        assert await take(storage, again, report=report, today=DAYS[5]) == feed
        assert report.kept["run that is new"] == report.kept["run that changed"] == 0
        assert report.notes == ["nothing has changed"]
    assert await loaded(storage) == feed
    assert await everything_learned(storage) == learned


async def test_a_late_row_changes_its_run_and_forecasts_are_those_learned_from_scratch() -> None:
    storage = await of_scratch(RUNS)
    late = invented_day(DAYS[3])[2]
    changed = run(
        call("AYT", dep="07:30", left="07:50"),
        call("BEE", arr="08:00", came="08:30", dep="08:01", left="08:31"),
        call("DEE", arr="08:30", came="09:02"),
        day=DAYS[3],
        number=2,
    )
    assert changed.rid == late.rid
    report = ImportReport()
    feed = await take(storage, [changed], report=report, today=DAYS[9])
    assert report.kept == {"run": 1, "run that is new": 0, "run that changed": 1}
    now = [changed if one.rid == late.rid else one for one in RUNS]
    assert await stored(storage) == now
    assert await everything_learned(storage) == await everything_learned(await of_scratch(now))
    assert (feed.first_day, feed.last_day, feed.loaded_at.date()) == (DAYS[0], DAYS[-1], DAYS[9])


async def test_a_run_that_moves_to_another_day_is_learned_on_that_day_only() -> None:
    moved = ayton_to_ceeham(40, DAYS[4])
    storage = await of_scratch([*RUNS, moved])
    other = Run(rid=moved.rid, day=DAYS[7], train=moved.train, reports=moved.reports)
    await take(storage, [other])
    scratch = await of_scratch([*RUNS, other])
    assert await everything_learned(storage) == await everything_learned(scratch)


async def test_of_a_run_that_comes_twice_the_later_one_counts() -> None:
    storage = await of_scratch([ayton_to_ceeham(1), ayton_to_ceeham(7)])
    assert await stored(storage) == [ayton_to_ceeham(7)]
    scratch = await of_scratch([ayton_to_ceeham(7)])
    assert await everything_learned(storage) == await everything_learned(scratch)


async def test_day_by_day_teaches_what_all_at_once_does() -> None:
    storage, at_once = MemoryStorage(), await of_scratch(RUNS)
    for day in DAYS:
        await take(storage, invented_day(day))
    ours, theirs = await learned_model(storage), await learned_model(at_once)
    arrivals = [last_arrival(one) for one in RUNS[:8]]
    tomorrow = DAYS[-1] + timedelta(days=1)
    for one, other in zip(
        ours.plain(tomorrow, arrivals), theirs.plain(tomorrow, arrivals), strict=True
    ):
        assert np.allclose(one, other, atol=1e-5)
    assert (await everything_learned(storage))[2:] == (await everything_learned(at_once))[2:]


@pytest.mark.parametrize(
    "parts",
    [
        (RUNS[48:], RUNS[:48]),
        (RUNS[::2], RUNS[1::2]),
        (RUNS[::-1],),
        (RUNS[:50], RUNS[50:]),
        (RUNS[:16], RUNS[88:], RUNS[16:88]),
    ],
    ids=["late half first", "every other run", "backwards", "in the middle of a day", "a gap"],
)
async def test_the_order_of_imports_does_not_matter(parts: tuple[list[Run], ...]) -> None:
    storage = MemoryStorage()
    for part in parts:
        await take(storage, part)
    assert await everything_learned(storage) == await everything_learned(await of_scratch(RUNS))


async def test_a_day_of_lost_reports_that_is_completed_later_is_not_learned_twice() -> None:
    lost = run(call("AYT", dep="06:00", left="06:00"), call("CEE", arr="07:00"), day=DAYS[1])
    runs = [*invented_day(DAY), lost, ayton_to_ceeham(3, DAYS[1])]
    storage = await of_scratch(runs[:-2])
    await take(storage, [runs[-2]])
    await take(storage, [runs[-1]])
    assert await everything_learned(storage) == await everything_learned(await of_scratch(runs))


async def test_forecasts_are_learned_from_what_the_days_before_had() -> None:
    storage = MemoryStorage()
    told = []
    for day in DAYS:
        report = ImportReport()
        await take(storage, invented_day(day), report=report)
        told += report.notes
    assert told == ["forecasts learned from 1 days"] * len(DAYS)


async def test_runs_that_metrics_list_without_details_are_noted(tmp_path: Path) -> None:
    there, missing = ayton_to_ceeham(0), "202601057100999"
    path = write_lines(tmp_path / "day.jsonl", there, metrics([there.rid, missing]))
    report = ImportReport()
    await take(MemoryStorage(), FilePerformanceFeed([path]), report=report)
    assert report.notes[0] == ("serviceMetrics lists 2 runs; of 1 there are no serviceDetails yet")


async def test_metrics_alone_are_noted_beside_a_history_and_no_history_without_one(
    tmp_path: Path,
) -> None:
    there = ayton_to_ceeham(0)
    feed = FilePerformanceFeed([write_lines(tmp_path / "m.json", metrics([there.rid]))])
    with pytest.raises(BadFeed, match="holds no run of a train"):
        await take(MemoryStorage(), feed)
    storage = await of_scratch([there])
    report = ImportReport()
    await take(storage, feed, report=report)
    assert report.notes == [
        "serviceMetrics lists 1 runs; of 0 there are no serviceDetails yet",
        "nothing has changed",
    ]


async def test_a_garbled_line_among_many_is_left_out(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "days.jsonl", *RUNS, "garbled", ayton_to_ceeham(0))
    storage, report = MemoryStorage(), ImportReport()
    await take(storage, FilePerformanceFeed([path]), report=report)
    assert [(one.file, one.line) for one in report.rejected] == [("days.jsonl", len(RUNS) + 1)]
    assert len(await stored(storage)) == len(RUNS) + 1


@pytest.mark.parametrize(
    "lines", [["garbled"] * 3, ['{"error": "sorry"}'] * 3], ids=["garbled", "another answer"]
)
async def test_too_many_bad_lines_leave_the_old_data_untouched(
    tmp_path: Path, lines: list[str]
) -> None:
    storage = await of_scratch(RUNS)
    before, learned = await loaded(storage), await everything_learned(storage)
    path = write_lines(tmp_path / "bad.jsonl", ayton_to_ceeham(0, DAYS[2]), *lines)
    with pytest.raises(BadFeed, match="3 of 4 records are bad") as caught:
        await take(storage, FilePerformanceFeed([path]))
    assert (caught.value.file, caught.value.line) == ("bad.jsonl", 2)
    assert await stored(storage) == RUNS
    assert await loaded(storage) == before
    assert await everything_learned(storage) == learned


async def test_a_feed_that_breaks_off_leaves_the_old_data_untouched(tmp_path: Path) -> None:
    storage = await of_scratch(RUNS)
    learned = await everything_learned(storage)
    write_lines(tmp_path / "a.jsonl", ayton_to_ceeham(0, DAYS[2]))
    (tmp_path / "b.json").write_text('[{"serviceAttributesDetails": {')
    with pytest.raises(BadFeed):
        await take(storage, FilePerformanceFeed([tmp_path]))
    assert await stored(storage) == RUNS
    assert await everything_learned(storage) == learned


@pytest.mark.parametrize("first", FeedSource)
async def test_real_and_demo_running_never_mix(first: FeedSource) -> None:
    (second,) = set(FeedSource) - {first}
    storage = MemoryStorage()
    await take(storage, GivenRuns(RUNS[:8], source=first))
    with pytest.raises(MixedSources):
        await take(storage, GivenRuns(RUNS[8:], source=second))
    assert await stored(storage) == RUNS[:8]
    assert (await take(storage, GivenRuns(RUNS[8:], source=first))).source is first
