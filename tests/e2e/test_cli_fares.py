"""`railfair fares`, and the fares beside `railfair predict`, on the command line."""

import json
from pathlib import Path

import httpx
import pytest

from e2e.conftest import TODAY, Run
from support.command import Ended
from support.demo_prices import PriceBook

ASKED = ("fares", "NRW", "LST", "--date", "2026-11-24", "--time", "09:00")
PREDICTED = ("predict", "NRW", "LST", "--date", "2026-11-24", "--time", "09:00")
BACK = ("--return-date", "2026-11-24", "--return-time", "20:00")


def rows(ended: Ended) -> list[list[str]]:
    """Return the cells of the table that was printed; what goes on in the next line is one cell."""
    found: list[list[str]] = []
    for line in ended.out.splitlines():
        cells = [cell.strip() for cell in line.split("│")[1:-1]]
        if cells and cells[0]:
            found.append(cells)
        elif cells:
            found[-1] = [
                f"{one} {more}".strip() for one, more in zip(found[-1], cells, strict=True)
            ]
    return found


def printed(run: Run, *arguments: str) -> Ended:
    ended = run(*arguments)
    assert ended.code == 0, ended.err
    assert ended.err == ""
    return ended


def pounds(price_p: int) -> str:
    return f"£{price_p / 100:.2f}"


def test_fares_are_a_table_cheapest_first(run: Run) -> None:
    ended = printed(run, *ASKED)
    lines = ended.out.splitlines()
    assert lines[0] == "Norwich to London Liverpool Street, 1 adult"
    assert lines[1] == (
        "out: Tuesday 24 November 2026, leaves 09:00, arrives 10:49, 1B03 Greater Anglia"
    )
    prices = PriceBook(TODAY).between("NRW", "LST")
    sold = ("AV2", "AV1", "SVS", "SVR", "SOS", "SOR")
    assert [row[0] for row in rows(ended)] == [pounds(prices[code, "00000"]) for code in sold]
    assert [row[1] for row in rows(ended)][2:4] == ["OFF-PEAK S (SVS)", "OFF-PEAK R (SVR)"]
    assert [row[2] for row in rows(ended)] == ["single", "single", "single", "return", "single",
                                               "return"]  # fmt: skip
    assert rows(ended)[0][4] == "BOOKED TRAIN; may be sold out"
    assert rows(ended)[3][4] == (
        "ON DATE SHOWN; back ONE MONTH; NOT ARRIVING LONDON BEFORE 1000 MON-FRI"
    )
    saved_p = prices["SOS", "00000"] - prices["AV2", "00000"]
    assert f"the cheapest costs {pounds(saved_p)} less than ANYTIME S (SOS)" in lines
    assert lines[-1] == "note: made-up fares of the demo railway"


def test_rows_are_no_wider_than_a_page(run: Run) -> None:
    for more in ((), BACK, ("--railcard", "YNG", "--class", "any"), ("--split",)):
        assert max(len(line) for line in printed(run, *ASKED, *more).out.splitlines()) <= 130


def test_today_is_meant_unless_a_day_is_named(run: Run) -> None:
    ended = printed(run, "fares", "nrw", "lst")
    assert "out: Monday 23 November 2026\n" in ended.out
    [off_peak] = [row for row in rows(ended) if "(SVS)" in row[1]]
    assert off_peak[4].endswith("; not checked on a train")


def test_the_party_and_its_railcard_stand_above_the_table(run: Run) -> None:
    ended = printed(run, *ASKED, "--adults", "2", "--children", "1", "--railcard", "yng")
    assert ended.out.splitlines()[0].endswith(", 2 adults, 1 child, railcard YNG")
    alone = printed(run, *ASKED, "--adults", "0", "--children", "3").out.splitlines()[0]
    assert alone.endswith(", 3 children")


def test_a_railcard_that_is_of_no_use_is_said_to_be(run: Run) -> None:
    ended = printed(run, *ASKED, "--railcard", "2TR")
    assert all(row[4].endswith("without the railcard") for row in rows(ended))
    assert "note: TWO TOGETHER needs at least 2 adults" in ended.out


