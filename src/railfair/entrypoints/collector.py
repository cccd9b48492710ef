"""How often a process that answers questions looks for garbage in cycles."""

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 10, 100)
"""New objects before a look at them, such looks before one at the older, those before one at all.

An answer makes tens of thousands of objects, hardly any of them in cycles, and what is remembered
between answers is looked through in vain: by default that takes an eighth of a plan's time. At no
time does an answer hold so many of them that they are looked at while they are in use.
"""


def settle() -> None:
    """Keep what is at hand now out of the collector's way, and let it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
