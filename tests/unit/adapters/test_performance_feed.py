"""Reading HSP answers: what the service words, and what exports and accidents make of it."""

import gzip
import json
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.adapters.feeds.hsp import FilePerformanceFeed
from railfair.domain.errors import BadFeed
from railfair.domain.feed import FeedSource, ImportReport
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.running import Missed, Run
from support.running import (
    DAY,
    ayton_to_ceeham,
    call,
    details,
    invented_day,
    json_lines,
    metrics,
    run,
    write_lines,
)

LATE = run(
    call("AYT", dep="08:00", left="08:01"),
    call("BEE", arr="08:30", came="08:33", dep="08:31", left="08:34", reason="501"),
    call("CEE", arr="09:00", came="08:58"),
)
OTHER = ayton_to_ceeham(4, dep="10:00")


def read(*paths: Path) -> tuple[list[Run], ImportReport]:
    report = ImportReport()
    return list(FilePerformanceFeed(paths).runs(report)), report


def read_one(folder: Path, answer: Mapping[str, Any]) -> Run:
    (found,), report = read(write_lines(folder / "one.jsonl", answer))
    assert not report.rejected
    return found


def reworded(one: Run, **wording: str) -> dict[str, Any]:
    """The answer of a run with the text of its last call replaced."""
    answer = details(one)
    answer["serviceAttributesDetails"]["locations"][-1] |= wording
    return answer


def why_not(folder: Path, answer: Mapping[str, Any] | str) -> str:
    """Why an answer between two good ones is rejected."""
    found, report = read(write_lines(folder / "some.jsonl", LATE, answer, OTHER))
    assert found == [LATE, OTHER]
    (rejection,) = report.rejected
    assert (rejection.file, rejection.line) == ("some.jsonl", 2)
    assert report.read == {"run": 3}
    return rejection.why


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_one(tmp_path, details(LATE)) == LATE


@settings(deadline=None)
@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_day_of_running_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, day: date
) -> None:
    runs = invented_day(day)
    assert read(write_lines(tmp_path_factory.mktemp("day") / "day.jsonl", *runs))[0] == runs


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", json.dumps(details(LATE))),
        ("pretty.json", json.dumps(details(LATE), indent=2)),
        ("list.json", json.dumps([details(LATE)])),
        ("prettylist.json", json.dumps([details(LATE)], indent=2)),
        ("lines.jsonl", json_lines([LATE])),
        ("lines.json", json_lines([LATE])),
        ("blank.jsonl", "\n" + json_lines([LATE]) + "\n\n"),
        ("noend.jsonl", json_lines([LATE]).rstrip()),
        ("CAPITALS.JSONL", json_lines([LATE]).replace("\n", "\r\n")),
    ],
)
def test_answers_come_in_many_shapes(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, newline="")
    assert read(tmp_path)[0] == [LATE]
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    assert read(packed)[0] == [LATE]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"2026/{name}", content)
    assert read(tmp_path / "all.zip")[0] == [LATE]


def test_files_of_a_folder_are_read_in_order_of_name_and_paths_as_given(tmp_path: Path) -> None:
    second = write_lines(tmp_path / "b.jsonl", OTHER)
    first = write_lines(tmp_path / "a.jsonl", LATE)
    (tmp_path / "readme.txt").write_text("nothing of interest")
    assert read(tmp_path)[0] == [LATE, OTHER]
    assert read(second, first)[0] == [OTHER, LATE]


def test_a_run_may_come_again_and_comes_in_the_order_of_the_feed(tmp_path: Path) -> None:
    runs = [ayton_to_ceeham(1), ayton_to_ceeham(2)]
    assert read(write_lines(tmp_path / "twice.jsonl", *runs))[0] == runs


@pytest.mark.parametrize("text", ["0622", "06:22", "622", "6:22", "06:22:00"])
def test_spreadsheets_reword_times(tmp_path: Path, text: str) -> None:
    early = ayton_to_ceeham(0, dep="05:20")
    assert read_one(tmp_path, reworded(early, actual_ta=text)).outcomes()[-1] == 2


