"""The breaker: closed, open, one probe at a time, and closed again."""

from railfair.domain.breaker import Breaker, BreakerState
from support.settable_clock import SettableClock


def opened(clock: SettableClock, told: list[BreakerState] | None = None) -> Breaker:
    on_change = None if told is None else told.append
    breaker = Breaker(failures=3, probe_after_s=2, now=clock, on_change=on_change)
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_failures_in_a_row_open_it_and_others_do_not() -> None:
    breaker = Breaker(failures=3, probe_after_s=2, now=SettableClock())
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED
    assert opened(SettableClock()).state is BreakerState.OPEN


def test_open_it_lets_one_probe_through_at_a_time() -> None:
    clock = SettableClock()
    breaker = opened(clock)
    assert not breaker.allows()
    clock.advance(2)
    assert not breaker.is_barred
    assert breaker.allows()
    assert str(breaker.state) == "half-open"
    assert not breaker.allows()
    breaker.failed()
    assert str(breaker.state) == "open"
    assert not breaker.allows()


def test_a_probe_that_succeeds_closes_it() -> None:
    clock = SettableClock()
    told: list[BreakerState] = []
    breaker = opened(clock, told)
    clock.advance(2)
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED
    assert breaker.allows()
    assert told == [BreakerState.OPEN, BreakerState.CLOSED]
    assert breaker.openings == 1


def test_a_probe_of_which_nothing_is_heard_is_followed_by_another() -> None:
    clock = SettableClock()
    breaker = opened(clock)
    clock.advance(2)
    assert breaker.allows()
    clock.advance(2)
    assert breaker.allows()


def test_late_failures_of_calls_begun_before_change_nothing() -> None:
    clock = SettableClock()
    told: list[BreakerState] = []
    breaker = opened(clock, told)
    for _ in range(10):
        breaker.failed()
    assert told == [BreakerState.OPEN]
    clock.advance(2)
    assert breaker.allows()
