"""What a trip costs: every fare that is good on it, the others with the reason, and the split."""

from collections.abc import Mapping, Sequence
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
from railfair.domain.station import Station
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.clock import Clock
from railfair.ports.storage import Storage, UnitOfWork

NO_SPLIT: Final = "split tickets follow the calls of a train, and no direct train is known"


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
class FaresAnswer:
    """The answer; *names* are those of the stations along the trip."""

    origin: Station
    destination: Station
    out: FoundTrip
    back: FoundTrip | None
    comparison: Comparison
    split: Split | None
    names: Mapping[Crs, str]
    notes: tuple[Reason, ...]
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
            InvalidParameter: the fares know no such railcard, or no such train runs.
        """
        async with self._storage.reading() as unit:
            loaded = await provenance(unit)
            rules = await unit.fares.rules()
            if loaded.fares is None or rules is None:
                raise NothingLoaded(FeedKind.FARES)
            origin = await self._stations.get(unit, query.out.origin, parameter="origin")
            destination = await self._stations.get(
                unit, query.out.destination, parameter="destination"
            )
            _check_railcard(rules, query.railcard)
            out = await self._found(unit, query.out, loaded, "train")
            back = (
                None
                if query.back is None
                else await self._found(unit, query.back, loaded, "return_train")
            )
            office = self._office(rules, query, out.trip, None if back is None else back.trip)
            reasons = list(_unchecked(query, loaded, out))
            if query.splits and not out.trip.is_known:
                reasons.append(NO_SPLIT)
            prices = await _prices(unit, office, splits=query.splits and out.trip.is_known)
            comparison = office.compare(prices)
            split = office.split(prices) if query.splits and out.trip.is_known else None
            return FaresAnswer(
                origin=origin,
                destination=destination,
                out=out,
                back=back,
                comparison=comparison,
                split=split,
                names={crs: await self._stations.name(unit, crs) for crs in out.trip.stations()},
                notes=office.notes,
                provenance=loaded,
                degraded_reasons=tuple(reasons),
            )

    async def _found(
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


def _unchecked(query: FareQuery, loaded: Provenance, out: FoundTrip) -> Sequence[str]:
    """Return why times and routes could not be tested on a real train."""
    if out.ride is not None or query.out.arrival_min is not None:
        return ()
    if loaded.timetable is None or not loaded.timetable.covers(query.out.day):
        return (f"no loaded timetable covers {query.out.day}: the train's calls are not known",)
    if query.out.departure_min is None:
        return ()
    return ("the loaded timetable has no direct train then: the trip's calls are not known",)