@pytest.mark.parametrize("text", ["2026-01-05", "05/01/2026"])
def test_spreadsheets_reword_dates(tmp_path: Path, text: str) -> None:
    assert read_one(tmp_path, details(LATE, date_of_service=text)).day == DAY


def test_times_past_midnight_keep_counting(tmp_path: Path) -> None:
    night = run(
        call("AYT", dep="23:40", left="23:41"),
        call("BEE", arr="23:59", came="24:02", dep="24:00", left="24:03"),
        call("CEE", arr="24:30", came="24:29"),
    )
    assert read_one(tmp_path, details(night)) == night


def test_a_train_late_past_midnight_is_late_and_not_early(tmp_path: Path) -> None:
    late = run(call("AYT", dep="23:00", left="23:00"), call("CEE", arr="23:50", came="24:20"))
    assert read_one(tmp_path, details(late)).outcomes()[-1] == 30


def test_public_times_may_step_back_a_minute(tmp_path: Path) -> None:
    padded = run(
        call("AYT", dep="08:00", left="08:00"),
        call("BEE", arr="08:31", came="08:31", dep="08:30", left="08:32"),
        call("CEE", arr="08:29", came="08:40"),
    )
    assert read_one(tmp_path, details(padded)) == padded


def test_pick_up_and_set_down_only_calls_have_one_booked_time(tmp_path: Path) -> None:
    only = run(
        call("AYT", dep="08:00", left="08:00"),
        call("BEE", dep="08:30", left="08:31"),
        call("DEE", arr="08:40", came="08:41"),
        call("CEE", arr="09:00", came="09:00"),
    )
    assert read_one(tmp_path, details(only)) == only


def test_a_place_that_comes_twice_is_two_calls(tmp_path: Path) -> None:
    loop = run(
        call("AYT", dep="08:00", left="08:00"),
        call("BEE", arr="08:30", came="08:35", dep="08:31", left="08:35"),
        call("AYT", arr="09:00", came="09:02"),
    )
    assert read_one(tmp_path, details(loop)).outcomes() == [None, 5, 2]


def test_nothing_reported_stays_nothing(tmp_path: Path) -> None:
    silent = run(call("AYT", dep="08:00", left="08:00"), call("CEE", arr="09:00"))
    found = read_one(tmp_path, details(silent))
    assert found.outcomes() == [None, Missed.UNKNOWN]


def test_the_same_train_on_many_days_is_one_booked_train(tmp_path: Path) -> None:
    days = [ayton_to_ceeham(n, date(2026, 1, 5 + n)) for n in range(3)]
    found, _ = read(write_lines(tmp_path / "days.jsonl", *days))
    assert found == days
    assert found[0].train is found[2].train


def test_fields_that_nobody_asked_for_are_passed_over(tmp_path: Path) -> None:
    answer = details(LATE, remark="Überführung", nested={"deep": [1, 2]})
    assert read_one(tmp_path, answer) == LATE


def test_a_remark_in_another_encoding_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(json.dumps(details(LATE, remark="é"), ensure_ascii=False).encode("latin-1"))
    assert read(path)[0] == [LATE]


def test_a_known_field_in_another_encoding_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    odd = json.dumps(details(LATE, rid="é"), ensure_ascii=False).encode("latin-1")
    path.write_bytes(odd + b"\n" + json_lines([OTHER]).encode())
    found, report = read(path)
    assert found == [OTHER]
    assert [(one.line, one.record) for one in report.rejected] == [(1, "answer")]


@pytest.mark.parametrize(
    "garbled",
    [
        json_lines([LATE])[:80],
        "date;rid;location",
        "\0\0\0",
        "[" * 50_000,
        '{"x": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"serviceAttributesDetails": {"rid": 7}}',
        '{"serviceAttributesDetails": {"date_of_service": "2026-01-05", "rid": null}}',
    ],
    ids=["cut", "a table", "zeros", "open", "deep", "a number", "a null"],
)
def test_a_garbled_line_is_rejected_and_the_rest_is_kept(tmp_path: Path, garbled: str) -> None:
    assert why_not(tmp_path, garbled).startswith("is no HSP answer: ")


