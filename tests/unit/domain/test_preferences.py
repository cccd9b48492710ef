"""Preferences that nobody else can have written."""

import json
from base64 import urlsafe_b64encode
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.codes import Crs, RailcardCode
from railfair.domain.errors import InvalidParameter
from railfair.domain.preferences import (
    KEPT_DAYS,
    LONGEST,
    MOST_FAVOURITES,
    Preferences,
    UnreadablePreferences,
    _mac,
    _text,
    read,
    written,
)

TODAY = date(2026, 11, 25)
KEY, OLD_KEY = b"k" * 32, b"o" * 32
FULL = Preferences(
    railcard=RailcardCode("YNG"),
    ticket_class="first",
    value_of_time_p_per_hour=1500,
    extra_interchange_min=0,
    favourites=(Crs("NRW"), Crs("LST")),
)
TEXT = written(FULL, on=TODAY, key=KEY)


def why(text: str, on: date = TODAY) -> str:
    with pytest.raises(UnreadablePreferences) as caught:
        read(text, on=on, keys=[KEY, OLD_KEY])
    return str(caught.value)


@pytest.mark.parametrize("preferences", [FULL, Preferences()])
def test_what_was_written_comes_back(preferences: Preferences) -> None:
    text = written(preferences, on=TODAY, key=KEY)
    assert read(text, on=TODAY, keys=[KEY]) == preferences


def test_the_longest_are_short_enough_for_a_cookie() -> None:
    most = Preferences(
        railcard=RailcardCode("YNG"),
        ticket_class="standard",
        value_of_time_p_per_hour=100_000,
        extra_interchange_min=120,
        favourites=(Crs("NRW"),) * MOST_FAVOURITES,
    )
    text = written(most, on=TODAY, key=KEY)
    assert len(text) < LONGEST / 2
    assert read(text, on=TODAY, keys=[KEY]) == most


def test_a_key_that_is_no_longer_first_still_counts_until_it_goes() -> None:
    text = written(FULL, on=TODAY, key=OLD_KEY)
    assert read(text, on=TODAY, keys=[KEY, OLD_KEY]) == FULL
    with pytest.raises(UnreadablePreferences, match="not signed here"):
        read(text, on=TODAY, keys=[KEY])
    with pytest.raises(UnreadablePreferences, match="not signed here"):
        read(text, on=TODAY, keys=[])


def test_they_end_after_a_year() -> None:
    assert read(TEXT, on=TODAY + timedelta(days=KEPT_DAYS), keys=[KEY]) == FULL
    assert why(TEXT, TODAY + timedelta(days=KEPT_DAYS + 1)) == "too old"
    assert why(TEXT, TODAY - timedelta(days=2)) == "too old"


@given(st.data())
def test_no_change_goes_unnoticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TEXT) - 1))
    other = data.draw(st.characters().filter(lambda one: one != TEXT[at]))
    assert why(TEXT[:at] + other + TEXT[at + 1 :])
    assert why(TEXT[:at])


@given(st.text(max_size=2 * LONGEST))
def test_no_text_is_read_that_was_not_written(text: str) -> None:
    assert why(text)
    assert why("v1." + text)


def test_a_long_text_is_not_even_looked_at() -> None:
    assert why("v1." + "A" * LONGEST) == "too long"
    assert why("v2" + TEXT[2:]) == "of an unknown version"


@pytest.mark.parametrize(
    "held",
    [
        [], {}, {"d": "then"}, {"d": TODAY.isoformat(), "c": "second"},
        {"d": TODAY.isoformat(), "f": "L5T"}, {"d": TODAY.isoformat(), "x": -1},
        {"d": TODAY.isoformat(), "r": 7},
    ],
)  # fmt: skip
def test_what_is_signed_but_of_no_known_form_is_refused(held: Any) -> None:
    payload = urlsafe_b64encode(json.dumps(held).encode()).rstrip(b"=").decode()
    with pytest.raises(UnreadablePreferences, match="of no known form"):
        read(f"v1.{payload}.{_text(_mac(payload, KEY))}", on=TODAY, keys=[KEY])


def test_only_what_can_be_meant_is_preferred() -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"ticket_class": "second"},
        {"value_of_time_p_per_hour": -1},
        {"extra_interchange_min": 121},
        {"favourites": (Crs("NRW"),) * (MOST_FAVOURITES + 1)},
    )
    for wrong in wrongs:
        with pytest.raises(InvalidParameter):
            Preferences(**wrong)
