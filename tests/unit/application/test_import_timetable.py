"""Importing a timetable: all of it or nothing, full or as an update to the one that is loaded."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.feeds.timetable import FileTimetableFeed
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.import_timetable import import_timetable
from railfair.domain.codes import Crs
from railfair.domain.errors import BadFeed, FeedOutOfOrder, MixedSources
from railfair.domain.feed import FeedKind, FeedSource, ImportReport, LoadedFeed
from railfair.domain.railtime import LONDON
from railfair.domain.station import Station
from railfair.domain.timetable import Association, Train
from support import timetables as feed
from support.timetables import bs, cif, hd, plain

TODAY = date(2026, 3, 2)
CLOCK = FixedClock(TODAY)
LINK = "M=WALK,O=AYT,D=CEE,T=4\n"
DELETED = feed.columns(80, {1: "BSD", 4: "A10001", 10: "260105", 80: "P"})
UNJOINED = feed.columns(80, {1: "AAD", 4: "A10001A10002260105", 38: "BEEFORD", 80: "P"})


class Railway:
    """A database in memory, and the feeds that are imported into it."""

    def __init__(self, folder: Path) -> None:
        self.storage = MemoryStorage()
        self.report = ImportReport()
        self._folder = folder
        self._number = 0

    async def take(self, *, tolerance: float = 0.05, **texts: str) -> LoadedFeed:
        """Import a set of files given by extension."""
        return await self.take_files(texts, tolerance=tolerance)

    async def take_files(
        self, texts: Mapping[str, str], *, tolerance: float = 0.05, name: str = ""
    ) -> LoadedFeed:
        """Import a set of files under a name of their own."""
        self._number += 1
        folder = self._folder / str(self._number)
        version = name or f"RJTTF{900 + self._number}"
        paths = [feed.write_files(folder, texts, version=version)]
        self.report = ImportReport()
        return await import_timetable(
            FileTimetableFeed(paths),
            self.report,
            storage=self.storage,
            clock=CLOCK,
            tolerance=tolerance,
        )

    async def take_full(self, *lines: str | Iterable[str], header: str | None = None) -> LoadedFeed:
        """Import a full set with the usual stations and a link."""
        return await self.take(MCA=cif(*lines, header=header), MSN=feed.STATIONS, ALF=LINK)

    async def take_update(
        self, *lines: str | Iterable[str], follows: str = "DFINV1A", mainframe: str = "TPS.U"
    ) -> LoadedFeed:
        """Import an update in one file."""
        header = hd(mainframe=mainframe, reference="DFINV1B", follows=follows, update=True)
        return await self.take_files({"CIF": cif(*lines, header=header)}, name="update")

    async def trains(self, day: date = TODAY) -> list[Train]:
        async with self.storage.reading() as unit:
            return await unit.timetable.trains(day)

    async def uids(self, day: date = TODAY) -> list[str]:
        return [train.schedule.uid for train in await self.trains(day)]

    async def loaded(self) -> LoadedFeed | None:
        async with self.storage.reading() as unit:
            return await unit.feeds.get(FeedKind.TIMETABLE)

    async def stations(self) -> list[Station]:
        async with self.storage.reading() as unit:
            return await unit.timetable.stations()

    async def associations(self) -> list[Association]:
        async with self.storage.reading() as unit:
            return await unit.timetable.associations()


@pytest.fixture
def railway(tmp_path: Path) -> Railway:
    return Railway(tmp_path)


async def test_a_full_feed_brings_stations_links_and_trains(railway: Railway) -> None:
    loaded = await railway.take_full(plain("A10001"))
    assert await railway.uids() == ["A10001"]
    assert [s.crs for s in await railway.stations()] == ["AYT", "BEE", "CEE"]
    assert loaded == await railway.loaded()
    assert railway.report.kept == {
        "station": 3,
        "link": 1,
        "interchange": 0,
        "schedule": 1,
        "call": 2,
        "association": 0,
    }


async def test_the_loaded_feed_says_which_it_is_when_it_came_and_what_it_covers(
    railway: Railway,
) -> None:
    assert await railway.take_full(plain("A10001")) == LoadedFeed(
        kind=FeedKind.TIMETABLE,
        version="RJTTF901",
        source=FeedSource.IMPORT,
        loaded_at=CLOCK.now().astimezone(LONDON),
        first_day=feed.FIRST_DAY,
        last_day=feed.LAST_DAY,
        reference="DFINV1A",
    )


async def test_a_header_years_older_than_its_trains_does_not_say_what_is_covered(
    railway: Railway,
) -> None:
    old = hd(days=("010111", "311211"))
    loaded = await railway.take_full(plain("A10001"), header=old)
    assert (loaded.first_day, loaded.last_day) == (feed.FIRST_DAY, feed.LAST_DAY)


async def test_trains_entered_by_hand_do_not_say_what_is_covered(railway: Railway) -> None:
    old = hd(days=("010111", "311211"))
    by_hand = [bs("Z10001", runs=("200101", "301231")), *plain("Z10001")[1:]]
    loaded = await railway.take(
        MCA=cif(plain("A10001"), header=old), MSN=feed.STATIONS, ZTR=cif(by_hand)
    )
    assert (loaded.first_day, loaded.last_day) == (feed.FIRST_DAY, feed.LAST_DAY)
    assert await railway.uids() == ["A10001", "Z10001"]


async def test_a_full_feed_takes_the_place_of_everything(railway: Railway) -> None:
    await railway.take_full(plain("A10001"), feed.aa("A10001", "A10002"))
    await railway.take(MCA=cif(plain("A10002")), MSN=feed.msn(feed.AYTON, feed.CEEHAM))
    assert await railway.uids() == ["A10002"]
    assert [s.crs for s in await railway.stations()] == ["AYT", "CEE"]
    assert await railway.associations() == []
    async with railway.storage.reading() as unit:
        assert await unit.timetable.links() == []


async def test_a_full_feed_may_be_imported_twice(railway: Railway) -> None:
    for _ in range(2):
        await railway.take_full(plain("A10001"))
        assert await railway.uids() == ["A10001"]


async def test_a_cif_file_with_timing_points_only_makes_stations_of_them(railway: Railway) -> None:
    points = [
        feed.ti("AYTON", "AYT", "AYTON"),
        feed.ti("AYTONLL", "AYT", "AYTON LOW LEVEL"),
        feed.ti("CEEHAM", "CEE", "CEEHAM PARKWAY"),
        feed.ti("SIDING", "", "A SIDING"),
    ]
    await railway.take_files({"CIF": cif(points, plain("A10001"))}, name="toc-full")
    ayton, ceeham = await railway.stations()
    assert (ayton.name, ayton.tiplocs) == ("Ayton", ("AYTON", "AYTONLL"))
    assert ceeham.name == "Ceeham Parkway"
    assert await railway.uids() == ["A10001"]


async def test_beside_station_names_a_timing_point_makes_a_station_only_where_a_train_calls(
    railway: Railway,
) -> None:
    points = [feed.ti("FARAWAY", "FAR", "FAR AWAY"), feed.ti("DEEHALT", "DEE", "DEE HALT")]
    lines = [*plain("A10001")[:3], feed.li("DEEHALT", "1020", "1021"), plain("A10001")[3]]
    await railway.take_full(points, feed.ti("AYTONLL", "AYT"), lines)
    found = {s.crs: (s.name, s.tiplocs) for s in await railway.stations()}
    assert set(found) == {"AYT", "BEE", "CEE", "DEE"}
    assert found[Crs("DEE")] == ("Dee Halt", ("DEEHALT",))
    assert found[Crs("AYT")] == ("Ayton", ("AYTON", "AYTONLL"))


async def test_many_schedules_are_written_in_parts(railway: Railway) -> None:
    many = [line for n in range(2_050) for line in plain(f"B{n:05}")]
    await railway.take_full(many)
    assert railway.report.kept["schedule"] == len(await railway.trains()) == 2_050


# --- updates -------------------------------------------------------------------------------------


async def test_an_update_inserts_revises_and_deletes(railway: Railway) -> None:
    await railway.take_full(plain("A10001"), plain("A10002"))
    revised = [bs("A10002", transaction="R"), *plain("A10002", dep="1005")[1:]]
    await railway.take_update(DELETED, revised, plain("A10003"))
    trains = await railway.trains()
    assert [t.schedule.uid for t in trains] == ["A10002", "A10003"]
    assert trains[0].schedule.calls[0] == feed.call("AYT", dep="10:05")
    assert railway.report.kept["schedule removed"] == 1
    assert railway.report.notes == []


async def test_an_update_leaves_what_it_does_not_mention(railway: Railway) -> None:
    await railway.take_full(plain("A10001"), feed.aa("A10001", "A10002"))
    await railway.take_update(plain("A10003"))
    assert await railway.uids() == ["A10001", "A10003"]
    assert len(await railway.stations()) == 3
    assert len(await railway.associations()) == 1


async def test_an_update_may_cancel_a_train_for_a_day(railway: Railway) -> None:
    await railway.take_full(plain("A10001"))
    await railway.take_update(bs("A10001", runs=("260302", "260302"), stp="C"))
    assert await railway.uids(TODAY) == []
    assert await railway.uids(TODAY + timedelta(days=1)) == ["A10001"]


async def test_a_revision_that_makes_a_train_empty_takes_its_calls_away(railway: Railway) -> None:
    await railway.take_full(plain("A10001"), plain("A10002"))
    empty = [bs("A10001", category="EE", transaction="R"), *plain("A10001")[1:]]
    await railway.take_update(empty)
    async with railway.storage.reading() as unit:
        departures = await unit.timetable.departures(Crs("AYT"), TODAY)
    assert [train.schedule.uid for train, _ in departures] == ["A10002"]


async def test_a_deletion_of_something_missing_is_noted_and_not_fatal(railway: Railway) -> None:
    await railway.take_full(plain("A10002"))
    await railway.take_update(DELETED, UNJOINED, plain("A10003"))
    assert await railway.uids() == ["A10002", "A10003"]
    assert railway.report.notes == [
        "1 schedule deletions were for records that are not loaded",
        "1 association deletions were for records that are not loaded",
    ]


async def test_within_an_update_the_last_transaction_of_a_schedule_counts(railway: Railway) -> None:
    await railway.take_full(plain("A10001"), plain("A10002"))
    await railway.take_update(DELETED, plain("A10001", dep="1015"))
    assert (await railway.trains())[0].schedule.calls[0] == feed.call("AYT", dep="10:15")


async def test_an_update_may_delete_and_revise_associations(railway: Railway) -> None:
    await railway.take_full(
        plain("A10001"), feed.aa("A10001", "A10002"), feed.aa("A10001", "A10003")
    )
    revised = feed.aa("A10001", "A10003", transaction="R", category="VV")
    await railway.take_update(UNJOINED, revised)
    assert [(a.other_uid, a.category) for a in await railway.associations()] == [("A10003", "VV")]


async def test_updates_follow_each_other_by_reference(railway: Railway) -> None:
    await railway.take_full(plain("A10001"))
    assert (await railway.take_update(plain("A10002"))).reference == "DFINV1B"
    await railway.take_update(plain("A10003"), follows="DFINV1B")
    assert await railway.uids() == ["A10001", "A10002", "A10003"]


async def test_an_update_that_does_not_follow_is_refused(railway: Railway) -> None:
    await railway.take_full(plain("A10001"))
    with pytest.raises(FeedOutOfOrder) as refusal:
        await railway.take_update(plain("A10002"), follows="DFINV0Z")
    assert (refusal.value.expected, refusal.value.loaded) == ("DFINV0Z", "DFINV1A")
    assert await railway.uids() == ["A10001"]


async def test_an_update_to_nothing_is_refused(railway: Railway) -> None:
    with pytest.raises(FeedOutOfOrder, match="no timetable is loaded"):
        await railway.take_update(plain("A10002"))


async def test_an_update_that_brings_the_links_again_does_not_double_them(railway: Railway) -> None:
    await railway.take_full(plain("A10001"))
    header = hd(reference="DFINV1B", follows="DFINV1A", update=True)
    texts = {"CFA": cif(plain("A10002"), header=header), "ALF": LINK + "M=BUS,O=AYT,D=BEE,T=9\n"}
    await railway.take_files(texts, name="RJTTC902")
    async with railway.storage.reading() as unit:
        assert [link.mode for link in await unit.timetable.links()] == ["walk", "bus"]


# --- all or nothing ------------------------------------------------------------------------------


async def test_more_bad_records_than_tolerated_leave_the_old_timetable_untouched(
    railway: Railway,
) -> None:
    before = await railway.take_full(plain("A10001"))
    bad = [bs("A10003", days="1111112"), *plain("A10003")[1:]]
    with pytest.raises(BadFeed) as refusal:
        await railway.take_full(plain("A10002"), bad)
    assert (refusal.value.file, refusal.value.line) == ("RJTTF902.MCA", 6)
    assert "nothing was imported" in str(refusal.value)
    assert await railway.uids() == ["A10001"]
    assert await railway.loaded() == before


async def test_bad_records_within_the_tolerance_are_left_out_and_reported(railway: Railway) -> None:
    bad = [bs("A10003", days="1111112"), *plain("A10003")[1:]]
    await railway.take(tolerance=0.5, MCA=cif(plain("A10001"), bad), MSN=feed.STATIONS)
    assert await railway.uids() == ["A10001"]
    assert [(r.file, r.line, r.record) for r in railway.report.rejected] == [
        ("RJTTF901.MCA", 6, "BS")
    ]


@pytest.mark.parametrize(
    "texts",
    [
        {"MCA": cif(plain("A10002"), end=False), "MSN": feed.STATIONS},
        {"MCA": cif(plain("A10002")), "MSN": feed.msn(feed.AYTON, end=False)},
        {"MCA": feed.STATIONS},
        {"MCA": cif(), "MSN": feed.STATIONS},
        {"MCA": cif(plain("A10002"))},
        {"MSN": feed.STATIONS},
    ],
    ids=["no ZZ", "MSN cut short", "wrong kind", "no trains", "no stations", "no schedules"],
)
async def test_what_is_no_whole_feed_leaves_the_old_timetable_untouched(
    railway: Railway, texts: dict[str, str]
) -> None:
    before = await railway.take_full(plain("A10001"))
    with pytest.raises(BadFeed):
        await railway.take_files(texts)
    assert await railway.uids() == ["A10001"]
    assert len(await railway.stations()) == 3
    assert await railway.loaded() == before


async def test_readers_see_the_old_timetable_while_a_new_one_is_imported(railway: Railway) -> None:
    await railway.take_full(plain("A10001"))
    async with railway.storage.reading() as unit:
        await railway.take_full(plain("A10002"))
        assert [t.schedule.uid for t in await unit.timetable.trains(TODAY)] == ["A10001"]
    assert await railway.uids() == ["A10002"]


# --- real and demo -------------------------------------------------------------------------------

DEMO = hd(mainframe="TPS.DEMO.PD260105")


async def test_the_demo_railway_says_that_it_is_one(railway: Railway) -> None:
    assert (await railway.take_full(plain("A10001"), header=DEMO)).source is FeedSource.DEMO


async def test_a_demo_does_not_take_the_place_of_a_real_timetable(railway: Railway) -> None:
    await railway.take_full(plain("A10001"))
    with pytest.raises(MixedSources):
        await railway.take_full(plain("A10002"), header=DEMO)
    assert await railway.uids() == ["A10001"]


async def test_a_real_update_is_not_put_onto_a_demo(railway: Railway) -> None:
    await railway.take_full(plain("A10001"), header=DEMO)
    with pytest.raises(MixedSources):
        await railway.take_update(plain("A10002"), follows="")


async def test_a_full_real_timetable_takes_the_place_of_a_demo(railway: Railway) -> None:
    await railway.take_full(plain("A10001"), header=DEMO)
    assert (await railway.take_full(plain("A10002"))).source is FeedSource.IMPORT
    assert await railway.uids() == ["A10002"]
