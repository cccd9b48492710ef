"""Why a forecast is what it is."""

from datetime import timedelta

import pytest

from railfair.domain.delays.arrivals import LEVELS, DayType, Sighting
from railfair.domain.delays.explanation import effective_sample_size, explained
from railfair.domain.delays.model import DelayModel
from support.running import BEE, DAY, arrivals_of, days_from, invented_day, last_arrival

AFTER = DAY + timedelta(days=40)
ARRIVAL = last_arrival(invented_day(DAY)[1])
NAMES = {"AYT": "Ayton", "CEE": "Ceeham", "BEE": "Beeford", "ZY": "Zydeco Trains"}


@pytest.fixture(scope="module")
def model() -> DelayModel:
    learned = DelayModel()
    for day in days_from(DAY, 40):
        learned.learn(day, arrivals_of(invented_day(day), day))
    return learned


@pytest.mark.parametrize("seen", [None, Sighting(BEE, 12)])
def test_the_terms_add_up_to_the_chance_of_being_on_time(
    model: DelayModel, seen: Sighting | None
) -> None:
    forecast = model.forecast(AFTER, ARRIVAL, seen)
    terms = explained(forecast, ARRIVAL, NAMES, seen)
    assert sum(term.on_time_effect for term in terms) == pytest.approx(
        forecast.distribution.on_time
    )


def test_there_is_a_term_for_every_level_from_coarse_to_fine(model: DelayModel) -> None:
    terms = explained(model.forecast(AFTER, ARRIVAL), ARRIVAL, NAMES)
    assert tuple(term.level for term in terms) == LEVELS
    sizes = {term.level: term.sample_size for term in terms}
    assert sizes["network"] > sizes["operator"] > sizes["route"] > sizes["train"]
    assert sizes["train"] > sizes["day_type"]


def test_a_sighting_is_the_last_term_and_says_what_was_seen(model: DelayModel) -> None:
    seen = Sighting(BEE, 12)
    last = explained(model.forecast(AFTER, ARRIVAL, seen), ARRIVAL, NAMES, seen)[-1]
    assert last.level == "seen"
    assert last.on_time_effect < 0
    assert last.text.startswith("seen at Beeford with a delay of 12 min: -")


def test_terms_speak_of_stations_operators_and_days_by_name(model: DelayModel) -> None:
    sunday = ARRIVAL._replace(day_type=DayType.SUNDAY)
    said = [term.text for term in explained(model.forecast(AFTER, sunday), sunday, NAMES)]
    assert [text.rpartition(":")[0] for text in said] == [
        "trains on time anywhere in the loaded history",
        "trains of Zydeco Trains",
        "trains that end at Ceeham",
        "from 07:00 to 07:59 on a Sunday or bank holiday",
        "the 06:45 from Ayton itself",
        "the 06:45 from Ayton on a Sunday or bank holiday",
    ]


def test_a_call_on_the_way_is_named_with_the_terminus(model: DelayModel) -> None:
    way = ARRIVAL._replace(crs=BEE)
    terms = explained(model.forecast(AFTER, way), way, NAMES)
    assert terms[2].text.startswith("at Beeford on the way to Ceeham: ")


def test_a_code_without_a_name_stands_for_itself(model: DelayModel) -> None:
    terms = explained(model.forecast(AFTER, ARRIVAL), ARRIVAL, {})
    assert terms[1].text.startswith("trains of ZY: ")


def test_the_effective_sample_is_what_was_seen_of_the_route(model: DelayModel) -> None:
    forecast = model.forecast(AFTER, ARRIVAL)
    terms = explained(forecast, ARRIVAL, NAMES)
    assert effective_sample_size(forecast) == pytest.approx(terms[2].sample_size, abs=0.05)
