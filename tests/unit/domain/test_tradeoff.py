"""What one journey trades against another, in a sentence that is true."""

import re
from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.recommendation import Recommended, advise, worthwhile
from railfair.domain.tradeoff import Label, Option, percent
from support.options import MANY, VALUES_OF_TIME, journey


def sentences(*options: Option, limit: int | None = None) -> list[str]:
    found = advise(options, value_of_time_p_per_hour=1200, limit=limit)
    return [one.reason for one in found.recommended]


def test_the_only_journey() -> None:
    assert sentences(journey("08:00-09:00")) == ["The only one in this window"]


def test_one_that_is_shown_alone_is_not_called_the_only_one() -> None:
    found = sentences(journey("08:00-09:00"), journey("08:30-09:30"), limit=1)
    assert found == ["One of several in this window"]


def test_money_for_time() -> None:
    found = sentences(
        journey("08:05-09:10", price=1360),
        journey("08:30-09:24", price=2000),
        journey("09:10-10:30", price=100),
    )
    assert found[0] == "£6.40 cheaper than the 08:30, for 11 minutes more"


def test_the_fastest() -> None:
    found = sentences(
        journey("08:00-09:42", price=1600),
        journey("08:20-09:50", price=2000),
        journey("09:30-12:00", price=1000),
    )
    assert found[1] == "The fastest: 1 hour quicker than the 09:30, but £10 dearer"


def test_the_most_reliable() -> None:
    found = sentences(journey("08:00-09:00", goes_well=0.84), journey("08:30-09:40"))
    assert found[0] == (
        "The fastest: 10 minutes quicker than the 08:30, but less reliable (84%, not 90%)"
    )
    assert found[1] == (
        "The most reliable: more likely to go to plan than the 08:00 (90%, not 84%),"
        " but 10 minutes slower"
    )


def test_a_later_departure_for_the_same_arrival() -> None:
    found = sentences(
        journey("08:05-09:40"),
        journey("08:30-09:40", changes=1),
        journey("09:30-10:40"),
        journey("09:40-10:50", price=1500),
    )
    assert found[1] == (
        "Leaves 25 minutes later than the 08:05 and arrives at the same time,"
        " but has one change more"
    )


def test_trains_that_differ_in_nothing_but_their_time() -> None:
    assert sentences(journey("08:00-09:00"), journey("08:30-09:30"), journey("09:01-10:01")) == [
        "Leaves and arrives 30 minutes earlier than the 08:30",
        "Leaves and arrives 30 minutes later than the 08:00",
        "Leaves and arrives 31 minutes later than the 08:30",
    ]


def test_what_has_only_its_time_for_it() -> None:
    found = sentences(journey("08:00-09:00", price=1000), journey("08:30-09:31", price=1099))
    assert found[1] == (
        "Leaves 30 minutes later than the 08:00, but costs 99p more and takes 1 minute longer"
    )


def test_what_is_better_in_all_but_its_time() -> None:
    found = sentences(journey("08:00-09:00", changes=2), journey("08:30-09:30"))
    assert found[1] == (
        "The best for your time and money: with two changes fewer than the 08:00,"
        " but arrives 30 minutes later"
    )


def test_two_that_leave_together() -> None:
    found = sentences(journey("08:00-09:00", price=3000), journey("08:00-10:01", price=2000))
    assert found == [
        "The fastest: 1 hour 1 minute quicker than the other 08:00, but £10 dearer",
        "The cheapest: £10 cheaper than the other 08:00, but 1 hour 1 minute slower",
    ]


def test_three_that_leave_together_are_counted() -> None:
    found = sentences(
        journey("08:00-09:00", price=3000),
        journey("08:00-09:10", price=2500),
        journey("08:00-09:50", price=1000),
    )
    assert found[1] == "40 minutes quicker than the third 08:00, for £15 more"


def test_many_that_leave_together_are_numbered() -> None:
    found = sentences(
        *(journey(f"08:00-09:{minute}", price=5000 - 100 * minute) for minute in range(10, 20))
    )
    assert found[7] == "£1 cheaper than the seventh 08:00, for 1 minute more"
    assert found[8] == "£1 cheaper than the eighth 08:00, for 1 minute more"
    assert found[9] == "The cheapest: £1 cheaper than the 08:00 (number 9), but 1 minute slower"


def test_a_train_of_the_next_day_is_said_to_be_one() -> None:
    found = sentences(journey("23:50-24:50", price=3000), journey("24:12-25:20", price=1000))
    assert found[0] == (
        "The fastest: 8 minutes quicker than the 00:12 of the next day, but £20 dearer"
    )


