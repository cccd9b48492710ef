"""`railfair plan`: journeys as a person would want to read them, and as the service answers."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import Run
from support.command import Ended

EIGHT, TEN = "2026-11-24T08:00", "2026-11-24T10:00"
DIRECT = ("plan", "NRW", "LST", "--depart", EIGHT)
ACROSS = ("plan", "NRW", "BRI", "--depart", EIGHT)
HEADLINE = re.compile(
    r"(\d\d:\d\d) - (\d\d:\d\d)(?: \([A-Z]\w\w \d\d \w+\))?  (?:\d+ h )?\d+ min  "
    r"(direct|1 change|\d changes)  (£\d+\.\d\d [A-Z].*|no fare known)"
)


def printed(run: Run, *arguments: str) -> Ended:
    ended = run(*arguments)
    assert ended.code == 0, ended.err
    assert ended.err == ""
    return ended


def headlines(ended: Ended) -> list[re.Match[str]]:
    return [found for line in ended.out.splitlines() if (found := HEADLINE.fullmatch(line))]


def answered(api: httpx.Client, **asked: Any) -> Any:
    answer = api.get("/api/journey/plan", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_direct_journey_is_a_headline_a_reason_a_train_and_its_odds(
    run: Run, api: httpx.Client
) -> None:
    lines = printed(run, *DIRECT).out.splitlines()
    first = answered(api, origin="NRW", destination="LST", depart_after=EIGHT)["journeys"][0]
    assert lines[:2] == ["Norwich to London Liverpool Street, Tuesday 24 November 2026", ""]
    assert lines[2].startswith("08:00 - 09:49  1 h 49 min  direct  £")
    assert f"£{first['fare']['total_p'] / 100:.2f} Advance" in lines[2]
    assert lines[3] == f"  {first['reason']}"
    on_time = first["legs"][0]["arrival"]["on_time_probability"]
    assert lines[4] == (
        "    08:00 - 09:49  Norwich to London Liverpool Street  1B02 Greater Anglia"
        f"  {on_time:.0%} on time"
    )
    late = first["reliability"]["late_probability"]["15"]
    assert re.fullmatch(
        rf"  90% sure to be there by \d\d:\d\d, {late:.0%} at least 15 minutes late,"
        r" £0\.\d\d of Delay Repay to expect",
        lines[5],
    )
    split = first["split"]
    assert lines[6].startswith(f"  split for £{split['total_p'] / 100:.2f}: Norwich to ")
    assert lines[-1] == "note: made-up trains of the demo railway"


def test_every_journey_that_is_answered_has_a_headline(run: Run, api: httpx.Client) -> None:
    answer = answered(api, origin="SMK", destination="OXF", depart_after=EIGHT, window_min=240)
    found = headlines(printed(run, "plan", "SMK", "OXF", "--depart", EIGHT, "--window", "240"))
    assert [(one[1], one[2]) for one in found] == [
        (one["departs_at"][11:16], one["arrives_at"][11:16]) for one in answer["journeys"]
    ]
    assert len(found) > 3


def test_a_change_says_how_sure_it_is_and_what_to_take_else(run: Run) -> None:
    lines = printed(run, *ACROSS).out.splitlines()
    tube = next(n for n, line in enumerate(lines) if "tube, 28 min" in line)
    assert lines[tube].strip() == ("tube, 28 min: London Liverpool Street to London Paddington")
    assert re.fullmatch(
        r" +change at London Paddington, 13 min to spare, \d\d% caught; else the 12:00,"
        r" there at 13:38",
        lines[tube + 1],
    )


def test_another_day_is_named(run: Run) -> None:
    night = printed(run, "plan", "EUS", "EDB", "--depart", "2026-11-24T23:00").out
    assert "23:50 - 07:44 (Wed 25 Nov)  7 h 54 min  direct" in night
    missed = printed(run, "plan", "BTH", "HYM", "--depart", "2026-11-24T20:00").out
    assert re.search(r"else the \d\d:\d\d \(Wed 25 Nov\), there at \d\d:\d\d \(Wed 25", missed)


def test_a_deadline_says_when_to_leave(run: Run) -> None:
    ended = printed(run, "plan", "IPS", "LST", "--arrive", TEN, "--certainty", "0.99")
    said = [line for line in ended.out.splitlines() if " sure: " in line]
    assert [line.partition("%")[0] for line in said] == ["80", "90", "95", "99"]
    assert re.fullmatch(r"80% sure: leave by 08:44 \(\d\d\.\d% in time, £\d+\.\d\d\)", said[0])
    assert max(one[2] for one in headlines(ended)) <= "10:00"


def test_a_way_without_a_train_has_no_fare(run: Run) -> None:
    out = printed(run, "plan", "LST", "PAD", "--depart", EIGHT, "--limit", "1").out
    assert "no fare known" in out
    assert "tube, 28 min: London Liverpool Street to London Paddington" in out


def test_without_a_journey_it_says_why(run: Run) -> None:
    ended = printed(run, "plan", "HFX", "NRW", "--depart", EIGHT, "--changes", "0")
    assert headlines(ended) == []
    assert "no journey keeps to all that was asked for, then or later that day" in ended.out


def test_today_is_meant_unless_a_moment_is_named(run: Run) -> None:
    assert "Monday 23 November 2026" in printed(run, "plan", "nrw", "lst").out


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (("--depart", EIGHT), {"depart_after": EIGHT}),
        (("--arrive", TEN, "--certainty", "0.9"),
         {"arrive_by": TEN, "arrive_with_certainty": "0.9"}),
        (("--depart", EIGHT, "--railcard", "YNG", "--adults", "2", "--children", "1"),
         {"depart_after": EIGHT, "railcard": "YNG", "adults": "2", "children": "1"}),
        (("--depart", EIGHT, "--window", "60", "--changes", "1", "--extra", "10", "--limit", "2"),
         {"depart_after": EIGHT, "window_min": "60", "max_changes": "1",
          "extra_interchange_min": "10", "limit": "2"}),
        (("--depart", EIGHT, "--via", "IPS", "--via", "COL", "--avoid", "CHM"),
         {"depart_after": EIGHT, "via": ["IPS", "COL"], "avoid": ["CHM"]}),
        (("--depart", EIGHT, "--class", "first", "--value-of-time", "0"),
         {"depart_after": EIGHT, "class": "first", "value_of_time_p_per_hour": "0"}),
    ],
)  # fmt: skip
def test_as_json_it_is_what_the_service_answers(
    run: Run, api: httpx.Client, options: tuple[str, ...], asked: dict[str, Any]
) -> None:
    ended = printed(run, "plan", "NRW", "BRI", *options, "--json")
    assert json.loads(ended.out) == answered(api, origin="NRW", destination="BRI", **asked)


def test_the_help_has_examples_and_explains_every_option(run: Run) -> None:
    ended = printed(run, "plan", "--help")
    assert "Examples:" in ended.out
    assert "railfair plan NRW BRI" in ended.out
    options = ended.out.partition("Options:\n")[2].splitlines()
    assert len(options) > 17
    assert all(re.fullmatch(r"  -\S+ .*  [A-Z].*", line) for line in options if line[2] == "-")


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("NRW",), 2, "DESTINATION"),
        (("NRW", "🚂"), 2, "three letters"),
        (("NRW", "LST", "--depart", "soon"), 2, "--depart"),
        (("NRW", "LST", "--depart", "2026-02-31T08:00"), 2, "2026-02-31"),
        (("NRW", "LST", "--arrive", "2026-11-24T25:00"), 2, "25:00"),
        (("NRW", "LST", "--depart", EIGHT, "--arrive", TEN), 2, "--arrive"),
        (("NRW", "LST", "--arrive", TEN, "--certainty", "1"), 2, "--certainty"),
        (("NRW", "LST", "--window", "10080"), 2, "--window"),
        (("NRW", "LST", "--changes", "99"), 2, "--changes"),
        (("NRW", "LST", "--extra", "-1"), 2, "--extra"),
        (("NRW", "LST", "--class", "third"), 2, "third"),
        (("NRW", "LST", "--adults", "10"), 2, "--adults"),
        (("NRW", "LST", "--limit", "0"), 2, "--limit"),
        (("NRW", "LST", "--railcard", "YOUNG"), 2, "railcard"),
        (("NRW", "nrw"), 3, "destination"),
        (("NRW", "LST", "--via", "IPS", "--via", "IPS"), 3, "via"),
        (("NRW", "LST", "--avoid", "LST"), 3, "avoid"),
        (("NRW", "LST", "--certainty", "0.9"), 3, "arrive_with_certainty"),
        (("NRW", "LST", "--railcard", "QQQ"), 3, "QQQ"),
        (("NRW", "LST", "--adults", "0"), 3, "adults"),
        (("NRW", "LST", "--depart", "2030-01-01T08:00"), 3, "2027-02-21"),
        (("NRW", "ZZZ"), 4, "ZZZ"),
        (("NRW", "LST", "--via", "ZZZ"), 4, "ZZZ"),
        (("NRW", "LST", "--avoid", "ZZZ"), 4, "ZZZ"),
    ],
)
def test_what_cannot_be_answered_ends_with_a_code_of_its_kind(
    run: Run, words: tuple[str, ...], code: int, named: str
) -> None:
    ended = run("plan", *words)
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert named in ended.err.splitlines()[-1]


def test_without_a_timetable_it_says_what_to_import(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "railfair.db"
    assert run("db", "upgrade", database=database).code == 0
    ended = run(*DIRECT, database=database)
    assert ended.code == 6
    assert "railfair import timetable" in ended.err.splitlines()[-1]
