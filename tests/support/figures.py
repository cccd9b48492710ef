"""What `/metrics` says, to be looked up."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Scrape:
    """The samples of one answer of `/metrics`, and the types of what they are of."""

    text: str

    def names(self) -> dict[str, str]:
        """Return the type of each metric that has samples, by the name that is documented."""
        return {
            f"{family.name}_total" if family.type == "counter" else family.name: family.type
            for family in text_string_to_metric_families(self.text)
            if family.samples
        }

    def of(self, name: str, **labels: str) -> dict[tuple[tuple[str, str], ...], float]:
        """Return the samples *name* that have *labels*, by their other labels."""
        return {
            tuple(sorted((key, is_) for key, is_ in found.items() if key not in labels)): value
            for found, value in self._samples(name)
            if labels.items() <= found.items()
        }

    def total(self, name: str, **labels: str) -> float:
        """Return the sum of the samples *name* that have *labels*."""
        return sum(self.of(name, **labels).values())

    def values(self, name: str, label: str) -> set[str]:
        """Return the values of *label* that samples *name* have."""
        return {labels[label] for labels, _ in self._samples(name)}

    def _samples(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        for family in text_string_to_metric_families(self.text):
            for sample in family.samples:
                if sample.name == name:
                    yield sample.labels, sample.value


def scrape(url: str) -> Scrape:
    """Ask over a connection of its own: any worker may answer."""
    answer = httpx.get(f"{url}/metrics")
    assert answer.status_code == 200, answer.text
    return Scrape(answer.text)
