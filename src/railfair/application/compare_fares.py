"""What a trip costs: every fare that is good on it, the others with the reason, and the split."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.application.trips import FoundTrip, TripQuery, check_trip, find_trip
from railfair.domain.codes import Crs, FareCode, RailcardCode
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.fares.comparison import Comparison, OfferedFare, Split
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.office import TicketOffice
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.fares.trip import Trip
from railfair.domain.feed import FeedKind
from railfair.domain.railtime import instant
from railfair.domain.station import Station
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.clock import Clock
from railfair.ports.observer import UNOBSERVED, Degraded, Observer
from railfair.ports.storage import Storage, UnitOfWork
from railfair.ports.tracing import span

SAME_STATION: Final = "is the same station as origin"
NO_FARES: Final = "the loaded fares have no such ticket between the two stations"
NO_SPLIT: Final = "split tickets follow the calls of a train, and no direct train is known"
NO_SPLIT_BACK: Final = (
    "split tickets follow the calls of a train, and no direct train is known for the way back"
)
BACK: Final = "return_"
"""How the names of what is asked of the way back begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FareQuery:
    """The fares of a trip *out*, and *back* if it is a round trip.

    *ticket_class* `None` is any; *splits* asks for the cheapest chain of tickets as well.
    """

    out: TripQuery
    back: TripQuery | None = None
    party: Party
    railcard: RailcardCode = NO_RAILCARD
    ticket_class: TicketClass | None = TicketClass.STANDARD
    splits: bool = False

    def __post_init__(self) -> None:
        if self.out.origin == self.out.destination:
            raise InvalidParameter("destination", SAME_STATION)
        check_trip(self.out)
        if self.back is None:
            return
        if self.back.day < self.out.day:
            detail = f"{self.back.day} is before the day of the way out, {self.out.day}"
            raise InvalidParameter("return_date", detail)
        check_trip(self.back, BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneWay:
    """One way of a trip, with the fares that it has by itself.

    *split* is cheaper than the cheapest of them. Returns are among them: they are good one way.
    """

    found: FoundTrip
    comparison: Comparison
    split: Split | None

    @property
    def single(self) -> OfferedFare | None:
        """The cheapest single that is good on it."""
        offers = self.comparison.offers
        return next((offer for offer in offers if not offer.ticket.is_return), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TripFares:
    """The fares of one trip, and those of its *ways* by themselves: out, and back if there is one.

    *names* are those of the stations at which tickets of the splits end.
    """

    ways: tuple[OneWay, ...]
    comparison: Comparison
    names: Mapping[Crs, str]
    notes: tuple[Reason, ...]

    @property
    def out(self) -> FoundTrip:
        """The way out."""
        return self.ways[0].found

    @property
    def back(self) -> FoundTrip | None:
        """The way back of a round trip."""
        return self.ways[1].found if len(self.ways) > 1 else None

    @property
    def split(self) -> Split | None:
        """The split of the way out."""
        return self.ways[0].split

    @property
    def singles(self) -> tuple[OfferedFare, OfferedFare] | None:
        """The cheapest singles for both ways of a round trip, if each way has one."""
        match [way.single for way in self.ways]:
            case [OfferedFare() as out, OfferedFare() as back]:
                return out, back
            case _:
                return None

    @property
    def is_empty(self) -> bool:
        """Whether the fares have nothing to say between the two stations."""
        return not self.comparison.offers and not self.comparison.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class FaresAnswer:
    """The answer: the fares of the trip, and what of it could not be had."""

    origin: Station
    destination: Station
    found: TripFares
    provenance: Provenance
    degraded_reasons: tuple[str, ...] = ()


class CompareFares:
    """The use case; one instance serves the whole process."""

    def __init__(
        self,
        storage: Storage,
        holidays: BankHolidays,
        stations: StationDirectory,
        clock: Clock,
        rounding: Rounding,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._observer = observer
        self._storage = storage
        self._holidays = holidays
        self._stations = stations
        self._clock = clock
        self._rounding = rounding

    async def __call__(self, query: FareQuery) -> FaresAnswer:
        """Return the fares for *query*.

        Raises:
            UnknownStation: the loaded data know nothing of one of its stations.
            NothingLoaded: no fares have been imported.
            InvalidParameter: the fares know no such railcard, no such train runs then and there,
                or the way back leaves before the way out has ended.
        """
        async with self._storage.reading() as unit:
            loaded = await provenance(unit)
            if loaded.fares is None:
                raise NothingLoaded(FeedKind.FARES)
            ends = query.out.origin, query.out.destination
            origin = await self._stations.get(unit, ends[0], parameter="origin")
            destination = await self._stations.get(unit, ends[1], parameter="destination")
            out = await self._trip(unit, query.out, loaded)
            back = None
            if query.back is not None:
                back = await self._trip(unit, query.back, loaded, BACK)
                _check_order(out.trip, back.trip, query.back)
            found = await self.of_trip(unit, query, out, back)
            reasons = tuple(_degraded(query, loaded, found))
            if reasons:
                self._observer.degraded(Degraded.INCOMPLETE)
            return FaresAnswer(
                origin=origin,
                destination=destination,
                found=found,
                provenance=loaded,
                degraded_reasons=reasons,
            )

    async def of_trip(
        self, unit: UnitOfWork, query: FareQuery, out: FoundTrip, back: FoundTrip | None = None
    ) -> TripFares:
        """Return the fares of the trip *out* (and *back*) for the party of *query*.

        Raises:
            NothingLoaded: no fares have been imported.
            InvalidParameter: the fares know no such railcard.
        """
        with span("pricing.trip", splits=query.splits) as pricing:
            found = await self._priced(unit, query, out, back)
            offers, rejected = found.comparison.offers, found.comparison.rejected
            pricing.note(good=len(offers), rejected=len(rejected))
        self._observer.fares_compared(len(offers), len(rejected), _saving_p(found))
        return found

    async def _priced(
        self, unit: UnitOfWork, query: FareQuery, out: FoundTrip, back: FoundTrip | None
    ) -> TripFares:
        rules = await unit.fares.rules()
        if rules is None:
            raise NothingLoaded(FeedKind.FARES)
        rules.require_railcard(query.railcard)
        trips = [out] if back is None else [out, back]
        offices = [self._office(rules, query, found.trip) for found in trips]
        splits = [query.splits and found.trip.is_known for found in trips]
        records = await _records(unit, zip(offices, splits, strict=True))
        ways = tuple(
            _one_way(found, office, records, has_split=has_split)
            for found, office, has_split in zip(trips, offices, splits, strict=True)
        )
        comparison = ways[0].comparison
        if back is not None:
            office = self._office(rules, query, out.trip, back.trip)
            comparison = office.compare(office.price_list(records))
        return TripFares(
            ways=ways,
            comparison=comparison,
            names=await self._names(unit, ways),
            notes=offices[0].notes,
        )

    async def _names(self, unit: UnitOfWork, ways: Iterable[OneWay]) -> Mapping[Crs, str]:
        tickets = [ticket for way in ways if way.split for ticket in way.split.tickets]
        ends = {crs for ticket in tickets for crs in (ticket.origin, ticket.destination)}
        return {crs: await self._stations.name(unit, crs) for crs in ends}

    async def _trip(
        self, unit: UnitOfWork, query: TripQuery, loaded: Provenance, prefix: str = ""
    ) -> FoundTrip:
        for crs in query.via:
            await self._stations.get(unit, crs, parameter=f"{prefix}via")
        return await find_trip(
            unit, query, timetable=loaded.timetable, holidays=self._holidays, prefix=prefix
        )

    def _office(
        self, rules: RuleBook, query: FareQuery, out: Trip, back: Trip | None = None
    ) -> TicketOffice:
        return TicketOffice(
            rules=rules,
            out=out,
            back=back,
            party=query.party,
            railcard=query.railcard,
            ticket_class=query.ticket_class,
            sold_at=self._clock.now(),
            rounding=self._rounding,
        )


async def _records(
    unit: UnitOfWork, offices: Iterable[tuple[TicketOffice, bool]]
) -> Sequence[FareRecord]:
    """Read at once what *offices* ask for: of the ends, or of every call of those that split."""
    ones: set[FareCode] = set()
    others: set[FareCode] = set()
    for office, has_split in offices:
        along = office.codes_along() if has_split else ()
        origins, destinations = (along, along) if has_split else office.codes_of_ends()
        ones.update(origins)
        others.update(destinations)
    return await unit.fares.between(ones, others)


def _one_way(
    found: FoundTrip, office: TicketOffice, records: Sequence[FareRecord], *, has_split: bool
) -> OneWay:
    prices = office.price_list(records)
    return OneWay(
        found=found,
        comparison=office.compare(prices),
        split=office.split(prices) if has_split else None,
    )


def _saving_p(found: TripFares) -> int:
    """Return what the cheapest way of paying saves: the fare, and the splits that beat it."""
    splits = sum((way.split.saving_p or 0) for way in found.ways if way.split is not None)
    return found.comparison.saving_p + splits


def _check_order(out: Trip, back: Trip, asked: TripQuery) -> None:
    """Raise `InvalidParameter` if the way *back*, as *asked* for, leaves before *out* has ended."""
    ends_min = out.departure_min if out.arrival_min is None else out.arrival_min
    if ends_min is None or back.departure_min is None:
        return
    ended, leaves = instant(out.day, ends_min), instant(back.day, back.departure_min)
    if leaves < ended:
        parameter = f"{BACK}time" if asked.train is None else f"{BACK}train"
        detail = (
            f"leaves at {leaves:%H:%M on %d %B %Y}, before the way out has ended"
            f" at {ended:%H:%M on %d %B %Y}"
        )
        raise InvalidParameter(parameter, detail)


def _degraded(query: FareQuery, loaded: Provenance, found: TripFares) -> Iterator[str]:
    """Yield what of the answer could not be had."""
    yield from loaded.unknown_prices(found.out.trip.ticket_day)
    yield from _unchecked(query.out, loaded, found.out)
    if query.back is not None and found.back is not None:
        yield from _unchecked(query.back, loaded, found.back)
    if query.splits and not found.out.trip.is_known:
        yield NO_SPLIT
    if query.splits and found.back is not None and not found.back.trip.is_known:
        yield NO_SPLIT_BACK
    if found.is_empty:
        yield NO_FARES


def _unchecked(asked: TripQuery, loaded: Provenance, found: FoundTrip) -> Iterator[str]:
    """Yield why times and routes could not be tested on a real train."""
    if found.ride is not None or asked.arrival_min is not None:
        return
    if loaded.timetable is None or not loaded.timetable.covers(asked.day):
        yield f"no loaded timetable covers {asked.day}: the train's calls are not known"
    elif asked.departure_min is not None:
        ends = f"from {asked.origin} to {asked.destination}"
        via = f" that calls at {' and '.join(asked.via)}" if asked.via else ""
        yield f"no direct train {ends}{via} leaves then: the trip's calls are not known"
