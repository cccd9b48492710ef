"""Bringing the forecasts up to the history: new days are added, changed ones learned anew."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date

from railfair.domain.codes import TocCode
from railfair.domain.delays.arrivals import DayType, ObservedArrivals, day_type, observed
from railfair.domain.delays.model import DelayModel
from railfair.domain.delays.usual_trains import UsualTrain, with_day
from railfair.domain.running import Run, TrainKey
from railfair.domain.statistics import OutcomeCounts
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import UnitOfWork

ENGLISH_HOLIDAY = "X"
type DaysLearned = Callable[[date], None]


def kind_of(day: date, holidays: BankHolidays) -> DayType:
    """Return what kind of day *day* is for running: bank holidays are like Sundays."""
    return day_type(day, is_holiday=ENGLISH_HOLIDAY in holidays.flags(day))


async def learn_from(
    unit: UnitOfWork,
    first_changed: date,
    *,
    holidays: BankHolidays,
    told: DaysLearned,
    fresh: Iterable[Run] | None = None,
) -> int:
    """Learn every day of the history from *first_changed* on; return how many days were learned.

    What was learned depends on the order of days. So where *first_changed* is not after all days
    that were learned before, everything is forgotten and learned again from the first day on.
    *told* hears of every day that is done. *fresh*, where the caller still has them at hand, are
    all runs from *first_changed* on, so that they need not be read back.
    """
    model, trains = await _learned(unit, first_changed)
    span = await unit.performance.days()
    if span is None:
        return 0
    if model.learned_until is None:
        start, outcomes = span[0], {}
    else:
        start, outcomes = first_changed, dict(await unit.performance.operator_outcomes())
    at_hand = fresh is not None and start == first_changed
    history = _by_day(fresh or ()) if at_hand else unit.performance.runs(start, span[1])
    days = 0
    async for day, runs in history:
        kind = kind_of(day, holidays)
        block = observed(runs, day, kind)
        model.learn(day, block)
        _add_outcomes(outcomes, block)
        with_day(trains, day, kind, runs)
        days += 1
        told(day)
    await unit.forecasts.put(model.dump_heads(), model.dump_changed())
    await unit.forecasts.put_usual_trains(list(trains.values()))
    await unit.performance.put_operator_outcomes(outcomes)
    return days


def _add_outcomes(outcomes: dict[TocCode, OutcomeCounts], block: ObservedArrivals) -> None:
    """Add what came of the arrivals of *block* to the *outcomes* of their operators."""
    known: dict[TocCode, Counter[int]] = {}
    cancelled: Counter[TocCode] = Counter()
    for arrival, delay, missed in zip(
        block.arrivals, block.delays.tolist(), block.cancelled.tolist(), strict=True
    ):
        if missed:
            cancelled[arrival.toc] += 1
        else:
            known.setdefault(arrival.toc, Counter())[delay] += 1
    for toc in known.keys() | cancelled.keys() | block.lost.keys():
        outcomes[toc] = outcomes.get(toc, OutcomeCounts()) + OutcomeCounts(
            delays=known.get(toc, {}), cancelled=cancelled[toc], unknown=block.lost.get(toc, 0)
        )


async def _learned(
    unit: UnitOfWork, first_changed: date
) -> tuple[DelayModel, dict[TrainKey, UsualTrain]]:
    heads = await unit.forecasts.heads()
    if heads:
        model = DelayModel.restored(heads, await unit.forecasts.all_nodes())
        if model.learned_until is not None and model.learned_until < first_changed:
            trains = await unit.forecasts.all_usual_trains()
            return model, {usual.train.key: usual for usual in trains}
    await unit.forecasts.clear()
    return DelayModel(), {}


async def _by_day(runs: Iterable[Run]) -> AsyncIterator[tuple[date, list[Run]]]:
    """Yield what the history would: each day in order, with its runs by rid."""
    days: dict[date, list[Run]] = {}
    for run in runs:
        days.setdefault(run.day, []).append(run)
    for day in sorted(days):
        yield day, sorted(days[day], key=lambda run: run.rid)
