"""Where the fields of the fares feed stand, as the interface description counts (from 1).

Source: RSPS5045. Only fields that RailFair reads. END_DATE stands before START_DATE in every record
but RD.
"""


class Field:
    """The place of a field in its line; *name* is what the interface description calls it."""

    __slots__ = ("name", "place")

    def __init__(self, start: int, length: int) -> None:
        self.name = ""
        self.place = slice(start - 1, start - 1 + length)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def of(self, line: str) -> str:
        """Return the field's text in *line*, blanks included."""
        return line[self.place]


LINE_WIDTH = 289
"""The widest record, LOC L: what a line is filled up to, for its last blanks may be missing."""


class F:
    """FFL: flow."""

    RECORD_TYPE = Field(2, 1)
    ORIGIN_CODE = Field(3, 4)
    DESTINATION_CODE = Field(7, 4)
    ROUTE_CODE = Field(11, 5)
    STATUS_CODE = Field(16, 3)
    USAGE_CODE = Field(19, 1)
    DIRECTION = Field(20, 1)
    END_DATE = Field(21, 8)
    START_DATE = Field(29, 8)
    TOC = Field(37, 3)
    CROSS_LONDON_IND = Field(40, 1)
    NS_DISC_IND = Field(41, 1)
    FLOW_ID = Field(43, 7)


class T:
    """FFL: fare of a flow."""

    RECORD_TYPE = Field(2, 1)
    FLOW_ID = Field(3, 7)
    TICKET_CODE = Field(10, 3)
    FARE = Field(13, 8)
    RESTRICTION_CODE = Field(21, 2)


class FSC:
    """Member of a cluster."""

    CLUSTER_ID = Field(2, 4)
    CLUSTER_NLC = Field(6, 4)
    END_DATE = Field(10, 8)
    START_DATE = Field(18, 8)


class NFO:
    """NFO and NDF: ready-made fare."""

    ORIGIN_CODE = Field(2, 4)
    DESTINATION_CODE = Field(6, 4)
    ROUTE_CODE = Field(10, 5)
    RAILCARD_CODE = Field(15, 3)
    TICKET_CODE = Field(18, 3)
    ND_RECORD_TYPE = Field(21, 1)
    END_DATE = Field(22, 8)
    START_DATE = Field(30, 8)
    QUOTE_DATE = Field(38, 8)
    ADULT_FARE = Field(47, 8)
    CHILD_FARE = Field(55, 8)
    RESTRICTION_CODE = Field(63, 2)
    COMPOSITE_INDICATOR = Field(65, 1)


class FNS:
    """Discount that is not standard."""

    ORIGIN_CODE = Field(2, 4)
    DESTINATION_CODE = Field(6, 4)
    ROUTE_CODE = Field(10, 5)
    RAILCARD_CODE = Field(15, 3)
    TICKET_CODE = Field(18, 3)
    END_DATE = Field(21, 8)
    START_DATE = Field(29, 8)
    QUOTE_DATE = Field(37, 8)
    USE_NLC = Field(45, 4)
    ADULT_NODIS_FLAG = Field(49, 1)
    ADULT_ADD_ON_AMOUNT = Field(50, 8)
    ADULT_REBOOK_FLAG = Field(58, 1)
    CHILD_NODIS_FLAG = Field(59, 1)
    CHILD_ADD_ON_AMOUNT = Field(60, 8)
    CHILD_REBOOK_FLAG = Field(68, 1)


class LOC_L:  # noqa: N801 - the file's record L
    """Location."""

    UIC_CODE = Field(3, 7)
    END_DATE = Field(10, 8)
    START_DATE = Field(18, 8)
    QUOTE_DATE = Field(26, 8)
    ADMIN_AREA_CODE = Field(34, 3)
    NLC_CODE = Field(37, 4)
    DESCRIPTION = Field(41, 16)
    CRS_CODE = Field(57, 3)
    FARE_GROUP = Field(70, 6)
    COUNTY = Field(76, 2)
    ATB_DESC_OUT = Field(145, 60)


class LOC_R:  # noqa: N801
    """Location at which a railcard is good."""

    UIC_CODE = Field(3, 7)
    RAILCARD_CODE = Field(10, 3)
    END_DATE = Field(13, 8)


class TTY:
    """Ticket type."""

    TICKET_CODE = Field(2, 3)
    END_DATE = Field(5, 8)
    START_DATE = Field(13, 8)
    QUOTE_DATE = Field(21, 8)
    DESCRIPTION = Field(29, 15)
    TKT_CLASS = Field(44, 1)
    TKT_TYPE = Field(45, 1)
    LAST_VALID_DAY = Field(47, 8)
    MAX_PASSENGERS = Field(55, 3)
    MIN_PASSENGERS = Field(58, 3)
    MAX_ADULTS = Field(61, 3)
    MIN_ADULTS = Field(64, 3)
    MAX_CHILDREN = Field(67, 3)
    MIN_CHILDREN = Field(70, 3)
    VALIDITY_CODE = Field(76, 2)
    ATB_DESCRIPTION = Field(78, 20)
    RESERVATION_REQUIRED = Field(99, 1)
    PACKAGE_MKR = Field(108, 1)
    DISCOUNT_CATEGORY = Field(112, 2)


