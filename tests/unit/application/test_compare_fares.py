"""Comparing the fares of a trip: which trip it is, what it rests on, and what cannot be had."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.compare_fares import CompareFares, FareQuery, FaresAnswer
from railfair.application.import_fares import import_fares
from railfair.application.predict_delay import PredictDelay, Prediction, PredictionQuery
from railfair.application.stations import StationDirectory
from railfair.application.trips import TripQuery
from railfair.domain.codes import Crs, RailcardCode, TrainUid
from railfair.domain.errors import InvalidParameter, NothingLoaded, UnknownStation
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.feed import FeedKind, FeedSource, ImportReport, LoadedFeed
from railfair.domain.timetable import Schedule
from railfair.ports.storage import Storage, UnitOfWork
from support import timetables
from support.fares_feed import FlowLiteral, flow, write_fares
from support.fares_rule_lines import discount, railcard, status, ticket
from support.running import NoHolidays
from support.timetables import call, minutes, station, train

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
AYT, BEE, CEE = Crs("AYT"), Crs("BEE"), Crs("CEE")
CARD = RailcardCode("QCD")
OUT = train("A10008", call("AYT", dep="08:00"), call("BEE", arr="08:30", dep="08:31"),
            call("CEE", arr="09:00"))  # fmt: skip
BACK = train("B10009", call("CEE", dep="08:59"), call("AYT", arr="09:59"))
LATER = train("B10010", call("CEE", dep="09:00"), call("AYT", arr="10:00"))
NIGHT = train("N10001", call("AYT", dep="23:30"), call("CEE", arr="24:30"))
FLOWS = [
    flow("0001", "0002", fares={"SDS": 200}),
    flow("0002", "0003", fares={"SDS": 250}),
    flow("0001", "0003", fares={"SDS": 540, "SVR": 990}),
]
WAY_BACK = [
    flow("0003", "0001", fares={"SDS": 380, "FDS": 190}),
    flow("0003", "0002", fares={"SDS": 150}),
    flow("0002", "0001", fares={"SDS": 120}),
]
BACK_BY_BEE = train("B10011", call("CEE", dep="10:00"), call("BEE", arr="10:29", dep="10:30"),
                    call("AYT", arr="11:00"))  # fmt: skip
RULES: dict[str, Any] = {
    "TTY": [ticket("SDS"), ticket("SVR", "OFF-PEAK R", kind="R")],
    "RLC": [railcard("", "NO RAILCARD", people=(999, 1, 998, 0, 998, 0)),
            railcard(CARD, "INVENTED CARD", adult="002")],
    "DIS": [status("000"), discount("000", "01", 0), status("001"), discount("001", "01", 500),
            status("002"), discount("002", "01", 300)],
}  # fmt: skip


class Counted:
    """A storage that counts how often somebody reads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.readings = 0

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.readings += 1
        return self._storage.reading()

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._storage.writing()


async def put_timetable(storage: MemoryStorage, *schedules: Schedule) -> None:
    places = [station("AYT", "Ayton"), station("BEE", "Beeford"), station("CEE", "Ceeham"),
              station("DEE", "Deeley")]  # fmt: skip
    async with storage.writing() as unit:
        await unit.timetable.put_stations(places)
        await unit.timetable.put_schedules(schedules, are_manual=False)
        await unit.feeds.put(
            LoadedFeed(
                kind=FeedKind.TIMETABLE,
                version="RJTTF901",
                source=FeedSource.IMPORT,
                loaded_at=FixedClock(MONDAY).now(),
                first_day=timetables.FIRST_DAY,
                last_day=timetables.LAST_DAY,
            )
        )


async def put_fares(
    storage: MemoryStorage, folder: Path, flows: Iterable[FlowLiteral] = FLOWS
) -> None:
    await import_fares(
        FileFaresFeed([write_fares(folder / "fares", flows=flows, **RULES)]),
        ImportReport(),
        storage=storage,
        clock=FixedClock(MONDAY),
        tolerance=0.05,
    )


