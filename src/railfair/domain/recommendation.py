"""Which journeys are worth choosing between, and why each of them is."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from railfair.domain.pareto import Criteria, pareto_set
from railfair.domain.tradeoff import CHANGE_MIN, Label, Option, percent, reasons

_MINUTES_AN_HOUR: Final = 60
_ONLY: Final = "The only one in this window"
_ONE_OF_SEVERAL: Final = "One of several in this window"


type Measure = Callable[[Option], float | None]
"""What a label goes by: lower is better, `None` is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """A journey worth choosing, what it is more than the others, and a sentence on why."""

    option: Option
    labels: tuple[Label, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """Options that are kept and those that were cut, each by departure, then arrival."""

    kept: tuple[Option, ...]
    cut: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is recommended, by departure, then arrival; *cut* are those for which was no room."""

    recommended: tuple[Recommended, ...]
    cut: tuple[Option, ...]


def advise(
    options: Sequence[Option],
    *,
    value_of_time_p_per_hour: int,
    limit: int | None = None,
    latest_first: bool = False,
) -> Advice:
    """Return which of *options* are worth choosing between, with labels and reasons.

    Labels hold among all that are worthwhile; whoever has one is not cut. A journey that is shown
    alone has none. *limit* and *latest_first* are those of `shortlist`.
    """
    worth = worthwhile(options)
    holders = labelled(worth, value_of_time_p_per_hour=value_of_time_p_per_hour)
    held = set(holders.values())
    room = len(worth) if limit is None else limit
    found = shortlist(worth, room, keep=held, latest_first=latest_first)
    if len(found.kept) == 1:
        reason = _ONE_OF_SEVERAL if found.cut else _ONLY
        only = Recommended(option=found.kept[0], labels=(), reason=reason)
        return Advice(recommended=(only,), cut=found.cut)
    alone = _alone(worth, holders, _measures(worth, value_of_time_p_per_hour))
    said = reasons(
        found.kept,
        [[label for label in alone if holders[label] is option] for option in found.kept],
        value_of_time_p_per_hour=value_of_time_p_per_hour,
    )
    recommended = tuple(
        Recommended(
            option=option,
            labels=tuple(label for label, holder in holders.items() if holder is option),
            reason=reason,
        )
        for option, reason in zip(found.kept, said, strict=True)
    )
    return Advice(recommended=recommended, cut=found.cut)


def worthwhile(options: Sequence[Option]) -> tuple[Option, ...]:
    """Return the Pareto set of *options*, by departure, then arrival.

    What counts: departure (later is better), arrival, changes, price and reliability, exactly as
    given. A difference too small to be shown should be rounded away before.
    """
    return tuple(sorted(pareto_set(options, _criteria), key=_in_time_order))


def shortlist(
    options: Sequence[Option],
    limit: int,
    *,
    keep: Collection[Option] = (),
    latest_first: bool = False,
) -> Shortlist:
    """Cut *options* down to *limit*, all of *keep* and these among those kept.

    The earliest arrival for each number of changes (the latest to leave of several), the cheapest,
    the most reliable and the fastest. Should they alone be more than *limit*, all are kept. What
    room is left goes to the first to leave, or with *latest_first* to the last.
    """
    ordered = sorted(options, key=_in_time_order)
    needed = {*keep, *_needed(ordered)}
    rest = [option for option in ordered if option not in needed]
    room = max(limit - len(ordered) + len(rest), 0)
    filled = rest[max(len(rest) - room, 0) :] if latest_first else rest[:room]
    kept = needed.union(filled)
    return Shortlist(
        kept=tuple(option for option in ordered if option in kept),
        cut=tuple(option for option in ordered if option not in kept),
    )


def labelled(options: Sequence[Option], *, value_of_time_p_per_hour: int) -> dict[Label, Option]:
    """Return who holds which label.

    A label goes to one only, and is given only if what it goes by is known of all of *options* and
    not the same for all: reliability in whole percent. Of several that are equally good the
    quicker holds it, then the one with fewer changes, then the first to leave.
    """
    found = {}
    for label, measure in _measures(options, value_of_time_p_per_hour).items():
        values = [measure(option) for option in options]
        if None in values or len(set(values)) < 2:  # noqa: PLR2004
            continue
        if label is Label.MOST_RELIABLE and not _differ_in_percent(options):
            continue
        found[label] = min(options, key=lambda option: (measure(option), _tie_break(option)))
    return found


def _criteria(option: Option) -> Criteria:
    return (
        -option.departs_min,
        option.arrives_min,
        option.changes,
        option.price_p,
        _unreliability(option),
    )


def _in_time_order(option: Option) -> tuple[float, ...]:
    return option.departs_min, option.arrives_min, *_tie_break(option)


def _tie_break(option: Option) -> tuple[float, ...]:
    """Order options that are equal otherwise; total over options whose criteria differ."""
    unknown = float("inf")
    price_p, unreliability = option.price_p, _unreliability(option)
    return (
        option.duration_min,
        option.changes,
        option.departs_min,
        unknown if price_p is None else price_p,
        unknown if unreliability is None else unreliability,
    )


def _unreliability(option: Option) -> float | None:
    return None if option.reliability is None else -option.reliability


def _needed(options: Sequence[Option]) -> Iterator[Option]:
    by_arrival = sorted(options, key=lambda option: (option.arrives_min, -option.departs_min))
    yield from {option.changes: option for option in reversed(by_arrival)}.values()
    for measure in (_price, _unreliability, _duration):
        known = [option for option in options if measure(option) is not None]
        if known:
            yield min(known, key=lambda option: (measure(option), _tie_break(option)))


def _price(option: Option) -> float | None:
    return option.price_p


def _duration(option: Option) -> float | None:
    return option.duration_min


def _measures(options: Sequence[Option], value_of_time: int) -> dict[Label, Measure]:
    return {
        Label.FASTEST: _duration,
        Label.CHEAPEST: _price,
        Label.MOST_RELIABLE: _unreliability,
        Label.BEST: _generalised_cost(options, value_of_time),
    }


def _generalised_cost(options: Sequence[Option], value_of_time: int) -> Measure:
    """Return the price and what the expected duration and the changes are worth, in pence.

    A change counts as `CHANGE_MIN` minutes. If the expected arrival of any of *options* is unknown,
    the booked arrivals of all are compared.
    """
    is_expected = all(option.expected_arrival_min is not None for option in options)

    def cost_p(option: Option) -> float | None:
        if option.price_p is None:
            return None
        arrival_min: float = option.arrives_min
        if is_expected and option.expected_arrival_min is not None:
            arrival_min = option.expected_arrival_min
        minutes = arrival_min - option.departs_min + CHANGE_MIN * option.changes
        return option.price_p + value_of_time * minutes / _MINUTES_AN_HOUR

    return cost_p


def _differ_in_percent(options: Sequence[Option]) -> bool:
    known = [option.reliability for option in options if option.reliability is not None]
    return len({percent(reliability) for reliability in known}) > 1


def _alone(
    options: Sequence[Option], holders: Mapping[Label, Option], measures: Mapping[Label, Measure]
) -> list[Label]:
    """Return the labels that no other option deserves as much as its holder."""
    return [
        label
        for label, holder in holders.items()
        if sum(measures[label](option) == measures[label](holder) for option in options) == 1
    ]
