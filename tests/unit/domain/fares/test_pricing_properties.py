"""What holds for the price of every fare, party and railcard."""

from dataclasses import dataclass
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.fares.discount import Rounding, rounded
from railfair.domain.fares.lookup import ListedFare
from railfair.domain.fares.party import Party
from railfair.domain.fares.railcard import Railcard
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.till import PartyPrice, Till
from support.fare_rules import (
    CARD,
    DAY,
    NOTHING,
    THIRD,
    band,
    listed,
    minimum,
    pricing_rules,
    railcard,
    status,
    ticket,
)

MOST = 4
CHILD_WITH_CARD = "CWC"
STEPS = st.sampled_from([1, 5, 10, 50])
PRICES = st.integers(0, 40_000)
PEOPLE = st.tuples(st.integers(0, MOST), st.integers(0, MOST))
PARTIES = PEOPLE.filter(any).map(lambda people: Party(*people))


@dataclass(frozen=True, slots=True)
class Case:
    """A fare with the rules and the railcard by which it is priced."""

    rules: RuleBook
    card: Railcard
    fare: ListedFare
    party: Party
    is_minimum_fare: bool

    def price(self, *, is_with_card: bool = True, rounding: Rounding = Rounding.DOWN) -> PartyPrice:
        """Return what the party pays, with the railcard or without."""
        till = Till(
            self.rules,
            day=DAY,
            sold_on=DAY,
            party=self.party,
            railcard=self.card.code if is_with_card else NO_RAILCARD,
            rounding=rounding,
        )
        found = till.price(self.fare, ticket(), is_minimum_fare=self.is_minimum_fare)
        assert isinstance(found, PartyPrice)
        return found

    def least_p(self, rounding: Rounding) -> int:
        """Return what the party pays at least by the line of the ticket."""
        till = Till(
            self.rules,
            day=DAY,
            sold_on=DAY,
            party=self.party,
            railcard=self.card.code,
            rounding=rounding,
        )
        floor = till.floor(ticket())
        assert floor is not None
        assert self.fare.adult_p is not None
        return floor.least_p(self.fare.adult_p)

    def alone_p(self, *, is_adult: bool, is_covered: bool) -> int:
        """Return what one person pays, with the card or without, whomever it is for."""
        everybody = railcard(
            adult=self.card.adult_status,
            child=self.card.child_status,
            adults=(0, 1),
            children=(0, 1),
        )
        rules = RuleBook(
            railcards={**self.rules.railcards, everybody.code: (everybody,)},
            statuses=self.rules.statuses,
            minimum_fares=self.rules.minimum_fares,
            rounding=self.rules.rounding,
        )
        one = Party(1, 0) if is_adult else Party(0, 1)
        case = Case(rules, everybody, self.fare, one, self.is_minimum_fare)
        return case.price(is_with_card=is_covered).total_p


@st.composite
def cards(draw: st.DrawFn) -> Railcard:
    """Draw a railcard for some people, at least one of them an adult."""
    fewest_adults, fewest_children = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    fewest = fewest_adults + fewest_children + draw(st.integers(0, 2))
    return railcard(
        adult=draw(st.sampled_from([THIRD, NOTHING])),
        child=draw(st.sampled_from([CHILD_WITH_CARD, NOTHING])),
        adults=(fewest_adults, draw(st.integers(fewest_adults, MOST))),
        children=(fewest_children, draw(st.integers(fewest_children, MOST))),
        passengers=(fewest, draw(st.integers(max(1, fewest), 2 * MOST))),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a fare of a flow or an override, with its rules."""
    card = draw(cards())
    adult_p = draw(PRICES)
    is_override = draw(st.booleans())
    finals = st.fixed_dictionaries({}, optional={str(CARD): st.tuples(PRICES, st.none() | PRICES)})
    fare = listed(
        adult_p,
        child_p=draw(st.integers(0, adult_p)) if is_override else None,
        is_override=is_override,
        cards=draw(finals) if is_override else None,
    )
    discounted = st.builds(
        status,
        st.just(THIRD),
        st.integers(0, 999),
        indicator=st.sampled_from("0FMLHXN"),
        flat_p=st.tuples(PRICES, PRICES, PRICES, PRICES),
        lower_p=st.tuples(PRICES, PRICES),
        higher_p=st.tuples(PRICES, PRICES),
    )
    rules = pricing_rules(
        cards=[card],
        statuses=[draw(discounted), status(CHILD_WITH_CARD, draw(st.integers(0, 999)))],
        minimums=[minimum(draw(PRICES))],
        bands=[band(2_000, draw(STEPS)), band(99_999_999, draw(STEPS), position=2)],
    )
    return Case(rules, card, fare, draw(PARTIES), draw(st.booleans()))


@given(cases())
def test_a_railcard_never_makes_a_fare_dearer(case: Case) -> None:
    found = case.price()
    assert found.undiscounted_total_p == case.price(is_with_card=False).total_p
    assert found.total_p <= found.undiscounted_total_p
    assert found.is_discounted == (found.total_p < found.undiscounted_total_p)


@given(cases())
def test_the_total_is_the_sum_of_what_each_person_pays_without_the_card(case: Case) -> None:
    adult_p = case.alone_p(is_adult=True, is_covered=False)
    child_p = case.alone_p(is_adult=False, is_covered=False)
    expected_p = case.party.adults * adult_p + case.party.children * child_p
    assert case.price(is_with_card=False).total_p == expected_p


@given(cases())
def test_the_total_is_that_of_the_best_choice_of_whom_the_card_covers(case: Case) -> None:
    pays_p = {
        (is_adult, is_covered): case.alone_p(is_adult=is_adult, is_covered=is_covered)
        for is_adult, is_covered in product((True, False), repeat=2)
    }
    people = [True] * case.party.adults + [False] * case.party.children
    totals = [sum(pays_p[is_adult, False] for is_adult in people)]
    totals += [
        sum(pays_p[who] for who in zip(people, covered, strict=True))
        for covered in product((True, False), repeat=len(people))
        if _is_allowed(case.card, people, covered)
    ]
    assert case.price().total_p == min(totals)


def _is_allowed(card: Railcard, people: list[bool], covered: tuple[bool, ...]) -> bool:
    adults = sum(is_adult and is_in for is_adult, is_in in zip(people, covered, strict=True))
    children = sum(covered) - adults
    return (
        card.fewest_adults <= adults <= card.most_adults
        and card.fewest_children <= children <= card.most_children
        and card.fewest_passengers <= adults + children <= card.most_passengers
    )


@given(thousandths_p=st.integers(0, 100_000_000), step_p=STEPS)
def test_down_is_at_most_nearest_is_at_most_up_and_all_within_a_step(
    thousandths_p: int, step_p: int
) -> None:
    down, nearest, up = (rounded(thousandths_p, step_p=step_p, rounding=way) for way in Rounding)
    assert down <= nearest <= up <= down + step_p
    assert down * 1_000 <= thousandths_p <= up * 1_000
    assert {down % step_p, nearest % step_p, up % step_p} == {0}


@given(cases())
def test_a_total_rounded_down_is_at_most_one_rounded_up(case: Case) -> None:
    down, nearest, up = (case.price(rounding=way).total_p for way in Rounding)
    assert down <= nearest <= up


@given(cases().filter(lambda case: not case.fare.is_override))
def test_no_price_of_a_flow_lies_below_the_line_of_its_ticket(case: Case) -> None:
    for way in Rounding:
        assert case.least_p(way) <= case.price(rounding=way).total_p
