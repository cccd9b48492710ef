"""`ports.array_store`: one suite for the memory and for the files that processes share."""

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from railfair.adapters.files.array_store import FileArrayStore
from railfair.adapters.memory.array_store import MemoryArrayStore
from railfair.ports.array_store import ArrayStore

type Arrays = Mapping[str, NDArray[Any]]


def of_memory(_: Path) -> ArrayStore:
    return MemoryArrayStore()


def of_files(folder: Path) -> ArrayStore:
    return FileArrayStore(folder / "networks" / "kept")


BACKENDS: dict[str, Callable[[Path], ArrayStore]] = {"memory": of_memory, "files": of_files}
SEVEN = {"minutes": np.array([7], np.int16)}
KINDS: Arrays = {
    "shorts": np.array([-32_768, 0, 32_767], np.int16),
    "ints": np.array([[1, 2, 3], [4, 5, 6]], np.int32),
    "longs": np.array([-(2**63), 2**63 - 1], np.int64),
    "large": np.array([2**64 - 1], np.uint64),
    "bytes": np.array([-1, 0, 1], np.int8),
    "floats": np.array([0.1, -np.inf, 5e-324]),
    "flags": np.array([True, False, True]),
    "codes": np.array([b"AYT", b"BEE", b"", b"C"], "S3"),
    "one": np.array(41, np.int32),
    "block": np.arange(24, dtype=np.int32).reshape(2, 3, 4),
    "none": np.empty(0, np.int32),
    "no_rows": np.empty((0, 8), np.int16),
    "no_columns": np.empty((3, 0), np.bool_),
    "no_codes": np.empty(0, "S7"),
}


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArrayStore:
    return BACKENDS[request.param](tmp_path)


def kept(store: ArrayStore, name: str) -> dict[str, list[Any]] | None:
    arrays = store.get(name)
    return None if arrays is None else {key: array.tolist() for key, array in arrays.items()}


def is_same(one: Arrays, other: Arrays) -> bool:
    return list(one) == list(other) and all(
        (one[key].dtype, one[key].shape) == (other[key].dtype, other[key].shape)
        and np.array_equal(one[key], other[key])
        for key in one
    )


# --- every store ---------------------------------------------------------------------------------


