"""Where a container finds the kernels that were compiled when its image was built.

Numba takes a folder of compiled code only if it can write into it. That of the image cannot be
written into, and need not be: it holds every kernel, compiled for a kind of processor (`CPU` of the
Dockerfile) and not for the one that built it.

To compile for the processor that a container runs on, which takes half a minute at each start, set
NUMBA_CPU_NAME and NUMBA_CACHE_LOCATOR_CLASSES to nothing, and NUMBA_CACHE_DIR to /tmp/kernels.
"""

from pathlib import Path

from numba.core.caching import UserProvidedCacheLocator


class Locator(UserProvidedCacheLocator):
    """Finds kernels in NUMBA_CACHE_DIR, which may be read-only."""

    def ensure_cache_path(self) -> None:
        """Raise `OSError` if the folder holds no kernel of the file at hand."""
        next(Path(self.get_cache_path()).iterdir(), None)
