"""Which parts of the service are off, and when that changes."""

import asyncio
from collections.abc import Sequence

import pytest

from railfair.adapters.memory.feature_list import MemoryFeatureList
from railfair.application.features import Features
from railfair.domain.errors import FeatureOff
from railfair.domain.features import Feature, features

type Told = list[tuple[frozenset[Feature], tuple[str, ...]]]


def made(
    listed: MemoryFeatureList, *, always: Sequence[Feature] = (), told: Told | None = None
) -> Features:
    heard: Told = [] if told is None else told
    return Features(
        listed,
        always=always,
        reread_s=0.001,
        on_change=lambda off, unknown: heard.append((off, unknown)),
    )


def test_everything_is_on_unless_somebody_says_otherwise() -> None:
    assert made(MemoryFeatureList()).off == frozenset()


@pytest.mark.parametrize(
    "text",
    ["fares, journeys", "fares\njourneys\n", "# the feed is wrong\nFares # until Monday\njourneys"],
)
def test_a_list_is_of_words_on_lines_or_between_commas(text: str) -> None:
    assert features(text) == (frozenset({Feature.FARES, Feature.JOURNEYS}), ())


def test_a_word_that_names_no_feature_is_told_and_the_others_count() -> None:
    told: Told = []
    found = made(MemoryFeatureList("fairs, routes"), told=told)
    assert found.off == {Feature.ROUTES}
    assert told == [(frozenset({Feature.ROUTES}), ("fairs",))]


def test_what_rests_on_something_that_is_off_is_off() -> None:
    found = made(MemoryFeatureList("fares"), always=[Feature.PREDICTIONS])
    assert found.off == {
        Feature.FARES,
        Feature.TRENDS,
        Feature.PREDICTIONS,
        Feature.BATCH,
    }


def test_a_list_that_changes_counts_as_soon_as_it_is_read_but_not_above_the_settings() -> None:
    listed = MemoryFeatureList("journeys")
    found = made(listed, always=[Feature.ROUTES])
    listed.said = "batch"
    assert found.off == {Feature.JOURNEYS, Feature.ROUTES}
    found.look()
    assert found.off == {Feature.BATCH, Feature.ROUTES}
    listed.said = ""
    found.look()
    assert found.off == {Feature.ROUTES}


def test_a_list_that_cannot_be_read_is_what_it_was() -> None:
    listed = MemoryFeatureList("journeys")
    found = made(listed)
    listed.said = None
    found.look()
    assert found.off == {Feature.JOURNEYS}


async def test_the_list_is_followed() -> None:
    listed, has_changed = MemoryFeatureList(), asyncio.Event()
    found = Features(listed, always=(), reread_s=0.001, on_change=lambda *_: has_changed.set())
    task = asyncio.create_task(found.follow())
    listed.said = "journeys"
    async with asyncio.timeout(10):
        await has_changed.wait()
    task.cancel()
    with pytest.raises(FeatureOff, match="journeys"):
        found.check(Feature.JOURNEYS)
    found.check(Feature.FARES)
    found.check(None)
