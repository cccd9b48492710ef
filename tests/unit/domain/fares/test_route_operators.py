"""Which operators the name of a route means."""

import pytest

from railfair.domain.fares.route_operators import only_operators
from railfair.domain.operators import NAMES


def operators(route: str, names: dict[str, str] = NAMES) -> str:
    """Return the codes of the operators that a route is only for, in order."""
    return " ".join(sorted(only_operators(route, tuple(names.items()))))


@pytest.mark.parametrize(
    ("route", "found"),
    [
        ("GREATER ANG ONLY", "LE"),
        ("LNER ONLY", "GR"),
        ("LUMO & GA ONLY", "LD LE"),
        ("CHILTERN ONLY.", "CH"),
        ("GWR ONLY (00820)", "GW"),
        ("LNR/WMR &XC ONLY", "LM LN XC"),
        ("GTR ONLY", "GN GX SN TL"),
        ("GRAND CTRL ONLY", "GC"),
        ("CROSS CNTRY ONLY", "XC"),
        ("TFW RS  ONLY", "AW"),
        ("Hull Trains only", "HT"),
        ("SOUTH WSTRN ONLY", "SW"),
    ],
)
def test_a_brand_a_name_or_the_short_form_of_a_name_is_understood(route: str, found: str) -> None:
    assert operators(route) == found


@pytest.mark.parametrize(
    ("route", "found"),
    [
        ("NORTHERN ONLY", "NT"),
        ("GT NORTHERN ONLY", "GN"),
        ("SOUTHERN ONLY", "SN"),
        ("SOUTHEASTERN ONLY", "SE"),
        ("THAMESLINK ONLY", "TL"),
    ],
)
def test_a_name_does_not_mean_those_that_sound_like_it(route: str, found: str) -> None:
    assert operators(route) == found


@pytest.mark.parametrize("route", ["SOUTHERN ONLY", "NORTHERN ONLY"])
def test_not_even_if_the_one_it_means_is_unknown(route: str) -> None:
    others = {code: name for code, name in NAMES.items() if name.upper() not in route}
    assert operators(route, others) == ""


@pytest.mark.parametrize(
    "route",
    [
        "SLOW TRAINS ONLY",
        "ONLY",
        "LUMO & SLOW ONLY",
        "GN ONLY",
        "GREAT ONLY",
        "GREATER AN ONLY",
        "GREATER ANIA ONLY",
        "GREATER AZG ONLY",
        "GREATER NGL ONLY",
        "SOUTH EAST ONLY",
    ],
)
def test_one_word_that_is_not_understood_leaves_all_open(route: str) -> None:
    assert operators(route) == ""


def test_words_that_begin_several_names_mean_none_of_them() -> None:
    assert operators("LONDON ONLY") == ""


def test_a_whole_name_goes_before_longer_ones_that_it_begins() -> None:
    names = {"Z1": "Coastal", "Z2": "Coastal Night"}
    assert operators("COASTAL ONLY", names) == "Z1"
    assert operators("COASTAL NGT ONLY", names) == "Z2"


def test_all_codes_of_one_name_are_meant() -> None:
    names = {"Z1": "Coastal Trains", "Z2": "Coastal Trains", "Z3": "Inland Trains"}
    assert operators("COASTAL ONLY", names) == "Z1 Z2"
