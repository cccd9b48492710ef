"""The HTTP service as an ASGI application."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, override

import litestar_offline_docs
from litestar import Litestar, Request, Response, Router, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, SwaggerRenderPlugin
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from railfair import __version__
from railfair.bootstrap import Profiler, RailFair, figures_of, log_to_stderr, opened, traces
from railfair.config import Settings
from railfair.domain import errors
from railfair.entrypoints.background import background_works, put_away_the_last
from railfair.entrypoints.http import (
    admin,
    fares,
    feedback,
    journeys,
    operations,
    places,
    predictions,
    preferences,
    problems,
    scorecard,
)
from railfair.entrypoints.http.admission import Gate
from railfair.entrypoints.http.answers import Answers
from railfair.entrypoints.http.description import described
from railfair.entrypoints.http.entrance import Entrance
from railfair.entrypoints.http.headers import POLICY
from railfair.entrypoints.http.metrics import metrics
from railfair.entrypoints.http.parameters import each_once
from railfair.entrypoints.http.sampling import Sampler
from railfair.entrypoints.memory import settle
from railfair.entrypoints.supervision import Supervisor

type Opened = Callable[[], AbstractAsyncContextManager[RailFair]]

DOCS: Final = "/docs"
ASSETS: Final = f"{DOCS}/assets"
"""Where the pages of `/docs` get their script and style: from here, never from elsewhere."""
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self' data:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""What the pages of `/docs` may do: their own scripts only, as they were sent."""
INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]* src=)[^>]*>(.*?)</script>", re.DOTALL)
JSON: Final = JsonRenderPlugin(path="/openapi.json")


@get("/", include_in_schema=False)
async def front_page() -> Redirect:
    """Send whoever types the bare address to the documentation."""
    return Redirect(DOCS)


@get(JSON.paths, include_in_schema=False, media_type=JSON.media_type)
async def openapi_json(request: Request[Any, Any, Any]) -> bytes:
    """Return the description of the API. Source: OpenAPI 3.1."""
    return JSON.render(request, _description(request.app))


def _description(app: Litestar) -> dict[str, Any]:
    """Return the description of the API, which is made once."""
    if "description" not in app.state:
        app.state.description = described(app.openapi_schema.to_schema())
    found: dict[str, Any] = app.state.description
    return found


class _Page(SwaggerRenderPlugin):
    """The page of `/docs`, about the API as `/openapi.json` describes it."""

    @override
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, _description(request.app))


def create_app(figures_folder: Path | None = None) -> Entrance:
    """Return the application by the settings of the environment, for the server to run.

    What it counts is shared in *figures_folder* with the other workers of the service.
    """
    settings = Settings.load()
    log_to_stderr(settings)
    figures = figures_of(settings, figures_folder)
    tracing = traces()

    @asynccontextmanager
    async def opened_and_traced() -> AsyncIterator[RailFair]:
        try:
            async with opened(settings, figures) as railfair:
                yield railfair
        finally:
            if tracing is not None:
                tracing.close()

    app = litestar_app(opened_and_traced, settings)
    return Entrance(app, settings, figures, tracing)


def litestar_app(open_railfair: Opened, settings: Settings) -> Litestar:
    """Return the routes and their framework over what *open_railfair* opens."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with open_railfair() as railfair:
            app.state.railfair = railfair
            app.state.profiler = Profiler()
            app.state.answers = Answers(railfair, _gate(settings), railfair.figures)
            await railfair.edition.look()
            await railfair.keys.read()
            await _warmed(railfair)
            # Only then: who is told to stop while it starts is not given time to end an update.
            answers: Answers = app.state.answers
            works = {
                **background_works(railfair),
                "kept answers": lambda: answers.keep_warm(lambda: places.asked_for_most(railfair)),
            }
            app.state.background = Supervisor(works)
            app.state.sampler = Sampler(railfair, app.state.background)
            sampling = Supervisor({"figures": app.state.sampler.follow})
            async with app.state.background.running(), sampling.running():
                yield
            await put_away_the_last(railfair)

    return Litestar(
        route_handlers=[
            predictions.router,
            fares.router,
            journeys.router,
            journeys.station_departures,
            places.router,
            scorecard.router,
            feedback.router,
            preferences.router,
            operations.router,
            admin.router,
            metrics,
            front_page,
            openapi_json,
            _assets(),
        ],
        lifespan=[lifespan],
        guards=[each_once],
        exception_handlers=problems.HANDLERS,
        openapi_config=_openapi(),
        request_max_body_size=settings.max_body_bytes,
        logging_config=None,
    )


def _gate(settings: Settings) -> Gate:
    return Gate(
        most_in_work=settings.max_in_work,
        most_waiting=settings.max_waiting,
        patience_s=settings.max_wait_s,
    )


async def _warmed(railfair: RailFair) -> None:
    """Prepare the planner before the first request; what cannot be had is told by `/health`."""
    with suppress(errors.SourceUnavailable, errors.NotFound):
        await railfair.networks.warm(railfair.clock.now().date())
    settle()


def _assets() -> Router:
    folder = Path(litestar_offline_docs.__file__).parent / "static"
    return create_static_files_router(
        path=ASSETS, directories=[folder], name="assets", include_in_schema=False
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="RailFair",
        version=__version__,
        use_handler_docstrings=True,
        description="Which train, which ticket, and will it be on time?",
        openapi_router=Router(
            DOCS, route_handlers=[], include_in_schema=False, after_request=_page
        ),
        render_plugins=[
            _Page(
                path="/",
                favicon="",
                js_url=f"{ASSETS}/swagger-ui-bundle.js",
                css_url=f"{ASSETS}/swagger-ui.css",
                standalone_preset_js_url=f"{ASSETS}/swagger-ui-standalone-preset.js",
            ),
            JSON,
        ],
    )


def _page(response: Response[Any]) -> Response[Any]:
    """Let a page of `/docs` run its scripts; its own 404 becomes a problem like every other."""
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise NotFoundException
    if response.media_type == MediaType.HTML:
        digests = [sha256(script).digest() for script in INLINE_SCRIPT.findall(response.content)]
        scripts = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
        response.headers[POLICY.decode()] = PAGE_POLICY.format(scripts=scripts)
    return response