def test_why_a_railcard_is_of_no_use_is_said_once_below_the_table(run: Run) -> None:
    ended = printed(run, *ASKED, "--railcard", "2TR", "--adults", "2")
    assert all(row[4].endswith("without the railcard") for row in rows(ended))
    assert ended.out.count("without TWO TOGETHER: leaves NRW at 09:00; barred there") == 1
    assert "\nnote: without TWO TOGETHER: " in ended.out


def test_a_minimum_fare_is_said_in_its_row(run: Run) -> None:
    asked = ("fares", "IPS", "COL", "--date", "2026-11-24", "--railcard", "YNG", "--time")
    [early] = [row for row in rows(printed(run, *asked, "08:00")) if "(SDR)" in row[1]]
    [later] = [row for row in rows(printed(run, *asked, "11:00")) if "(SDR)" in row[1]]
    assert (early[0], early[4]) == ("£12.00", "ON DATE SHOWN; minimum fare")
    assert later[4] == "ON DATE SHOWN"


def test_a_round_trip_shows_both_ways(run: Run) -> None:
    ended = printed(run, *ASKED, *BACK)
    assert ended.out.splitlines()[2].startswith("back: Tuesday 24 November 2026, leaves 2")
    assert [row[1] for row in rows(ended)] == ["OFF-PEAK R (SVR)", "ANYTIME R (SOR)"]


def test_a_train_that_arrives_after_midnight_says_so(run: Run) -> None:
    ended = printed(run, *ASKED[:-1], "22:30")
    assert ", leaves 22:30, arrives 00:27 next day, " in ended.out.splitlines()[1]


def test_two_singles_are_shown_where_they_beat_the_return(run: Run) -> None:
    lines = printed(run, *ASKED, "--return-date", "2026-11-24", "--return-time", "17:00").out
    prices = PriceBook(TODAY)
    out, back = (prices.between(*ends)["AV2", "00000"] for ends in (("NRW", "LST"), ("LST", "NRW")))
    saved_p = prices.between("NRW", "LST")["SOR", "00000"] - out - back
    ticket = "ADVANCE 2 (AV2), ANY PERMITTED, may be sold out"
    assert (
        f"two singles: {pounds(out + back)}, {pounds(saved_p)} less than the cheapest return\n"
        f"{pounds(out):>10}  out: {ticket}\n{pounds(back):>10}  back: {ticket}\n"
    ) in lines
    assert "two singles" not in printed(run, *ASKED).out


def test_two_singles_are_shown_where_no_return_is_good(run: Run) -> None:
    asked = ("fares", "IPS", "COL", *ASKED[3:], "--return-date", "2026-11-25", "--return-time")
    ended = printed(run, *asked, "12:00")
    assert rows(ended) == []
    assert "\ntwo singles: £" in ended.out
    assert ", no return is good on this trip\n" in ended.out


def test_two_singles_that_cost_more_are_not_shown(run: Run) -> None:
    ended = printed(run, *ASKED, *BACK, "--railcard", "YNG")
    whole = json.loads(printed(run, *ASKED, *BACK, "--railcard", "YNG", "--json").out)
    assert whole["singles"]["total_p"] >= whole["cheapest"]["total_p"]
    assert "two singles" not in ended.out


def test_the_splits_of_a_round_trip_say_which_way_they_are_for(run: Run) -> None:
    whole = json.loads(printed(run, *ASKED, *BACK, "--split", "--json").out)
    lines = printed(run, *ASKED, *BACK, "--split").out.splitlines()
    for which, split in (("out", whole["split"]), ("back", whole["split_back"])):
        name = split["through"]["ticket"]["name"]
        assert (
            f"split of the way {which}: {pounds(split['total_p'])} in 2 tickets,"
            f" {pounds(split['saving_p'])} less than one ticket for that way,"
            f" {name} ({split['through']['ticket']['code']})"
        ) in lines
    total_p = whole["split"]["total_p"] + whole["split_back"]["total_p"]
    saved_p = whole["cheapest"]["total_p"] - total_p
    assert (
        f"both ways, split where that is cheaper: {pounds(total_p)},"
        f" {pounds(saved_p)} less than the cheapest return"
    ) in lines


