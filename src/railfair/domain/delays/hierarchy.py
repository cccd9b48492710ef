"""Shrinkage through levels, with residuals that fade: how a forecast is learned.

A `Hierarchy` forecasts T numbers between 0 and 1 for an arrival: a distribution function at T
edges, or one probability. It starts from a base and climbs levels from coarse to fine. At a level
every node keeps, for each half-life, a faded count n of arrivals and the faded sum R of what the
forecast so far was short of, as it was made on the day. The forecast takes a step for each:

    F := F + w * R / (n + K)

so few arrivals move it little (K is the strength of shrinkage to the level above), and the final
forecast is the base plus the sum of all steps: an explanation that adds up. The trust w in each
level's and half-life's steps is learned from how well past steps mended past errors (a ridge
regression, never negative). A forecast for a later day fades its steps, and so falls back on what
is known in general.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from railfair.domain.delays.distribution import Floats
from railfair.domain.delays.kernel import forecast_paths, learn_day

type NodeIds = NDArray[np.int64]
"""Index of each arrival's node at each level, -1 where it has none; shape (arrivals, levels)."""

NEVER: Final = 1e6
"""A half-life in days that amounts to none."""
GROWTH: Final = 1024


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """The constants of a hierarchy; none of them was fitted to a place.

    *half_lives* are days, longest first. *strength* is K. *floor* is the share of its parent that
    every class of a distribution keeps at each level. Trust starts at *trust*; *inertia* and
    *edge_inertia* are how hard it is to move, for all edges together and for each by itself; what
    it learned fades with *memory* days. The base is a running mean with the half-life *base_days*,
    shrunk to *prior* with *base_strength*.
    """

    prior: Floats
    half_lives: tuple[float, ...] = (NEVER, 60.0, 15.0, 3.0)
    strength: float = 15.0
    floor: float = 0.5
    trust: float = 0.3
    inertia: float = 20.0
    edge_inertia: float = 10.0
    memory: float = 365.0
    base_days: float = 120.0
    base_strength: float = 30.0
    judged: slice | NDArray[np.int64] = slice(None)
    """The edges by which the trust that all edges share is judged."""


class _Head(msgspec.Struct, array_like=True):
    day: int
    base_weight: float
    base_sum: bytes
    steps_squared: bytes
    steps_errors: bytes


