"""Sets of arrays, each in one file that processes map into their memory.

A file begins with a line of JSON: the format, the name, where each array stands in what follows,
and a digest of all that.
"""

import json
import mmap
from collections.abc import Collection, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

FORMAT: Final = 1
SUFFIX: Final = ".arrays"
ALIGNMENT: Final = 64


class FileArrayStore:
    """See `ports.array_store`: one file a name in *folder*, which is made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """Return the arrays mapped from their file, if it is whole and of this format."""
        try:
            with self._file(name).open("rb") as file:
                # Compiled code takes no arrays that forbid writing; what is written stays here.
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except (OSError, ValueError):
            return None
        return _read(name, memoryview(mapped))

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write a file beside, then put it in its place."""
        file = self._file(name)
        partial = file.with_name(f"{file.name}.{uuid4().hex}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(_written(name, arrays))
            partial.replace(file)
        except OSError:
            with suppress(OSError):
                partial.unlink(missing_ok=True)

    def retain(self, names: Collection[str]) -> None:
        """Delete the other files; who has mapped one keeps it."""
        kept = {self._file(name).name for name in names}
        for file in self._folder.glob(f"*{SUFFIX}"):
            if file.name not in kept:
                with suppress(OSError):
                    file.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}{SUFFIX}"


def _written(name: str, arrays: Mapping[str, NDArray[Any]]) -> bytes:
    body = bytearray()
    places = {}
    for key, array in arrays.items():
        body += bytes(-len(body) % ALIGNMENT)
        places[key] = {"at": len(body), "type": array.dtype.str, "shape": array.shape}
        body += np.ascontiguousarray(array).tobytes()
    head = {"format": FORMAT, "name": name, "arrays": places}
    line = json.dumps({**head, "digest": _digest(head, body)}).encode() + b"\n"
    return line.rjust(len(line) + -len(line) % ALIGNMENT) + body


def _read(name: str, view: memoryview) -> Mapping[str, NDArray[Any]] | None:
    end = bytes(view[: 1 << 16]).find(b"\n") + 1
    try:
        head = json.loads(bytes(view[:end]))
        body = view[end:]
        is_good = (head["format"], head["name"]) == (FORMAT, name)
        if not is_good or head.pop("digest") != _digest(head, body):
            return None
        return {
            key: np.frombuffer(
                body, place["type"], int(np.prod(place["shape"])), place["at"]
            ).reshape(place["shape"])
            for key, place in head["arrays"].items()
        }
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _digest(head: Mapping[str, Any], body: memoryview | bytearray) -> str:
    digest = blake2b(json.dumps(head).encode(), digest_size=16)
    digest.update(body)
    return digest.hexdigest()
