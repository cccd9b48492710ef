"""Where the fields of the restrictions file stand. Source: RSPS5045, RST."""

from railfair.adapters.feeds.fares_layout import Field


class RST:
    """What all its records begin with."""

    CF_MKR = Field(4, 1)


class OfCode(RST):
    """What all records of a restriction code begin with."""

    RESTRICTION_CODE = Field(5, 2)


class OfTime(OfCode):
    """What the records of one time begin with."""

    SEQUENCE_NO = Field(7, 4)
    OUT_RET = Field(11, 1)


class OfTrain(OfCode):
    """What the records of one train begin with."""

    TRAIN_NO = Field(7, 6)
    OUT_RET = Field(13, 1)


class RD(RST):
    """Dates of the set."""

    START_DATE = Field(5, 8)
    END_DATE = Field(13, 8)


class RH(OfCode):
    """Header of a restriction."""

    DESCRIPTION = Field(7, 30)
    DESC_OUT = Field(37, 50)
    DESC_RTN = Field(87, 50)
    TYPE_OUT = Field(137, 1)
    TYPE_RTN = Field(138, 1)
    CHANGE_IND = Field(139, 1)


class HD(OfCode):
    """Days of a restriction."""

    DATE_FROM = Field(7, 4)
    DATE_TO = Field(11, 4)
    DAYS = Field(15, 7)


class HL(OfCode):
    """Place at which a restriction works."""

    LOCATION_CRS_CODE = Field(7, 3)


class HC(OfCode):
    """Place where a change is allowed."""

    ALLOWED_CHANGE = Field(7, 3)


class TR(OfTime):
    """Time."""

    TIME_FROM = Field(12, 4)
    TIME_TO = Field(16, 4)
    ARR_DEP_VIA = Field(20, 1)
    LOCATION = Field(21, 3)
    MIN_FARE_FLAG = Field(26, 1)


class TD(OfTime):
    """Days of a time."""

    DATE_FROM = Field(12, 4)
    DATE_TO = Field(16, 4)
    DAYS = Field(20, 7)


class TT(OfTime):
    """Operator of a time."""

    TOC_CODE = Field(12, 2)


class SR(OfTrain):
    """Train."""

    SLEEPER_IND = Field(15, 1)


class SD(OfTrain):
    """Days of a train."""

    DATE_FROM = Field(14, 4)
    DATE_TO = Field(18, 4)
    DAYS = Field(22, 7)


class SQ(OfTrain):
    """Place of a train."""

    LOCATION = Field(14, 3)
    ARR_DEP = Field(18, 1)


class RR(RST):
    """What a railcard brings; its code stands where other records have the restriction's."""

    RAILCARD_CODE = Field(5, 3)
    TICKET_CODE = Field(12, 3)
    ROUTE_CODE = Field(15, 5)
    LOCATION = Field(20, 3)
    RESTRICTION_CODE = Field(23, 2)
    TOTAL_BAN = Field(25, 1)


class CA(RST):
    """Calendar of a ticket."""

    TICKET_CODE = Field(5, 3)
    CAL_TYPE = Field(8, 1)
    ROUTE_CODE = Field(9, 5)
    COUNTRY_CODE = Field(14, 1)
    DATE_FROM = Field(15, 4)
    DATE_TO = Field(19, 4)
    DAYS = Field(23, 7)
