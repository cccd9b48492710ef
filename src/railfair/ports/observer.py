"""Who is told what happened, to count it."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Final, Protocol


class Degraded(StrEnum):
    """What an answer is not whole for."""

    DATABASE = "database"
    """The database is away: what was kept was sent."""
    REFRESH = "refresh"
    """It could not be made anew."""
    INCOMPLETE = "incomplete"
    """It was made, but without something that is not loaded or not known."""


class Observer(Protocol):
    """Counts what happens. Nothing that it is told takes long or raises."""

    def cache_asked(self, kind: str, outcome: str, tier: str) -> None:
        """An answer of *kind* was asked for, and was a hit, miss, … in *tier*, empty for none."""
        ...

    def computed(self, kind: str) -> None:
        """An answer of *kind* began to be made."""
        ...

    def failed(self, kind: str) -> None:
        """An answer of *kind* could not be made."""
        ...

    def degraded(self, reason: Degraded) -> None:
        """An answer is not whole."""
        ...

    def asked_about(self, origin: str, destination: str) -> None:
        """Something was asked about the route from *origin* to *destination*."""
        ...

    def forecast(self, confidences: Iterable[str]) -> None:
        """Trains were forecast, with these levels of confidence; empty for those without one."""
        ...

    def fares_compared(self, good: int, rejected: int, saving_p: int) -> None:
        """Fares of a trip were compared: so many are *good* on it. The best saves *saving_p*."""
        ...

    def planned(self, journeys: int, saving_p: int) -> None:
        """A plan was made with so many *journeys*; their splits save *saving_p* together."""
        ...

    def searching(self) -> AbstractContextManager[object]:
        """Be told how long a search of the planner takes: as long as the block."""
        ...

    def job_ended(self, job: str, seconds: float, *, is_success: bool) -> None:
        """A run of the background *job* has ended."""
        ...

    def problem(self, code: str) -> None:
        """A part of an answer is the problem *code*; whole answers are counted elsewhere."""
        ...


class Unobserved(Observer):
    """Tells nobody."""

    def cache_asked(self, kind: str, outcome: str, tier: str) -> None:
        """Do nothing."""

    def computed(self, kind: str) -> None:
        """Do nothing."""

    def failed(self, kind: str) -> None:
        """Do nothing."""

    def degraded(self, reason: Degraded) -> None:
        """Do nothing."""

    def asked_about(self, origin: str, destination: str) -> None:
        """Do nothing."""

    def forecast(self, confidences: Iterable[str]) -> None:
        """Do nothing."""

    def fares_compared(self, good: int, rejected: int, saving_p: int) -> None:
        """Do nothing."""

    def planned(self, journeys: int, saving_p: int) -> None:
        """Do nothing."""

    def job_ended(self, job: str, seconds: float, *, is_success: bool) -> None:
        """Do nothing."""

    def problem(self, code: str) -> None:
        """Do nothing."""

    def searching(self) -> AbstractContextManager[object]:
        """Time nothing."""
        return nullcontext()


UNOBSERVED: Final = Unobserved()
