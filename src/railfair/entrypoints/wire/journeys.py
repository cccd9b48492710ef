"""Journeys: their legs, connections, odds and prices, and why each is shown."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from railfair.application.journey_odds import JourneyOdds
from railfair.application.plan_journeys import Deadline, Plan, PlannedJourney
from railfair.domain.codes import Crs
from railfair.domain.delays.distribution import DelayDistribution
from railfair.domain.journey import Connection, Journey, TrainLeg, TransferLeg
from railfair.domain.railtime import instant, iso
from railfair.entrypoints.wire import cursors
from railfair.entrypoints.wire.fares import FareAnswer, SplitAnswer, fare_answer, split_answer
from railfair.entrypoints.wire.predictions import Arrival, arrival_answer
from railfair.entrypoints.wire.refs import (
    OperatorRef,
    Provenance,
    StationRef,
    TrainRef,
    operator_ref,
    provenance,
    station_ref,
)
from railfair.entrypoints.wire.tickets import CodeText, text_ref

LATE_MINUTES: Final = (15, 30, 60, 120)
QUANTILES: Final = (0.5, 0.8, 0.95)

type Names = Mapping[Crs, str]


class PortionAnswer(msgspec.Struct):
    """A train that a leg goes on as, without leaving one's seat, and where."""

    uid: str
    headcode: str
    operator: OperatorRef
    at: StationRef


class LegAnswer(msgspec.Struct):
    """A ride by `train`, or a way between two stations by `walk`, `tube`, `bus`, `transfer` …

    Of a train alone: `calls` are those on the way, `arrival` is the forecast where one leaves it,
    `continues_as` names further trains where it divides or joins.
    """

    mode: str
    origin: StationRef
    destination: StationRef
    departs_at: str
    arrives_at: str
    duration_min: int
    train: TrainRef | UnsetType = UNSET
    calls: int | UnsetType = UNSET
    arrival: Arrival | UnsetType | None = UNSET
    continues_as: list[PortionAnswer] | UnsetType = UNSET


class FallbackAnswer(msgspec.Struct):
    """What to take if the connection is missed: its first train, and when one arrives by it."""

    train: TrainRef | None
    arrives_at: str


class ConnectionAnswer(msgspec.Struct):
    """A change of trains, boarding the next one `at` a station.

    `available_min` is booked between the two, `needed_min` is what the change takes, `slack_min`
    what is left. `catch_probability` is given that one got there by the train before.
    """

    at: StationRef
    slack_min: int
    available_min: int
    needed_min: int
    catch_probability: float | None
    fallback: FallbackAnswer | None


class ReliabilityAnswer(msgspec.Struct):
    """The odds of the whole journey, with the trains taken after a missed or cancelled one."""

    all_connections_probability: float
    arrival_quantiles: dict[str, str | None]
    late_probability: dict[str, float]
    expected_arrival_at: str | None
    stranded_probability: float


class DelayRepayAnswer(msgspec.Struct):
    """What to expect back for lateness, and how likely anything is to be paid."""

    expected_p: int
    probability: float
    scheme: str


class JourneyAnswer(msgspec.Struct):
    """A journey worth choosing; `duration_min` is elapsed time, also when the clocks change."""

    departs_at: str
    arrives_at: str
    duration_min: int
    changes: int
    legs: list[LegAnswer]
    connections: list[ConnectionAnswer]
    reliability: ReliabilityAnswer | None
    fare: FareAnswer | None
    split: SplitAnswer | None
    delay_repay: DelayRepayAnswer | None
    labels: list[str]
    reason: str


class DeadlineAnswer(msgspec.Struct):
    """The last departure that is in time with a certainty; all null if there is none."""

    certainty: float
    departs_at: str | None
    arrives_at: str | None
    probability: float | None
    fare: FareAnswer | None


class PlanAnswer(msgspec.Struct):
    """Journeys by departure; `earlier` and `later` are cursors, `none_found` says why none is."""

    origin: StationRef
    destination: StationRef
    journeys: list[JourneyAnswer]
    deadlines: list[DeadlineAnswer]
    earlier: str | None
    later: str | None
    none_found: CodeText | None
    provenance: Provenance
    degraded: bool
    degraded_reasons: list[str]


def plan(found: Plan) -> PlanAnswer:
    """Return the answer to a plan."""
    return PlanAnswer(
        origin=station_ref(found.origin),
        destination=station_ref(found.destination),
        journeys=[_journey(one, found.names) for one in found.journeys],
        deadlines=[_deadline(one) for one in found.deadlines],
        earlier=None if found.earlier is None else cursors.written(found.earlier),
        later=None if found.later is None else cursors.written(found.later),
        none_found=None if found.none_found is None else text_ref(found.none_found),
        provenance=provenance(found.provenance),
        degraded=bool(found.degraded_reasons),
        degraded_reasons=list(found.degraded_reasons),
    )


