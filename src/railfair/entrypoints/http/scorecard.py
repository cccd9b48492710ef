"""`/api/scorecard`: how good the forecasts were that were served."""

from typing import Annotated, Final

from litestar import Response, Router, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from railfair.application.scorecard import GROUPINGS
from railfair.application.scorecard import scorecard as scored
from railfair.bootstrap import RailFair
from railfair.entrypoints import wire
from railfair.entrypoints.http.parameters import Parameters
from railfair.ports.scorecard import LogSource

SOURCES: Final = {source.value: source for source in LogSource}


@get("/scorecard", summary="How good the forecasts were")
async def scorecard(
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
    return Response(wire.scorecard(found, grouping), headers={"Cache-Control": "no-cache"})


router: Final = Router(path="/api", route_handlers=[scorecard], tags=["Scorecard"])