@pytest.mark.parametrize(
    ("wording", "why"),
    [
        ({"actual_ta": "2561"}, "'2561' is not a time of the day"),
        ({"gbtt_pta": "nine"}, "'nine' is not a time of the form HHMM"),
        ({"location": "Ceeham"}, "location 'Ceeham' is no station code of three letters"),
        ({"late_canc_reason": "5,1"}, "late_canc_reason '5,1' is no reason code"),
    ],
)
def test_a_call_that_cannot_be_meant_rejects_its_run(
    tmp_path: Path, wording: dict[str, str], why: str
) -> None:
    assert why_not(tmp_path, reworded(LATE, **wording)) == f"run {LATE.rid}: {why}"


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"date_of_service": "2026-02-31"}, "date_of_service '2026-02-31' is not a date"),
        ({"date_of_service": ""}, "date_of_service '' is not a date"),
        ({"locations": []}, "has fewer than two locations"),
        ({"locations": details(LATE)["serviceAttributesDetails"]["locations"][:1]},
         "has fewer than two locations"),
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_meant_is_rejected(
    tmp_path: Path, attributes: dict[str, Any], why: str
) -> None:
    assert why_not(tmp_path, details(LATE, **attributes)) == f"run {LATE.rid}: {why}"


def test_a_run_without_a_rid_is_rejected(tmp_path: Path) -> None:
    assert why_not(tmp_path, details(LATE, rid="")) == "run ?: rid is empty"


def test_calls_in_no_order_are_no_train(tmp_path: Path) -> None:
    shuffled = [call("AYT", dep=f"{hour:02}:00") for hour in range(23, 0, -1)] * 3
    answer = details(run(*shuffled, call("CEE", arr="23:00"), number=1))
    assert why_not(tmp_path, answer).endswith("has booked times that are in no order")


def test_an_answer_of_another_kind_is_rejected_and_counted(tmp_path: Path) -> None:
    found, report = read(write_lines(tmp_path / "some.jsonl", LATE, {"error": "too many requests"}))
    assert found == [LATE]
    assert report.rejected[0].why == "has neither serviceAttributesDetails nor Services"
    assert sum(report.read.values()) == 2


def test_metrics_name_runs_and_are_no_runs(tmp_path: Path) -> None:
    answer = metrics([LATE.rid, "202601057100999"], [OTHER.rid])
    feed = FilePerformanceFeed([write_lines(tmp_path / "both.jsonl", answer, LATE)])
    report = ImportReport()
    assert list(feed.runs(report)) == [LATE]
    assert feed.listed_rids == {LATE.rid, OTHER.rid, "202601057100999"}
    assert report.read == {"run": 1, "run listed by serviceMetrics": 3}


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("empty.json", b"", "is no HSP answer"),
        ("empty.jsonl", b"", "holds no HSP answer at all"),
        ("none.json", b"[]", "holds no HSP answer at all"),
        ("table.json", b"rid,day\n1,2\n", "is no HSP answer"),
        ("table.jsonl", b"rid,day\n1,2\n", "holds no HSP answer at all (table.jsonl:1 is no HSP"),
        ("cut.json", json.dumps(details(LATE), indent=1).encode()[:200], "is no HSP answer"),
        ("deep.json", b"[" * 50_000, "is no HSP answer"),
        ("bytes.json", bytes(range(256)), "is no HSP answer"),
    ],
)
def test_a_file_that_is_no_hsp_is_a_bad_feed(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadFeed) as caught:
        read(tmp_path)
    assert complaint in str(caught.value)
    assert name in caught.value.file