@pytest.fixture
async def storage(tmp_path: Path) -> MemoryStorage:
    """Fares, and a timetable of four trains."""
    storage = MemoryStorage()
    await put_timetable(storage, OUT, BACK, LATER, NIGHT)
    await put_fares(storage, tmp_path)
    return storage


def use_case(storage: Storage) -> CompareFares:
    return CompareFares(
        storage, NoHolidays(), StationDirectory(), FixedClock(MONDAY), Rounding.DOWN
    )


def way(origin: Crs = AYT, destination: Crs = CEE, **others: Any) -> TripQuery:
    asked: dict[str, Any] = {"day": MONDAY} | others
    return TripQuery(origin=origin, destination=destination, **asked)


async def ask(storage: Storage, out: TripQuery | None = None, **others: Any) -> FaresAnswer:
    asked: dict[str, Any] = {"party": Party(1, 0)} | others
    return await use_case(storage)(FareQuery(out=out or way(departure_min=0), **asked))


def totals(answer: FaresAnswer) -> dict[str, int]:
    return {offer.ticket.code: offer.total_p for offer in answer.found.comparison.offers}


async def test_the_fares_of_the_next_train_are_compared(storage: MemoryStorage) -> None:
    answer = await ask(storage)
    assert totals(answer) == {"SDS": 540, "SVR": 990}
    assert answer.found.out.ride is not None
    assert (answer.origin.name, answer.destination.name) == ("Ayton", "Ceeham")
    assert answer.provenance.fares is not None
    assert answer.degraded_reasons == ()


async def test_an_answer_is_of_one_state_of_the_data(storage: MemoryStorage) -> None:
    counted = Counted(storage)
    await ask(counted, back=way(CEE, AYT, departure_min=600), splits=True)
    assert counted.readings == 1


async def test_the_railcard_takes_its_share_off(storage: MemoryStorage) -> None:
    assert totals(await ask(storage, railcard=CARD)) == {"SDS": 375, "SVR": 690}


async def test_a_railcard_that_the_fares_do_not_know_is_refused(storage: MemoryStorage) -> None:
    with pytest.raises(InvalidParameter, match="know QCD, but no QQQ") as caught:
        await ask(storage, railcard=RailcardCode("QQQ"))
    assert caught.value.parameter == "railcard"


async def test_only_the_tickets_of_a_split_are_named(storage: MemoryStorage) -> None:
    assert (await ask(storage)).found.names == {}
    found = (await ask(storage, splits=True)).found
    assert found.split is not None
    assert (found.split.total_p, found.split.saving_p) == (450, 90)
    assert found.names == {AYT: "Ayton", BEE: "Beeford", CEE: "Ceeham"}


async def test_without_a_train_there_is_no_split(storage: MemoryStorage) -> None:
    answer = await ask(storage, way(), splits=True)
    assert answer.found.split is None
    assert answer.degraded_reasons == (
        "split tickets follow the calls of a train, and no direct train is known",
    )


async def test_a_round_trip_is_split_one_way_and_the_other(both_ways: MemoryStorage) -> None:
    answer = await ask(both_ways, back=way(CEE, AYT, departure_min=600), splits=True)
    out, back = answer.found.ways
    assert out.split is not None
    assert (out.split.total_p, out.split.saving_p) == (450, 90)
    assert back.split is not None
    assert (back.split.total_p, back.split.saving_p) == (270, 110)
    assert [one.origin for one in back.split.tickets] == [CEE, BEE]
    assert answer.found.names == {AYT: "Ayton", BEE: "Beeford", CEE: "Ceeham"}
    assert answer.degraded_reasons == ()


async def test_a_split_is_compared_with_the_cheapest_ticket_of_its_way(
    both_ways: MemoryStorage,
) -> None:
    found = (await ask(both_ways, back=way(CEE, AYT, departure_min=600), splits=True)).found
    for one in found.ways:
        assert one.split is not None
        assert one.comparison.cheapest is not None
        assert one.comparison.cheapest.total_p - one.split.total_p == one.split.saving_p
        rejected = {fare.ticket.code for fare in found.comparison.rejected}
        assert one.comparison.cheapest.ticket.code in rejected


