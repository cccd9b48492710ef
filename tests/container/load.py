"""Asks a service all the time, and notes what is not answered as it should be."""

import http.client
import json
from collections.abc import Sequence
from itertools import count
from threading import Event, Lock, Thread
from time import gmtime, perf_counter, strftime, time
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

CLIENTS: Final = 4
PATIENCE_S: Final = 30.0
PAUSE_S: Final = 0.02
"""Between two requests of a client: what replaces replicas needs processors as well."""
FRESH_AFTER: Final = 50
"""After so many requests a client comes back on another connection."""

A_DAY_S: Final = 86_400

type Question = tuple[str, str, str | None]
"""A method, a path and a body."""


class Load:
    """Clients that ask the service at *url* about the *route* (`NRW-LST`) until the block ends."""

    def __init__(self, url: str, route: str) -> None:
        self._address = urlsplit(url).netloc
        self._questions = _questions(*route.split("-"))
        self._ends = Event()
        self._lock = Lock()
        self._took_s: list[float] = []
        self.failures: list[str] = []
        self._threads = [Thread(target=self._ask, args=(n,)) for n in range(CLIENTS)]

    @property
    def answered(self) -> int:
        """How many requests were answered."""
        return len(self._took_s)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def told(self) -> str:
        """Return how many were answered and how quickly."""
        times = sorted(self._took_s) or [0.0]
        middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        return (
            f"{self.answered} requests, {len(self.failures)} failed, half within"
            f" {middle * 1000:.0f} ms, 99% within {late * 1000:.0f} ms, the last of all within"
            f" {times[-1] * 1000:.0f} ms"
        )

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=PATIENCE_S)
        for turn in count(number):
            if self._ends.wait(PAUSE_S):
                break
            method, path, body = self._questions[turn % len(self._questions)]
            began = perf_counter()
            try:
                headers = {} if body is None else {"Content-Type": "application/json"}
                connection.request(method, path, body=body, headers=headers)
                answer = connection.getresponse()
                said = answer.read()
                why = "" if answer.status in {200, 201} else f"{answer.status} {said[:200]!r}"
            except (OSError, http.client.HTTPException) as error:
                why = repr(error)
                connection.close()
            with self._lock:
                self._took_s.append(perf_counter() - began)
                if why:
                    self.failures.append(f"{strftime('%H:%M:%S')} {method} {path}: {why}")
            if turn % FRESH_AFTER == 0:
                connection.close()
        connection.close()


def _questions(origin: str, destination: str) -> Sequence[Question]:
    tomorrow = strftime("%Y-%m-%d", gmtime(time() + A_DAY_S))
    pair = f"origin={origin}&destination={destination}"
    asked: list[Question] = []
    for hour in range(6, 22):
        day = f"date={tomorrow}&time={hour:02}:00"
        body = {
            "origin": origin,
            "destination": destination,
            "date": tomorrow,
            "time": f"{hour:02}:30",
        }
        asked += [
            ("GET", f"/api/predict?{pair}&{day}", None),
            ("POST", "/api/predict", json.dumps(body)),
            ("GET", f"/api/fares/compare?{pair}&{day}", None),
            ("GET", f"/api/journey/plan?{pair}&depart_after={tomorrow}T{hour:02}:00", None),
            ("GET", f"/api/stations?q=nor&limit={hour % 10 + 1}", None),
        ]
    return asked
