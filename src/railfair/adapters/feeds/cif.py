"""The records of a CIF file: MCA, CFA and ZTR of the timetable set, or a Network Rail extract."""

from collections.abc import Iterable, Iterator
from typing import Final

from railfair.adapters.feeds.cif_layout import AA, BS, LINE_WIDTH, RECORD_TYPE, TA, TI
from railfair.adapters.feeds.cif_schedule import (
    BadRecord,
    NumberedLine,
    check_transaction,
    feed_day,
    schedule,
    schedule_key,
    uid,
    weekdays,
)
from railfair.adapters.feeds.station_files import displayed_name
from railfair.domain.codes import Crs, Tiploc
from railfair.domain.errors import BadFeed
from railfair.domain.feed import ImportReport, Rejection
from railfair.domain.timetable import Association, Stp
from railfair.ports.timetable_feed import (
    PutAssociation,
    PutSchedule,
    RemoveAssociation,
    RemoveSchedule,
    TimetableRecord,
    TiplocStation,
)

OTHER_RECORDS: Final = frozenset({"HD", "TI", "TA", "TD", "AA", "ZZ"})
"""Records that stand between schedules, never inside one."""
NOTES: Final = frozenset({"LN", "TN"})
LAST: Final = "LT"
DELETE: Final = "D"
REVISE: Final = "R"
DAY_OFFSETS: Final = {"S": 0, "N": 1, "P": -1, " ": 0}
MANUAL_STATION_SUFFIX: Final = "----"
"""ZTR gives a CRS, filled up with dashes, where other files give a TIPLOC."""


class CifReader:
    """Reads one CIF file; *tiplocs* is looked up, and grows by the TI and TA records."""

    def __init__(
        self, name: str, *, tiplocs: dict[Tiploc, Crs], report: ImportReport, is_manual: bool
    ) -> None:
        self._name = name
        self._tiplocs = tiplocs
        self._report = report
        self._is_manual = is_manual

    def records(self, lines: Iterable[NumberedLine]) -> Iterator[TimetableRecord]:
        """Yield the records in file order; raise `BadFeed` if the file has no end record."""
        block: list[NumberedLine] = []
        kind = ""
        for number, raw in lines:
            line = raw.ljust(LINE_WIDTH)
            kind = line[RECORD_TYPE]
            if kind in NOTES:
                continue
            if block and (kind == "BS" or kind in OTHER_RECORDS):
                yield from self._schedule(block)
                block = []
            if kind == "ZZ":
                break
            if kind in OTHER_RECORDS:
                yield from self._other(number, line)
                continue
            block.append((number, line))
            if kind == LAST or _stands_alone(line):
                yield from self._schedule(block)
                block = []
        for _ in lines:
            pass  # reading to the end finds out whether a packed file is sound
        if kind != "ZZ":
            raise BadFeed(self._name, "has no ZZ record at its end: the file is cut short")

    def _schedule(self, block: list[NumberedLine]) -> Iterator[TimetableRecord]:
        self._report.count_read("schedule")
        number, basic = block[0]
        try:
            if basic[RECORD_TYPE] == "BS" and basic[BS.TRANSACTION] == DELETE:
                yield RemoveSchedule(key=schedule_key(basic))
                return
            found = schedule(block, self._station)
        except BadRecord as error:
            self._reject(error.line, error.record, error.why)
        except ValueError as error:
            self._reject(number, "BS", str(error))
        else:
            takes_the_place = basic[BS.TRANSACTION] == REVISE or found.stp is not Stp.PERMANENT
            if found.calls or takes_the_place:
                yield PutSchedule(schedule=found, is_manual=self._is_manual)
            else:
                self._report.count_left_out("schedule")

    def _other(self, number: int, line: str) -> Iterator[TimetableRecord]:
        kind = line[RECORD_TYPE]
        if kind == "AA":
            self._report.count_read("association")
            try:
                yield _association(line)
            except (ValueError, KeyError) as error:
                self._reject(number, kind, f"not an association: {error}")
        elif kind in {"TI", "TA"}:
            yield from self._timing_point(kind, line)

    def _timing_point(self, kind: str, line: str) -> Iterator[TimetableRecord]:
        new = line[TA.NEW_TIPLOC].strip() if kind == "TA" else ""
        tiploc = Tiploc(new or line[TI.TIPLOC].strip())
        crs = Crs(line[TI.CRS].strip())
        if crs and tiploc not in self._tiplocs:
            self._tiplocs[tiploc] = crs
            name = line[TI.DESCRIPTION].strip() or line[TI.TPS_DESCRIPTION]
            yield TiplocStation(tiploc=tiploc, crs=crs, name=displayed_name(name))

    def _station(self, tiploc: str) -> Crs | None:
        if tiploc.endswith(MANUAL_STATION_SUFFIX):
            return Crs(tiploc[: -len(MANUAL_STATION_SUFFIX)])
        return self._tiplocs.get(Tiploc(tiploc.rstrip()))

    def _reject(self, line: int, record: str, why: str) -> None:
        self._report.reject(Rejection(file=self._name, line=line, record=record, why=why))


def _stands_alone(line: str) -> bool:
    """Whether no further record belongs to the BS record: a deletion or a cancellation."""
    return line[RECORD_TYPE] == "BS" and (
        line[BS.TRANSACTION] == DELETE or line[BS.STP] == Stp.CANCELLED.value
    )


def _association(line: str) -> TimetableRecord:
    check_transaction(line[AA.TRANSACTION])
    is_removal = line[AA.TRANSACTION] == DELETE
    first_day = feed_day(line[AA.START_DATE])
    association = Association(
        base_uid=uid(line[AA.BASE_UID]),
        other_uid=uid(line[AA.ASSOC_UID]),
        runs_from=first_day,
        runs_to=first_day if is_removal else feed_day(line[AA.END_DATE]),
        days=0 if is_removal else weekdays(line[AA.DAYS]),
        category=line[AA.CATEGORY].strip(),
        day_offset=DAY_OFFSETS[line[AA.DATE_IND]],
        tiploc=Tiploc(line[AA.LOCATION].strip()),
        base_suffix=line[AA.BASE_SUFFIX].strip(),
        other_suffix=line[AA.ASSOC_SUFFIX].strip(),
        passengers=line[AA.ASSOC_TYPE] == "P",
        stp=Stp(line[AA.STP]),
    )
    if is_removal:
        return RemoveAssociation(association=association)
    return PutAssociation(association=association)