def _journey(one: PlannedJourney, names: Names) -> JourneyAnswer:
    journey, odds, price = one.journey, one.odds, one.price
    through = None if price is None else price.through
    return JourneyAnswer(
        departs_at=_at(journey.day, journey.departs_min),
        arrives_at=_at(journey.day, journey.arrives_min),
        duration_min=_elapsed_min(journey.day, journey.departs_min, journey.arrives_min),
        changes=journey.changes,
        legs=_legs(journey, odds, names),
        connections=[
            _connection(
                connection,
                None if odds is None else odds.plan.catch_probabilities[number],
                None if odds is None else odds.fallbacks[number],
                names,
            )
            for number, connection in enumerate(journey.connections)
        ],
        reliability=None if odds is None else _reliability(journey, odds),
        fare=None if through is None else fare_answer(through),
        split=split_answer(None if price is None else price.split, names),
        delay_repay=(
            None
            if one.delay_repay is None or one.scheme is None
            else DelayRepayAnswer(
                expected_p=one.delay_repay.expected_p,
                probability=one.delay_repay.probability,
                scheme=one.scheme,
            )
        ),
        labels=[str(label) for label in one.labels],
        reason=one.reason,
    )


def _legs(journey: Journey, odds: JourneyOdds | None, names: Names) -> list[LegAnswer]:
    arrivals = iter(() if odds is None else odds.arrivals)
    return [
        _transfer(leg, journey.day, names)
        if isinstance(leg, TransferLeg)
        else _train(leg, next(arrivals, None), names)
        for leg in journey.legs
    ]


def _train(leg: TrainLeg, forecast: DelayDistribution | None, names: Names) -> LegAnswer:
    return LegAnswer(
        mode="train",
        train=_train_ref(leg),
        origin=_station(leg.origin, names),
        destination=_station(leg.destination, names),
        departs_at=_at(leg.day, leg.departs_min),
        arrives_at=_at(leg.day, leg.arrives_min),
        duration_min=_elapsed_min(leg.day, leg.departs_min, leg.arrives_min),
        calls=len(leg.calls) - 2,
        arrival=None if forecast is None else arrival_answer(forecast),
        continues_as=[
            PortionAnswer(
                uid=portion.train.schedule.uid,
                headcode=portion.train.schedule.headcode,
                operator=operator_ref(portion.train.schedule.toc),
                at=_station(portion.train.schedule.calls[portion.boarding].crs, names),
            )
            for portion in leg.portions[1:]
        ],
    )


def _train_ref(leg: TrainLeg) -> TrainRef:
    schedule = leg.first.schedule
    return TrainRef(
        uid=schedule.uid,
        headcode=schedule.headcode,
        operator=operator_ref(schedule.toc),
        departs_at=_at(leg.day, leg.departs_min),
        arrives_at=_at(leg.day, leg.arrives_min),
    )


def _transfer(leg: TransferLeg, day: date, names: Names) -> LegAnswer:
    return LegAnswer(
        mode=leg.mode.lower(),
        origin=_station(leg.origin, names),
        destination=_station(leg.destination, names),
        departs_at=_at(day, leg.departs_min),
        arrives_at=_at(day, leg.arrives_min),
        duration_min=leg.duration_min,
    )


def _connection(
    one: Connection, chance: float | None, fallback: Journey | None, names: Names
) -> ConnectionAnswer:
    return ConnectionAnswer(
        at=_station(one.at, names),
        slack_min=one.slack_min,
        available_min=one.available_min,
        needed_min=one.needed_min,
        catch_probability=chance,
        fallback=None if fallback is None else _fallback(fallback),
    )


def _fallback(journey: Journey) -> FallbackAnswer:
    return FallbackAnswer(
        train=_train_ref(journey.trains[0]) if journey.trains else None,
        arrives_at=_at(journey.day, journey.arrives_min),
    )


def _reliability(journey: Journey, odds: JourneyOdds) -> ReliabilityAnswer:
    whole = odds.plan
    quantiles = {q: whole.quantile(q) for q in QUANTILES}
    return ReliabilityAnswer(
        all_connections_probability=whole.all_connections_probability,
        arrival_quantiles={
            str(q): None if minute is None else _at(journey.day, minute)
            for q, minute in quantiles.items()
        },
        late_probability={str(late): whole.late_probability(late) for late in LATE_MINUTES},
        expected_arrival_at=(
            None
            if whole.expected_arrival_min is None
            else _at(journey.day, round(whole.expected_arrival_min))
        ),
        stranded_probability=whole.stranded_probability,
    )


def _deadline(one: Deadline) -> DeadlineAnswer:
    journey = one.journey
    through = None if one.price is None else one.price.through
    return DeadlineAnswer(
        certainty=one.certainty,
        departs_at=None if journey is None else _at(journey.day, journey.departs_min),
        arrives_at=None if journey is None else _at(journey.day, journey.arrives_min),
        probability=one.probability,
        fare=None if through is None else fare_answer(through),
    )


def _station(crs: Crs, names: Names) -> StationRef:
    return StationRef(crs=crs, name=names.get(crs, crs))


def _elapsed_min(day: date, first_min: int, last_min: int) -> int:
    """Return the minutes between two times of the clock, which may change between them."""
    first, last = instant(day, first_min), instant(day, last_min)
    return round((last.timestamp() - first.timestamp()) / 60)


def _at(day: date, minute: int) -> str:
    return iso(instant(day, minute))
