"""What every import keeps to."""

from railfair.domain.errors import BadFeed, MixedSources
from railfair.domain.feed import FeedSource, ImportReport, LoadedFeed

SHOWN = 3


def check_rejections(report: ImportReport, tolerance: float) -> None:
    """Raise `BadFeed` if more than the share *tolerance* of all records was rejected."""
    read = sum(report.read.values())
    if len(report.rejected) <= tolerance * read:
        return
    first = report.rejected[0]
    others = "; ".join(f"{r.file}:{r.line} {r.why}" for r in report.rejected[1:SHOWN])
    rest = f" ({others} …)" if others else ""
    detail = (
        f"{first.why} - and in all {len(report.rejected)} of {read} records are bad{rest};"
        f" more than {tolerance:.0%}, so nothing was imported"
    )
    raise BadFeed(first.file, detail, line=first.line)


def check_source(loaded: LoadedFeed | None, source: FeedSource) -> None:
    """Raise `MixedSources` if data of *source* would be added to *loaded* data of the other."""
    if loaded is not None and loaded.source is not source:
        raise MixedSources(
            f"the database holds {loaded.source} {loaded.kind} data and these are {source} data;"
            " import them into an empty database (RAILFAIR_DATABASE_URL)"
        )
