"""Where the loaded data are kept, as units of work."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from railfair.ports.api_keys import ApiKeys
from railfair.ports.fares import Fares
from railfair.ports.feedback import FeedbackBox
from railfair.ports.forecasts import Forecasts
from railfair.ports.jobs import Jobs
from railfair.ports.loaded_feeds import LoadedFeeds
from railfair.ports.performance import Performance
from railfair.ports.popularity import RouteWeights
from railfair.ports.scorecard import Scorecard
from railfair.ports.secrets import Secrets
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

    @property
    def popularity(self) -> RouteWeights:
        """How often routes were asked for."""
        ...

    @property
    def scorecard(self) -> Scorecard:
        """How good the forecasts were that were served."""
        ...

    @property
    def feedback(self) -> FeedbackBox:
        """What passengers say."""
        ...

    @property
    def secrets(self) -> Secrets:
        """Keys that the service made for itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFigures:
    """The connections of one process at a moment.

    *size* are kept; *overflow* of those that are open exceed it. *waiting* units have found all
    *limit* connections in use; without a pool there is no limit.
    """

    size: int
    in_use: int
    idle: int
    overflow: int
    waiting: int
    limit: int | None


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


class PooledStorage(Storage, Protocol):
    """A storage that tells of its connections."""

    def pool(self) -> PoolFigures | None:
        """Return the connections of this process, or `None` where the storage needs none."""
        ...