class Hierarchy:
    """One learned hierarchy of *levels* levels; nodes are named by text, unique over all levels."""

    def __init__(self, tuning: Tuning, levels: int) -> None:
        self._tuning = tuning
        self._half_lives = np.array(tuning.half_lives)
        shape = (levels, len(tuning.half_lives), len(tuning.prior))
        self.levels = levels
        self._names: dict[str, int] = {}
        self._changed = np.zeros(GROWTH, np.bool_)
        self._weight = np.zeros((GROWTH, shape[1]), np.float32)
        self._residual = np.zeros((GROWTH, *shape[1:]), np.float32)
        self._last = np.zeros(GROWTH, np.int64)
        self._steps_squared = np.zeros(shape)
        self._steps_errors = np.zeros(shape)
        self._base_weight = 0.0
        self._base_sum = np.zeros(shape[2])
        self._day: int | None = None
        self._trust = self._learned_trust()

    @property
    def day(self) -> int | None:
        """The last day that was learned, as an ordinal, or `None`."""
        return self._day

    def ids(self, names: Iterable[Sequence[str]]) -> NodeIds:
        """Return the nodes named *names*, one row an arrival; -1 for names never learned."""
        return np.array([[self._names.get(n, -1) for n in row] for row in names], np.int64)

    def new_ids(self, names: Sequence[str]) -> list[int]:
        """Return the nodes named *names*, one a level; those that are new are made."""
        return [self._names[name] if name in self._names else self._add(name) for name in names]

    def forecast(self, day: int, nodes: NodeIds, *, base: Floats | None = None) -> Floats:
        """Return forecasts for *day*: shape (arrivals, levels + 1, T), base first, final last.

        *base* (arrivals, T) is what each starts from, in place of the hierarchy's own.
        """
        return forecast_paths(  # type: ignore[no-any-return]
            self._bases(day, len(nodes), base), nodes, day,
            self._weight, self._residual, self._last, self._half_lives, self._trust,
            self._tuning.strength, self._tuning.floor,
        )  # fmt: skip

    def sample_sizes(self, day: int, nodes: NodeIds, *, scale: int) -> Floats:
        """Return the faded counts of the arrivals' nodes for half-life number *scale*."""
        age = np.maximum(day - self._last[nodes], 0)
        counts = self._weight[nodes, scale] * 2.0 ** (-age / self._half_lives[scale])
        return np.where(nodes < 0, 0.0, counts)

    def learn(
        self, day: int, nodes: NodeIds, outcomes: Floats, *, base: Floats | None = None
    ) -> Floats:
        """Take in all *outcomes* (arrivals, T) of *day*; return the forecasts made before it.

        Days come in ascending order. *nodes* come from `new_ids`: none is -1. *base* is as in
        `forecast`.
        """
        kept = self._kept(day, self._tuning.memory)
        squared, errors = np.zeros_like(self._steps_squared), np.zeros_like(self._steps_errors)
        forecasts: Floats = learn_day(
            self._bases(day, len(nodes), base), nodes, outcomes, day,
            self._weight, self._residual, self._last, self._half_lives, self._trust,
            self._tuning.strength, self._tuning.floor,
            squared, errors,
        )  # fmt: skip
        self._steps_squared = self._steps_squared * kept + squared
        self._steps_errors = self._steps_errors * kept + errors
        self._trust = self._learned_trust()
        base_kept = self._kept(day, self._tuning.base_days)
        self._base_weight = self._base_weight * base_kept + len(outcomes)
        self._base_sum = self._base_sum * base_kept + outcomes.sum(axis=0)
        self._changed[nodes] = True
        self._day = day
        return forecasts

    def _add(self, name: str) -> int:
        index = self._names[name] = len(self._names)
        if index == len(self._last):
            self._weight = _doubled(self._weight)
            self._residual = _doubled(self._residual)
            self._last = _doubled(self._last)
            self._changed = _doubled(self._changed)
        return index

    def _kept(self, day: int, half_life: float) -> float:
        return 1.0 if self._day is None else 2.0 ** (-max(day - self._day, 0) / half_life)

    def _bases(self, day: int, arrivals: int, given: Floats | None) -> Floats:
        if given is not None:
            return np.ascontiguousarray(given)
        return np.tile(self._base(day), (arrivals, 1))

    def _base(self, day: int) -> Floats:
        kept = self._kept(day, self._tuning.base_days)
        strength = self._tuning.base_strength
        known = self._base_sum * kept + strength * self._tuning.prior
        return np.asarray(known / (self._base_weight * kept + strength))

    def _learned_trust(self) -> Floats:
        """Solve the two ridge regressions: one trust for all edges, then each edge's own."""
        tuning = self._tuning
        squared = self._steps_squared[..., tuning.judged].mean(axis=2, keepdims=True)
        errors = self._steps_errors[..., tuning.judged].mean(axis=2, keepdims=True)
        shared = (errors + tuning.inertia * tuning.trust) / (squared + tuning.inertia)
        own = (self._steps_errors + tuning.edge_inertia * np.maximum(shared, 0.0)) / (
            self._steps_squared + tuning.edge_inertia
        )
        return np.maximum(own, 0.0)

    def dump_head(self) -> bytes:
        """Return what is not in the nodes, for `restore`."""
        head = _Head(
            day=self._day or 0,
            base_weight=self._base_weight,
            base_sum=self._base_sum.tobytes(),
            steps_squared=self._steps_squared.tobytes(),
            steps_errors=self._steps_errors.tobytes(),
        )
        return msgspec.msgpack.encode(head)

    def dump_changed(self) -> dict[str, bytes]:
        """Return the nodes that changed since this was made or restored, by name."""
        changed = self._changed
        return {name: self._dump(index) for name, index in self._names.items() if changed[index]}

    def _dump(self, index: int) -> bytes:
        return b"".join((
            self._last[index].astype(np.int32).tobytes(),
            self._weight[index].tobytes(),
            self._residual[index].tobytes(),
        ))  # fmt: skip

    def restore(self, head: bytes, nodes: Mapping[str, bytes]) -> None:
        """Become what was dumped as *head*, with those of its *nodes* that are handed over."""
        read = msgspec.msgpack.decode(head, type=_Head)
        shape = self._steps_squared.shape
        self._day = read.day or None
        self._base_weight = read.base_weight
        self._base_sum = np.frombuffer(read.base_sum).copy()
        self._steps_squared = np.frombuffer(read.steps_squared).reshape(shape).copy()
        self._steps_errors = np.frombuffer(read.steps_errors).reshape(shape).copy()
        self._trust = self._learned_trust()
        self.add(nodes)

    def add(self, nodes: Mapping[str, bytes]) -> None:
        """Take in more *nodes*, as they were dumped."""
        for name, body in nodes.items():
            self._load(self._add(name), body)

    def _load(self, index: int, body: bytes) -> None:
        scales, edges = self._residual.shape[1:]
        self._last[index] = np.frombuffer(body, np.int32, 1)[0]
        self._weight[index] = np.frombuffer(body, np.float32, scales, 4)
        residual = np.frombuffer(body, np.float32, scales * edges, 4 + 4 * scales)
        self._residual[index] = residual.reshape(scales, edges)


def _doubled[T: np.generic](array: NDArray[T]) -> NDArray[T]:
    return np.concatenate([array, np.zeros_like(array)])
