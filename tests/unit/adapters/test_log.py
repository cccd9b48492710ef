"""What is written to the log, by us and by libraries."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from railfair.adapters.telemetry.log import configure, logger


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_lines_are_json_of_the_level_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="warning", form="json")
    log = logger("planner")
    log.info("found", journeys=3)
    log.warning("lost", journeys=0)
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert said.pop("timestamp").endswith("Z")
    assert said == {"part": "planner", "event": "lost", "journeys": 0, "level": "warning"}


def test_an_error_is_told_with_its_traceback_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(level="info", form="json")
    try:
        int("of all things")
    except ValueError:
        logger("planner").exception("crash")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["exception"]


def test_libraries_that_warn_do_so_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="info", form="json")
    library = logging.getLogger("some.library")
    library.info("nothing to see")
    library.warning("cannot reach %s", "it")
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["part"], said["event"], said["level"]) == (
        "some.library", "cannot reach it", "warning",
    )  # fmt: skip


def test_on_a_terminal_lines_are_readable_and_coloured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(level="info", form="console")
    logger("planner").info("found", journeys=3)
    logging.getLogger("some.library").warning("cannot reach it")
    ours, theirs = capsys.readouterr().err.splitlines()
    assert "\x1b[" in ours
    assert "found" in ours
    assert "cannot reach it" in theirs
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(ours)
