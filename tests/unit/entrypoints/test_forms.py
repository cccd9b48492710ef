"""Which form of an answer is wanted, and tables."""

import csv
import io
from typing import Any

import pytest

from railfair.entrypoints.http.forms import CSV, GEOJSON, as_csv, may_want_other, table, wanted

FORMS = {**table(lambda answer: answer), GEOJSON: table(lambda answer: answer)[CSV]}


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", None),
        ("*/*", None),
        ("application/json", None),
        ("text/html, application/xml;q=0.9, */*;q=0.8", None),
        ("text/csv", CSV),
        ("Text/CSV; charset=utf-8", CSV),
        ("application/geo+json, */*;q=0.1", GEOJSON),
        ("text/csv, application/geo+json;q=0.9", CSV),
        ("text/csv;q=0.1, application/geo+json;q=0.9", GEOJSON),
        ("text/csv;q=0.5, application/json", None),
        ("application/json;q=0.5, text/csv;q=0.6", CSV),
        ("text/csv;q=0", None),
        ("text/csv;q=much", None),
        ("*/*, text/csv", CSV),
    ],
)
def test_the_form_is_that_which_is_preferred(accept: str, form: str | None) -> None:
    assert wanted(accept, FORMS) == form
    if form is not None:
        assert may_want_other({b"accept": accept.encode()})


def test_a_form_that_an_answer_does_not_have_is_not_given() -> None:
    assert wanted("application/geo+json", table(lambda answer: answer)) is None


def test_what_is_nested_has_names_joined_by_dots() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "a, b", "share": {"low": 0.5, "parts": [1, 2]}, "nothing": None},
        {"name": 'say "so"', "more": "line\nbreak"},
    ]
    found = list(csv.DictReader(io.StringIO(as_csv(rows).decode())))
    assert found == [
        {"name": "a, b", "share.low": "0.5", "share.parts.0": "1", "share.parts.1": "2",
         "nothing": "", "more": ""},
        {"name": 'say "so"', "share.low": "", "share.parts.0": "", "share.parts.1": "",
         "nothing": "", "more": "line\nbreak"},
    ]  # fmt: skip
    assert as_csv([]) == b"\r\n"


def test_no_text_in_a_table_is_a_formula() -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "Ash-on-Sea", ""]
    body = as_csv([{"name": name, "delay_min": -3} for name in names]).decode()
    rows = list(csv.DictReader(io.StringIO(body, newline="")))
    assert [row["name"] for row in rows] == [f"'{name}" for name in names[:6]] + names[6:]
    assert {row["delay_min"] for row in rows} == {"-3"}
