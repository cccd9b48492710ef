"""Keys are complete and readable, and no two requests share one."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.cache_keys import EVERYTHING, Kind, Scope, Subject, cache_key, kind_of

TEXT = st.text(st.sampled_from(":-&=,%~* ?[]\\aA1\N{POUND SIGN}\x00\ud800"), max_size=4) | st.text(
    max_size=5
)
REQUEST = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(Kind),
        "version": TEXT,
        "origin": TEXT,
        "destination": TEXT,
        "parameters": st.fixed_dictionaries(
            {
                "time": TEXT | st.none(),
                "railcard": TEXT | st.none(),
                "adults": st.integers(0, 12),
                "share": st.floats(0, 1),
                "split": st.booleans(),
                "via": st.lists(TEXT, min_size=1, max_size=3).map(tuple) | st.none(),
            }
        ),
    }
)


def test_a_key_is_readable() -> None:
    parameters = {"time": "0700", "railcard": None, "adults": 1, "split": True, "via": ["CHM"]}
    key = cache_key(Kind.FARES, "RJFAF900", parameters, origin="NRW", destination="LST")
    assert key == "fares:RJFAF900:NRW-LST:adults=1&split=true&time=0700&via=CHM"


@given(REQUEST, REQUEST)
def test_two_requests_share_a_key_only_if_they_are_the_same(one: dict, other: dict) -> None:  # type: ignore[type-arg]
    assert (cache_key(**one) == cache_key(**other)) == (one == other)


@given(REQUEST)
def test_a_key_has_three_colons_nothing_of_a_glob_and_tells_its_kind(one: dict) -> None:  # type: ignore[type-arg]
    key = cache_key(**one)
    assert key.count(":") == 3
    assert not set(key) & set("*?[]\\^ \n")
    assert kind_of(key) is one["kind"]


@given(REQUEST, TEXT, TEXT)
def test_a_scope_covers_what_its_globs_match(one: dict, origin: str, destination: str) -> None:  # type: ignore[type-arg]
    key = cache_key(**one)
    scopes = [Scope(each) for each in Subject if each is not Subject.ROUTE]
    scopes += [Scope.route(origin, destination), Scope.route(one["origin"], one["destination"])]
    for scope in scopes:
        assert scope.covers(key) == any(fnmatch.fnmatchcase(key, glob) for glob in scope.globs())
    assert scopes[-1].covers(key)
    assert EVERYTHING.covers(key)


@pytest.mark.parametrize("scope", [*map(Scope, Subject), Scope.route("NRW", "LST")])
def test_a_scope_is_read_as_it_is_written(scope: Scope) -> None:
    assert Scope.read(str(scope)) == scope


@pytest.mark.parametrize("text", ["", "everything", "fares NRW LST", "route", "route NRW"])
def test_what_is_no_scope_is_not_read(text: str) -> None:
    assert Scope.read(text) is None
