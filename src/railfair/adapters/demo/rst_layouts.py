"""Record layouts of the restrictions file. Source: RSPS5045, RST, by start column and width."""

from typing import Final

from railfair.adapters.demo.layout import NUMBER, FieldRow, Layout

_HEAD: Final[tuple[FieldRow, ...]] = (("marker", 1, 1), ("record_type", 2, 2), ("cf_mkr", 4, 1))
_CODE: Final[tuple[FieldRow, ...]] = (*_HEAD, ("restriction_code", 5, 2))
_TIME: Final[tuple[FieldRow, ...]] = (
    *_CODE,
    ("sequence_no", 7, 4, NUMBER),
    ("out_ret", 11, 1),
)

RD: Final = Layout(20, *_HEAD, ("start_date", 5, 8), ("end_date", 13, 8))
RH: Final = Layout(
    139,
    *_CODE,
    ("description", 7, 30),
    ("desc_out", 37, 50),
    ("desc_rtn", 87, 50),
    ("type_out", 137, 1),
    ("type_rtn", 138, 1),
    ("change_ind", 139, 1),
)
HD: Final = Layout(21, *_CODE, ("date_from", 7, 4), ("date_to", 11, 4), ("days", 15, 7))
HL: Final = Layout(9, *_CODE, ("location", 7, 3))
TR: Final = Layout(
    26,
    *_TIME,
    ("time_from", 12, 4),
    ("time_to", 16, 4),
    ("arr_dep_via", 20, 1),
    ("location", 21, 3),
    ("rstr_type", 24, 1),
    ("train_type", 25, 1),
    ("min_fare_flag", 26, 1),
)
TD: Final = Layout(26, *_TIME, ("date_from", 12, 4), ("date_to", 16, 4), ("days", 20, 7))
TT: Final = Layout(13, *_TIME, ("toc_code", 12, 2))
SR: Final = Layout(
    15, *_CODE, ("train_no", 7, 6), ("out_ret", 13, 1), ("quota_ind", 14, 1), ("sleeper_ind", 15, 1)
)
RR: Final = Layout(
    25,
    *_HEAD,
    ("railcard_code", 5, 3),
    ("sequence_no", 8, 4, NUMBER),
    ("ticket_code", 12, 3),
    ("route_code", 15, 5),
    ("location", 20, 3),
    ("restriction_code", 23, 2),
    ("total_ban", 25, 1),
)
CA: Final = Layout(
    29,
    *_HEAD,
    ("ticket_code", 5, 3),
    ("cal_type", 8, 1),
    ("route_code", 9, 5),
    ("country_code", 14, 1),
    ("date_from", 15, 4),
    ("date_to", 19, 4),
    ("days", 23, 7),
)
