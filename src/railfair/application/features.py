"""Which features are off, known without asking for it at each request."""

import asyncio
from collections.abc import Callable, Iterable

from railfair.domain.errors import FeatureOff
from railfair.domain.features import Feature, features, with_dependents
from railfair.ports.feature_list import FeatureList

type Tell = Callable[[frozenset[Feature], tuple[str, ...]], None]
"""Takes what is off, and the words that name no feature."""


class Features:
    """What is off: *always*, and as *listed*, which is read again every *reread_s* seconds.

    Whatever changes is told by *on_change*.
    """

    def __init__(
        self,
        listed: FeatureList,
        *,
        always: Iterable[Feature],
        reread_s: float,
        on_change: Tell,
    ) -> None:
        self._listed = listed
        self._always = with_dependents(always)
        self._reread_s = reread_s
        self._on_change = on_change
        self._text = ""
        self.off = self._always
        """What is off now."""
        self.look()

    def look(self) -> None:
        """Read the list now; while it cannot be read, it is what it was."""
        text = self._listed.text()
        if text is None or text == self._text:
            return
        self._text = text
        found, unknown = features(text)
        self.off = self._always | with_dependents(found)
        self._on_change(self.off, unknown)

    async def follow(self) -> None:
        """Read the list again and again; does not end."""
        while True:
            await asyncio.sleep(self._reread_s)
            self.look()

    def check(self, feature: Feature | None) -> None:
        """Raise `FeatureOff` if *feature* is off; `None` is none that can be."""
        if feature is not None and feature in self.off:
            raise FeatureOff(feature)
