"""What one journey trades against another, in a sentence that is true."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from railfair.domain.railtime import MINUTES_A_DAY

CHANGE_MIN: Final = 5
"""What a change of trains is worth avoiding, in minutes, besides the time that it takes."""
_POINT_MIN: Final = 1
"""What a hundredth of reliability is worth, in minutes, when sentences weigh differences."""
_SAID: Final = 2
"""How many advantages, and how many drawbacks, a sentence names."""
_MINUTES_AN_HOUR: Final = 60
_PENCE_A_POUND: Final = 100
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class Label(StrEnum):
    """What a journey is more than any other."""

    FASTEST = "fastest"
    CHEAPEST = "cheapest"
    MOST_RELIABLE = "most_reliable"
    BEST = "best"


_SUPERLATIVES: Final = {
    Label.FASTEST: "fastest",
    Label.CHEAPEST: "cheapest",
    Label.MOST_RELIABLE: "most reliable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A journey to choose, by what counts in the choice; *key* is what the caller knows it by.

    Minutes are rail minutes of the day asked for. *price_p* is what the party pays in pence,
    *reliability* the chance that all goes to plan (0-1), *expected_arrival_min* the mean of the
    arrival, the trains taken after missed connections included. `None` is unknown.
    """

    key: Hashable
    departs_min: int
    arrives_min: int
    changes: int
    price_p: int | None
    reliability: float | None
    expected_arrival_min: float | None

    @property
    def duration_min(self) -> int:
        """The minutes that it takes by the timetable."""
        return self.arrives_min - self.departs_min


class _Difference(NamedTuple):
    """How one option differs from another in one thing, and what that is worth in pence.

    *than* is said before `than`, *note* behind the other's name; *has* is said with a verb; *more*
    is what is paid in exchange for an advantage. *label* is for whoever is best in this.
    """

    label: Label | None
    is_gain: bool
    worth_p: float
    than: str
    has: str = ""
    more: str = ""
    note: str = ""

    @property
    def alone(self) -> str:
        """What is said where the other's name does not follow."""
        return f"{self.than} {self.note}".rstrip()


def percent(chance: float) -> int:
    """Return *chance* in whole percent, 0 and 100 only where it is certain."""
    if chance in {0, 1}:
        return round(100 * chance)
    return min(max(round(100 * chance), 1), 99)


def reasons(
    options: Sequence[Option],
    labels: Sequence[Collection[Label]],
    *,
    value_of_time_p_per_hour: int,
) -> tuple[str, ...]:
    """Return a sentence for each of *options*: what it trades against one next to it in time.

    The options are in order of departure, and there are at least two; of its two neighbours the
    one counts against which its advantages are worth most, else the nearer, else the earlier. The
    sentence begins with *labels* that the option shares with none. No two are the same.
    """
    found: list[str] = []
    for index, held in enumerate(labels):
        said = list(_candidates(options, index, held, value_of_time_p_per_hour))
        last = _capital(f"{_name(options, index)}: {said[0][0].lower()}{said[0][1:]}")
        found.append(next((text for text in said if text not in found), last))
    return tuple(found)


def _candidates(
    options: Sequence[Option], index: int, held: Collection[Label], value_of_time: int
) -> Iterator[str]:
    one = options[index]
    ranked = []
    for near in (index - 1, index + 1):
        if 0 <= near < len(options):
            differences = list(_differences(one, options[near], held, value_of_time))
            worth_p = sum(difference.worth_p for difference in differences if difference.is_gain)
            apart_min = abs(options[near].departs_min - one.departs_min)
            ranked.append((-worth_p, apart_min, near, differences))
    for _, _, near, differences in sorted(ranked):
        name = _name(options, near, beside=index)
        yield _sentence(one, options[near], name, differences, held)


def _differences(
    one: Option, other: Option, held: Collection[Label], value_of_time: int
) -> Iterator[_Difference]:
    minute_p = value_of_time / _MINUTES_AN_HOUR
    yield from _in_price(one.price_p, other.price_p)
    yield from _in_time(other.duration_min - one.duration_min, minute_p)
    yield from _in_changes(other.changes - one.changes, minute_p)
    if one.reliability is not None and other.reliability is not None:
        # After "the most reliable", "more reliable" would say nothing new.
        word = "likely to go to plan" if Label.MOST_RELIABLE in held else "reliable"
        yield from _in_reliability(one.reliability, other.reliability, word, minute_p)


def _in_price(one_p: int | None, other_p: int | None) -> Iterator[_Difference]:
    if one_p is None and other_p is not None:
        yield _Difference(
            label=None,
            is_gain=False,
            worth_p=0,
            than="without a known price",
            has="has no known price",
        )
    elif one_p is not None and other_p is not None and one_p != other_p:
        sum_p = abs(other_p - one_p)
        money = _money(sum_p)
        yield _Difference(
            label=Label.CHEAPEST,
            is_gain=one_p < other_p,
            worth_p=sum_p,
            than=f"{money} {'cheaper' if one_p < other_p else 'dearer'}",
            has=f"costs {money} more",
            more=f"{money} more",
        )


def _in_time(saved_min: int, minute_p: float) -> Iterator[_Difference]:
    if saved_min:
        span = _span(abs(saved_min))
        yield _Difference(
            label=Label.FASTEST,
            is_gain=saved_min > 0,
            worth_p=abs(saved_min) * minute_p,
            than=f"{span} {'quicker' if saved_min > 0 else 'slower'}",
            has=f"takes {span} longer",
            more=f"{span} more",
        )


