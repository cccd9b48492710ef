"""What a trip costs: every fare that is good on it, the others with the reason, and the split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.application.trips import FoundTrip, TripQuery, find_trip
from railfair.domain.codes import Crs, FareCode, RailcardCode
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.fares.comparison import Comparison, Split
from railfair.domain.fares.lookup import PriceList
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
from railfair.ports.storage import Storage, UnitOfWork

NO_FARES: Final = "the loaded fares have no such ticket between the two stations"
NO_SPLIT: Final = "split tickets follow the calls of a train, and no direct train is known"
SPLIT_ONE_WAY: Final = "split tickets were looked for on the way out alone"


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
            raise InvalidParameter("destination", "is the same station as origin")
        if self.back is not None and self.back.day < self.out.day:
            raise InvalidParameter("return_date", "is before the day of the way out")


@dataclass(frozen=True, slots=True, kw_only=True)
class TripFares:
    """The fares of one trip; *names* are those of the stations at which tickets of *split* end."""

    out: FoundTrip
    back: FoundTrip | None
    comparison: Comparison
    split: Split | None
    names: Mapping[Crs, str]
    notes: tuple[Reason, ...]

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
    ) -> None:
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
            InvalidParameter: the fares know no such railcard, no such train runs, or the way back
                leaves before the way out has ended.
        """
        async with self._storage.reading() as unit:
            loaded = await provenance(unit)
            if loaded.fares is None:
                raise NothingLoaded(FeedKind.FARES)
            ends = query.out.origin, query.out.destination
            origin = await self._stations.get(unit, ends[0], parameter="origin")
            destination = await self._stations.get(unit, ends[1], parameter="destination")
            out = await self._trip(unit, query.out, loaded, "train")
            back = None
            if query.back is not None:
                back = await self._trip(unit, query.back, loaded, "return_train")
                _check_order(out.trip, back.trip, query.back)
            found = await self.of_trip(unit, query, out, back)
            return FaresAnswer(
                origin=origin,
                destination=destination,
                found=found,
                provenance=loaded,
                degraded_reasons=tuple(_degraded(query, loaded, found)),
            )

    async def of_trip(
        self, unit: UnitOfWork, query: FareQuery, out: FoundTrip, back: FoundTrip | None = None
    ) -> TripFares:
        """Return the fares of the trip *out* (and *back*) for the party of *query*.

        Raises:
            NothingLoaded: no fares have been imported.
            InvalidParameter: the fares know no such railcard.
        """
        rules = await unit.fares.rules()
        if rules is None:
            raise NothingLoaded(FeedKind.FARES)
        _check_railcard(rules, query.railcard)
        splits = query.splits and out.trip.is_known
        office = self._office(rules, query, out.trip, None if back is None else back.trip)
        prices = await _prices(unit, office, splits=splits)
        split = office.split(prices) if splits else None
        return TripFares(
            out=out,
            back=back,
            comparison=office.compare(prices),
            split=split,
            names=await self._names(unit, split),
            notes=office.notes,
        )

    async def _names(self, unit: UnitOfWork, split: Split | None) -> Mapping[Crs, str]:
        tickets = () if split is None else split.tickets
        ends = {crs for ticket in tickets for crs in (ticket.origin, ticket.destination)}
        return {crs: await self._stations.name(unit, crs) for crs in ends}

    async def _trip(
        self, unit: UnitOfWork, query: TripQuery, loaded: Provenance, parameter: str
    ) -> FoundTrip:
        for crs in query.via:
            await self._stations.get(unit, crs, parameter="via")
        return await find_trip(
            unit, query, timetable=loaded.timetable, holidays=self._holidays, parameter=parameter
        )

    def _office(
        self, rules: RuleBook, query: FareQuery, out: Trip, back: Trip | None
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


async def _prices(unit: UnitOfWork, office: TicketOffice, *, splits: bool) -> PriceList:
    """Read the prices that *office* asks for: of the ends, or of every call of the trip."""
    ones: Sequence[FareCode]
    others: Sequence[FareCode]
    if splits:
        ones = others = office.codes_along()
    else:
        ones, others = office.codes_of_ends()
    return office.price_list(await unit.fares.between(ones, others))


def _check_railcard(rules: RuleBook, railcard: RailcardCode) -> None:
    if railcard not in rules.railcards and railcard != NO_RAILCARD:
        known = ", ".join(sorted(code for code in rules.railcards if code))
        raise InvalidParameter("railcard", f"the loaded fares know {known}, but no {railcard}")


def _check_order(out: Trip, back: Trip, asked: TripQuery) -> None:
    """Raise `InvalidParameter` if the way *back*, as *asked* for, leaves before *out* has ended."""
    ends_min = out.departure_min if out.arrival_min is None else out.arrival_min
    if ends_min is None or back.departure_min is None:
        return
    ended, leaves = instant(out.day, ends_min), instant(back.day, back.departure_min)
    if leaves < ended:
        parameter = "return_time" if asked.train is None else "return_train"
        raise InvalidParameter(
            parameter, f"leaves at {leaves:%H:%M}, before the way out has ended at {ended:%H:%M}"
        )


def _degraded(query: FareQuery, loaded: Provenance, found: TripFares) -> Iterator[str]:
    """Yield what of the answer could not be had."""
    yield from _unchecked(query.out, loaded, found.out)
    if query.back is not None and found.back is not None:
        yield from _unchecked(query.back, loaded, found.back)
    if query.splits and not found.out.trip.is_known:
        yield NO_SPLIT
    elif query.splits and found.back is not None:
        yield SPLIT_ONE_WAY
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
        yield f"no direct train {ends} leaves then: the trip's calls are not known"
