"""Where the loaded data are kept, as units of work."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from railfair.ports.api_keys import ApiKeys
from railfair.ports.fares import Fares
from railfair.ports.forecasts import Forecasts
from railfair.ports.jobs import Jobs
from railfair.ports.loaded_feeds import LoadedFeeds
from railfair.ports.performance import Performance
from railfair.ports.timetable import Timetable


class UnitOfWork(Protocol):
    """One consistent view of everything that is stored."""

    @property
    def feeds(self) -> LoadedFeeds:
        """What is loaded."""
        ...

    @property
    def timetable(self) -> Timetable:
        """The timetable."""
        ...

    @property
    def performance(self) -> Performance:
        """How trains ran."""
        ...

    @property
    def forecasts(self) -> Forecasts:
        """What was learned from it."""
        ...

    @property
    def fares(self) -> Fares:
        """The fares."""
        ...

    @property
    def jobs(self) -> Jobs:
        """What became of the work that the service does by itself."""
        ...

    @property
    def keys(self) -> ApiKeys:
        """The keys of the API that were given out."""
        ...


class Storage(Protocol):
    """Opens units of work.

    Readers see one committed state from their first query on, whatever is written meanwhile, and
    never wait for a writer.
    """

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit that only reads.

        Raises:
            SourceUnavailable: the storage cannot be reached.
        """
        ...

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit that commits when its block ends, and changes nothing if it raises.

        One unit writes at a time; another waits.

        Raises:
            SourceUnavailable: the storage cannot be reached, or another writer did not end in time.
        """
        ...