async def test_a_way_back_whose_train_is_not_known_has_no_split(storage: MemoryStorage) -> None:
    answer = await ask(storage, back=way(CEE, AYT, departure_min=1439), splits=True)
    out, back = answer.found.ways
    assert out.split is not None
    assert back.split is None
    assert answer.degraded_reasons[-1] == (
        "split tickets follow the calls of a train, and no direct train is known for the way back"
    )


# --- two singles ---------------------------------------------------------------------------------


@pytest.fixture
async def both_ways(tmp_path: Path) -> MemoryStorage:
    """Fares for the way back as well, and trains that call at Beeford both ways."""
    storage = MemoryStorage()
    await put_timetable(storage, OUT, BACK_BY_BEE)
    await put_fares(storage, tmp_path, [*FLOWS, *WAY_BACK])
    return storage


async def test_a_round_trip_may_be_made_with_two_singles(both_ways: MemoryStorage) -> None:
    answer = await ask(both_ways, back=way(CEE, AYT, departure_min=600))
    assert totals(answer) == {"SVR": 990}
    assert answer.found.singles is not None
    assert [one.total_p for one in answer.found.singles] == [540, 380]
    assert [one.ticket.code for one in answer.found.singles] == ["SDS", "SDS"]


async def test_singles_are_cheaper_with_the_railcard_too(both_ways: MemoryStorage) -> None:
    answer = await ask(both_ways, back=way(CEE, AYT, departure_min=600), railcard=CARD)
    assert answer.found.singles is not None
    assert [one.total_p for one in answer.found.singles] == [375, 265]
    assert all(one.railcard is not None for one in answer.found.singles)


async def test_one_way_has_no_two_singles(both_ways: MemoryStorage) -> None:
    found = (await ask(both_ways)).found
    assert found.singles is None
    assert [one.found for one in found.ways] == [found.out]


async def test_without_a_single_for_each_way_there_are_no_two(storage: MemoryStorage) -> None:
    found = (await ask(storage, back=way(CEE, AYT, departure_min=600))).found
    assert [one.single is None for one in found.ways] == [False, True]
    assert found.singles is None


@pytest.mark.parametrize(
    ("out", "back", "parameter"),
    [
        ({"departure_min": 480}, {"departure_min": 539}, "return_time"),
        ({"train": "A10008"}, {"train": "B10009"}, "return_train"),
        ({"departure_min": 600, "arrival_min": 700}, {"departure_min": 699}, "return_time"),
        ({"departure_min": 780, "arrival_min": 30}, {"departure_min": 1439}, "return_time"),
        ({"arrival_min": 700}, {"departure_min": 699, "arrival_min": 900}, "return_time"),
        ({"departure_min": 600}, {"departure_min": 599}, "return_time"),
        ({"departure_min": 1400}, {"day": TUESDAY, "departure_min": 29, "arrival_min": 99},
         "return_time"),
    ],
)  # fmt: skip
async def test_the_way_back_does_not_leave_before_the_way_out_has_ended(
    storage: MemoryStorage, out: dict[str, Any], back: dict[str, Any], parameter: str
) -> None:
    day = back.get("day", MONDAY)
    told = f"on {day:%d %B %Y}, before the way out has ended at .* on 1?0?[09] February 2026"
    with pytest.raises(InvalidParameter, match=told) as caught:
        await ask(storage, way(**out), back=way(CEE, AYT, **back))
    assert caught.value.parameter == parameter


async def test_the_way_back_may_leave_when_the_way_out_ends(storage: MemoryStorage) -> None:
    answer = await ask(storage, way(departure_min=480), back=way(CEE, AYT, departure_min=540))
    assert totals(answer) == {"SVR": 990}
    assert answer.found.back is not None
    assert answer.found.back.trip.departure_min == minutes("09:00")


