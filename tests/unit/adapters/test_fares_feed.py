"""The fares feed's files: which belong together, whether they are whole, what they say of it."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.domain.errors import BadFeed
from railfair.domain.fares.flow import Flow
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.feed import FeedSource, ImportReport
from railfair.ports.fares_feed import FaresHeader
from support import fares_feed as feed
from support.fares_feed import feed_text, feed_texts, flow, write_fares, write_texts
from support.fares_rule_lines import railcard, ticket


def header(*paths: Path) -> FaresHeader:
    return FileFaresFeed(paths).header()


def read(*paths: Path) -> tuple[RuleBook, list[Flow], ImportReport]:
    """Read everything, as an import does."""
    report = ImportReport()
    found = FileFaresFeed(paths)
    found.header()
    rules = found.rules(report)
    return rules, [one for one in found.prices(report) if isinstance(one, Flow)], report


# --- which files ---------------------------------------------------------------------------------


def test_a_feed_is_read_from_a_folder_a_zip_or_its_files_alike(tmp_path: Path) -> None:
    folder = write_fares(tmp_path / "folder")
    archive = feed.write_fares_zip(tmp_path / "feed.zip", feed_texts())
    files = sorted(folder.iterdir())
    assert read(folder) == read(archive) == read(*files)
    assert read(folder)[0].locations.keys() == {"AYT", "BEE", "CEE"}


def test_names_may_be_written_small(tmp_path: Path) -> None:
    folder = write_fares(tmp_path)
    for path in folder.iterdir():
        path.rename(folder / path.name.lower())
    assert header(folder).version == "RJFAF901"


def test_files_of_two_sets_do_not_mix(tmp_path: Path) -> None:
    write_fares(tmp_path / "new", sequence="902")
    write_fares(tmp_path / "old")
    with pytest.raises(BadFeed, match=r"RJFAF902\.\w+, RJFAF901\.\w+: .*do not mix"):
        header(tmp_path)


def test_a_file_from_another_set_is_named_by_its_own_header(tmp_path: Path) -> None:
    texts = feed_texts() | {"LOC": feed_text("LOC", feed.NEEDED["LOC"], sequence="900")}
    with pytest.raises(BadFeed, match=r"RJFAF901\.LOC: is of sequence 900 .* of 901 by its name"):
        header(write_texts(tmp_path, texts))


def test_a_changes_set_is_refused(tmp_path: Path) -> None:
    folder = write_fares(tmp_path)
    for path in folder.iterdir():
        path.rename(folder / path.name.replace("RJFAF", "RJFAC"))
    with pytest.raises(BadFeed, match=r"RJFAC901\.\w+: .*a full set \(RJFAF\) is needed"):
        header(folder)


def test_a_file_that_comes_twice_is_refused(tmp_path: Path) -> None:
    write_fares(tmp_path / "one")
    write_fares(tmp_path / "two")
    with pytest.raises(BadFeed, match="is a second"):
        header(tmp_path)


def test_files_that_are_of_no_fares_feed_are_not(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("nothing")
    with pytest.raises(BadFeed, match=r"README\.txt: no fares files \(RJFAF…\) found here"):
        header(tmp_path)
    write_fares(tmp_path)
    assert header(tmp_path).version == "RJFAF901"


def test_a_zip_without_fares_is_named(tmp_path: Path) -> None:
    empty, foreign = tmp_path / "empty.zip", tmp_path / "foreign.zip"
    zipfile.ZipFile(empty, "w").close()
    with zipfile.ZipFile(foreign, "w") as archive:
        for number in range(3):
            archive.writestr(f"photo{number}.jpg", "nothing")
    with pytest.raises(BadFeed, match=r"^empty\.zip: no fares files"):
        header(empty)
    with pytest.raises(BadFeed, match=r"^foreign\.zip: no fares files"):
        header(foreign)


def test_of_many_files_that_are_no_feed_some_are_named(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text("nothing")
    with pytest.raises(BadFeed, match=r"^0\.txt, 1\.txt, 2\.txt, 3\.txt, 4\.txt, …: no fares"):
        header(tmp_path)


def test_an_empty_folder_holds_no_feed(tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match="the folder: no fares files"):
        header(tmp_path)


@pytest.mark.parametrize("kind", sorted(feed.NEEDED))
def test_a_file_that_is_needed_is_missed_by_name(kind: str, tmp_path: Path) -> None:
    folder = write_fares(tmp_path, without={kind})
    with pytest.raises(BadFeed, match=f"RJFAF901: lacks the files {kind}"):
        header(folder)


def test_all_files_that_are_missing_are_named(tmp_path: Path) -> None:
    folder = write_fares(tmp_path, without={"LOC", "FFL"})
    with pytest.raises(BadFeed, match="lacks the files FFL, LOC"):
        header(folder)


def test_prices_are_not_read_from_a_feed_without_flows(tmp_path: Path) -> None:
    found = FileFaresFeed([write_fares(tmp_path, without={"FFL"})])
    with pytest.raises(BadFeed, match="lacks the files FFL"):
        list(found.prices(ImportReport()))


def test_files_that_nothing_is_read_from_are_ignored(tmp_path: Path) -> None:
    texts = feed_texts() | {"TPB": "0\n", "XYZ": "what\n"}
    rules, flows, report = read(write_texts(tmp_path, texts))
    assert (len(rules.locations), len(flows), report.rejected) == (3, 1, [])


def test_a_file_that_the_manifest_lists_must_be_there(tmp_path: Path) -> None:
    texts = feed_texts() | {"DAT": feed_text("DAT", ["RJFAF901.FFL", "RJFAF901.NFO"])}
    with pytest.raises(BadFeed, match=r"RJFAF901\.DAT:8: lists RJFAF901\.NFO, which is not there"):
        header(write_texts(tmp_path, texts))


def test_a_manifest_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    texts = feed_texts()
    texts["DAT"] = texts["DAT"][: texts["DAT"].index("/!! End")]
    with pytest.raises(BadFeed, match=r"RJFAF901\.DAT:\d+: is cut short"):
        header(write_texts(tmp_path, texts))


def test_a_feed_without_a_manifest_is_good(tmp_path: Path) -> None:
    texts = feed_texts()
    del texts["DAT"]
    assert header(write_texts(tmp_path, texts)).version == "RJFAF901"


def test_a_manifest_that_forgets_a_file_is_noted(tmp_path: Path) -> None:
    texts = feed_texts({"NFO": []}) | {"DAT": feed_text("DAT", ["RJFAF901.FFL", "rjfaf901.loc"])}
    [note] = read(write_texts(tmp_path, texts))[2].notes
    names = "RJFAF901.DIS, RJFAF901.FSC, RJFAF901.NFO, RJFAF901.RLC, RJFAF901.RST, …"
    assert note == f"RJFAF901.DAT does not list all that is there: {names}"


def test_a_feed_that_may_have_lost_its_overrides_is_noted(tmp_path: Path) -> None:
    folder = write_fares(tmp_path, NFO=[])
    assert read(folder)[2].notes == []
    (folder / "RJFAF901.DAT").unlink()
    assert read(folder)[2].notes == []
    (folder / "RJFAF901.NFO").unlink()
    [note] = read(folder)[2].notes
    assert note.startswith("RJFAF901 has neither NFO nor DAT: if its overrides were lost, fares")
    assert read(write_fares(folder))[2].notes == []


# --- what a feed says of itself ------------------------------------------------------------------


def test_the_header_names_the_set_and_the_day_on_which_it_was_made(tmp_path: Path) -> None:
    assert header(write_fares(tmp_path)) == FaresHeader(
        version="RJFAF901", source=FeedSource.IMPORT, generated_on=date(2026, 1, 5)
    )


def test_the_demo_railway_is_known_by_its_exporter(tmp_path: Path) -> None:
    assert header(write_fares(tmp_path, exporter="RailFairDemo")).source is FeedSource.DEMO


def test_the_day_of_the_flows_goes_before_those_of_other_files(tmp_path: Path) -> None:
    other = feed_text("FSC", [], generated="01/01/2026")
    assert header(write_texts(tmp_path, feed_texts() | {"FSC": other})).generated_on.day == 5


def test_the_day_is_that_of_another_file_if_the_flows_have_none(tmp_path: Path) -> None:
    flows = feed_text("FFL", feed.NEEDED["FFL"], generated="")
    folder = write_texts(tmp_path, feed_texts() | {"FFL": flows})
    assert header(folder).generated_on == date(2026, 1, 5)


def test_the_day_is_that_of_a_last_line_if_no_header_has_one(tmp_path: Path) -> None:
    texts = {kind: feed_text(kind, lines, generated="") for kind, lines in feed.NEEDED.items()}
    assert header(write_texts(tmp_path, texts)).generated_on == date(2026, 1, 5)


def test_a_feed_without_any_day_is_refused(tmp_path: Path) -> None:
    texts = {
        kind: feed_text(kind, lines, generated="").replace(" (05/01/2026)", "")
        for kind, lines in feed.NEEDED.items()
    }
    with pytest.raises(BadFeed, match=r"RJFAF901\.FFL: does not say on which day"):
        header(write_texts(tmp_path, texts))


# --- whole files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["FFL", "DIS", "RST"])
def test_a_file_that_is_cut_at_any_line_is_refused(kind: str, tmp_path: Path) -> None:
    texts = feed_texts()
    lines = texts[kind].splitlines(keepends=True)
    folder = write_texts(tmp_path, texts)
    for kept in range(len(lines)):
        write_texts(folder, {kind: "".join(lines[:kept])})
        with pytest.raises(BadFeed, match=rf"RJFAF901\.{kind}.*is cut short"):
            read(folder)


@pytest.mark.parametrize("kind", ["FFL", "DIS", "RST"])
def test_a_file_that_lacks_a_line_is_refused(kind: str, tmp_path: Path) -> None:
    texts = feed_texts()
    lines = texts[kind].splitlines(keepends=True)
    folder = write_texts(tmp_path, texts)
    for gone, line in enumerate(lines):
        if not line.startswith("/"):
            write_texts(folder, {kind: "".join(lines[:gone] + lines[gone + 1 :])})
            last = len(lines) - 1
            with pytest.raises(BadFeed, match=rf"\.{kind}:{last}: is cut short: it says .* but"):
                read(folder)


def test_a_file_with_more_records_than_it_says_is_refused(tmp_path: Path) -> None:
    text = feed_text("TTY", [ticket("SDS"), ticket("SDR")], records=1)
    with pytest.raises(BadFeed, match=r"TTY:9: is corrupt: it says that it has 1 records, but 2"):
        read(write_texts(tmp_path, feed_texts() | {"TTY": text}))


def test_an_older_file_counts_its_records_in_its_last_line(tmp_path: Path) -> None:
    lines = [ticket("SDS"), ticket("SDR")]
    folder = write_texts(tmp_path, feed_texts() | {"TTY": feed_text("TTY", lines, old=True)})
    assert read(folder)[0].tickets.keys() == {"SDS", "SDR"}
    write_texts(folder, {"TTY": feed_text("TTY", lines, old=True, records=3)})
    with pytest.raises(BadFeed, match="is cut short: it says that it has 3 records, but 2"):
        read(folder)


def test_a_file_may_lack_its_count(tmp_path: Path) -> None:
    text = f"{ticket('SDS')}\n/!! End of file (05/01/2026)\n"
    folder = write_texts(tmp_path, feed_texts() | {"TTY": text})
    assert read(folder)[0].tickets.keys() == {"SDS"}


def test_records_after_the_end_are_refused(tmp_path: Path) -> None:
    text = f"/!! End of file (05/01/2026)\n{ticket('SDS')}\n"
    with pytest.raises(BadFeed, match="TTY:2: is corrupt: it goes on after its end"):
        read(write_texts(tmp_path, feed_texts() | {"TTY": text}))


@pytest.mark.parametrize("rest", ["\x1a", "/!! Start of file\n", "x\n/!! End of file\n"])
def test_a_file_that_goes_on_after_its_end_is_refused(rest: str, tmp_path: Path) -> None:
    text = f"/!! End of file (05/01/2026)\n\n{rest}"
    with pytest.raises(BadFeed, match="TTY:3: is corrupt: it goes on after its end"):
        read(write_texts(tmp_path, feed_texts() | {"TTY": text}))


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("said", ["00X0001", "1 1", "-1", "9" * 5000])
def test_a_count_that_is_no_number_is_refused(said: str, is_old: bool, tmp_path: Path) -> None:
    text = feed_text("TTY", [ticket("SDS")], old=is_old)
    text = text.replace("(1 records)", f"({said} records)").replace("0000001\r", f"{said}\r")
    with pytest.raises(
        BadFeed, match=r"TTY:\d: is corrupt: the number of its records is"
    ) as caught:
        read(write_texts(tmp_path, feed_texts() | {"TTY": text}))
    assert said[:40] in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("content", [b"", b"\r\n \r\n"])
def test_flows_without_a_line_are_refused_before_anything_is_read(
    content: bytes, tmp_path: Path
) -> None:
    folder = write_fares(tmp_path)
    (folder / "RJFAF901.FFL").write_bytes(content)
    with pytest.raises(BadFeed, match=r"RJFAF901\.FFL: is cut short: there is nothing in it"):
        header(folder)


@pytest.mark.parametrize("content", [b"<html>", b"\x8f\x02" * 99, b"RF\x00\x01", b"R\xe9"])
def test_flows_that_begin_as_no_file_of_fares_does_are_refused_before_anything_is_read(
    content: bytes, tmp_path: Path
) -> None:
    folder = write_fares(tmp_path)
    (folder / "RJFAF901.FFL").write_bytes(content)
    with pytest.raises(BadFeed, match=r"RJFAF901\.FFL:1: is no file of fares"):
        header(folder)


def test_flows_may_begin_with_a_record(tmp_path: Path) -> None:
    lines = "\n".join([*feed.NEEDED["FFL"], "/!! End of file (05/01/2026)"])
    folder = write_texts(tmp_path, feed_texts() | {"FFL": lines})
    assert header(folder).version == "RJFAF901"
    assert len(read(folder)[1]) == 1


def test_a_zip_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = feed.write_fares_zip(tmp_path / "feed.zip", feed_texts())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(BadFeed, match=r"feed\.zip: is no whole zip file"):
        read(path)


def test_a_file_that_is_corrupt_inside_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for kind, text in feed_texts().items():
            archive.writestr(f"RJFAF901.{kind}", text)
    path.write_bytes(path.read_bytes().replace(b"ANYTIME DAY S", b"ANYTIME DAY R"))
    with pytest.raises(BadFeed, match=r"RJFAF901\.TTY: is cut short or corrupt"):
        read(path)


@pytest.mark.parametrize(
    "texts",
    [
        {"DAT": feed_text("DAT", ["RJFAF901.FFL", "x" * 10_000])},
        {"TTY": feed_text("TTY", [], sequence="9" * 10_000)},
    ],
)
def test_what_is_said_of_a_long_line_is_short(texts: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadFeed, match=r"^.{,200}$"):
        header(write_texts(tmp_path, feed_texts() | texts))


@pytest.mark.parametrize("line", ["RT0000001SDS00000540", "RT0000001SDS", "RF", "X"])
def test_a_long_record_is_rejected_in_short(line: str, tmp_path: Path) -> None:
    lines = [*feed.NEEDED["FFL"], line + "x" * 10_000]
    (rejection,) = read(write_fares(tmp_path, FFL=lines))[2].rejected
    assert len(rejection.why) < 200


def test_a_header_of_endless_blanks_is_read_at_once(tmp_path: Path) -> None:
    blanks = " " * 300_000
    lines = [f"/!! a{blanks}b", f"/!! a: b{blanks}c", f"/!! Records: 1{blanks}1"]
    text = "\n".join([*lines, ticket("SDS"), "/!! End of file (05/01/2026)"])
    with pytest.raises(BadFeed, match="TTY:3: is corrupt: the number of its records"):
        read(write_texts(tmp_path, feed_texts() | {"TTY": text}))


# --- how good the files are ----------------------------------------------------------------------


def test_the_records_of_each_file_are_counted_apart(tmp_path: Path) -> None:
    lines = [ticket("SDS"), "nonsense"]
    found = FileFaresFeed([write_fares(tmp_path, TTY=lines, NFO=["nonsense"] * 3)])
    report = ImportReport()
    found.rules(report)
    assert len(list(found.prices(report))) == 1
    counted = {one.name.rpartition(".")[2]: (one.read, len(one.bad)) for one in found.counted}
    assert counted["FFL"] == (2, 0)
    assert (counted["TTY"], counted["NFO"], counted["LOC"]) == ((2, 1), (3, 3), (3, 0))
    assert [bad for one in found.counted for bad in one.bad] == report.rejected


# --- lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_may_end_as_they_like_and_lack_their_last_blanks(
    newline: str, tmp_path: Path
) -> None:
    plain = read(write_fares(tmp_path / "plain"))
    texts = {
        kind: newline.join(line.rstrip() for line in text.splitlines()) + newline
        for kind, text in feed_texts().items()
    }
    assert read(write_texts(tmp_path / "other", texts)) == plain


def test_a_record_that_begins_with_blanks_is_one_and_an_empty_line_is_none(tmp_path: Path) -> None:
    text = feed_text("RLC", [railcard("", "NO RAILCARD"), "", "  "], records=1)
    rules, _, report = read(write_texts(tmp_path, feed_texts() | {"RLC": text}))
    assert rules.railcards[NO_RAILCARD][0].name == "NO RAILCARD"
    assert report.read["railcard"] == 1


def test_progress_adds_up_to_the_size_of_what_is_read(tmp_path: Path) -> None:
    told: list[int] = []
    flows = [flow(f"{n:04d}", "0002", fares={"SDS": n}) for n in range(2000)]
    found = FileFaresFeed([write_fares(tmp_path, flows=flows)], progress=told.append)
    report = ImportReport()
    found.header()
    found.rules(report)
    assert len(list(found.prices(report))) == 2000
    assert sum(told) == found.size > 2000 * 72
