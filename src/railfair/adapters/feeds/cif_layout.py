"""Where the fields of the timetable feed stand, as the interface description counts (from 1).

Source: RSPS5046 (CIF end-user format), and the MSN's own layout. Only fields that RailFair reads.
"""


def _field(start: int, length: int) -> slice:
    return slice(start - 1, start - 1 + length)


LINE_WIDTH = 80
RECORD_TYPE = _field(1, 2)


class HD:
    """Header."""

    MAINFRAME_ID = _field(3, 20)
    CURRENT_REF = _field(33, 7)
    LAST_REF = _field(40, 7)
    UPDATE_IND = _field(47, 1)
    START_DATE = _field(49, 6)
    END_DATE = _field(55, 6)


class TI:
    """Timing point."""

    TIPLOC = _field(3, 7)
    TPS_DESCRIPTION = _field(19, 26)
    CRS = _field(54, 3)
    DESCRIPTION = _field(57, 16)


class TA:
    """Change of a timing point: as TI, with the new TIPLOC where TI has blanks."""

    NEW_TIPLOC = _field(73, 7)


class AA:
    """Association."""

    TRANSACTION = _field(3, 1)
    BASE_UID = _field(4, 6)
    ASSOC_UID = _field(10, 6)
    START_DATE = _field(16, 6)
    END_DATE = _field(22, 6)
    DAYS = _field(28, 7)
    CATEGORY = _field(35, 2)
    DATE_IND = _field(37, 1)
    LOCATION = _field(38, 7)
    BASE_SUFFIX = _field(45, 1)
    ASSOC_SUFFIX = _field(46, 1)
    ASSOC_TYPE = _field(48, 1)
    STP = _field(80, 1)


class BS:
    """Basic schedule."""

    TRANSACTION = _field(3, 1)
    UID = _field(4, 6)
    RUNS_FROM = _field(10, 6)
    RUNS_TO = _field(16, 6)
    DAYS = _field(22, 7)
    BANK_HOLIDAYS = _field(29, 1)
    STATUS = _field(30, 1)
    CATEGORY = _field(31, 2)
    IDENTITY = _field(33, 4)
    SEATING = _field(67, 1)
    SLEEPERS = _field(68, 1)
    RESERVATIONS = _field(69, 1)
    STP = _field(80, 1)


class BX:
    """Extra details of a schedule."""

    TOC = _field(12, 2)


class LO:
    """Origin."""

    TIPLOC = _field(3, 7)
    WTT_DEP = _field(11, 5)
    PUBLIC_DEP = _field(16, 4)
    PLATFORM = _field(20, 3)
    ACTIVITY = _field(30, 12)


class LI:
    """Intermediate location."""

    TIPLOC = _field(3, 7)
    WTT_ARR = _field(11, 5)
    WTT_DEP = _field(16, 5)
    WTT_PASS = _field(21, 5)
    PUBLIC_ARR = _field(26, 4)
    PUBLIC_DEP = _field(30, 4)
    PLATFORM = _field(34, 3)
    ACTIVITY = _field(43, 12)


class LT:
    """Terminus."""

    TIPLOC = _field(3, 7)
    WTT_ARR = _field(11, 5)
    PUBLIC_ARR = _field(16, 4)
    PLATFORM = _field(20, 3)
    ACTIVITY = _field(26, 12)


class MSN:
    """Station of the master station names file; grid fields are in units of 100 m."""

    NAME = _field(6, 30)
    CATE = _field(36, 1)
    TIPLOC = _field(37, 7)
    CRS = _field(50, 3)
    EASTING = _field(53, 5)
    NORTHING = _field(59, 5)
    CHANGE_TIME = _field(64, 2)


class MSN_ALIAS:  # noqa: N801 - the second record of the MSN
    """Other name of a station."""

    NAME = _field(6, 30)
    ALIAS = _field(37, 30)
