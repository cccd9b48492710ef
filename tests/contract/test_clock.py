"""What `ports.clock` promises, of the clocks that go and of the one that stands."""

from datetime import date

import pytest

from railfair.adapters.clock.clock import FixedClock, SystemClock
from railfair.ports.clock import Clock

DAY = date(2026, 7, 1)


@pytest.mark.parametrize("clock", [SystemClock(), SystemClock(DAY), FixedClock(DAY)])
def test_a_moment_has_its_time_zone(clock: Clock) -> None:
    assert clock.now().utcoffset() is not None


@pytest.mark.parametrize("clock", [SystemClock(DAY), FixedClock(DAY)])
def test_a_clock_of_a_given_day_stays_on_it(clock: Clock) -> None:
    assert clock.now().date() == DAY
    assert clock.now().isoformat().endswith("+01:00")


@pytest.mark.parametrize("clock", [SystemClock(), FixedClock(DAY)])
def test_time_never_runs_backwards(clock: Clock) -> None:
    assert clock.now() <= clock.now()
