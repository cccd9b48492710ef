"""Delay Repay: what an operator pays back for a delay, and how much of it to expect.

The delay is that of the passenger at the end of the whole journey, in whole minutes. Which operator
pays is a matter of who caused it; the journey's operator stands for it here.
"""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from railfair.domain.codes import TocCode


class Scheme(StrEnum):
    """From which delay on an operator pays."""

    DR15 = "DR15"
    DR30 = "DR30"


class _Band(NamedTuple):
    """From *delay_min* on: eighths of the price of a single, and of the whole price of a return."""

    delay_min: int
    of_single: int
    of_return: int


_EIGHTHS: Final = 8
_QUARTER_OF_AN_HOUR: Final = _Band(15, 2, 1)
_FROM_HALF_AN_HOUR: Final = (_Band(30, 4, 2), _Band(60, 8, 4), _Band(120, 8, 8))
_BANDS: Final = {
    Scheme.DR15: (_QUARTER_OF_AN_HOUR, *_FROM_HALF_AN_HOUR),
    Scheme.DR30: _FROM_HALF_AN_HOUR,
}


class DatedScheme(NamedTuple):
    """The scheme of an operator *since* a day, until a later line of the same one; *source*."""

    toc: TocCode
    since: date
    scheme: Scheme
    source: str


_GTR: Final = "announcement of Govia Thameslink Railway, Sussex Express, 2 December 2016"
SCHEMES: Final = (
    DatedScheme(TocCode("GN"), date(2016, 12, 11), Scheme.DR15, _GTR),
    DatedScheme(TocCode("GX"), date(2016, 12, 11), Scheme.DR15, _GTR),
    DatedScheme(TocCode("SN"), date(2016, 12, 11), Scheme.DR15, _GTR),
    DatedScheme(TocCode("TL"), date(2016, 12, 11), Scheme.DR15, _GTR),
    DatedScheme(
        TocCode("SW"),
        date(2017, 12, 1),
        Scheme.DR15,
        "announcement of South Western Railway, NeighbourNet, 2 December 2017",
    ),
    DatedScheme(
        TocCode("NT"),
        date(2018, 12, 17),
        Scheme.DR15,
        "Transport Focus and Railnews, 17 December 2018",
    ),
    DatedScheme(
        TocCode("LE"),
        date(2019, 4, 1),
        Scheme.DR15,
        "announcement of Greater Anglia, Eastern Daily Press, 12 March 2019",
    ),
)
"""What is known for certain, by date. A line may be added for any operator."""


def scheme_of(toc: TocCode, day: date, *, known: Sequence[DatedScheme] = SCHEMES) -> Scheme | None:
    """Return the scheme of the operator *toc* on *day*.

    `None` where *known* does not say: such an operator may pay, but there is no figure for it.
    """
    lines = [line for line in known if line.toc == toc and line.since <= day]
    return max(lines, key=lambda line: line.since).scheme if lines else None


def compensation_p(scheme: Scheme, *, price_p: int, is_return: bool, delay_min: int) -> int:
    """Return what is paid for a delay, in pence; parts of a penny are left out.

    *price_p* is what was paid, of a return for both ways.
    """
    reached = [band for band in _BANDS[scheme] if band.delay_min <= delay_min]
    return _paid_p(reached[-1], price_p, is_return=is_return) if reached else 0


class Expected(NamedTuple):
    """What to expect: the mean of what is paid in pence, and the chance that anything is due."""

    expected_p: int
    probability: float


def expected(
    scheme: Scheme,
    *,
    price_p: int,
    is_return: bool,
    late_probability: Callable[[int], float],
) -> Expected:
    """Return what to expect of *scheme* for a ticket of *price_p*, and how likely anything is due.

    *late_probability* gives the chance of arriving at least so many minutes late, and never grows
    with them. The mean is over payments in whole pence, and rounded to the nearest penny, halves
    to the even one.
    """
    bands = _BANDS[scheme]
    payments = [0, *(_paid_p(band, price_p, is_return=is_return) for band in bands)]
    chances = [late_probability(band.delay_min) for band in bands]
    steps = (after - before for before, after in pairwise(payments))
    mean_p = sum(step * chance for step, chance in zip(steps, chances, strict=True))
    return Expected(expected_p=round(mean_p), probability=chances[0])


def _paid_p(band: _Band, price_p: int, *, is_return: bool) -> int:
    return price_p * (band.of_return if is_return else band.of_single) // _EIGHTHS
