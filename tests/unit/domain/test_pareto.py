"""What is worth choosing between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.pareto import Criteria, pareto_set

VALUES = st.one_of(st.none(), st.integers(0, 4), st.sampled_from([0.5, 1.5]))
VECTORS = st.integers(1, 5).flatmap(lambda width: st.lists(st.tuples(*[VALUES] * width)))


def chosen(*vectors: Criteria) -> list[int]:
    """Return which of *vectors* are kept, by their place."""
    kept = pareto_set(list(enumerate(vectors)), lambda numbered: numbered[1])
    return [place for place, _ in kept]


def dominates(one: Criteria, other: Criteria) -> bool:
    """The definition, criterion by criterion."""
    is_better = False
    for mine, others in zip(one, other, strict=True):
        if mine is None or others is None:
            if mine is not others:
                return False
        elif mine > others:
            return False
        elif mine < others:
            is_better = True
    return is_better


def test_of_nothing_nothing_is_kept() -> None:
    assert chosen() == []


def test_what_another_beats_in_one_thing_and_matches_in_the_rest_is_dropped() -> None:
    assert chosen((1, 3), (1, 2), (2, 2)) == [1]


def test_what_is_better_in_one_thing_and_worse_in_another_is_kept() -> None:
    assert chosen((3, 1), (2, 2), (1, 3)) == [0, 1, 2]


def test_of_equal_ones_the_first_is_kept() -> None:
    assert chosen((1, 1), (0, 2), (1, 1), (0, 2)) == [0, 1]


def test_an_unknown_neither_beats_a_known_value_nor_is_beaten_by_it() -> None:
    assert chosen((1, None), (2, 5), (0, 9)) == [0, 1, 2]


def test_an_unknown_is_as_good_as_another_unknown() -> None:
    assert chosen((2, None), (1, None), (1, None)) == [1]


def test_every_item_needs_the_same_number_of_criteria() -> None:
    with pytest.raises(ValueError, match="shorter"):
        chosen((1, 2), (1,))


@given(VECTORS)
def test_what_is_kept_is_what_comparing_all_pairs_keeps(vectors: list[Criteria]) -> None:
    expected = [
        place
        for place, vector in enumerate(vectors)
        if vector not in vectors[:place] and not any(dominates(one, vector) for one in vectors)
    ]
    assert chosen(*vectors) == expected


@given(VECTORS)
def test_nothing_kept_dominates_another_and_what_is_dropped_is_dominated_or_a_repeat(
    vectors: list[Criteria],
) -> None:
    kept = [vectors[place] for place in chosen(*vectors)]
    assert not any(dominates(one, other) for one in kept for other in kept)
    for vector in vectors:
        assert vector in kept or any(dominates(one, vector) for one in kept)


@given(VECTORS)
def test_choosing_again_changes_nothing(vectors: list[Criteria]) -> None:
    kept = pareto_set(vectors, lambda vector: vector)
    assert pareto_set(kept, lambda vector: vector) == kept
