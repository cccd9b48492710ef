"""The demo's timetable, read back from its own records."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from railfair.adapters.demo import rjtt_layouts as layout
from railfair.adapters.demo.daykinds import DayKind
from railfair.adapters.demo.network import Railway, make_railway
from railfair.adapters.demo.rjtt import mca_lines
from railfair.adapters.demo.stations import by_crs, distance_km
from railfair.adapters.demo.timetable import NO_TIME, Train

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def railway() -> Railway:
    return make_railway(today=TODAY, days=365)


@pytest.fixture(scope="module")
def mca(railway: Railway) -> list[str]:
    return list(mca_lines(railway))


def schedules(lines: list[str]) -> Iterator[list[str]]:
    found: list[str] = []
    for line in lines:
        if line[:2] in {"BS", "ZZ"} and found:
            yield found
            found = []
        if line[:2] == "BS" or found:
            found.append(line)


def working_minutes(line: str) -> list[float]:
    fields = {"LO": layout.LO, "LI": layout.LI, "LT": layout.LT}[line[:2]].read(line)
    times = (fields.get(name, "") for name in ("wtt_arr", "wtt_dep", "wtt_pass"))
    return [int(t[:2]) * 60 + int(t[2:4]) + 0.5 * t.endswith("H") for t in times if t]


def runs_on(record: str, day: date) -> bool:
    fields = layout.BS.read(record)
    shown = f"{day:%y%m%d}"
    inside = fields["runs_from"] <= shown <= fields["runs_to"]
    return inside and fields["days"][day.weekday()] == "1"


def expand(lines: list[str], day: date) -> dict[str, list[str]]:
    """Return the winning schedule of each train that runs on *day*: the lowest letter wins."""
    best: dict[str, list[str]] = {}
    for schedule in schedules(lines):
        uid, stp = schedule[0][3:9], schedule[0][79]
        if runs_on(schedule[0], day) and (uid not in best or stp < best[uid][0][79]):
            best[uid] = schedule
    return {uid: found for uid, found in best.items() if found[0][79] != "C"}


def public_times(train: Train) -> list[tuple[str, str, str]]:
    def shown(offset: int) -> str:
        minute = (train.start_min + offset) % 1440
        return "0000" if offset == NO_TIME else f"{minute // 60:02d}{minute % 60:02d}"

    return [
        (stop.station.tiploc, shown(stop.public_arr_min), shown(stop.public_dep_min))
        for stop in train.pattern.calls
    ]


def written_times(schedule: list[str]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for line in schedule:
        if line[:2] == "LO":
            found.append((line[2:9].rstrip(), "0000", line[15:19]))
        elif line[:2] == "LI" and line[20:25].isspace():
            found.append((line[2:9].rstrip(), line[25:29], line[29:33]))
        elif line[:2] == "LT":
            found.append((line[2:9].rstrip(), line[15:19], "0000"))
    return found


def test_every_record_has_eighty_columns_between_hd_and_zz(mca: list[str]) -> None:
    assert {len(line) for line in mca} == {80}
    assert mca[0].startswith("HDTPS.DEMO")
    assert mca[-1].rstrip() == "ZZ"
    assert Counter(line[:2] for line in mca)["ZZ"] == 1


def test_times_never_go_backwards(mca: list[str]) -> None:
    for schedule in schedules(mca):
        places = [line for line in schedule if line[0] == "L"]
        clock = [minute for line in places for minute in working_minutes(line)]
        midnights = sum(later < earlier for earlier, later in pairwise(clock))
        assert midnights <= 1, schedule[0]
        assert all(later >= earlier or earlier > 1200 for earlier, later in pairwise(clock))


def test_a_schedule_is_bs_bx_lo_li_lt_and_a_cancellation_bs_alone(mca: list[str]) -> None:
    for schedule in schedules(mca):
        kinds = [line[:2] for line in schedule]
        if schedule[0][79] == "C":
            assert kinds == ["BS"]
        else:
            assert kinds[:3] == ["BS", "BX", "LO"]
            assert kinds[-1] == "LT"
            assert set(kinds[3:-1]) <= {"LI"}


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 18),  # a Wednesday
        date(2026, 11, 21),  # a Saturday
        date(2026, 11, 22),  # a Sunday
        date(2025, 12, 25),  # Christmas
        date(2026, 10, 3),  # engineering work
        date(2026, 10, 23),  # extra trains
        date(2026, 5, 16),  # the day before the timetable changes
        date(2026, 5, 17),
    ],
)
def test_the_records_expand_to_the_trains_of_the_day(
    railway: Railway, mca: list[str], day: date
) -> None:
    expanded = expand(mca, day)
    booked = {train.uid: train for train in railway.booked_on(day)}
    assert expanded.keys() == booked.keys()
    for uid, train in booked.items():
        assert written_times(expanded[uid]) == public_times(train)


def test_nothing_runs_on_christmas_day(mca: list[str]) -> None:
    assert expand(mca, date(2025, 12, 25)) == {}


def test_every_letter_occurs_and_no_record_key_occurs_twice(mca: list[str]) -> None:
    records = [line for line in mca if line[:2] == "BS"]
    assert {line[79] for line in records} == set("PONC")
    assert len({(line[3:9], line[9:15], line[79]) for line in records}) == len(records)


def test_there_are_about_five_hundred_trains_and_fewer_at_weekends(railway: Railway) -> None:
    weekday, saturday, sunday = (
        len(list(railway.booked_on(TODAY - timedelta(days=back)))) for back in (5, 2, 1)
    )
    assert 400 <= weekday <= 520
    assert sunday < saturday < weekday


def test_no_public_time_is_midnight(railway: Railway) -> None:
    for timetable in railway.corridors:
        for train in timetable.trains:
            assert ("0000", "0000") not in {times[1:] for times in public_times(train)}


def test_some_calls_are_pick_up_or_set_down_only(railway: Railway) -> None:
    activities = Counter(
        stop.activity
        for timetable in railway.corridors
        for train in timetable.trains
        for stop in train.pattern.stops
    )
    assert activities["U"] > 20
    assert activities["D"] > 20


def test_the_sleeper_divides_and_joins(railway: Railway, mca: list[str]) -> None:
    rows = [layout.AA.read(line) for line in mca if line[:2] == "AA"]
    assert [(row["category"], row["date_ind"]) for row in rows] == [("VV", "N"), ("JJ", "S")]
    tiploc = by_crs(railway.stations)["CRS"].tiploc
    for association in railway.associations:
        for train in (association.base, association.other):
            assert tiploc in {stop.station.tiploc for stop in train.pattern.calls}


def test_positions_and_codes_are_believable(railway: Railway) -> None:
    places = by_crs(railway.stations)
    assert 158 < distance_km(places["EUS"], places["BHM"]) < 164
    assert len({s.tiploc for s in railway.stations}) == len(railway.stations)
    assert len({s.nlc for s in railway.stations}) == len(railway.stations)


def test_works_days_are_slower_and_thinner(railway: Railway) -> None:
    timetable = next(t for t in railway.corridors if t.corridor.name == "EUS-MAN")
    period = timetable.calendar.periods[0]
    usual = timetable.on(DayKind.SATURDAY, period)
    works = timetable.on(DayKind.WORKS_SATURDAY, period)
    assert len(works) < len(usual)
    length = {train.uid: train.pattern.stops[-1].arr_min for train in usual}
    assert all(train.pattern.stops[-1].arr_min > length[train.uid] for train in works)


def test_all_weekdays_have_the_same_trains(railway: Railway) -> None:
    for timetable in railway.corridors:
        assert {train.days[:5] for train in timetable.trains} <= {"11111", "00000"}
