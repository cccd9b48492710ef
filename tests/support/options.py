"""Journeys to choose between, as literals and at random."""

from hypothesis import strategies as st

from railfair.domain.tradeoff import Option


def journey(
    times: str,
    *,
    changes: int = 0,
    price: int | None = 2000,
    goes_well: float | None = 0.9,
    expected: float | None = None,
) -> Option:
    """`journey("08:00-09:49")`; hours count on after midnight (`24:12-25:00`)."""
    departs, arrives = (60 * int(time[:2]) + int(time[3:]) for time in times.split("-"))
    return Option(
        key=(times, changes, price, goes_well),
        departs_min=departs,
        arrives_min=arrives,
        changes=changes,
        price_p=price,
        reliability=goes_well,
        expected_arrival_min=arrives if expected is None else arrives + expected,
    )


OPTIONS = st.builds(
    lambda key, departs, duration, changes, price, reliability, delay: Option(
        key=key,
        departs_min=departs,
        arrives_min=departs + duration,
        changes=changes,
        price_p=price,
        reliability=reliability,
        expected_arrival_min=None if delay is None else departs + duration + delay,
    ),
    key=st.integers(),
    departs=st.one_of(st.integers(478, 484), st.integers(-60, 4500)),
    duration=st.one_of(st.integers(58, 62), st.integers(1, 300)),
    changes=st.integers(0, 3),
    price=st.one_of(st.none(), st.sampled_from([60, 99, 1200, 1201]), st.integers(1, 20_000)),
    reliability=st.one_of(
        st.none(), st.sampled_from([0.0, 0.001, 0.9, 0.901, 0.999, 1.0]), st.floats(0, 1)
    ),
    delay=st.one_of(st.none(), st.floats(0, 90)),
)
MANY = st.lists(OPTIONS, max_size=9, unique_by=lambda option: option.key)
KNOWN = st.lists(
    OPTIONS.filter(lambda option: option.price_p is not None and option.reliability is not None),
    max_size=9,
    unique_by=lambda option: option.key,
)
VALUES_OF_TIME = st.integers(0, 5000)
