"""The demo's running: what the feed shows, and the truth behind it."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from railfair.adapters.demo.daykinds import DayKind, Span
from railfair.adapters.demo.history import DrawnDays, draw_history, draw_truth, national_moods
from railfair.adapters.demo.hsp import run_lines
from railfair.adapters.demo.network import Railway, make_railway
from railfair.adapters.demo.outcomes import NOT_RUN, Outcome
from railfair.adapters.demo.running import Conditions, Simulator
from railfair.adapters.demo.timetable import NO_TIME, CorridorTimetable, Train
from railfair.adapters.demo.truth import THRESHOLDS_MIN, Truth, TruthBook, outcome_rows, read_truth

TODAY = date(2026, 11, 23)
SEED = 3


@pytest.fixture(scope="module")
def railway() -> Railway:
    return make_railway(today=TODAY, days=365)


def corridor(railway: Railway, name: str) -> CorridorTimetable:
    return next(t for t in railway.corridors if t.corridor.name == name)


def history(railway: Railway, name: str, *, days: int) -> list[DrawnDays]:
    span = Span(first=TODAY - timedelta(days=days), last=TODAY - timedelta(days=1))
    moods = national_moods(SEED, railway.span)
    return list(
        draw_history(
            corridor(railway, name),
            span=span,
            seed=SEED,
            moods=moods,
            mood_start=railway.span.first,
        )
    )


@pytest.fixture(scope="module")
def norwich(railway: Railway) -> list[Mapping[str, Any]]:
    """A year of answers of one corridor."""
    return [
        json.loads(line.json)["serviceAttributesDetails"]
        for drawn in history(railway, "LST-NRW", days=365)
        for line in run_lines(drawn, seed=SEED)
    ]


@pytest.fixture(scope="module")
def drawn_weekday(railway: Railway) -> list[Outcome]:
    timetable = corridor(railway, "LST-NRW")
    drawn = draw_truth(timetable, seed=SEED, days=400)
    return list(next(d for d in drawn if d.kind is DayKind.WEEKDAY).outcomes)


def booked_calls(train: Train) -> list[tuple[str, str, str]]:
    def shown(offset: int) -> str:
        minute = (train.start_min + offset) % 1440
        return "" if offset == NO_TIME else f"{minute // 60:02d}{minute % 60:02d}"

    return [
        (stop.station.crs, shown(stop.public_arr_min), shown(stop.public_dep_min))
        for stop in train.pattern.calls
    ]


def test_every_run_shows_exactly_the_booked_calls_of_its_day(
    railway: Railway, norwich: list[Mapping[str, Any]]
) -> None:
    timetable = corridor(railway, "LST-NRW")
    for back in (1, 2, 3, 24, 29, 151, 333):
        day = TODAY - timedelta(days=back)
        booked = {
            f"{day:%Y%m%d}{ord(train.uid[0])}{train.uid[1:]}": booked_calls(train)
            for train in timetable.booked_on(day)
        }
        shown = {
            run["rid"]: [(c["location"], c["gbtt_pta"], c["gbtt_ptd"]) for c in run["locations"]]
            for run in norwich
            if run["date_of_service"] == day.isoformat()
        }
        assert shown == booked


def test_no_run_on_christmas_day(norwich: list[Mapping[str, Any]]) -> None:
    assert "2025-12-25" not in {run["date_of_service"] for run in norwich}


def test_run_ids_are_unique(norwich: list[Mapping[str, Any]]) -> None:
    assert len({run["rid"] for run in norwich}) == len(norwich)


def test_an_actual_time_stands_only_where_a_public_one_does(
    norwich: list[Mapping[str, Any]],
) -> None:
    calls = [call for run in norwich for call in run["locations"]]
    assert all(call["gbtt_pta"] or not call["actual_ta"] for call in calls)
    assert all(call["gbtt_ptd"] or not call["actual_td"] for call in calls)


def test_some_reports_are_lost_and_some_runs_cancelled_in_whole_or_part(
    norwich: list[Mapping[str, Any]],
) -> None:
    def made(run: Mapping[str, Any]) -> list[bool]:
        return [bool(call["actual_ta"] or call["actual_td"]) for call in run["locations"]]

    def reasons(run: Mapping[str, Any]) -> set[str]:
        return {call["late_canc_reason"] for call in run["locations"]}

    whole = [run for run in norwich if not any(made(run))]
    assert 0.005 < len(whole) / len(norwich) < 0.03
    assert sum("" not in reasons(run) for run in whole) > 0.9 * len(whole)
    assert any(made(run)[0] and not made(run)[-1] and "" not in reasons(run) for run in norwich)
    assert any(made(run)[-1] and not made(run)[0] and "" not in reasons(run) for run in norwich)
    lost = [
        call
        for run in norwich
        for call in run["locations"]
        if call["gbtt_pta"] and not call["actual_ta"] and not call["late_canc_reason"]
    ]
    assert lost


def test_delays_look_like_a_railway(drawn_weekday: list[Outcome]) -> None:
    arrivals = np.concatenate([o.arr_delay_min[1:].ravel() for o in drawn_weekday])
    ran = arrivals[arrivals != NOT_RUN]
    assert np.median(ran) == -1
    assert 0.70 < np.mean(ran <= 0) < 0.92
    assert 0.85 < np.mean(ran < 5) < 0.97
    assert ran.min() > -12
    ends = np.concatenate([o.arr_delay_min[-1] for o in drawn_weekday])
    assert np.median(ends[ends != NOT_RUN]) <= -1


def test_no_train_leaves_before_it_arrives(drawn_weekday: list[Outcome]) -> None:
    for outcome in drawn_weekday:
        for number, stop in enumerate(outcome.train.pattern.calls):
            arr, dep = outcome.arr_delay_min[number], outcome.dep_delay_min[number]
            both = (arr != NOT_RUN) & (dep != NOT_RUN)
            stays = dep[both].astype(int) - arr[both] + stop.dep_min - stop.arr_min
            assert (stays >= 0).all()


def test_trains_of_a_day_are_late_together(drawn_weekday: list[Outcome]) -> None:
    ends = np.stack([o.arr_delay_min[-1].astype(float) for o in drawn_weekday])
    ends[ends == NOT_RUN] = np.nan
    late = np.nanmean(ends >= 5, axis=0)
    alone = np.sqrt(late.mean() * (1 - late.mean()) / len(ends))
    assert late.std() > 2 * alone


def test_a_late_train_holds_the_next_one(drawn_weekday: list[Outcome]) -> None:
    out = [o for o in drawn_weekday if o.train.headcode[:2] == drawn_weekday[0].train.headcode[:2]]
    first, second = (o.arr_delay_min[-1] for o in out[4:6])
    both = (first != NOT_RUN) & (second != NOT_RUN)
    assert np.corrcoef(first[both], second[both])[0, 1] > 0


def test_true_probabilities_are_monotone_and_inside_the_unit_interval(
    drawn_weekday: list[Outcome],
) -> None:
    for outcome in drawn_weekday:
        for _, event, *figures in outcome_rows(outcome):
            cancelled, *at_most = (float(figure) for figure in figures)
            assert event in {"A", "D"}
            assert 0 <= cancelled <= 1
            assert len(at_most) == len(THRESHOLDS_MIN)
            assert at_most == sorted(at_most)
            assert 0 <= at_most[0] <= at_most[-1] <= 1


def test_the_truth_reproduces_the_running_within_sampling_error(railway: Railway) -> None:
    """Over all calls of a corridor the year's frequencies lie close to the true ones."""
    timetable = corridor(railway, "MYB-BMO")
    truth = {d.kind: d for d in draw_truth(timetable, seed=SEED, days=1500)}
    for drawn in history(railway, "MYB-BMO", days=365):
        if len(drawn.days) < 40:
            continue
        for limit in (-1, 0, 5):
            seen = _share_at_most(drawn, limit)
            known = _share_at_most(truth[drawn.kind], limit)
            assert abs(seen - known) < 0.03, (drawn.kind, limit)


