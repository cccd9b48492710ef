"""Where it stands which features are off, so that it can change while the service runs."""

from typing import Protocol


class FeatureList(Protocol):
    """A text that people write: names of features that are off."""

    def text(self) -> str | None:
        """Return the text as it is now: empty if there is none, `None` if it cannot be read."""
        ...
