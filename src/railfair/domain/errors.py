"""The one tree of errors.

RailFairError
├── InvalidInput            what was asked cannot be meant (HTTP 422)
│   ├── InvalidParameter        one named parameter has a value that cannot be meant
│   │   └── MalformedParameter      … or has not even the form of such a value (400)
│   └── BadFeed                 a feed file is not what it should be; nothing was imported
├── NotFound                the loaded data has no such thing (404)
│   ├── UnknownStation          no loaded feed mentions the station
│   ├── UnknownRoute            no loaded train calls at both stations, in that order
│   └── UnknownApiKey           no key of the API has that name or prefix
├── Conflict                the request and the state of the data exclude each other (409)
│   ├── FeedOutOfOrder          an update does not follow the feed that is loaded
│   ├── MixedSources            real data would be mixed with the demo railway's
│   ├── ApiKeyNameTaken         a key of the API that is in use has that name
│   └── ProfileRunning          the process is being profiled already
├── RateLimited             the client has asked as often as it may for now (429)
├── Unauthenticated         who asks has to be known (401)
│   ├── InvalidApiKey           the key is unknown, revoked or expired
│   └── ApiKeyRequired          there is no key, and it needs one
├── Forbidden               who asks is known, and may not do this (403)
│   └── AdminOnly               the key is no admin's
└── SourceUnavailable       a part that the answer needs is not there just now (503)
    ├── StorageUnavailable      the database cannot be reached, or is not ready
    ├── NothingLoaded           what the answer rests on has not been imported yet
    ├── FeedServiceFailed       a feed's own service did not deliver
    ├── FeatureOff              whoever runs the service has turned that part of it off
    ├── Overloaded              there is more to do than can be done
    └── DeadlineExceeded        the answer took longer than anybody should wait

A leaf has a kebab-case `code`, a constant `title`, and its data as attributes; none of them knows
about HTTP. *No train found* is an empty answer, not an error.
"""

from collections.abc import Iterator
from typing import ClassVar


class RailFairError(Exception):
    """Anything that RailFair itself says no to."""

    code: ClassVar[str] = "railfair-error"
    title: ClassVar[str] = "RailFair could not do that"


class InvalidInput(RailFairError):
    """What was asked cannot be meant."""

    code = "invalid-input"
    title = "The input cannot be meant"


class InvalidParameter(InvalidInput):
    """The value of *parameter* cannot be meant; *detail* says why and what would do."""

    code = "invalid-parameter"
    title = "A parameter cannot be meant"

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(f"{parameter}: {detail}")
        self.parameter = parameter
        self.detail = detail


class MalformedParameter(InvalidParameter):
    """The value of *parameter* has not even the form that it should have."""

    code = "malformed-parameter"
    title = "A parameter cannot be read"


class BadFeed(InvalidInput):
    """The *file* is not a feed of the kind asked for, or not whole; *line* counts from 1."""

    code = "bad-feed"
    title = "The feed cannot be imported"

    def __init__(self, file: str, detail: str, *, line: int | None = None) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {detail}")
        self.file = file
        self.line = line
        self.detail = detail


class NotFound(RailFairError):
    """The loaded data has no such thing."""

    code = "not-found"
    title = "Not in the loaded data"


class UnknownStation(NotFound):
    """No loaded feed mentions the station *crs*; *parameter* is where it was asked for."""

    code = "unknown-station"
    title = "Unknown station"

    def __init__(self, crs: str, *, parameter: str = "crs") -> None:
        super().__init__(f"{parameter}: no loaded feed mentions a station {crs}")
        self.crs = crs
        self.parameter = parameter


class UnknownRoute(NotFound):
    """No loaded train calls at *origin* and later at *destination*."""

    code = "unknown-route"
    title = "Unknown route"

    def __init__(self, origin: str, destination: str) -> None:
        super().__init__(f"no loaded train runs from {origin} to {destination} without a change")
        self.origin = origin
        self.destination = destination


class UnknownApiKey(NotFound):
    """No key of the API has the name or prefix *given*."""

    code = "unknown-api-key"
    title = "Unknown API key"

    def __init__(self, given: str) -> None:
        super().__init__(f"no key has the name or prefix {given}; railfair keys list shows all")
        self.given = given


class Conflict(RailFairError):
    """The request and the state of the data exclude each other."""

    code = "conflict"
    title = "In conflict with the loaded data"


class FeedOutOfOrder(Conflict):
    """The update *file* follows *expected*, but *loaded* is what is there."""

    code = "feed-out-of-order"
    title = "The update does not follow the loaded feed"

    def __init__(self, file: str, *, expected: str, loaded: str | None) -> None:
        super().__init__(
            f"{file}: is an update to {expected}, but {loaded or 'no timetable'} is loaded"
        )
        self.file = file
        self.expected = expected
        self.loaded = loaded


