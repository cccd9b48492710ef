r"""Who asks RailFair for what: the users of its load tests.

    locust -f deploy/locust/locustfile.py --headless --host http://127.0.0.1:8000 \
        --users 200 --rate 300 --run-time 2m                        # everybody: the mixed scenario
    locust -f deploy/locust/locustfile.py … Commuter                # one kind of user
    locust -f deploy/locust/locustfile.py … --curve spike           # ramp, steady, spike or soak

All users together send `--rate` requests a second, however quickly they are answered. With
`--record FILE` every request is written down: when it was sent (seconds), what it was, the status,
what the cache said, how long it took (milliseconds), and what went wrong with the connection.
"""

import csv
import random
import signal
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final, cast

import gevent
from locust import LoadTestShape, constant_throughput, events, task
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment
from locust.runners import Runner
from railway import HOT_PAIRS, Railway, discovered, picked

PEAK: Final = ("07:00", "07:30", "08:00", "08:30", "17:00", "17:30", "18:00")
DAYTIME: Final = ("09:00", "10:00", "12:00", "14:00", "16:00", "19:00")
RAILCARDS: Final = (None, None, None, "YNG", "SRN")
WORDS: Final = ("nor", "lon", "bri", "par", "sto", "wes", "man", "hal", "mid", "har")
BATCH: Final = 10
SPIKE: Final = 0.2
"""The share of the time that the spike lasts, in the middle of it."""
SHARES: Final = {"Commuter": 50, "Browser": 25, "Traveller": 20, "BatchClient": 5}
"""Percent of the users of the mixed scenario."""

type Record = tuple[float, str, int, str, float, str]

records: list[Record] = []
railway: Railway


def chosen(environment: Environment) -> Namespace:
    """Return the options of the command line."""
    return cast("Namespace", environment.parsed_options)


@events.init_command_line_parser.add_listener
def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rate", type=float, default=300, help="requests a second, of all users")
    parser.add_argument("--curve", choices=sorted(CURVES), default="steady")
    parser.add_argument("--record", default="", help="file to write every request to (CSV)")
    parser.add_argument("--seed", type=int, default=1)


@events.test_start.add_listener
def _started(environment: Environment, **_: Any) -> None:
    global railway  # noqa: PLW0603 - Locust makes the users
    railway = discovered(str(environment.host), seed=chosen(environment).seed)
    # By default what was recorded would be lost.
    gevent.signal_handler(signal.SIGTERM, cast("Runner", environment.runner).quit)


@events.request.add_listener
def _answered(
    name: str,
    response_time: float,
    response: Any,
    start_time: float,
    exception: Exception | None,
    **_: Any,
) -> None:
    headers = getattr(response, "headers", None) or {}
    status = getattr(response, "status_code", 0) or 0
    broken = type(exception).__name__ if exception and not status else ""
    cache = headers.get("x-cache", "")
    records.append((start_time, name, status, cache, response_time, broken))


@events.quitting.add_listener
def _recorded(environment: Environment, **_: Any) -> None:
    file = chosen(environment).record
    if file:
        with Path(file).open("w", newline="") as written:
            csv.writer(written).writerows(records)


class _User(FastHttpUser):
    """One of `--users`, who together send `--rate` requests a second."""

    abstract = True
    network_timeout = 30.0
    connection_timeout = 10.0
    number: ClassVar[int] = 0

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        options = chosen(environment)
        _User.number += 1
        self.chance = random.Random(options.seed * 1_000_003 + _User.number)
        self._every_s = options.num_users / options.rate
        self._waits = constant_throughput(1 / self._every_s)

    def wait_time(self) -> float:
        """Return for how many seconds the user is idle before the next request."""
        return float(self._waits(self))

    def on_start(self) -> None:
        """Users do not come all in the same moment."""
        gevent.sleep(self.chance.random() * self._every_s)

    def ask(self, path: str, name: str, **parameters: str | int | None) -> None:
        """Send a GET of *path*, counted under *name*; parameters that are `None` are not sent."""
        given = {key: value for key, value in parameters.items() if value is not None}
        self.client.get(path, params=given, name=name)


class Commuter(_User):
    """Asks about a few routes at the hours of the peak, again and again."""

    weight = SHARES["Commuter"]

    @task(60)
    def predict(self) -> None:
        """Ask for the morning's or the evening's train."""
        self.ask("/api/predict", "predict", **hot_train(self.chance))

    @task(15)
    def compare_fares(self) -> None:
        """Ask what it costs."""
        self.ask("/api/fares/compare", "fares", **hot_train(self.chance))

    @task(15)
    def route_statistics(self) -> None:
        """Ask how the route does."""
        origin, destination = picked(self.chance, railway.direct[:HOT_PAIRS])
        self.ask(f"/api/routes/{origin}/{destination}/stats", "stats")

    @task(10)
    def departures(self) -> None:
        """Look at the board of the station."""
        origin, _ = picked(self.chance, railway.direct[:HOT_PAIRS])
        self.ask(f"/api/stations/{origin}/departures", "departures")


