"""Features that are off, as somebody says in this process."""


class MemoryFeatureList:
    """See `ports.feature_list`: *said* can be changed at any time."""

    def __init__(self, said: str | None = "") -> None:
        self.said = said

    def text(self) -> str | None:
        """Return what was said last."""
        return self.said
