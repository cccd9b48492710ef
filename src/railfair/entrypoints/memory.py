"""How a process that answers questions keeps its memory."""

import ctypes
import gc
from contextlib import suppress
from typing import Final

THRESHOLDS: Final = (50_000, 10, 100)
"""New objects before a look at them, such looks before one at the older, those before one at all.

An answer makes tens of thousands of objects, hardly any of them in cycles, and what is remembered
between answers is looked through in vain: by default that takes an eighth of a plan's time. At no
time does an answer hold so many of them that they are looked at while they are in use.
"""
MOST_ARENAS: Final = -8
"""Parameter of the C library's allocator. Source: mallopt(3), M_ARENA_MAX."""
ARENAS: Final = 2
APART_FROM: Final = -3
"""Parameter: what is as large is taken apart and given back at once. M_MMAP_THRESHOLD."""
APART_BYTES: Final = 4 << 20
KEPT_FREE: Final = -1
"""Parameter: how much that is free is kept. M_TRIM_THRESHOLD."""
KEPT_BYTES: Final = 8 << 20


def share_arenas() -> None:
    """Let the threads of this process, which are about to start, take memory from the same places.

    Each connection to a database file has a thread, which would hold on to what it once needed. Of
    what was needed to build a network little is kept: by itself the allocator keeps twice as much
    as the largest piece that it ever gave back. Other systems' C libraries have no such parameters.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(MOST_ARENAS, ARENAS)
        library.mallopt(APART_FROM, APART_BYTES)
        library.mallopt(KEPT_FREE, KEPT_BYTES)


def settle() -> None:
    """Keep what is at hand now out of the collector's way, and let it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