def test_what_is_not_good_is_counted_or_shown(run: Run) -> None:
    short, whole = printed(run, *ASKED), printed(run, *ASKED, "--all")
    assert "not good on this trip: 3; --all shows why" in short.out
    assert "barred there from 04:30 to 11:14" not in short.out
    assert "not good on this trip:\n" in whole.out
    assert "SUPER OFFPEAK S (SSS), ANY PERMITTED: arrives at LST at 10:49" in whole.out


def test_what_the_feed_does_not_sell_is_shown_too(run: Run) -> None:
    ended = printed(run, "fares", "NRW", "IPS", "--all")
    assert "not sold:\n" in ended.out
    assert "CDS, route 00000: the feed says that there is no such fare" in ended.out


def test_a_split_is_a_list_of_tickets(run: Run) -> None:
    ended = printed(run, *ASKED, "--split")
    lines = ended.out.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("split: £"))
    assert " in 2 tickets, £" in lines[number]
    assert lines[number].endswith(" less than one ticket")
    assert "  09:00 Norwich to " in lines[number + 1]
    assert " to 10:49 London Liverpool Street: ADVANCE" in lines[number + 2]
    assert lines[number + 1].endswith(", ANY PERMITTED, may be sold out")
    assert "split" not in printed(run, *ASKED).out


def test_a_ticket_of_a_split_names_its_restriction(run: Run) -> None:
    asked = ("--split", "--date", "2026-11-24", "--time", "10:00")
    for ends in (("KGX", "EDB"), ("PAD", "BRI"), ("EUS", "MAN")):
        split = json.loads(printed(run, "fares", *ends, *asked, "--json").out)["split"]
        lines = printed(run, "fares", *ends, *asked).out.splitlines()
        start = next(n for n, line in enumerate(lines) if line.startswith("split: £")) + 1
        for ticket, line in zip(split["tickets"], lines[start:], strict=False):
            code = ticket["restriction"]["code"] if ticket["restriction"] else ""
            assert (f", restriction {code}" in line) is bool(code)


def test_a_name_in_the_place_of_a_code_says_which_codes_it_may_mean(run: Run) -> None:
    norwich, london = run("fares", "Norwich", "LST"), run("fares", "NRW", "London")
    assert (norwich.code, london.code) == (2, 2)
    assert norwich.err.splitlines()[-1].endswith("; Norwich may be NRW (Norwich)")
    assert "LST (London Liverpool Street)" in london.err.splitlines()[-1]
    unknown = run("fares", "NRW", "Nowhere on Sea")
    assert unknown.err.splitlines()[-1].endswith("; /api/stations?q= finds codes by name")


def test_without_a_database_a_name_is_refused_as_well(run: Run, tmp_path: Path) -> None:
    ended = run("fares", "Norwich", "LST", database=tmp_path / "none.db")
    assert ended.code == 2
    assert ended.err.splitlines()[-1].endswith("; /api/stations?q= finds codes by name")


def test_no_fare_at_all_is_an_answer(run: Run) -> None:
    ended = printed(run, "fares", "EUS", "LST")
    assert rows(ended) == []
    assert "no fare is good on this trip\n" in ended.out
    assert "note: the loaded fares have no such ticket between the two stations\n" in ended.out


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ((), {}),
        (("--railcard", "YNG", "--split"), {"railcard": "YNG", "split": "true"}),
        (("--adults", "2", "--children", "1"), {"adults": "2", "children": "1"}),
        (("--class", "first"), {"class": "first"}),
        (BACK, {"return_date": "2026-11-24", "return_time": "20:00"}),
        (("--arrival-time", "10:05", "--via", "IPS", "--via", "COL"),
         {"arrival_time": "10:05", "via": ["IPS", "COL"]}),
    ],
)  # fmt: skip
def test_as_json_it_is_what_the_service_answers(
    run: Run, api: httpx.Client, options: tuple[str, ...], asked: dict[str, str | list[str]]
) -> None:
    params = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "09:00"}
    answer = api.get("/api/fares/compare", params={**params, **asked})
    assert answer.status_code == 200, answer.text
    assert json.loads(printed(run, *ASKED, *options, "--json").out) == answer.json()


def test_a_train_may_be_named(run: Run) -> None:
    by_time = json.loads(printed(run, *ASKED, "--json").out)
    uid = by_time["trip"]["train"]["uid"]
    named = printed(run, *ASKED[:-2], "--train", uid.lower(), "--json").out
    assert json.loads(named) == by_time


