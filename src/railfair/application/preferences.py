"""The preferences that clients carry themselves, signed with keys that only the service has."""

from collections.abc import Callable, Sequence
from typing import Final

from railfair.application.stations import StationDirectory
from railfair.domain.errors import InvalidParameter
from railfair.domain.preferences import Preferences, UnreadablePreferences, read, written
from railfair.domain.railtime import LONDON
from railfair.domain.station import Station
from railfair.ports.clock import Clock
from railfair.ports.storage import Storage

NAME: Final = "preferences"


class PreferenceKeeper:
    """Signs and reads preferences.

    *keys* are those of the settings, of which the first one signs. Without any there is one that is
    made by *random* once and kept in *storage*.
    """

    def __init__(
        self,
        storage: Storage,
        stations: StationDirectory,
        clock: Clock,
        *,
        keys: Sequence[bytes],
        random: Callable[[], bytes],
    ) -> None:
        self._storage = storage
        self._stations = stations
        self._clock = clock
        self._keys = tuple(keys)
        self._random = random

    async def read(self, text: str) -> Preferences:
        """Return the preferences in *text*.

        Raises:
            UnreadablePreferences: they were not written here, are not whole, or are too old.
            SourceUnavailable: the key cannot be read.
        """
        keys = await self._known_keys(makes=False)
        if not keys:
            raise UnreadablePreferences("not signed here")
        return read(text, on=self._clock.now().astimezone(LONDON).date(), keys=keys)

    async def written(self, preferences: Preferences) -> str:
        """Return *preferences*, signed.

        Raises:
            InvalidParameter: the loaded fares know no such railcard.
            UnknownStation: the loaded data know nothing of a favourite station.
            SourceUnavailable: the database cannot be reached.
        """
        await self._check(preferences)
        today = self._clock.now().astimezone(LONDON).date()
        return written(preferences, on=today, key=(await self._known_keys(makes=True))[0])

    async def stations(self, preferences: Preferences) -> list[Station]:
        """Return the favourite stations, with their names where these are known."""
        if not preferences.favourites:
            return []
        async with self._storage.reading() as unit:
            return [
                Station(crs=crs, name=await self._stations.name(unit, crs))
                for crs in preferences.favourites
            ]

    async def _check(self, preferences: Preferences) -> None:
        async with self._storage.reading() as unit:
            for crs in preferences.favourites:
                await self._stations.get(unit, crs, parameter="favourites")
            rules = await unit.fares.rules()
        card = preferences.railcard
        if card and rules is not None and card not in rules.railcards:
            raise InvalidParameter("railcard", f"the loaded fares know no railcard {card}")

    async def _known_keys(self, *, makes: bool) -> Sequence[bytes]:
        if self._keys:
            return self._keys
        async with self._storage.reading() as unit:
            key = await unit.secrets.get(NAME)
        if key is None and makes:
            async with self._storage.writing() as unit:
                key = await unit.secrets.get(NAME)
                if key is None:
                    key = self._random()
                    await unit.secrets.put(NAME, key)
        if key is None:
            return ()
        self._keys = (key,)
        return self._keys
