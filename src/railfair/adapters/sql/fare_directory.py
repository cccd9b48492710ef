"""Which pairs of codes there are fares for: most pairs that a lookup can ask for have none."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from railfair.adapters.sql.fare_bodies import EXCEPTIONS, KINDS, padded
from railfair.domain.codes import FareCode
from railfair.domain.fares.flow import ANY_CODE

type Keys = NDArray[np.uint64]
"""Pairs of codes: the 8 ASCII characters of each as a big-endian number."""

CODE: Final = 4
PAIR: Final = 2 * CODE
_STORED: Final = np.dtype(">u8")
_CODE_STORED: Final = np.dtype(">u4")
_HALF: Final = np.uint64(32)


class FareDirectory:
    """The pairs of codes that have an entry, or had one in an older edition, by kind.

    Given as stored: pairs of 4 + 4 characters one after the other, sorted, each once.
    """

    def __init__(self, pairs: Mapping[str, bytes]) -> None:
        self._keys = {kind: _keys(stored) for kind, stored in pairs.items()}

    def entries(self, ones: Collection[FareCode], others: Collection[FareCode]) -> list[str]:
        """Return the entries between a code of *ones* and a code of *others*, either way.

        Also the discounts for any code at an end.
        """
        found: list[str] = []
        for kind, keys in self._keys.items():
            anywhere = {ANY_CODE} if kind == EXCEPTIONS else set()
            pairs = _between(keys, _codes({*ones, *anywhere}), _codes({*others, *anywhere}))
            found += (kind + pair for pair in _split(_stored(pairs).decode("ascii")))
        return found


def merged(new: Mapping[str, bytes | bytearray], old: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return by kind the pairs that are in *new* or *old*, as a `FareDirectory` takes them."""
    return {
        kind: _stored(np.union1d(_keys(new.get(kind, b"")), _keys(old.get(kind, b""))))
        for kind in KINDS
    }


def _between(keys: Keys, ones: Keys, others: Keys) -> Keys:
    """Return the pairs among *keys* from *ones* to *others* and back; all are sorted."""
    if not keys.size:
        return keys
    there = (ones[:, None] << _HALF | others).ravel()
    back = (others[:, None] << _HALF | ones).ravel()
    return np.union1d(_held(keys, there), _held(keys, back))


def _held(keys: Keys, wanted: Keys) -> Keys:
    places = np.searchsorted(keys, wanted)
    places[places == keys.size] = 0
    held: Keys = wanted[keys[places] == wanted]
    return held


def _codes(codes: Collection[FareCode]) -> Keys:
    names = sorted(padded(code) for code in codes if len(code) <= CODE)
    return np.frombuffer("".join(names).encode("ascii"), _CODE_STORED).astype(np.uint64)


def _keys(stored: bytes | bytearray) -> Keys:
    return np.frombuffer(stored, _STORED).astype(np.uint64)


def _stored(keys: Keys) -> bytes:
    return keys.astype(_STORED).tobytes()


def _split(pairs: str) -> Iterator[str]:
    return (pairs[start : start + PAIR] for start in range(0, len(pairs), PAIR))
