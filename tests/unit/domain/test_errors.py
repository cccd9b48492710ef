"""The one tree of errors."""

import re
from pathlib import Path

import pytest

from railfair import bootstrap
from railfair.domain import errors
from railfair.domain.errors import RailFairError, leaves

ERRORS_PAGE = Path(__file__).parents[3] / "docs" / "errors.md"
ALL_LEAVES = sorted(leaves(), key=lambda leaf: leaf.__name__)
KINDS = (
    errors.InvalidInput,
    errors.NotFound,
    errors.Conflict,
    errors.Unauthenticated,
    errors.Forbidden,
    errors.SourceUnavailable,
    errors.RateLimited,
)


def test_the_whole_core_is_imported_so_that_no_leaf_is_missed() -> None:
    assert bootstrap.__name__ == "railfair.bootstrap"
    assert errors.BadFeed in ALL_LEAVES


@pytest.mark.parametrize("leaf", ALL_LEAVES)
def test_every_leaf_has_a_code_and_a_title_of_its_own(leaf: type[RailFairError]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", vars(leaf)["code"])
    assert vars(leaf)["title"]
    assert not leaf.title.endswith(".")


def test_no_two_errors_share_a_code() -> None:
    every: list[type[RailFairError]] = [errors.RailFairError, *_below(errors.RailFairError)]
    assert len({error.code for error in every}) == len(every)


def test_every_leaf_is_of_exactly_one_kind() -> None:
    for leaf in ALL_LEAVES:
        assert sum(issubclass(leaf, kind) for kind in KINDS) == 1


@pytest.mark.parametrize(
    "leaf", [leaf for leaf in ALL_LEAVES if ".entrypoints." not in leaf.__module__]
)
def test_every_leaf_of_the_core_stands_in_the_drawing_of_the_tree(
    leaf: type[RailFairError],
) -> None:
    assert leaf.__module__ == "railfair.domain.errors"
    assert re.search(rf"[├└]── {leaf.__name__} +\S", errors.__doc__ or "")


def test_the_drawing_names_only_errors_that_there_are() -> None:
    drawn = re.findall(r"── (\w+)", errors.__doc__ or "")
    assert len(drawn) == len(set(drawn))
    for name in drawn:
        assert issubclass(getattr(errors, name), RailFairError)


def test_a_bad_feed_names_its_file_and_line() -> None:
    error = errors.BadFeed("RJTTF901.MCA", "is garbled", line=7)
    assert str(error) == "RJTTF901.MCA:7: is garbled"
    assert (error.file, error.line, error.detail) == ("RJTTF901.MCA", 7, "is garbled")
    assert str(errors.BadFeed("RJTTF901.MCA", "is garbled")) == "RJTTF901.MCA: is garbled"


def test_an_update_out_of_order_says_what_is_loaded_instead() -> None:
    follows = errors.FeedOutOfOrder("UPDATE.CIF", expected="DFINV1B", loaded="DFINV1A")
    assert "an update to DFINV1B, but DFINV1A is loaded" in str(follows)
    nothing = errors.FeedOutOfOrder("UPDATE.CIF", expected="DFINV1B", loaded=None)
    assert "but no timetable is loaded" in str(nothing)


def test_a_malformed_parameter_is_an_invalid_one() -> None:
    error = errors.MalformedParameter("date", "a date looks like 2025-05-06")
    assert str(error) == "date: a date looks like 2025-05-06"
    assert issubclass(errors.MalformedParameter, errors.InvalidParameter)


def _below(root: type[RailFairError]) -> list[type[RailFairError]]:
    return [error for child in root.__subclasses__() for error in (child, *_below(child))]


def test_every_code_has_a_section_in_the_documentation() -> None:
    documented = set(re.findall(r"^## (\S+)$", ERRORS_PAGE.read_text("utf-8"), re.MULTILINE))
    for leaf in ALL_LEAVES:
        assert leaf.code in documented, leaf.__name__