def test_arrays_come_back_in_kind_shape_and_order(store: ArrayStore) -> None:
    store.put("network", KINDS)
    found = store.get("network")
    assert found is not None
    assert is_same(found, KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_single_array_comes_back(store: ArrayStore, name: str) -> None:
    store.put("network", {name: KINDS[name]})
    found = store.get("network")
    assert found is not None
    assert is_same(found, {name: KINDS[name]})


def test_a_set_of_no_arrays_is_a_set_of_no_arrays(store: ArrayStore) -> None:
    store.put("network", {})
    assert kept(store, "network") == {}


def test_what_was_never_put_is_not_there(store: ArrayStore) -> None:
    assert store.get("network") is None
    store.put("network", SEVEN)
    assert store.get("networks") is None
    assert store.get("net") is None


def test_names_are_kept_apart(store: ArrayStore) -> None:
    store.put("monday", SEVEN)
    store.put("tuesday", {"minutes": np.array([8])})
    assert kept(store, "monday") == {"minutes": [7]}
    assert kept(store, "tuesday") == {"minutes": [8]}


def test_parts_of_larger_arrays_come_back_by_themselves(store: ArrayStore) -> None:
    whole = np.arange(100, dtype=np.int32).reshape(10, 10)
    store.put("network", {"column": whole[:, 3], "turned": whole.T, "back": whole[0, ::-1]})
    assert kept(store, "network") == {
        "column": whole[:, 3].tolist(),
        "turned": whole.T.tolist(),
        "back": whole[0, ::-1].tolist(),
    }


def test_what_was_put_does_not_change_with_what_it_was_made_of(store: ArrayStore) -> None:
    mine = np.array([1, 2, 3])
    store.put("network", {"minutes": mine})
    mine[:] = 0
    assert kept(store, "network") == {"minutes": [1, 2, 3]}


def test_the_same_may_be_put_again(store: ArrayStore) -> None:
    store.put("network", SEVEN)
    found = store.get("network")
    store.put("network", SEVEN)
    assert found is not None
    assert found["minutes"].tolist() == [7]
    assert kept(store, "network") == {"minutes": [7]}


def test_all_but_the_retained_is_forgotten(store: ArrayStore) -> None:
    for name in ("monday", "tuesday", "wednesday"):
        store.put(name, SEVEN)
    store.retain(["tuesday", "friday"])
    assert [store.get(name) is None for name in ("monday", "tuesday", "wednesday", "friday")] == [
        True, False, True, True,
    ]  # fmt: skip
    store.retain([])
    assert store.get("tuesday") is None


def test_what_was_forgotten_may_be_put_again(store: ArrayStore) -> None:
    store.put("monday", SEVEN)
    store.retain([])
    store.put("monday", SEVEN)
    assert kept(store, "monday") == {"minutes": [7]}


def test_an_empty_store_has_nothing_to_forget(store: ArrayStore) -> None:
    store.retain(["monday"])
    store.retain([])
    assert store.get("monday") is None


def test_arrays_that_somebody_has_stay_good_when_they_are_forgotten(store: ArrayStore) -> None:
    store.put("network", KINDS)
    found = store.get("network")
    assert found is not None
    store.retain([])
    store.put("network", SEVEN)
    assert is_same(found, KINDS)


# --- files ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which *network* is kept."""
    FileArrayStore(tmp_path).put("network", KINDS)
    return tmp_path


def only_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_another_store_over_the_same_folder_finds_them(folder: Path) -> None:
    found = FileArrayStore(folder).get("network")
    assert found is not None
    assert is_same(found, KINDS)


def test_arrays_stand_where_compiled_code_likes_them(folder: Path) -> None:
    found = FileArrayStore(folder).get("network")
    assert found is not None
    assert all(array.flags.c_contiguous and array.flags.aligned for array in found.values())


def test_what_one_reader_writes_into_its_arrays_no_other_sees(folder: Path) -> None:
    found = FileArrayStore(folder).get("network")
    assert found is not None
    found["shorts"][:] = 5
    again = FileArrayStore(folder).get("network")
    assert again is not None
    assert is_same(again, KINDS)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_not_read(folder: Path, share: float) -> None:
    whole = only_file(folder).read_bytes()
    only_file(folder).write_bytes(whole[: int(len(whole) * share)])
    assert FileArrayStore(folder).get("network") is None


def test_a_file_is_not_read_with_any_of_its_bytes_changed(tmp_path: Path) -> None:
    store = FileArrayStore(tmp_path)
    store.put("network", {"minutes": np.array([7, 8], np.int16), "no": np.empty(0, np.int8)})
    whole = only_file(tmp_path).read_bytes()
    # White space before the head says nothing.
    said = len(whole) - len(whole.lstrip())
    for place in range(said, len(whole)):
        only_file(tmp_path).write_bytes(
            whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        )
        found = kept(store, "network")
        assert found is None or found == {"minutes": [7, 8], "no": []}, place


@pytest.mark.parametrize(
    "foreign",
    [
        b"\n", b"\x00" * 4096, b"PK\x03\x04 and so on", b"null\n", b"[]\n", b"7\n", b'"text"\n',
        b"{}\n", b'{"format": 1, "name": "network"}\n', "🚂\n".encode() * 500, b"[" * 70_000,
        b"[" * 20_000 + b"\n",
    ],
    ids=lambda foreign: repr(foreign[:12]),
)  # fmt: skip
def test_a_foreign_file_in_its_place_is_not_read(folder: Path, foreign: bytes) -> None:
    only_file(folder).write_bytes(foreign)
    assert FileArrayStore(folder).get("network") is None


def test_a_file_that_somebody_renamed_is_not_read(folder: Path) -> None:
    file = only_file(folder)
    file.rename(file.with_name(file.name.replace("network", "other")))
    assert FileArrayStore(folder).get("other") is None


def test_a_folder_in_a_files_place_is_not_read(folder: Path) -> None:
    file = only_file(folder)
    file.unlink()
    file.mkdir()
    store = FileArrayStore(folder)
    assert store.get("network") is None
    store.put("network", SEVEN)
    store.retain([])
    assert store.get("network") is None


def test_a_damaged_file_is_put_anew(folder: Path) -> None:
    only_file(folder).write_bytes(b"damaged")
    store = FileArrayStore(folder)
    store.put("network", SEVEN)
    assert kept(store, "network") == {"minutes": [7]}


def test_a_store_that_cannot_be_written_to_keeps_nothing_and_does_not_fail(tmp_path: Path) -> None:
    # Nobody makes a folder below a file, whoever asks.
    (tmp_path / "file").write_text("not a folder")
    store = FileArrayStore(tmp_path / "file" / "networks")
    store.put("network", SEVEN)
    assert store.get("network") is None
    store.retain([])


def test_nothing_unfinished_is_left_behind(folder: Path) -> None:
    store = FileArrayStore(folder)
    store.put("network", SEVEN)
    store.put("other", SEVEN)
    assert len(list(folder.iterdir())) == 2
    store.retain([])
    assert list(folder.iterdir()) == []


def test_files_of_others_are_left_alone(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    FileArrayStore(folder).retain([])
    assert [file.name for file in folder.iterdir()] == ["notes.txt"]


# --- several processes ---------------------------------------------------------------------------

SETS = 30
"""How many sets each of two processes puts."""


def processes(number: int) -> ProcessPoolExecutor:
    """Return *number* processes; unlike those of a `Pool`, one that is killed fails the test.

    A `Pool` waits for ever for what a killed process was to do.
    """
    return ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("forkserver"))


def _sum_of(folder: Path, name: str) -> int:
    found = FileArrayStore(folder).get(name)
    return -1 if found is None else int(found["ints"].sum())


def _put_and_get(folder: Path) -> int:
    """Put sets while another does so too; return how many were found that were not whole."""
    store = FileArrayStore(folder)
    torn = 0
    for number in range(SETS):
        store.put(f"day-{number}", {"filled": np.full(20_000, number, np.int32)})
        for other in range(SETS):
            found = store.get(f"day-{other}")
            torn += found is not None and not bool((found["filled"] == other).all())
        if number % 10 == 9:
            store.retain([f"day-{number}"])
    return torn


def test_another_process_reads_what_this_one_put(folder: Path) -> None:
    with processes(1) as pool:
        assert list(pool.map(_sum_of, [folder] * 2, ["network", "other"])) == [21, -1]


def test_processes_that_put_the_same_sets_at_once_never_see_a_torn_one(tmp_path: Path) -> None:
    with processes(2) as pool:
        assert list(pool.map(_put_and_get, [tmp_path, tmp_path])) == [0, 0]
    assert not list(tmp_path.glob("*.part"))
