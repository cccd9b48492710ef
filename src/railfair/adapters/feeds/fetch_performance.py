"""Asking HSP for the runs between two stations, day by day, one request at a time."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import httpx
import msgspec

from railfair.adapters.feeds.fetch_archive import replace_durably
from railfair.adapters.feeds.fetch_http import Endpoint, RetryRules, TryAgain, persist
from railfair.domain.codes import Crs
from railfair.domain.feed import FeedKind

SETTLING_DAYS: Final = 3
"""For so long after a day, the service may still add or amend what happened on it."""
SATURDAY: Final = 5
DAY_KINDS: Final = {SATURDAY: "SATURDAY", SATURDAY + 1: "SUNDAY"}


class _ServiceAttributes(msgspec.Struct):
    rids: list[str] = []


class _Service(msgspec.Struct):
    serviceAttributesMetrics: _ServiceAttributes  # noqa: N815 - the service's own name


class _Metrics(msgspec.Struct):
    header: msgspec.Raw
    """Tells an answer without trains from one that is about something else."""
    Services: list[_Service] | None = None


class _Run(msgspec.Struct):
    rid: str


class _Details(msgspec.Struct):
    serviceAttributesDetails: _Run  # noqa: N815


class Hsp:
    """The two questions that HSP answers; *client* carries the credentials."""

    def __init__(self, client: httpx.AsyncClient, endpoint: Endpoint, rules: RetryRules) -> None:
        self._client = client
        self._endpoint = endpoint
        self._rules = rules

    async def rids(self, origin: Crs, destination: Crs, day: date) -> list[str]:
        """Return the ids of the runs from *origin* to *destination* on *day*, each once.

        Raises:
            FeedServiceFailed: the service refused or kept failing.
        """
        question = {
            "from_loc": origin,
            "to_loc": destination,
            "from_time": "0000",
            "to_time": "2359",
            "from_date": day.isoformat(),
            "to_date": day.isoformat(),
            "days": DAY_KINDS.get(day.weekday(), "WEEKDAY"),
        }
        _, metrics = await self._ask("serviceMetrics", question, _Metrics)
        services = metrics.Services or []
        every = (rid for one in services for rid in one.serviceAttributesMetrics.rids)
        return list(dict.fromkeys(every))

    async def details(self, rid: str) -> bytes:
        """Return the answer about the run *rid*, as one line of JSON without a line end.

        Raises:
            FeedServiceFailed: the service refused, kept failing, or spoke of another run.
        """
        content, details = await self._ask("serviceDetails", {"rid": rid}, _Details)
        if details.serviceAttributesDetails.rid != rid:
            raise self._endpoint.failed(f"was asked for the run {rid} and sent another one")
        return msgspec.json.format(content, indent=-1)

    async def _ask[T](self, call: str, question: dict[str, str], form: type[T]) -> tuple[bytes, T]:
        url = f"{self._endpoint.url}/{call}"

        async def attempt() -> tuple[bytes, T]:
            with self._endpoint.faults_translated():
                response = await self._client.post(url, json=question)
            self._endpoint.require_success(response)
            try:
                return response.content, msgspec.json.decode(response.content, type=form)
            except msgspec.MsgspecError as error:
                # Gateways before the service answer 200 with a page of their own.
                raise TryAgain(
                    f"{self._endpoint.shown} sent something that is no answer to {call}"
                ) from error

        return await persist(FeedKind.PERFORMANCE, self._rules, attempt)


class DayFile:
    """The runs of one day on disk, one answer a line; a part until all of them are there.

    A marker beside it says that the day had not settled when it was asked for.
    """

    def __init__(self, folder: Path, day: date) -> None:
        self.path = folder / f"hsp-{day}.jsonl"
        self._day = day
        self._part = self.path.with_name(self.path.name + ".part")
        self._unsettled = self.path.with_name(self.path.name + ".unsettled")

    def is_settled(self, today: date) -> bool:
        """Whether all is here that the service will ever say, so that it need not be asked."""
        unfinished = self._part.exists() or self._unsettled.exists()
        return self.path.exists() and not unfinished and not self._is_recent(today)

    def begin(self, today: date) -> set[str]:
        """Begin, or go on with what was cut; return the ids of the runs that are here already."""
        if self._is_recent(today):
            self._unsettled.touch()
        elif self._unsettled.exists():
            # What was cut while trains were still reporting would miss their last words.
            self._part.write_bytes(b"")
            self._unsettled.unlink()
        return self._resumed()

    def append(self, line: bytes) -> None:
        """Add an answer."""
        with self._part.open("ab") as stream:
            stream.write(line + b"\n")

    def publish(self) -> bool:
        """Put the answers in the place of those before; return whether anything changed.

        No answers at all never replace some: a day does not lose its trains afterwards.
        """
        new = sorted(self._part.read_bytes().splitlines())
        if self.path.exists():
            old = sorted(self.path.read_bytes().splitlines())
            if new == old or not new:
                self._part.unlink()
                return False
        replace_durably(self._part, self.path)
        return True

    def _is_recent(self, today: date) -> bool:
        return self._day >= today - timedelta(days=SETTLING_DAYS)

    def _resumed(self) -> set[str]:
        """Return the ids in the part, up to the first line that was cut; drop what follows it."""
        content = self._part.read_bytes() if self._part.exists() else b""
        here: dict[str, bytes] = {}
        for line in content.splitlines(keepends=True):
            rid = _rid(line)
            if rid is None:
                break
            here[rid] = line
        self._part.write_bytes(b"".join(here.values()))
        return set(here)


def _rid(line: bytes) -> str | None:
    """Return the id of the run in *line* of a part, or None if the line is not whole."""
    if not line.endswith(b"\n"):
        return None
    try:
        return msgspec.json.decode(line, type=_Details).serviceAttributesDetails.rid
    except msgspec.MsgspecError:
        return None
