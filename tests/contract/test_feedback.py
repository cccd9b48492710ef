"""`ports.feedback`: what passengers say, kept by every storage."""

from dataclasses import replace
from datetime import date

from railfair.domain.codes import Crs
from railfair.ports.feedback import Feedback, FeedbackCount
from railfair.ports.storage import Storage

GOOD = Feedback(origin=Crs("NRW"), destination=Crs("LST"), day=date(2026, 11, 24), as_forecast=True)


async def test_nothing_is_said_at_first(storage: Storage) -> None:
    async with storage.reading() as unit:
        assert list(await unit.feedback.counts()) == []


async def test_what_is_said_is_counted_by_month(storage: Storage) -> None:
    told = (
        GOOD,
        GOOD,
        replace(GOOD, as_forecast=False, delay_min=12, time_min=480),
        replace(GOOD, as_forecast=False, delay_min=-2),
        replace(GOOD, as_forecast=False, cancelled=True, day=date(2026, 10, 31)),
    )
    for one in told:
        async with storage.writing() as unit:
            await unit.feedback.put(one)
    async with storage.reading() as unit:
        assert list(await unit.feedback.counts()) == [
            FeedbackCount(month=date(2026, 10, 1), number=1, as_forecast=0, cancelled=1,
                          told_delays=0, delay_min=0),
            FeedbackCount(month=date(2026, 11, 1), number=4, as_forecast=2, cancelled=0,
                          told_delays=2, delay_min=10),
        ]  # fmt: skip