def _share_at_most(drawn: DrawnDays, limit: int) -> float:
    delays = np.concatenate([outcome.arr_delay_min[1:].ravel() for outcome in drawn.outcomes])
    return float(np.mean(delays[delays != NOT_RUN] <= limit))


def test_one_corridor_gets_worse_on_a_known_day(railway: Railway) -> None:
    first, second = (d for d in draw_truth(corridor(railway, "PAD-BRI"), seed=SEED, days=300)
                     if d.kind is DayKind.WEEKDAY)  # fmt: skip
    assert first.period.span.last + timedelta(days=1) == second.period.span.first
    assert second.period.span.first == TODAY - timedelta(days=120)
    assert _share_at_most(second, 4) < _share_at_most(first, 4) - 0.04


def test_the_truth_is_read_back_by_train_position_and_day(railway: Railway, tmp_path: Path) -> None:
    timetable = corridor(railway, "KGX-LDS")
    drawn = list(draw_truth(timetable, seed=SEED, days=100))
    book = TruthBook(seed=SEED, sampled_days=100)
    book.add(timetable, drawn)
    path = tmp_path / "truth.json.gz"
    rows = book.write(path)
    truth = read_truth(path)
    assert truth.sampled_days == 100
    assert rows == sum(len(kinds) for kinds in truth.odds.values())
    assert_rows_agree(truth, drawn)
    weekday = TODAY - timedelta(days=5)
    train = timetable.booked_on(weekday)[0]
    odds = truth.on(train.uid, 1, weekday)
    assert odds is not None
    assert odds.crs == train.pattern.calls[1].station.crs
    assert truth.on(train.uid, 1, date(2025, 12, 25)) is None


def assert_rows_agree(truth: Truth, drawn: list[DrawnDays]) -> None:
    for days in drawn:
        for outcome in days.outcomes:
            for position, (crs, _, cancelled, *_) in enumerate(outcome_rows(outcome)):
                odds = truth.odds[outcome.train.uid, position][days.kind][days.period.name]
                assert (odds.crs, odds.cancelled) == (crs, cancelled)


def test_the_same_seed_draws_the_same_days_and_another_draws_others(railway: Railway) -> None:
    trains = corridor(railway, "EDB-GLC").booked_on(TODAY)

    def draw(seed: int) -> list[list[int]]:
        rng = np.random.default_rng(seed)
        moods = rng.standard_normal(5, dtype=np.float32)
        conditions = Conditions(temper=1.0, national_mood=moods, rng=rng)
        found = Simulator(trains, conditions).outcomes()
        return [outcome.arr_delay_min.ravel().tolist() for outcome in found]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
