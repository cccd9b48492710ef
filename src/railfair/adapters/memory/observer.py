"""What happened, in counters."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from railfair.ports.observer import Degraded, Observer


@dataclass(slots=True)
class MemoryObserver(Observer):
    """See `ports.observer`."""

    cache: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By kind, outcome and tier."""
    computations: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    degradations: Counter[Degraded] = field(default_factory=Counter)
    routes: Counter[tuple[str, str]] = field(default_factory=Counter)
    confidences: Counter[str] = field(default_factory=Counter)
    fares: Counter[str] = field(default_factory=Counter)
    savings_p: int = 0
    journeys: list[int] = field(default_factory=list)
    searches: int = 0
    jobs: list[tuple[str, float, bool]] = field(default_factory=list)
    """Each run's job, how many seconds it took, and whether it went well."""
    problems: Counter[str] = field(default_factory=Counter)

    def cache_asked(self, kind: str, outcome: str, tier: str) -> None:
        """Count it."""
        self.cache[kind, outcome, tier] += 1

    def computed(self, kind: str) -> None:
        """Count it."""
        self.computations[kind] += 1

    def failed(self, kind: str) -> None:
        """Count it."""
        self.failures[kind] += 1

    def degraded(self, reason: Degraded) -> None:
        """Count it."""
        self.degradations[reason] += 1

    def asked_about(self, origin: str, destination: str) -> None:
        """Count it."""
        self.routes[origin, destination] += 1

    def forecast(self, confidences: Iterable[str]) -> None:
        """Count them."""
        self.confidences.update(confidences)

    def fares_compared(self, good: int, rejected: int, saving_p: int) -> None:
        """Count them."""
        self.fares.update(good=good, rejected=rejected)
        self.savings_p += saving_p

    def planned(self, journeys: int, saving_p: int) -> None:
        """Keep how many each plan has."""
        self.journeys.append(journeys)
        self.savings_p += saving_p

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Count it once it is done."""
        yield
        self.searches += 1

    def job_ended(self, job: str, seconds: float, *, is_success: bool) -> None:
        """Keep it."""
        self.jobs.append((job, seconds, is_success))

    def problem(self, code: str) -> None:
        """Count it."""
        self.problems[code] += 1