async def test_the_next_day_a_way_back_may_be_earlier_by_the_clock(storage: MemoryStorage) -> None:
    answer = await ask(storage, back=way(CEE, AYT, day=TUESDAY, departure_min=0))
    assert answer.found.back is not None
    assert answer.found.back.trip.day == TUESDAY


async def test_a_way_back_whose_time_is_not_known_is_not_refused(storage: MemoryStorage) -> None:
    assert (await ask(storage, back=way(CEE, AYT))).found.back is not None
    assert (await ask(storage, way(), back=way(CEE, AYT, departure_min=0))).found.back is not None


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"out": way(AYT, AYT)}, "destination"),
        ({"out": way(), "back": way(CEE, AYT, day=MONDAY - timedelta(days=1))}, "return_date"),
        ({"out": way(via=(AYT,))}, "via"),
        ({"out": way(via=(BEE, BEE))}, "via"),
        ({"out": way(departure_min=600, arrival_min=600)}, "arrival_time"),
        ({"out": way(departure_min=600, arrival_min=599)}, "arrival_time"),
        (
            {"out": way(), "back": way(CEE, AYT, departure_min=600, arrival_min=599)},
            "return_arrival_time",
        ),
    ],
)
def test_a_trip_that_cannot_be_made_is_refused(query: dict[str, Any], parameter: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        FareQuery(party=Party(1, 0), **query)
    assert caught.value.parameter == parameter


@pytest.mark.parametrize(
    ("out", "parameter"),
    [(way(Crs("ZZZ")), "origin"), (way(AYT, Crs("ZZZ")), "destination"),
     (way(via=(BEE, Crs("ZZZ"))), "via")],
)  # fmt: skip
async def test_a_station_that_nothing_mentions_is_not_found(
    storage: MemoryStorage, out: TripQuery, parameter: str
) -> None:
    with pytest.raises(UnknownStation) as caught:
        await ask(storage, out)
    assert (caught.value.crs, caught.value.parameter) == ("ZZZ", parameter)


@pytest.mark.parametrize("which", ["train", "return_train"])
async def test_a_train_that_does_not_run_that_way_is_named(
    storage: MemoryStorage, which: str
) -> None:
    out = way(train=TrainUid("Z99999")) if which == "train" else way(departure_min=0)
    with pytest.raises(InvalidParameter) as caught:
        await ask(storage, out, back=way(CEE, AYT, train=TrainUid("Z99999")))
    assert caught.value.parameter == which


async def test_where_no_train_is_known_it_is_said_of_each_way(storage: MemoryStorage) -> None:
    after = timetables.LAST_DAY + timedelta(days=1)
    back = way(CEE, AYT, day=after, departure_min=600)
    answer = await ask(storage, way(departure_min=1439), back=back)
    assert answer.degraded_reasons == (
        "no direct train from AYT to CEE leaves then: the trip's calls are not known",
        f"no loaded timetable covers {after}: the train's calls are not known",
    )


async def test_where_no_train_calls_on_the_way_it_is_said(storage: MemoryStorage) -> None:
    answer = await ask(storage, way(departure_min=600, via=(BEE,)))
    assert answer.found.out.ride is None
    [reason] = answer.degraded_reasons
    assert reason.startswith("no direct train from AYT to CEE that calls at BEE leaves then: ")


async def test_prices_of_a_day_before_the_fares_are_said_to_be_doubtful(
    storage: MemoryStorage,
) -> None:
    first = date(2026, 1, 5)
    before = await ask(storage, way(day=first - timedelta(days=1), departure_min=600))
    assert before.degraded_reasons[0] == (
        "the loaded fares, RJFAF901, are of 2026-01-05: prices on 2026-01-04 may have been others"
    )
    assert totals(before) == {"SDS": 540, "SVR": 990}
    assert (await ask(storage, way(day=first, departure_min=0))).degraded_reasons == ()
    night = await ask(storage, way(day=first, departure_min=10, arrival_min=60))
    assert "prices on 2026-01-04" in night.degraded_reasons[0]


async def test_who_says_when_the_trip_ends_misses_no_train(storage: MemoryStorage) -> None:
    answer = await ask(storage, way(departure_min=480, arrival_min=540))
    assert answer.found.out.ride is None
    assert answer.degraded_reasons == ()


@pytest.mark.parametrize(
    ("out", "ticket_class"),
    [(way(AYT, Crs("DEE")), TicketClass.STANDARD), (way(CEE, AYT), TicketClass.STANDARD),
     (way(), TicketClass.FIRST)],
)  # fmt: skip
async def test_where_the_fares_have_no_such_ticket_the_answer_is_empty(
    storage: MemoryStorage, out: TripQuery, ticket_class: TicketClass
) -> None:
    answer = await ask(storage, out, ticket_class=ticket_class)
    assert totals(answer) == {}
    assert answer.degraded_reasons == (
        "the loaded fares have no such ticket between the two stations",
    )


async def test_fares_are_compared_without_a_timetable(tmp_path: Path) -> None:
    storage = MemoryStorage()
    await put_fares(storage, tmp_path)
    answer = await ask(storage)
    assert totals(answer) == {"SDS": 540, "SVR": 990}
    assert answer.origin.crs == AYT
    assert answer.degraded_reasons == (
        f"no loaded timetable covers {MONDAY}: the train's calls are not known",
    )


async def test_without_fares_there_is_nothing_to_compare() -> None:
    storage = MemoryStorage()
    await put_timetable(storage, OUT)
    with pytest.raises(NothingLoaded) as caught:
        await ask(storage, way(Crs("ZZZ")))
    assert caught.value.feed is FeedKind.FARES


# --- beside a forecast ---------------------------------------------------------------------------


async def predicted(storage: Storage, **others: Any) -> Prediction:
    asked: dict[str, Any] = {"time_min": 0, "include_fares": True} | others
    query = PredictionQuery(origin=AYT, destination=CEE, day=MONDAY, **asked)
    predict = PredictDelay(storage, NoHolidays(), StationDirectory())
    return await predict(query, use_case(storage))


async def test_a_forecast_and_its_fares_are_of_one_state_of_the_data(
    storage: MemoryStorage,
) -> None:
    counted = Counted(storage)
    prediction = await predicted(counted, railcard=CARD)
    assert prediction.fares is not None
    assert prediction.fares.out.ride == prediction.trains[0].ride
    assert [one.total_p for one in prediction.fares.comparison.offers] == [375, 690]
    assert counted.readings == 1


async def test_a_forecast_without_a_train_has_no_fares(storage: MemoryStorage) -> None:
    prediction = await predicted(storage, time_min=1439)
    assert (prediction.trains, prediction.fares) == ((), None)
    assert prediction.degraded_reasons[-1] == "no train leaves then that fares could be for"


async def test_a_forecast_without_known_fares_says_so(tmp_path: Path) -> None:
    storage = MemoryStorage()
    await put_timetable(storage, OUT)
    assert "no fares feed is loaded" in (await predicted(storage)).degraded_reasons
    flows = [flow("0003", "0001", fares={"SDS": 540})]
    feed = FileFaresFeed([write_fares(tmp_path / "others", flows=flows)])
    await import_fares(
        feed, ImportReport(), storage=storage, clock=FixedClock(MONDAY), tolerance=0.05
    )
    prediction = await predicted(storage)
    assert prediction.fares is None
    assert prediction.degraded_reasons[-1] == (
        "the loaded fares have no such ticket between the two stations"
    )


async def test_a_forecast_refuses_a_railcard_that_the_fares_do_not_know(
    storage: MemoryStorage,
) -> None:
    with pytest.raises(InvalidParameter) as caught:
        await predicted(storage, railcard=RailcardCode("QQQ"))
    assert caught.value.parameter == "railcard"
