"""Whose trains a route is for: no field of the feed says it, only the words of its name."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from railfair.domain.codes import TocCode

BRANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "C2C": ("CC",),
    "CH": ("CH",),
    "CROSSCNTRY": ("XC",),
    "EMR": ("EM",),
    "GA": ("LE",),
    "GATWICKEXP": ("GX",),
    "GTNORTHERN": ("GN",),
    "GTR": ("TL", "GN", "SN", "GX"),
    "GWR": ("GW",),
    "LNER": ("GR",),
    "LNR": ("LM", "LN"),
    "NTHN": ("NT",),
    "SCR": ("SR",),
    "SOUTHEASTERN": ("SE",),
    "SWR": ("SW",),
    "TFW": ("AW",),
    "TFWRS": ("AW",),
    "THAMESLINK": ("TL",),
    "TPE": ("TP",),
    "WMR": ("LM",),
    "WMT": ("LM",),
    "XC": ("XC",),
}
"""Operators that routes call by a brand which does not begin their name, or begins others' too."""
_ONLY: Final = re.compile(r"\bONLY\b")
_PARTS: Final = re.compile(r"[&/]")
_VOWELS: Final = frozenset("AEIOU")
_SHORTEST: Final = 3
"""Fewer letters than these are no short form of a word."""


def is_for_some(text: str) -> bool:
    """Whether a route of that name is for some operators only."""
    return _ONLY.search(text.upper()) is not None


@lru_cache(maxsize=1024)
def only_operators(text: str, operators: tuple[tuple[str, str], ...]) -> frozenset[TocCode]:
    """Return the operators that a route is only for; none if the text does not tell all of them.

    No field of the feed names them: the words before ONLY are taken as brands or names.
    """
    allowed: set[TocCode] = set()
    for one in _PARTS.split(_ONLY.split(text.upper())[0]):
        codes = _called(one.split(), operators)
        if not codes:
            return frozenset()
        allowed.update(codes)
    return frozenset(allowed)


def _called(words: list[str], operators: tuple[tuple[str, str], ...]) -> list[TocCode]:
    """Return the operators of one name that *words* mean: a brand, a name, or how a name begins.

    Words that fit several names equally well mean none.
    """
    brand = BRANDS.get("".join(words))
    if brand is not None:
        return [TocCode(code) for code in brand]
    for fits in (_is_name, _begins):
        found = {code: name for code, name in operators if fits(words, name.upper().split())}
        if found:
            is_one = len(set(found.values())) == 1
            return [TocCode(code) for code in found] if is_one else []
    return []


def _is_name(words: list[str], name: list[str]) -> bool:
    return words == name


def _begins(words: list[str], name: list[str]) -> bool:
    """Whether *words* are the first ones of *name*, all but the very first perhaps shortened."""
    is_first_whole = words[:1] == name[:1] and len(words) <= len(name)
    return is_first_whole and all(map(_is_short_for, words, name))


def _is_short_for(short: str, word: str) -> bool:
    """Whether *short* is *word*, or what ANG is for ANGLIA or CTRL for CENTRAL."""
    if short == word:
        return True
    if len(short) < _SHORTEST or short[0] != word[0]:
        return False
    letters = iter(word)
    is_without_vowels = _VOWELS.isdisjoint(short[1:]) and all(one in letters for one in short)
    return is_without_vowels or word.startswith(short)
