"""Features that are off, in a file that people write."""

from pathlib import Path


class FileFeatureList:
    """See `ports.feature_list`: all of *file*; without one there is no text."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def text(self) -> str | None:
        """Return what the file holds; it is not there: nothing."""
        if self._file is None:
            return ""
        try:
            return self._file.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            return None
