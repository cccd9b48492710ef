"""The one way for a use case to be cached.

An answer is computed once however many ask for it, in this process and as far as possible in all.
A stale answer goes out at once, and one refresh runs behind it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from railfair.application.tiered_cache import Tier, TieredCache
from railfair.domain.cache_keys import Kind, Scope, kind_of
from railfair.domain.errors import SourceUnavailable
from railfair.ports.cache import Entry, KeptFigures
from railfair.ports.locks import Locks
from railfair.ports.observer import UNOBSERVED, Observer
from railfair.ports.tracing import span

JITTER: Final = 0.1
"""Lifetimes differ by up to this share, so that what was made together does not end together."""
LOCK_S: Final = 10.0
"""How long another process may compute an answer before this one does so as well."""
PAUSES_S: Final = (0.02, 0.03, 0.05, *(0.1,) * 49)
"""When to look again for an answer that another process computes: 5 seconds in all."""
REFRESHES_AT_ONCE: Final = 8
REST_S: Final = 1.0
MAX_REST_S: Final = 60.0
"""After a failed refresh the next one waits, twice as long each time, up to this."""
MAX_RESTS: Final = 10_000


class Outcome(StrEnum):
    """How an answer came about."""

    HIT = "HIT"
    STALE = "STALE"
    MISS = "MISS"
    BYPASS = "BYPASS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """An answer is fresh for *fresh_s* seconds, and usable though stale for *stale_s* more."""

    fresh_s: float
    stale_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An entry, how it came about, and the *tier* it was found in.

    *degraded*: it is stale because what it is made of could not be reached.
    """

    entry: Entry
    outcome: Outcome
    tier: Tier | None = None
    degraded: bool = False


type Compute = Callable[[], Awaitable[bytes]]
"""Makes the bytes of an answer."""


@dataclass(slots=True)
class _Flight:
    """An answer on its way; *task* makes it, whoever waits for it or no longer does."""

    landed: asyncio.Future[Answer]
    task: asyncio.Task[None] | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Rest:
    """No refresh before *until*, after *failures*; *is_lost*: for want of a source."""

    until: float
    failures: int
    is_lost: bool


