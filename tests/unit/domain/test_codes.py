"""Codes as people type them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.codes import crs, toc_code
from railfair.domain.errors import InvalidParameter


@given(st.from_regex(r"[A-Za-z]{3}", fullmatch=True), st.sampled_from(["", " ", "\t", "  "]))
def test_a_station_code_is_read_in_any_case_and_with_blanks_around(code: str, blank: str) -> None:
    assert crs(f"{blank}{code}{blank}") == code.upper()


@given(st.text(max_size=6))
def test_nothing_but_three_plain_letters_is_a_station_code(text: str) -> None:
    if re.fullmatch(r"[A-Za-z]{3}", text.strip()):
        assert crs(text) == text.strip().upper()
    else:
        with pytest.raises(InvalidParameter):
            crs(text)


@pytest.mark.parametrize(
    "text", ["", "   ", "AB", "ABCD", "A B", "A1B", "🚂", "ÅBC", "ﬁx", "ßA", "A\nB", "A" * 5000]
)
def test_what_is_no_station_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        crs(text)


def test_the_refusal_names_the_parameter_and_shows_the_value() -> None:
    with pytest.raises(InvalidParameter) as refusal:
        crs("🚂", parameter="origin")
    assert refusal.value.parameter == "origin"
    assert "🚂" in refusal.value.detail


def test_the_refusal_of_nothing_says_nothing() -> None:
    with pytest.raises(InvalidParameter, match="not nothing"):
        crs("  ")


def test_the_refusal_of_a_long_text_shows_only_its_start() -> None:
    with pytest.raises(InvalidParameter) as refusal:
        crs("A" * 5000)
    assert len(str(refusal.value)) < 120


@pytest.mark.parametrize(("text", "code"), [("zy", "ZY"), (" Z9 ", "Z9"), ("1y", "1Y")])
def test_an_operator_code_is_two_letters_or_digits(text: str, code: str) -> None:
    assert toc_code(text) == code


@pytest.mark.parametrize("text", ["", "Z", "ZYX", "Z-", "ﬁ", "🚂🚂", "ß"])
def test_what_is_no_operator_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="operator: an operator code"):
        toc_code(text, parameter="operator")