def _in_changes(saved: int, minute_p: float) -> Iterator[_Difference]:
    if saved:
        number = _counted(abs(saved), "change", _NUMBERS)
        yield _Difference(
            label=None,
            is_gain=saved > 0,
            worth_p=abs(saved) * CHANGE_MIN * minute_p,
            than=f"with {number} {'fewer' if saved > 0 else 'more'}",
            has=f"has {number} more",
            more=f"{number} more",
        )


def _in_reliability(one: float, other: float, word: str, minute_p: float) -> Iterator[_Difference]:
    if one == other:
        return
    shown, others = percent(one), percent(other)
    degree = "more" if one > other else "less"
    than = f"{degree} {word}" if shown != others else f"slightly {degree} {word}"
    note = f"({shown}%, not {others}%)" if shown != others else ""
    yield _Difference(
        label=Label.MOST_RELIABLE,
        is_gain=one > other,
        worth_p=abs(shown - others) * _POINT_MIN * minute_p,
        than=than,
        has=f"is {than} {note}".rstrip(),
        note=note,
    )


def _sentence(
    one: Option, other: Option, name: str, differences: list[_Difference], held: Collection[Label]
) -> str:
    gains = _foremost((gain for gain in differences if gain.is_gain), held)
    losses = _foremost((loss for loss in differences if not loss.is_gain), held)
    if not gains or (not held and _only_leaves_later(one, other, gains)):
        head = _shift(one, other, name, is_all=not differences)
        tail = _but(loss.has for loss in losses)
    else:
        notes = "".join(f" {gain.note}" for gain in gains if gain.note)
        head = f"{_listed([gain.than for gain in gains])} than {name}{notes}"
        if not losses:
            tail = _later_or_earlier(one, other)
        elif len(gains) == len(losses) == 1 and losses[0].more and not held:
            tail = f", for {losses[0].more}"
        else:
            tail = _but(loss.alone for loss in losses)
    return f"{_lead(held)}: {head}{tail}" if held else _capital(f"{head}{tail}")


def _lead(held: Collection[Label]) -> str:
    said = [word for label, word in _SUPERLATIVES.items() if label in held]
    if not said:
        return "The best for your time and money"
    return f"The {_listed(said)}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _foremost(differences: Iterable[_Difference], held: Collection[Label]) -> list[_Difference]:
    """Return what is said of *differences*: what there is a label for, then what is worth most."""
    ranked = sorted(differences, key=lambda one: (one.label not in held, -one.worth_p))
    said = max(_SAID, sum(one.label in held for one in ranked))
    return ranked[:said]


def _only_leaves_later(one: Option, other: Option, gains: list[_Difference]) -> bool:
    """Whether all that is better is a later departure for the same arrival."""
    is_quicker = [gain.label for gain in gains] == [Label.FASTEST]
    return is_quicker and one.arrives_min == other.arrives_min


def _shift(one: Option, other: Option, name: str, *, is_all: bool) -> str:
    """Say what is better about the times of day; *is_all* if nothing else differs."""
    later_min = one.departs_min - other.departs_min
    if later_min and is_all:
        way = "later" if later_min > 0 else "earlier"
        return f"leaves and arrives {_span(abs(later_min))} {way} than {name}"
    if later_min > 0:
        same = " and arrives at the same time" if one.arrives_min == other.arrives_min else ""
        return f"leaves {_span(later_min)} later than {name}{same}"
    if one.arrives_min < other.arrives_min:
        return f"arrives {_span(other.arrives_min - one.arrives_min)} earlier than {name}"
    return f"an alternative to {name}"


def _later_or_earlier(one: Option, other: Option) -> str:
    """Say what is worse about the times of day, if anything is."""
    if one.arrives_min > other.arrives_min:
        return f", but arrives {_span(one.arrives_min - other.arrives_min)} later"
    if one.departs_min < other.departs_min:
        return f", but leaves {_span(other.departs_min - one.departs_min)} earlier"
    return ""


def _but(losses: Iterable[str]) -> str:
    said = " and ".join(losses)
    return f", but {said}" if said else ""


def _name(options: Sequence[Option], index: int, *, beside: int | None = None) -> str:
    """Name an option by its departure; *beside* is the one that the sentence is about."""
    departs_min = options[index].departs_min
    alike = [n for n, option in enumerate(options) if option.departs_min == departs_min]
    if len(alike) == 1:
        return f"the {_clock(departs_min)}"
    if len(alike) == 2 and beside in alike:  # noqa: PLR2004
        return f"the other {_clock(departs_min)}"
    place = alike.index(index)
    if place < len(_ORDINALS):
        return f"the {_ORDINALS[place]} {_clock(departs_min)}"
    return f"the {_clock(departs_min)} (number {place + 1})"


def _clock(rail_min: int) -> str:
    days, minute = divmod(rail_min, MINUTES_A_DAY)
    clock = f"{minute // _MINUTES_AN_HOUR:02}:{minute % _MINUTES_AN_HOUR:02}"
    match days:
        case 0:
            return clock
        case 1:
            return f"{clock} of the next day"
        case -1:
            return f"{clock} of the day before"
        case _:
            return f"{clock} {abs(days)} days {'later' if days > 0 else 'before'}"


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, _MINUTES_AN_HOUR)
    parts = [_counted(hours, "hour")] if hours else []
    return " ".join([*parts, _counted(rest, "minute")] if rest else parts)


def _counted(number: int, thing: str, words: Sequence[str] = ()) -> str:
    shown = words[number] if number < len(words) else str(number)
    return f"{shown} {thing}" if number == 1 else f"{shown} {thing}s"


def _money(sum_p: int) -> str:
    pounds, pence = divmod(sum_p, _PENCE_A_POUND)
    if not pounds:
        return f"{pence}p"
    return f"£{pounds}.{pence:02}" if pence else f"£{pounds}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
