"""`/api/scorecard`: how good the forecasts were that were served."""

from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from railfair.application.scorecard import GROUPINGS
from railfair.application.scorecard import scorecard as scored
from railfair.bootstrap import RailFair
from railfair.entrypoints import wire
from railfair.entrypoints.http.forms import fresh, table
from railfair.entrypoints.http.parameters import Parameters
from railfair.ports.scorecard import LogSource

SOURCES: Final = {source.value: source for source in LogSource}

SCORES: Final = table(
    lambda answer: [
        {
            "name": group["name"],
            "title": group["title"],
            "method": method,
            "resolved": group["resolved"],
            "scored": group["scored"],
            **figures,
        }
        for group in (answer["overall"], *answer["groups"])
        for method, figures in group["scores"].items()
    ]
)
"""The scorecard as a table: a row for each method of each group, the overall one first."""


@get("/scorecard", summary="How good the forecasts were")
async def scorecard(
    request: Request[Any, Any, Any],
    state: State,
    by: Annotated[
        str | None, QueryParameter(description="operator (default), horizon or month")
    ] = None,
    source: Annotated[
        str | None, QueryParameter(description="served (default), or replayed from history")
    ] = None,
) -> Response[wire.ScorecardAnswer]:
    """Return scores of forecasts that were served, of days whose running is known.

    Beside them stand four simple forecasts of the same arrivals. What is scored once stays so.
    """
    parameters = Parameters({"by": by, "source": source})
    grouping = parameters.one_of("by", {name: name for name in GROUPINGS}, "operator")
    which = parameters.one_of("source", SOURCES, LogSource.SERVED)
    parameters.check()
    railfair: RailFair = state.railfair
    found = await scored(grouping, which, storage=railfair.storage)
    return await fresh(request, wire.scorecard(found, grouping), SCORES)


router: Final = Router(path="/api", route_handlers=[scorecard], tags=["Scorecard"])
