"""What the operating system says of a process. Source: proc(5); nothing where there is no /proc."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

PROC: Final = Path("/proc")
CGROUPS: Final = Path("/sys/fs/cgroup")
LIMITS: Final = ("memory.max", "memory/memory.limit_in_bytes")
"""Files with the most memory that a container may take. Source: cgroup v2, cgroup v1."""
STATE: Final = 2
"""Number of the first field after the name, which may have spaces; fields count from 0."""
UTIME, STIME, THREADS, STARTED, RSS = (13, 14, 19, 21, 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process: seconds of the processor, bytes of memory, and Unix time of its start."""

    cpu_s: float
    resident_bytes: int
    threads: int
    files: int
    started_at: float


def read(pid: int) -> Process | None:
    """Return what is known of the process *pid*, or `None`."""
    with suppress(OSError, ValueError, IndexError):
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")

        def field(number: int) -> int:
            return int(fields[number - STATE])

        return Process(
            cpu_s=(field(UTIME) + field(STIME)) / ticks,
            resident_bytes=field(RSS) * os.sysconf("SC_PAGE_SIZE"),
            threads=field(THREADS),
            files=len(os.listdir(PROC / str(pid) / "fd")),  # noqa: PTH208 - as many as there are
            started_at=_booted_at() + field(STARTED) / ticks,
        )
    return None


def processes(pids: Iterable[int]) -> Iterator[Metric]:
    """Yield the figures of the processes *pids*, each by its number as `worker`."""
    found = {str(pid): process for pid in pids if (process := read(pid)) is not None}
    cpu = CounterMetricFamily(
        "process_cpu_seconds", "Time of the processor that a worker took.", labels=["worker"]
    )
    for worker, process in found.items():
        cpu.add_metric([worker], process.cpu_s)
    yield cpu
    yield _gauge(
        "process_resident_memory_bytes",
        "Memory of a worker, what it shares with others included.",
        {worker: process.resident_bytes for worker, process in found.items()},
    )
    yield _gauge(
        "process_threads",
        "Threads of a worker.",
        {worker: process.threads for worker, process in found.items()},
    )
    yield _gauge(
        "process_open_fds",
        "Files and connections that a worker has open.",
        {worker: process.files for worker, process in found.items()},
    )
    yield _gauge(
        "process_start_time_seconds",
        "When a worker began.",
        {worker: process.started_at for worker, process in found.items()},
    )


def memory() -> Iterator[Metric]:
    """Yield how much memory all processes together may take."""
    limit = memory_limit(PROC, CGROUPS)
    if limit is not None:
        yield GaugeMetricFamily(
            "railfair_memory_limit_bytes", "Memory that all workers together may take.", limit
        )


def memory_limit(proc: Path, cgroups: Path) -> int | None:
    """Return the bytes of memory of the machine, or of the container if that may take less."""
    found: list[int] = []
    with suppress(OSError, ValueError, IndexError):
        kilobytes = (proc / "meminfo").read_text().partition("MemTotal:")[2].split()[0]
        found.append(int(kilobytes) * 1024)
    for name in LIMITS:
        with suppress(OSError, ValueError):  # "max": no limit
            found.append(int((cgroups / name).read_text()))
    return min(found, default=None)


def _gauge(name: str, help_: str, figures: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, help_, labels=["worker"])
    for worker, figure in figures.items():
        gauge.add_metric([worker], figure)
    return gauge


def _booted_at() -> float:
    lines = (PROC / "stat").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("btime")).split()[1])
