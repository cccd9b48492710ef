"""Long work on the command line: a bar on a terminal, a log line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from railfair.bootstrap import logger

type Advance = Callable[[int], None]

LOGGED_STEP: Final = 0.25
WIDE: Final = 200
"""Columns that a table may take where no terminal limits it."""
console: Final = Console(highlight=False, soft_wrap=True)
errors: Final = Console(stderr=True, highlight=False)


def show(table: Table) -> None:
    """Print *table*: as wide as the terminal allows, and as it needs to be in a pipe or file."""
    shown = console if console.is_terminal else Console(highlight=False, width=WIDE)
    shown.print(table)


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """Show how far *what* is, out of *total* steps; yields what to call with steps done."""
    if errors.is_terminal:
        with _bar() as bar:
            task = bar.add_task(what, total=total)
            yield lambda steps: bar.advance(task, steps)
            bar.update(task, completed=total)
    else:
        log = logger("progress")
        log.info(what, done="0%")
        yield _logging(lambda share: log.info(what, done=f"{share:.0%}"), total)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(compact=True),
        console=errors,
        transient=True,
    )


def _logging(tell: Callable[[float], None], total: int) -> Advance:
    done = 0
    told = 0.0

    def advance(steps: int) -> None:
        nonlocal done, told
        done += steps
        share = min(1.0, done / total) if total else 1.0
        if share >= told + LOGGED_STEP:
            told = share - share % LOGGED_STEP
            tell(share)

    return advance
