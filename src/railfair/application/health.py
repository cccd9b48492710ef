"""Whether RailFair can answer, and with what."""

from dataclasses import dataclass
from enum import StrEnum

from railfair.application.provenance import provenance
from railfair.domain.errors import SourceUnavailable
from railfair.domain.feed import LoadedFeed
from railfair.domain.railtime import iso
from railfair.ports.storage import Storage


class State(StrEnum):
    """How a dependency, or the whole, is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One thing that answers need."""

    name: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How everything is: down if nothing can be answered, degraded if something cannot."""

    state: State
    dependencies: tuple[Dependency, ...]


async def health(storage: Storage) -> Health:
    """Return how the database and the loaded feeds are; never raises for what is not well."""
    try:
        async with storage.reading() as unit:
            loaded = await provenance(unit)
    except SourceUnavailable as error:
        down = Dependency(name="database", state=State.DOWN, detail=str(error))
        return Health(state=State.DOWN, dependencies=(down,))
    feeds = (
        _feed("timetable", loaded.timetable),
        _feed("performance", loaded.performance),
    )
    database = Dependency(name="database", state=State.OK, detail="answers")
    missing = [feed for feed in feeds if feed.state is not State.OK]
    state = State.OK if not missing else State.DEGRADED
    if len(missing) == len(feeds):
        state = State.DOWN
    return Health(state=state, dependencies=(database, *feeds))


def _feed(name: str, feed: LoadedFeed | None) -> Dependency:
    if feed is None:
        return Dependency(name=name, state=State.DEGRADED, detail="nothing is loaded")
    detail = (
        f"{feed.version} ({feed.source}), {feed.first_day} to {feed.last_day},"
        f" loaded {iso(feed.loaded_at)}"
    )
    return Dependency(name=name, state=State.OK, detail=detail)