def test_only_what_is_certain_is_a_hundred_percent() -> None:
    assert [percent(chance) for chance in (0, 0.001, 0.5, 0.999, 1)] == [0, 1, 50, 99, 100]


def test_no_known_price_is_a_drawback() -> None:
    found = sentences(journey("08:00-09:00"), journey("08:30-09:20", price=None))
    assert found[1] == ("The fastest: 10 minutes quicker than the 08:00, but without a known price")


def test_reliability_that_reads_the_same_is_slightly_better() -> None:
    found = sentences(
        journey("08:00-09:00", goes_well=0.901), journey("08:30-09:30", goes_well=0.9)
    )
    assert found[0] == "Slightly more reliable than the 08:30, but leaves 30 minutes earlier"


def test_two_that_trade_the_same_against_the_one_between_them_are_told_apart() -> None:
    found = sentences(
        journey("08:00-09:11", price=1000),
        journey("08:20-09:20", price=1500),
        journey("08:40-09:51", price=1000),
    )
    assert found[0] == "£5 cheaper than the 08:20, for 11 minutes more"
    assert found[2] == "The 08:40: £5 cheaper than the 08:20, for 11 minutes more"


ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
SPAN = r"(?:1 hour|[1-9]\d* hours)(?: (?:1 minute|[1-9]\d* minutes))?|1 minute|[1-9]\d* minutes"
MONEY = r"£[1-9]\d*(?:\.\d\d)?|[1-9]\d?p"
CHANGES = r"one change|(?:two|three) changes"
NAME = (
    rf"the (?:(?P<which>other|{'|'.join(ORDINALS)}) )?(?P<clock>\d\d:\d\d)"
    r"(?P<day> of the next day| of the day before| \d days (?:later|before))?"
    r"(?: \(number (?P<number>\d+)\))?"
)
LEADS = {
    "The (?:fastest|cheapest|most reliable)(?:(?:, | and )(?:cheapest|most reliable))*",
    "The best for your time and money",
}
_WORDS = ("no", "one", "two", "three")


def minutes(span: str) -> int:
    return sum(
        int(number) * (60 if unit == "hour" else 1)
        for number, unit in re.findall(r"(\d+) (hour|minute)", span)
    )


def pence(money: str) -> int:
    return int(money[:-1]) if money.endswith("p") else round(100 * float(money[1:]))


def changes(words: str) -> int:
    return _WORDS.index(words.split(maxsplit=1)[0])


def named(shown: Sequence[Option], found: re.Match[str], about: Option) -> Option:
    """The one among *shown* that is named in a sentence."""
    day = found["day"] or ""
    days = {"": 0, " of the next day": 1, " of the day before": -1}.get(day)
    if days is None:
        days = int(day.split()[0]) * (1 if day.endswith("later") else -1)
    clock = 60 * int(found["clock"][:2]) + int(found["clock"][3:]) + 1440 * days
    alike = [option for option in shown if option.departs_min == clock]
    if found["which"] == "other":
        assert about in alike
        alike.remove(about)
        (one,) = alike
        return one
    if found["which"] is not None:
        return alike[ORDINALS.index(found["which"])]
    if found["number"] is not None:
        return alike[int(found["number"]) - 1]
    (one,) = alike
    return one


def known(value: float | None) -> float:
    assert value is not None
    return value


