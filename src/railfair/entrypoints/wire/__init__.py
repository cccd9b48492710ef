"""Answers as they go over the wire: the JSON of the HTTP API and of `--json`.

Instants carry London's offset, money is whole pence in names ending `_p`, probabilities end in
`_probability`, durations in `_min`.
"""

from railfair.entrypoints.wire import cursors
from railfair.entrypoints.wire.departures import DeparturesAnswer, departures
from railfair.entrypoints.wire.fare_trends import FareTrendsAnswer, fare_trends
from railfair.entrypoints.wire.fares import FaresAnswer, fares
from railfair.entrypoints.wire.journeys import PlanAnswer, plan
from railfair.entrypoints.wire.patterns import (
    RoutePatternsAnswer,
    RouteTrendAnswer,
    StationChangesAnswer,
    StationPunctualityAnswer,
    route_patterns,
    route_trend,
    station_changes,
    station_punctuality,
)
from railfair.entrypoints.wire.places import (
    PopularRoutesAnswer,
    RouteStatisticsAnswer,
    StationDetail,
    StationsAnswer,
    StatisticsAnswer,
    popular_routes,
    punctuality,
    route_statistics,
    station_detail,
    statistics,
)
from railfair.entrypoints.wire.predictions import PredictionAnswer, prediction
from railfair.entrypoints.wire.refs import StationRef, plain, station_ref
from railfair.entrypoints.wire.scorecard import ScorecardAnswer, scorecard

__all__ = [
    "DeparturesAnswer",
    "FareTrendsAnswer",
    "FaresAnswer",
    "PlanAnswer",
    "PopularRoutesAnswer",
    "PredictionAnswer",
    "RoutePatternsAnswer",
    "RouteStatisticsAnswer",
    "RouteTrendAnswer",
    "ScorecardAnswer",
    "StationChangesAnswer",
    "StationDetail",
    "StationPunctualityAnswer",
    "StationRef",
    "StationsAnswer",
    "StatisticsAnswer",
    "cursors",
    "departures",
    "fare_trends",
    "fares",
    "plain",
    "plan",
    "popular_routes",
    "prediction",
    "punctuality",
    "route_patterns",
    "route_statistics",
    "route_trend",
    "scorecard",
    "station_changes",
    "station_detail",
    "station_punctuality",
    "station_ref",
    "statistics",
]