class TVL:
    """Validity."""

    VALIDITY_CODE = Field(1, 2)
    END_DATE = Field(3, 8)
    START_DATE = Field(11, 8)
    DESCRIPTION = Field(19, 20)
    OUT_DAYS = Field(39, 2)
    OUT_MONTHS = Field(41, 2)
    RET_DAYS = Field(43, 2)
    RET_MONTHS = Field(45, 2)
    RET_AFTER_DAYS = Field(47, 2)
    RET_AFTER_MONTHS = Field(49, 2)
    RET_AFTER_DAY = Field(51, 2)
    BREAK_OUT = Field(53, 1)
    BREAK_RTN = Field(54, 1)
    OUT_DESCRIPTION = Field(55, 14)
    RTN_DESCRIPTION = Field(69, 14)


class RLC:
    """Railcard."""

    RAILCARD_CODE = Field(1, 3)
    END_DATE = Field(4, 8)
    START_DATE = Field(12, 8)
    QUOTE_DATE = Field(20, 8)
    DESCRIPTION = Field(29, 20)
    RESTRICTED_BY_AREA = Field(50, 1)
    MAX_PASSENGERS = Field(57, 3)
    MIN_PASSENGERS = Field(60, 3)
    MAX_ADULTS = Field(75, 3)
    MIN_ADULTS = Field(78, 3)
    MAX_CHILDREN = Field(81, 3)
    MIN_CHILDREN = Field(84, 3)
    ADULT_STATUS = Field(119, 3)
    CHILD_STATUS = Field(122, 3)


class DIS_S:  # noqa: N801
    """Status."""

    STATUS_CODE = Field(2, 3)
    END_DATE = Field(5, 8)
    START_DATE = Field(13, 8)
    FIRST_SINGLE_MAX_FLAT = Field(32, 8)
    FIRST_RETURN_MAX_FLAT = Field(40, 8)
    STD_SINGLE_MAX_FLAT = Field(48, 8)
    STD_RETURN_MAX_FLAT = Field(56, 8)
    FIRST_LOWER_MIN = Field(64, 8)
    FIRST_HIGHER_MIN = Field(72, 8)
    STD_LOWER_MIN = Field(80, 8)
    STD_HIGHER_MIN = Field(88, 8)
    FS_MKR = Field(96, 1)
    FR_MKR = Field(97, 1)
    SS_MKR = Field(98, 1)
    SR_MKR = Field(99, 1)


class DIS_D:  # noqa: N801
    """Discount of a status."""

    STATUS_CODE = Field(2, 3)
    END_DATE = Field(5, 8)
    DISCOUNT_CATEGORY = Field(13, 2)
    DISCOUNT_INDICATOR = Field(15, 1)
    DISCOUNT_PERCENTAGE = Field(16, 3)


class RCM:
    """Minimum fare."""

    RAILCARD_CODE = Field(1, 3)
    TICKET_CODE = Field(4, 3)
    END_DATE = Field(7, 8)
    START_DATE = Field(15, 8)
    MINIMUM_FARE = Field(23, 8)


class FRR:
    """Rounding band."""

    RULE_NO = Field(1, 2)
    END_DATE = Field(3, 8)
    RULE_INDEX = Field(11, 2)
    START_DATE = Field(13, 8)
    MAX_AMOUNT = Field(21, 8)
    ROUND_AMOUNT = Field(29, 8)


class RTE_R:  # noqa: N801
    """Route."""

    ROUTE_CODE = Field(3, 5)
    END_DATE = Field(8, 8)
    START_DATE = Field(16, 8)
    QUOTE_DATE = Field(24, 8)
    DESCRIPTION = Field(32, 16)
    ATB_DESC_1 = Field(48, 35)


class RTE_L:  # noqa: N801
    """Place of a route."""

    ROUTE_CODE = Field(3, 5)
    END_DATE = Field(8, 8)
    CRS_CODE = Field(23, 3)
    INCL_EXCL = Field(26, 1)


class TOC_T:  # noqa: N801
    """Train operator."""

    TOC_ID = Field(2, 2)
    TOC_NAME = Field(4, 30)
    ACTIVE_INDICATOR = Field(42, 1)


class TOC_F:  # noqa: N801
    """Fare setter."""

    FARE_TOC_ID = Field(2, 3)
    TOC_ID = Field(5, 2)


class TSP:
    """Operator on whose trains a ticket is good."""

    TICKET_CODE = Field(1, 3)
    RESTRICTION_CODE = Field(4, 2)
    RESTRICTION_FLAG = Field(6, 1)
    DIRECTION = Field(7, 1)
    TOC_ID = Field(8, 2)
    TOC_TYPE = Field(10, 1)
    END_DATE = Field(11, 8)
    START_DATE = Field(19, 8)


class TAP:
    """Advance purchase."""

    TICKET_CODE = Field(1, 3)
    RESTRICTION_CODE = Field(4, 2)
    RESTRICTION_FLAG = Field(6, 1)
    TOC_ID = Field(7, 2)
    END_DATE = Field(9, 8)
    START_DATE = Field(17, 8)
    CHECK_TYPE = Field(25, 1)
    AP_DATA = Field(26, 8)
    BOOKING_TIME = Field(34, 4)