class MixedSources(Conflict):
    """Real data would be mixed with the demo railway's, or the other way round."""

    code = "mixed-sources"
    title = "Real and demo data do not mix"


class ApiKeyNameTaken(Conflict):
    """A key of the API that is in use is called *name* already."""

    code = "api-key-name-taken"
    title = "An API key of that name is in use"

    def __init__(self, name: str, prefix: str) -> None:
        super().__init__(f"{prefix} is called {name} already; revoke it first, or choose another")
        self.name = name


class ProfileRunning(Conflict):
    """The process is being profiled already."""

    code = "profile-running"
    title = "A profile is being taken already"

    def __init__(self) -> None:
        super().__init__("this worker is being profiled already; try again when that has ended")


class RateLimited(RailFairError):
    """The client has asked as often as it may for now; *retry_s* seconds later it may again."""

    code = "rate-limited"
    title = "Too many requests"

    def __init__(self, retry_s: float) -> None:
        super().__init__(f"you have asked as often as you may for now; again in {retry_s:.0f} s")
        self.retry_s = retry_s


class Unauthenticated(RailFairError):
    """Who asks has to be known."""

    code = "unauthenticated"
    title = "Who asks has to be known"


class InvalidApiKey(Unauthenticated):
    """The key of the API is unknown, revoked or expired; which of them is nobody's business."""

    code = "invalid-api-key"
    title = "The API key is not valid"

    def __init__(self) -> None:
        super().__init__("the API key is unknown, revoked or expired; without one, send none")


class ApiKeyRequired(Unauthenticated):
    """There is no key of the API, and what is asked for needs one."""

    code = "api-key-required"
    title = "An API key is needed"

    def __init__(self) -> None:
        super().__init__("this needs an API key, as X-API-Key or Authorization: Bearer")


class Forbidden(RailFairError):
    """Who asks is known, and may not do this."""

    code = "forbidden"
    title = "Not allowed"


class AdminOnly(Forbidden):
    """The key of the API is valid, but no admin's."""

    code = "admin-only"
    title = "Only admins may do this"

    def __init__(self) -> None:
        super().__init__("this needs the API key of an admin: railfair keys create NAME --admin")


class SourceUnavailable(RailFairError):
    """A part that the answer needs is not there just now."""

    code = "source-unavailable"
    title = "Temporarily unavailable"


class StorageUnavailable(SourceUnavailable):
    """The database cannot be reached, is busy for too long, or lacks its tables."""

    code = "storage-unavailable"
    title = "The database is not available"


class NothingLoaded(SourceUnavailable):
    """No feed of the kind *feed* has been imported yet."""

    code = "nothing-loaded"
    title = "Nothing loaded yet"

    def __init__(self, feed: str) -> None:
        super().__init__(f"no {feed} has been imported yet: railfair import {feed} PATH")
        self.feed = feed


class FeedServiceFailed(SourceUnavailable):
    """The service that offers *feed* did not deliver it; *detail* says how it failed."""

    code = "feed-service-failed"
    title = "The feed's service did not deliver"

    def __init__(self, feed: str, detail: str) -> None:
        super().__init__(f"{feed}: {detail}")
        self.feed = feed
        self.detail = detail


class FeatureOff(SourceUnavailable):
    """Whoever runs the service has turned *feature* off."""

    code = "feature-off"
    title = "That part of the service is turned off"

    def __init__(self, feature: str) -> None:
        super().__init__(f"{feature}: turned off by whoever runs this service; the rest goes on")
        self.feature = feature


class Overloaded(SourceUnavailable):
    """There is more to do than can be done; nothing was begun."""

    code = "overloaded"
    title = "Too much to do at the moment"

    def __init__(self) -> None:
        super().__init__("too many requests are being answered; try again shortly")


class DeadlineExceeded(SourceUnavailable):
    """The answer was not ready after *deadline_s* seconds; the work on it was given up."""

    code = "deadline-exceeded"
    title = "The answer took too long"

    def __init__(self, deadline_s: float) -> None:
        super().__init__(f"the answer was not ready after {deadline_s:g} seconds")
        self.deadline_s = deadline_s


def leaves(root: type[RailFairError] = RailFairError) -> Iterator[type[RailFairError]]:
    """Yield the classes of the tree that have no subclass, depth first."""
    children = root.__subclasses__()
    if not children:
        yield root
    for child in children:
        yield from leaves(child)