def test_a_truncated_gzip_is_a_bad_feed(tmp_path: Path) -> None:
    whole = gzip.compress(json_lines(invented_day(DAY, trains=80)).encode())
    for kept in (12, len(whole) // 2, len(whole) - 3):
        path = tmp_path / "day.jsonl.gz"
        path.write_bytes(whole[:kept])
        with pytest.raises(BadFeed, match=r"day\.jsonl: is cut short or corrupt"):
            read(path)


def test_a_corrupt_gzip_is_a_bad_feed(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(json_lines([LATE, OTHER]).encode()))
    whole[len(whole) // 2] ^= 0xFF
    (tmp_path / "day.jsonl.gz").write_bytes(whole)
    with pytest.raises(BadFeed):
        read(tmp_path)


def test_a_text_that_calls_itself_gzip_is_a_bad_feed(tmp_path: Path) -> None:
    (tmp_path / "day.jsonl.gz").write_text(json_lines([LATE]))
    with pytest.raises(BadFeed, match="is cut short or corrupt"):
        read(tmp_path)


def test_a_truncated_zip_is_a_bad_feed(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("day.jsonl", json_lines([LATE]))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(BadFeed, match="is no whole zip file"):
        read(path)


def test_no_performance_files_are_a_bad_feed(tmp_path: Path) -> None:
    (tmp_path / "RJTTF901.MCA").write_text("HD")
    with pytest.raises(BadFeed, match="no performance files"):
        FilePerformanceFeed([tmp_path])
    with pytest.raises(BadFeed, match="no such file or folder"):
        FilePerformanceFeed([tmp_path / "nowhere"])


def test_every_answer_of_the_demo_says_so_wherever_it_is_copied(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "day.jsonl", LATE)
    assert FilePerformanceFeed([path]).source is FeedSource.IMPORT
    marked = b'{"generator":"RailFairDemo",' + path.read_bytes()[1:]
    copy = tmp_path / "copied" / "other.jsonl.gz"
    copy.parent.mkdir()
    copy.write_bytes(gzip.compress(marked))
    for place in (copy, copy.parent, tmp_path):
        assert FilePerformanceFeed([place]).source is FeedSource.DEMO
    assert read(copy)[0] == [LATE]


def test_progress_tells_all_bytes_of_the_feed(tmp_path: Path) -> None:
    write_lines(tmp_path / "day.jsonl", *invented_day(DAY))
    (tmp_path / "one.json").write_text(json.dumps(details(LATE), indent=1))
    told: list[int] = []
    feed = FilePerformanceFeed([tmp_path], progress=told.append)
    list(feed.runs(ImportReport()))
    assert sum(told) == feed.size


def test_a_delay_of_half_a_day_is_the_longest_that_can_be_told(tmp_path: Path) -> None:
    answer = details(run(call("AYT", dep="08:00"), call("CEE", arr="09:00", came="20:59")))
    found = read_one(tmp_path, answer)
    assert found.outcomes()[-1] == MINUTES_A_DAY // 2 - 1


def test_exports_with_nulls_a_byte_order_mark_and_turned_dates_are_read(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    calls = (
        '{"location": "AYT", "gbtt_pta": null, "gbtt_ptd": "0800", "actual_ta": null,'
        ' "actual_td": "0801", "late_canc_reason": null},'
        ' {"location": "BEE", "gbtt_pta": "0900", "gbtt_ptd": null, "actual_ta": "0905"}'
    )
    days = ("05/01/2026", "2026/01/05", "2026-01-05")
    path.write_bytes(
        b"\xef\xbb\xbf"
        + "\n".join(
            f'{{"serviceAttributesDetails": {{"date_of_service": "{day}", "toc_code": "LE",'
            f' "rid": "{number}", "locations": [{calls}]}}}}'
            for number, day in enumerate(days)
        ).encode()
    )
    report = ImportReport()
    runs = list(FilePerformanceFeed([path]).runs(report))
    assert report.rejected == []
    assert [one.day for one in runs] == [date(2026, 1, 5)] * 3
    assert all(one.outcomes() == [None, 5] for one in runs)
