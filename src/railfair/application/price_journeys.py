"""What journeys cost: the cheapest ticket that is good on each, and the split that beats it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from railfair.domain.codes import FareCode, RailcardCode
from railfair.domain.errors import NothingLoaded
from railfair.domain.fares.cheapest import CheapestFares
from railfair.domain.fares.comparison import OfferedFare, Split
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.tariff import Tariff
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.fares.trip import Trip, TripCall, TripLeg
from railfair.domain.feed import FeedKind
from railfair.domain.journey import Journey, TrainLeg
from railfair.domain.timetable import CallingPoint
from railfair.ports.clock import Clock
from railfair.ports.storage import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyPrice:
    """The cheapest fare *through* a journey, and the *split* that costs less, if there is one.

    Both are as `TicketOffice` has them for the trip: *through* may be a quota, and says so.
    """

    through: OfferedFare | None
    split: Split | None


UNPRICED = JourneyPrice(through=None, split=None)


class JourneyFares:
    """The fares of journeys, read: what is left is arithmetic, which any thread may do."""

    def __init__(
        self,
        trips: Sequence[Trip | None],
        tariffs: Mapping[date, Tariff],
        records: Sequence[FareRecord],
        *,
        splits: bool,
    ) -> None:
        self._trips = trips
        self._tariffs = tariffs
        self._records = records
        self._splits = splits

    def prices(self) -> list[JourneyPrice]:
        """Return the price of each journey, in their order."""
        cheapest = {
            day: CheapestFares(tariff, tariff.price_list(self._records))
            for day, tariff in self._tariffs.items()
        }
        return [
            UNPRICED if trip is None else self._price(trip, cheapest[trip.ticket_day])
            for trip in self._trips
        ]

    def _price(self, trip: Trip, cheapest: CheapestFares) -> JourneyPrice:
        through = cheapest.through(trip)
        split = cheapest.split(trip, through) if self._splits else None
        return JourneyPrice(through=through, split=split)


class PriceJourneys:
    """The use case; one instance serves the whole process."""

    def __init__(self, clock: Clock, rounding: Rounding) -> None:
        self._clock = clock
        self._rounding = rounding

    async def __call__(
        self,
        unit: UnitOfWork,
        journeys: Sequence[Journey],
        *,
        party: Party,
        railcard: RailcardCode = NO_RAILCARD,
        ticket_class: TicketClass | None = TicketClass.STANDARD,
        splits: bool = False,
    ) -> list[JourneyPrice]:
        """Return what each of *journeys* costs *party*, in their order.

        Raises:
            NothingLoaded: no fares have been imported.
            InvalidParameter: the fares know no such railcard.
        """
        fares = await self.read(
            unit,
            journeys,
            party=party,
            railcard=railcard,
            ticket_class=ticket_class,
            splits=splits,
        )
        return fares.prices()

    async def read(
        self,
        unit: UnitOfWork,
        journeys: Sequence[Journey],
        *,
        party: Party,
        railcard: RailcardCode = NO_RAILCARD,
        ticket_class: TicketClass | None = TicketClass.STANDARD,
        splits: bool = False,
    ) -> JourneyFares:
        """Return what has to be read to price *journeys*; the rest takes no unit of work.

        Raises:
            NothingLoaded: no fares have been imported.
            InvalidParameter: the fares know no such railcard.
        """
        rules = await unit.fares.rules()
        if rules is None:
            raise NothingLoaded(FeedKind.FARES)
        rules.require_railcard(railcard)
        trips = [trip_of_journey(journey) if journey.trains else None for journey in journeys]
        sold_at = self._clock.now()
        tariffs = {
            day: Tariff(
                rules,
                day=day,
                party=party,
                railcard=railcard,
                ticket_class=ticket_class,
                sold_at=sold_at,
                rounding=self._rounding,
            )
            for day in {trip.ticket_day for trip in trips if trip is not None}
        }
        ones, others = _codes([trip for trip in trips if trip is not None], tariffs, splits=splits)
        records = await unit.fares.between(ones, others)
        return JourneyFares(trips, tariffs, records, splits=splits)


def trip_of_journey(journey: Journey) -> Trip:
    """Return the trip that a ticket for *journey*, which has a train at least, is tested on.

    Its legs are the trains; what is walked, or ridden in other ways, on a link between stations is
    none. Of a train that divides or joins another it is the one that is boarded.
    """
    return Trip(day=journey.day, legs=tuple(_leg(train) for train in journey.trains))


def _leg(train: TrainLeg) -> TripLeg:
    return TripLeg(
        calls=tuple(_call(call) for call in train.calls),
        uid=train.first.schedule.uid,
        toc=train.toc,
        is_sleeper=bool(train.first.schedule.sleepers.strip()),
    )


def _call(call: CallingPoint) -> TripCall:
    """Return a call; where nobody may alight or board, it has the other time twice."""
    arrival_min, departure_min = call.arrival_min, call.departure_min
    return TripCall(
        crs=call.crs,
        arrival_min=departure_min if arrival_min is None else arrival_min,
        departure_min=arrival_min if departure_min is None else departure_min,
    )


def _codes(
    trips: Iterable[Trip], tariffs: Mapping[date, Tariff], *, splits: bool
) -> tuple[set[FareCode], set[FareCode]]:
    """Return the codes between which fares are needed: of the ends, or of every call."""
    ones: set[FareCode] = set()
    others: set[FareCode] = set()
    for day, tariff in tariffs.items():
        of_day = [trip for trip in trips if trip.ticket_day == day]
        if splits:
            ones.update(tariff.codes_of(crs for trip in of_day for crs in trip.stations()))
        else:
            ones.update(tariff.codes_of(trip.origin for trip in of_day))
            others.update(tariff.codes_of(trip.destination for trip in of_day))
    return (ones, ones) if splits else (ones, others)
