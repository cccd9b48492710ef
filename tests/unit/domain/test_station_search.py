"""Which station somebody means by a few letters."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.station import Station
from railfair.domain.station_search import ranked
from support.timetables import station

AYTON = station("AYT", "Ayton", interchange=3)
AYTON_ROAD = station("AYR", "Ayton Road")
GREAT_AYTON = station("GYT", "Great Ayton")
BRAYTON = station("BRY", "Brayton", interchange=2)
KINGS_DEE = replace(station("KDE", "King's Dee"), aliases=("Dee-on-Sea & Pier",))
ALL = [BRAYTON, GREAT_AYTON, AYTON_ROAD, KINGS_DEE, AYTON]


def names(query: str) -> list[str]:
    return [found.name for found in ranked(ALL, query)]


def test_the_code_comes_first_even_when_a_name_fits() -> None:
    coded = station("DEE", "Zedford")
    assert ranked([KINGS_DEE, coded], "dee") == [coded, KINGS_DEE]


def test_whole_names_come_before_beginnings_words_and_parts() -> None:
    assert names("ayton") == ["Ayton", "Ayton Road", "Great Ayton", "Brayton"]


def test_larger_interchanges_come_before_smaller_ones_then_names() -> None:
    large = station("AAB", "Ayton West", interchange=2)
    small = [station("AAC", "Ayton East"), station("AAD", "Ayton Central")]
    assert [s.name for s in ranked([*small, large], "ayton ")] == [
        "Ayton West",
        "Ayton Central",
        "Ayton East",
    ]


@pytest.mark.parametrize(
    "query", ["king's dee", "KINGS DEE", "kings  dee", "kde", "dee on sea and"]
)
def test_case_marks_and_blanks_do_not_count_and_other_names_do(query: str) -> None:
    assert names(query) == ["King's Dee"]


@pytest.mark.parametrize("query", ["", "   ", "-", "'", "🚂"])
def test_a_query_without_a_letter_means_no_station(query: str) -> None:
    assert names(query) == []


def test_a_query_that_fits_nothing_means_no_station() -> None:
    assert names("zzz") == []


@given(st.text(max_size=12), st.permutations(ALL))
def test_the_answer_does_not_depend_on_the_order_of_the_stations(
    query: str, stations: list[Station]
) -> None:
    assert ranked(stations, query) == ranked(ALL, query)


@given(st.text(max_size=12))
def test_every_station_is_found_by_its_name_and_its_code(noise: str) -> None:
    found = station("QQQ", f"Quay {noise}")
    assert found in ranked([*ALL, found], found.name)
    assert ranked([*ALL, found], "qqq")[0] == found
