"""Which station somebody means by a few letters."""

from collections.abc import Iterable
from typing import Final

from railfair.domain.station import Station

NO_MATCH: Final = 9


def ranked(stations: Iterable[Station], query: str) -> list[Station]:
    """Return the stations that *query* may mean, the likeliest first.

    The code itself comes first, then names that begin with the query, names with a word that does,
    names that contain it; larger interchanges before smaller ones, then by name. Case and the
    marks that people leave out (`'`, `.`, `-`) do not count.
    """
    wanted = _plain(query)
    if not wanted:
        return []
    found = [(_rank(station, wanted), station) for station in stations]
    matching = [(rank, station) for rank, station in found if rank != NO_MATCH]
    matching.sort(key=lambda match: (match[0], -match[1].interchange, match[1].name))
    return [station for _, station in matching]


def _rank(station: Station, wanted: str) -> int:
    if _plain(station.crs) == wanted:
        return 0
    return min(_name_rank(_plain(name), wanted) for name in (station.name, *station.aliases))


def _name_rank(name: str, wanted: str) -> int:
    if name == wanted:
        return 1
    if name.startswith(wanted):
        return 2
    if f" {wanted}" in name:
        return 3
    return 4 if wanted in name else NO_MATCH


def _plain(text: str) -> str:
    letters = text.casefold().replace("&", " and ").replace("-", " ")
    kept = "".join(letter for letter in letters if letter.isalnum() or letter == " ")
    return " ".join(kept.split())
