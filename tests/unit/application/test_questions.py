"""What answers are called."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.application.predict_delay import PredictionQuery
from railfair.application.questions import Question, name_of
from railfair.domain.cache_keys import Kind
from railfair.domain.codes import Crs, RailcardCode, TocCode
from railfair.domain.delays.arrivals import Sighting

TODAY: Final = date(2026, 11, 25)
NOON: Final = datetime(2026, 11, 25, 12, tzinfo=UTC)


def named(question: Question, *, edition: str = "one", now: datetime = NOON) -> str:
    return name_of(question, edition=edition, now=now)


def priced(travel: date) -> Question:
    query = PredictionQuery(origin=Crs("NRW"), destination=Crs("LST"), day=travel, time_min=0)
    return Question(kind=Kind.PRICED_PREDICTIONS, query=query, travel=travel)


@pytest.mark.parametrize(
    ("days", "later", "is_the_same"),
    [
        (-1, timedelta(hours=5), True),
        (0, timedelta(minutes=14), True),
        (0, timedelta(minutes=15), False),
        (1, timedelta(minutes=15), False),
        (2, timedelta(hours=11), True),
        (2, timedelta(hours=12), False),
    ],
)
def test_prices_have_another_name_once_they_may_be_others(
    days: int, later: timedelta, is_the_same: bool
) -> None:
    question = priced(TODAY + timedelta(days=days))
    assert (named(question) == named(question, now=NOON + later)) == is_the_same


def test_every_edition_has_names_of_its_own() -> None:
    assert named(priced(TODAY)) != named(priced(TODAY), edition="two")


def test_a_query_with_something_that_has_no_name_is_refused() -> None:
    question = Question(kind=Kind.PREDICTIONS, query=Sighting(Crs("NRW"), object()))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        named(question)


def crs() -> st.SearchStrategy[Crs]:
    return st.sampled_from(["LST", "IPS", "DIS"]).map(Crs)


def queries() -> st.SearchStrategy[PredictionQuery]:
    return st.builds(
        PredictionQuery,
        origin=st.just(Crs("COL")),
        destination=crs(),
        day=st.sampled_from([TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=5)]),
        time_min=st.sampled_from([0, 1, 60, 1439]),
        toc=st.sampled_from([None, TocCode("LE"), TocCode("XC")]),
        limit=st.sampled_from([1, 5, 50]),
        seen=st.none() | st.builds(Sighting, st.just(Crs("NRW")), st.sampled_from([-1, 0, 1])),
        include_fares=st.booleans(),
        railcard=st.sampled_from(["", "YNG", "SRN"]).map(RailcardCode),
    )


@settings(deadline=None)
@given(queries(), queries())
def test_two_questions_share_a_name_only_if_they_are_the_same(
    one: PredictionQuery, other: PredictionQuery
) -> None:
    names = [
        named(Question(kind=Kind.PREDICTIONS, query=query, ends=(query.origin, query.destination)))
        for query in (one, other)
    ]
    assert (names[0] == names[1]) == (one == other)