class CachedAnswers:
    """Answers by key. *now* tells Unix time in seconds, *random* numbers in [0, 1).

    Without *tiers* nothing is kept, and every answer is computed.
    """

    def __init__(
        self,
        tiers: TieredCache | None,
        locks: Locks,
        lifetimes: Mapping[Kind, Lifetime],
        *,
        now: Callable[[], float],
        random: Callable[[], float],
        observer: Observer = UNOBSERVED,
    ) -> None:
        self.tiers = tiers
        self._observer = observer
        self._locks = locks
        self._lifetimes = lifetimes
        self._now = now
        self._random = random
        self._flights: dict[str, _Flight] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._refreshing = 0
        self._rests: OrderedDict[str, _Rest] = OrderedDict()
        if tiers is not None:
            tiers.on_invalidated = self._forget

    @property
    def is_degraded(self) -> bool:
        """Whether answers are not shared although they should be."""
        return self.tiers is not None and self.tiers.is_degraded

    @property
    def kept(self) -> KeptFigures:
        """What this process keeps."""
        return KeptFigures() if self.tiers is None else self.tiers.local.figures()

    async def start(self) -> None:
        """Begin to follow what other processes invalidate."""
        if self.tiers is not None:
            await self.tiers.start()

    def peek(self, key: str) -> Answer | None:
        """Return the answer if this process keeps a fresh one, without awaiting anything."""
        if self.tiers is None or (entry := self.tiers.peek(key)) is None:
            return None
        if not entry.is_fresh(self._now()):
            return None
        self._observer.cache_asked(kind_of(key), Outcome.HIT, Tier.LOCAL)
        return Answer(entry=entry, outcome=Outcome.HIT, tier=Tier.LOCAL)

    async def get(self, key: str, compute: Compute) -> Answer:
        """Return the answer that *key* names, which *compute* makes where it has to be made.

        It is kept for as long as its kind is good. What *compute* raises reaches all who wait.
        """
        with span("cache.get", kind=kind_of(key)) as looking:
            answer = await self._found(key, compute)
            looking.note(cache=answer.outcome, tier=answer.tier or "")
            return answer

    async def _found(self, key: str, compute: Compute) -> Answer:
        if self.tiers is None:
            self._observer.cache_asked(kind_of(key), Outcome.BYPASS, "")
            return Answer(
                entry=self._entry(key, await self._computed(key, compute)),
                outcome=Outcome.BYPASS,
            )
        if (answer := self.peek(key)) is not None:
            return answer
        if (entry := self.tiers.peek(key)) is not None:
            self._refresh_behind(key, compute)
            answer = self._stale(key, entry, Tier.LOCAL)
        else:
            flight = self._flights.get(key) or self._fly(key, compute)
            answer = await self._awaited(key, flight)
        self._count(key, answer)
        return answer

    async def _awaited(self, key: str, flight: _Flight) -> Answer:
        """Wait for the answer; who stops waiting stops nobody else, and the last one the work."""
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.landed)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.landed.done() and flight.task is not None:
                self._left(key, flight)
                flight.task.cancel()

    async def invalidate(self, scope: Scope) -> int:
        """Forget the answers in *scope*, and those being made; return how many were kept."""
        return 0 if self.tiers is None else await self.tiers.invalidate(scope)

    async def close(self) -> None:
        """Give up what is being made, and close the caches."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.tiers is not None:
            await self.tiers.close()

    def _fly(self, key: str, compute: Compute) -> _Flight:
        """Begin to look for the answer, and to make it if there is none."""
        return self._begun(key, lambda flight: self._flown(key, compute, flight))

    def _refresh_behind(self, key: str, compute: Compute) -> None:
        """Begin to make the answer anew, unless that is under way or failed a moment ago."""
        rest = self._rests.get(key)
        is_resting = rest is not None and self._now() < rest.until
        if key in self._flights or is_resting or self._refreshing >= REFRESHES_AT_ONCE:
            return
        self._begun(key, lambda flight: self._refreshed(key, compute, flight))

    def _begun(self, key: str, work: Callable[[_Flight], Awaitable[None]]) -> _Flight:
        flight = self._flights[key] = _Flight(asyncio.get_running_loop().create_future())
        flight.landed.add_done_callback(_looked_at)
        flight.task = asyncio.create_task(self._to_its_end(key, flight, work))
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)
        return flight

    async def _to_its_end(
        self, key: str, flight: _Flight, work: Callable[[_Flight], Awaitable[None]]
    ) -> None:
        try:
            await work(flight)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            self._land(key, flight, error)
        finally:
            self._left(key, flight)
            flight.landed.cancel()

    async def _flown(self, key: str, compute: Compute, flight: _Flight) -> None:
        assert self.tiers is not None  # noqa: S101 - nothing flies without
        entry = await self.tiers.fetch(key)
        if entry is None:
            await self._made(key, compute, flight)
        elif entry.is_fresh(self._now()):
            self._land(key, flight, _shared(entry))
        else:
            self._land(key, flight, self._stale(key, entry, Tier.SHARED))
            self._refresh_behind(key, compute)

    async def _refreshed(self, key: str, compute: Compute, flight: _Flight) -> None:
        self._refreshing += 1
        try:
            if (entry := await self._fresh_elsewhere(key)) is not None:
                self._land(key, flight, _shared(entry))
            else:
                await self._made(key, compute, flight)
            self._rests.pop(key, None)
        except Exception as error:
            self._rest(key, is_lost=isinstance(error, SourceUnavailable))
            raise
        finally:
            self._refreshing -= 1

    async def _made(self, key: str, compute: Compute, flight: _Flight) -> None:
        """Make the answer, unless another process does so in time."""
        assert self.tiers is not None  # noqa: S101 - nothing flies without
        token = await self._locks.acquire(key, held_s=LOCK_S)
        try:
            if self.tiers.shared is not None:
                for pause in (0.0, *PAUSES_S):
                    if token is None:
                        await asyncio.sleep(pause)
                    if (entry := await self._fresh_elsewhere(key)) is not None:
                        self._land(key, flight, _shared(entry))
                        return
                    if token is not None:
                        break
                    token = await self._locks.acquire(key, held_s=LOCK_S)
            mark = await self.tiers.mark()
            entry = self._entry(key, await self._computed(key, compute))
            await self.tiers.put_here(key, entry, since=mark)
            self._land(key, flight, Answer(entry=entry, outcome=Outcome.MISS))
            await self.tiers.put_shared(key, entry, since=mark)
        finally:
            if token is not None:
                await self._locks.release(key, token)

    async def _fresh_elsewhere(self, key: str) -> Entry | None:
        """Return the fresh answer that another process has made, if one has."""
        assert self.tiers is not None  # noqa: S101 - nothing flies without
        entry = await self.tiers.fetch(key)
        return entry if entry is not None and entry.is_fresh(self._now()) else None

    async def _computed(self, key: str, compute: Compute) -> bytes:
        kind = kind_of(key)
        self._observer.computed(kind)
        try:
            with span("answer.make", kind=kind):
                return await compute()
        except Exception:
            self._observer.failed(kind)
            raise

    def _entry(self, key: str, body: bytes) -> Entry:
        lifetime = self._lifetimes[kind_of(key)]
        varied = 1 - JITTER + 2 * JITTER * self._random()
        return Entry(
            body=body,
            made_at=self._now(),
            fresh_s=lifetime.fresh_s * varied,
            kept_s=(lifetime.fresh_s + lifetime.stale_s) * varied,
            etag=blake2b(body, digest_size=8).hexdigest(),
        )

    def _stale(self, key: str, entry: Entry, tier: Tier) -> Answer:
        rest = self._rests.get(key)
        is_lost = rest is not None and rest.is_lost
        return Answer(entry=entry, outcome=Outcome.STALE, tier=tier, degraded=is_lost)

    def _rest(self, key: str, *, is_lost: bool) -> None:
        before = self._rests.pop(key, None)
        failures = 1 if before is None else before.failures + 1
        pause = min(MAX_REST_S, REST_S * 2 ** min(failures - 1, 10))
        self._rests[key] = _Rest(self._now() + pause, failures, is_lost)
        if len(self._rests) > MAX_RESTS:
            self._rests.popitem(last=False)

    def _land(self, key: str, flight: _Flight, outcome: Answer | Exception) -> None:
        """Give everybody who waits the answer, and let those who come later look for it anew."""
        self._left(key, flight)
        if flight.landed.done():
            return
        if isinstance(outcome, Answer):
            flight.landed.set_result(outcome)
        else:
            flight.landed.set_exception(outcome)

    def _left(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _forget(self, scope: Scope) -> None:
        """Let nobody else wait for answers that are made of what was before."""
        for key in [key for key in self._flights if scope.covers(key)]:
            del self._flights[key]

    def _count(self, key: str, answer: Answer) -> None:
        self._observer.cache_asked(kind_of(key), answer.outcome, answer.tier or "")


def _shared(entry: Entry) -> Answer:
    return Answer(entry=entry, outcome=Outcome.HIT, tier=Tier.SHARED)


def _looked_at(landed: asyncio.Future[Answer]) -> None:
    """Look at the error: that nobody waits for it any more is no fault."""
    if not landed.cancelled():
        landed.exception()
