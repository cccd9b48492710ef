"""Where it stands which features are off: a file, or this process's memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from railfair.adapters.files.feature_list import FileFeatureList
from railfair.adapters.memory.feature_list import MemoryFeatureList
from railfair.ports.feature_list import FeatureList

type Write = Callable[[str], object]


@pytest.fixture(params=["memory", "file"])
def listed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[FeatureList, Write]:
    if request.param == "memory":
        memory = MemoryFeatureList()
        return memory, lambda text: setattr(memory, "said", text)
    file = tmp_path / "features"
    return FileFeatureList(file), file.write_text


def test_without_a_text_it_is_empty(listed: tuple[FeatureList, Write]) -> None:
    assert listed[0].text() == ""


def test_a_text_is_as_it_was_written_last(listed: tuple[FeatureList, Write]) -> None:
    for text in ("fares", "", "fares\njourneys # both\n"):
        listed[1](text)
        assert listed[0].text() == text


def test_a_file_that_cannot_be_read_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "features"
    file.write_bytes(b"\xff\xfe\xfa")
    assert FileFeatureList(file).text() is None
    assert FileFeatureList(tmp_path).text() is None
    assert FileFeatureList(None).text() == ""