def claims_hold(one: Option, other: Option, text: str) -> None:
    """Check every claim of *text*, the name taken out, and that it claims nothing else."""
    dearer_p = (one.price_p or 0) - (other.price_p or 0)
    slower_min = one.duration_min - other.duration_min
    later = one.departs_min - other.departs_min, one.arrives_min - other.arrives_min
    more_changes = one.changes - other.changes
    claims: list[tuple[str, Callable[[str], bool]]] = [
        (rf"leaves and arrives ({SPAN}) later than @", lambda m: {*later} == {minutes(m)}),
        (rf"leaves and arrives ({SPAN}) earlier than @", lambda m: {*later} == {-minutes(m)}),
        (rf"leaves ({SPAN}) later than @", lambda m: later[0] == minutes(m)),
        (rf"arrives ({SPAN}) earlier than @", lambda m: later[1] == -minutes(m)),
        (rf"leaves ({SPAN}) earlier", lambda m: later[0] == -minutes(m)),
        (rf"arrives ({SPAN}) later", lambda m: later[1] == minutes(m)),
        (r"(arrives at the same time)", lambda _: later[1] == 0),
        (rf"({SPAN}) quicker", lambda m: slower_min == -minutes(m)),
        (rf"({SPAN}) slower", lambda m: slower_min == minutes(m)),
        (rf"takes ({SPAN}) longer", lambda m: slower_min == minutes(m)),
        (rf"for ({SPAN}) more", lambda m: slower_min == minutes(m)),
        (rf"({MONEY}) cheaper", lambda m: dearer_p == -pence(m)),
        (rf"({MONEY}) dearer", lambda m: dearer_p == pence(m)),
        (rf"(?:costs|for) ({MONEY}) more", lambda m: dearer_p == pence(m)),
        (rf"with ({CHANGES}) fewer", lambda m: more_changes == -changes(m)),
        (rf"(?:with|has|for) ({CHANGES}) more", lambda m: more_changes == changes(m)),
        (
            r"\((\d+%, not \d+)%\)",
            lambda m: (
                m == f"{percent(known(one.reliability))}%, not {percent(known(other.reliability))}"
            ),
        ),
        (
            r"(slightly )?more (?:reliable|likely to go to plan)",
            lambda m: (
                known(one.reliability) > known(other.reliability)
                and bool(m)
                == (percent(known(one.reliability)) == percent(known(other.reliability)))
            ),
        ),
        (
            r"(?:is )?(slightly )?less reliable",
            lambda m: (
                known(one.reliability) < known(other.reliability)
                and bool(m)
                == (percent(known(one.reliability)) == percent(known(other.reliability)))
            ),
        ),
        (r"(?:without a|has no) (known price)", lambda _: one.price_p is None),
        (r"(an alternative to) @", lambda _: True),
    ]
    rest = text
    for pattern, holds in claims:
        for found in re.finditer(pattern, rest, re.IGNORECASE):
            assert holds(found[1] or ""), (found[0], text)
        rest = re.sub(pattern, "", rest, flags=re.IGNORECASE)
    assert re.fullmatch(r"[ ,]*(?:(?:and|but|than @)[ ,]*)*", rest), (rest, text)
    if "cheaper" in text or "dearer" in text or "£" in text:
        assert one.price_p is not None
        assert other.price_p is not None


def sentence_holds(one: Recommended, shown: Sequence[Option], worth: Sequence[Option]) -> None:
    text = one.reason
    assert text[0].isupper() or text[0] in "£123456789"
    own = re.match(rf"{NAME}: ", text, re.IGNORECASE)
    if own:
        assert named(shown, own, one.option) is one.option
        text = text[own.end() :]
    lead = re.match(rf"({'|'.join(LEADS)}): ", text)
    if lead:
        lead_holds(one, lead[1], worth)
        text = text[lead.end() :]
    (found,) = re.finditer(NAME, text)
    other = named(shown, found, one.option)
    assert abs(shown.index(other) - shown.index(one.option)) == 1
    claims_hold(one.option, other, text[: found.start()] + "@" + text[found.end() :])


def lead_holds(one: Recommended, lead: str, worth: Sequence[Option]) -> None:
    others = [option for option in worth if option is not one.option]
    if "fastest" in lead:
        assert Label.FASTEST in one.labels
        assert all(one.option.duration_min < other.duration_min for other in others)
    if "cheapest" in lead:
        assert Label.CHEAPEST in one.labels
        assert all(known(one.option.price_p) < known(other.price_p) for other in others)
    if "most reliable" in lead:
        assert Label.MOST_RELIABLE in one.labels
        mine = known(one.option.reliability)
        assert all(mine > known(other.reliability) for other in others)
    if "best" in lead:
        assert Label.BEST in one.labels


@given(MANY, VALUES_OF_TIME, st.one_of(st.none(), st.integers(1, 8)), st.booleans())
def test_every_sentence_is_true_and_no_two_are_the_same(
    options: list[Option], value: int, limit: int | None, latest_first: bool
) -> None:
    found = advise(options, value_of_time_p_per_hour=value, limit=limit, latest_first=latest_first)
    shown = [one.option for one in found.recommended]
    assert sorted((*shown, *found.cut), key=repr) == sorted(worthwhile(options), key=repr)
    said = [one.reason for one in found.recommended]
    assert len(set(said)) == len(said)
    if len(shown) > 1:
        for one in found.recommended:
            sentence_holds(one, shown, worthwhile(options))