def test_the_help_has_examples_and_explains_every_option(run: Run) -> None:
    ended = printed(run, "fares", "--help")
    assert "Examples:" in ended.out
    assert "railfair fares NRW LST" in ended.out
    options = ended.out.partition("Options:\n")[2].splitlines()
    assert len(options) > 14
    assert all(len(line.split("  ")) > 2 for line in options if line.startswith("  --"))


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("NRW",), 2, "DESTINATION"),
        (("NRW", "🚂"), 2, "three letters"),
        (("NRW", "LST", "--date", "2026-02-31"), 2, "2026-02-31"),
        (("NRW", "LST", "--time", "25:61"), 2, "25:61"),
        (("NRW", "LST", "--railcard", "YOUNG"), 2, "railcard"),
        (("NRW", "LST", "--class", "third"), 2, "third"),
        (("NRW", "LST", "--adults", "10"), 2, "--adults"),
        (("NRW", "LST", "--return-time", "18:00"), 2, "--return-date"),
        (("NRW", "nrw"), 3, "destination"),
        (("NRW", "LST", "--railcard", "QQQ"), 3, "QQQ"),
        (("NRW", "LST", "--train", "Z99999"), 3, "Z99999"),
        (("NRW", "LST", "--adults", "0"), 3, "adults"),
        (("NRW", "LST", "--return-date", "2026-11-22"), 3, "return_date"),
        (("NRW", "ZZZ"), 4, "ZZZ"),
        (("NRW", "LST", "--via", "ZZZ"), 4, "ZZZ"),
    ],
)
def test_what_cannot_be_answered_ends_with_a_code_of_its_kind(
    run: Run, words: tuple[str, ...], code: int, named: str
) -> None:
    ended = run("fares", *words)
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert named in ended.err.splitlines()[-1]


def test_without_fares_it_says_what_to_import(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "railfair.db"
    assert run("db", "upgrade", database=database).code == 0
    ended = run(*ASKED, database=database)
    assert ended.code == 6
    assert "railfair import fares" in ended.err.splitlines()[-1]


# --- beside a forecast ---------------------------------------------------------------------------


def test_a_forecast_may_bring_the_cheapest_fares_of_its_first_train(run: Run) -> None:
    lines = printed(run, *PREDICTED, "--fares").out.splitlines()
    prices = PriceBook(TODAY).between("NRW", "LST")
    number = lines.index("cheapest fares of the 09:00, one of a kind:")
    assert lines[number + 1 : number + 4] == [
        f"{pounds(prices['AV2', '00000']):>10}  ADVANCE 2 (AV2), ANY PERMITTED, may be sold out",
        f"{pounds(prices['SVS', '00000']):>10}  OFF-PEAK S (SVS), ANY PERMITTED",
        f"{pounds(prices['SOS', '00000']):>10}  ANYTIME S (SOS), ANY PERMITTED",
    ]
    assert "fares" not in printed(run, *PREDICTED).out


def test_a_forecast_with_fares_is_as_json_what_the_service_answers(
    run: Run, api: httpx.Client
) -> None:
    params = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "09:00"}
    asked = {**params, "include_fares": "true", "railcard": "YNG"}
    ended = printed(run, *PREDICTED, "--fares", "--railcard", "YNG", "--json")
    assert json.loads(ended.out) == api.get("/api/predict", params=asked).json()
    assert json.loads(ended.out)["fares"]["cheapest"]["railcard"]["code"] == "YNG"


def test_a_forecast_says_why_it_brings_no_fares(run: Run) -> None:
    late = printed(run, *PREDICTED[:-1], "23:59", "--fares")
    assert "note: no train leaves then that fares could be for" in late.out


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [(("--railcard", "YNG"), 2, "--fares"), (("--fares", "--railcard", "QQQ"), 3, "QQQ")],
)
def test_a_railcard_beside_a_forecast_is_for_its_fares(
    run: Run, options: tuple[str, ...], code: int, named: str
) -> None:
    ended = run(*PREDICTED, *options)
    assert ended.code == code
    assert named in ended.err.splitlines()[-1]