class Browser(_User):
    """Looks around: stations, routes, figures, now and then a train."""

    weight = SHARES["Browser"]

    @task(30)
    def search(self) -> None:
        """Type the beginning of a name."""
        self.ask("/api/stations", "search", q=picked(self.chance, WORDS))

    @task(20)
    def station(self) -> None:
        """Look at a station."""
        self.ask(f"/api/stations/{picked(self.chance, railway.stations)}", "station")

    @task(20)
    def route_statistics(self) -> None:
        """Look at a route."""
        origin, destination = picked(self.chance, railway.direct)
        self.ask(f"/api/routes/{origin}/{destination}/stats", "stats")

    @task(10)
    def statistics(self) -> None:
        """Look at what is loaded."""
        self.ask("/api/statistics", "statistics")

    @task(10)
    def popular(self) -> None:
        """Look at what others ask for."""
        self.ask("/api/routes/popular", "popular")

    @task(10)
    def patterns(self) -> None:
        """Look when a route is late."""
        origin, destination = picked(self.chance, railway.direct)
        self.ask(f"/api/routes/{origin}/{destination}/patterns", "patterns")

    @task(20)
    def predict(self) -> None:
        """Look at a train of the day."""
        origin, destination = picked(self.chance, railway.direct)
        moment = later(self.chance)
        self.ask(
            "/api/predict", "predict", origin=origin, destination=destination,
            date=moment.date().isoformat(), time=moment.strftime("%H:%M"),
        )  # fmt: skip


class Traveller(_User):
    """Plans a trip and compares what it costs."""

    weight = SHARES["Traveller"]

    @task(60)
    def plan(self) -> None:
        """Plan a trip between big stations."""
        origin, destination = picked(self.chance, railway.trips)
        self.ask(
            "/api/journey/plan", "plan", origin=origin, destination=destination,
            depart_after=later(self.chance).strftime("%Y-%m-%dT%H:%M"),
            railcard=self.chance.choice(RAILCARDS),
        )  # fmt: skip

    @task(40)
    def compare_fares(self) -> None:
        """Compare the fares of a direct train."""
        origin, destination = picked(self.chance, railway.direct)
        moment = later(self.chance)
        self.ask(
            "/api/fares/compare", "fares", origin=origin, destination=destination,
            date=moment.date().isoformat(), time=moment.strftime("%H:%M"),
            railcard=self.chance.choice(RAILCARDS),
        )  # fmt: skip


class BatchClient(_User):
    """A program that asks for many trains at once."""

    weight = SHARES["BatchClient"]

    @task
    def batch(self) -> None:
        """Send ten predictions in one request."""
        requests = [hot_train(self.chance) for _ in range(BATCH)]
        self.client.post("/api/predict/batch", json={"requests": requests}, name="batch")


def hot_train(chance: random.Random) -> dict[str, str]:
    """Return what commuters ask for."""
    origin, destination = picked(chance, railway.direct[:HOT_PAIRS])
    day = railway.days[0].isoformat()
    return {
        "origin": origin, "destination": destination, "date": day, "time": chance.choice(PEAK)
    }  # fmt: skip


def later(chance: random.Random) -> datetime:
    """Return a moment in the days that are asked about."""
    clock = datetime.strptime(chance.choice(DAYTIME), "%H:%M").time()  # noqa: DTZ007 - local time
    return datetime.combine(picked(chance, railway.days), clock)


class Curve(LoadTestShape):
    """How the number of users changes over the time of the test, as `--curve` says."""

    use_common_options = True

    def tick(self) -> tuple[int, float] | None:
        """Return how many users there are now, and how many come or go a second."""
        options = chosen(cast("Runner", self.runner).environment)
        lasts_s = options.run_time or 60
        share = self.get_run_time() / lasts_s
        if share >= 1:
            return None
        users = max(1, round(options.num_users * CURVES[options.curve](share)))
        return users, float(max(users, 1))


CURVES: Final = {
    "steady": lambda _: 1.0,
    "soak": lambda _: 1.0,
    "ramp": lambda share: min(1.0, 0.1 + share),
    "spike": lambda share: 0.2 if abs(share - 0.5) > SPIKE / 2 else 1.0,
}
"""The share of the users who are there when a share of the time has gone."""
