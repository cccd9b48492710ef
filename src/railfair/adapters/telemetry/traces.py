"""Traces by OpenTelemetry, sent by OTLP over HTTP as the standard `OTEL_…` variables say.

Whether a request is traced is decided before anything is made of it: one that is not costs a look
at its headers and a random number. Spans are sent from a thread of their own; what cannot be sent
in time is dropped.
"""

import random
import threading
from collections.abc import Mapping
from contextvars import Token
from types import TracebackType
from typing import Final, Self

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import (
    SERVICE_NAME,
    SERVICE_VERSION,
    OTELResourceDetector,
    Resource,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler, _get_from_env_or_default
from opentelemetry.trace import Span as AnySpan
from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from railfair.ports.tracing import TRACER, Attribute, RequestTrace, Tracer, Traces

PARENT: Final = b"traceparent"
STATE: Final = b"tracestate"
FLUSH_S: Final = 3.0
"""How long the last spans may take to be sent when the service stops."""
NAME: Final = "railfair"
TRACE_ID_BITS: Final = 128
OUR_OWN: Final = "railfair."
STANDARD: Final = {
    "cache": "railfair.cache.outcome",
    "method": "http.request.method",
    "path": "url.path",
    "request_id": "http.request.header.x-request-id",
    "route": "http.route",
    "statement": "db.query.text",
    "status": "http.response.status_code",
    "system": "db.system.name",
}
"""Attributes that have a name in OpenTelemetry's conventions."""
SERVER_ERRORS: Final = 500


class OtlpTraces(Traces):
    """Decides which requests are traced, and sends their spans until it is closed.

    The service's name is `railfair` unless `OTEL_SERVICE_NAME` says otherwise.
    """

    def __init__(self, version: str, sampler: Sampler | None = None) -> None:
        self._ids = _Ids()
        self._sampler = sampler or _get_from_env_or_default()
        ours = Resource({SERVICE_NAME: NAME, SERVICE_VERSION: version})
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=ours.merge(OTELResourceDetector().detect()),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(NAME, version)
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, method: str, headers: Mapping[bytes, bytes]) -> "OtlpTrace | None":
        """Begin to trace a request with these *headers*, or return `None` if it is not to be.

        A caller that traces, and says so by `traceparent`, is followed. Source: W3C Trace Context.
        """
        parent = self._parent(headers) if PARENT in headers else Context()
        trace_id = get_current_span(parent).get_span_context().trace_id
        trace_id = trace_id or random.getrandbits(TRACE_ID_BITS) or 1
        decision = self._sampler.should_sample(parent, trace_id, method).decision
        if not decision.is_sampled():  # type: ignore[no-untyped-call]
            return None
        self._ids.next_trace_id = trace_id
        span = self._tracer.start_span(method, context=parent, kind=SpanKind.SERVER)
        return OtlpTrace(self, span, parent)

    def child(self, name: str, attributes: dict[str, Attribute]) -> "_Child":
        """Return a span within the one that is current, to be entered."""
        return _Child(self._tracer.start_span(name, attributes=_named(attributes)))

    def close(self) -> None:
        """Send what has not been sent yet, for a few seconds at most."""
        # A receiver that does not answer is asked again and again: that must not keep anybody.
        last = threading.Thread(target=self._provider.shutdown, daemon=True)
        last.start()
        last.join(FLUSH_S)

    def _parent(self, headers: Mapping[bytes, bytes]) -> Context:
        carrier = {
            name.decode(): headers[name].decode("latin-1")
            for name in (PARENT, STATE)
            if name in headers
        }
        return self._propagator.extract(carrier, Context())


class OtlpTrace(RequestTrace):
    """The trace of one request: what is done in its block belongs to it."""

    def __init__(self, traces: OtlpTraces, span: AnySpan, parent: Context) -> None:
        self._traces = traces
        self._span = span
        self._inside = set_span_in_context(span, parent)
        self._tokens: tuple[Token[Tracer | None], Token[Context]] | None = None

    def __enter__(self) -> Self:
        self._tokens = TRACER.set(self), contexts.attach(self._inside)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._tokens is not None:
            tracer, context = self._tokens
            TRACER.reset(tracer)
            contexts.detach(context)

    def span(self, name: str, attributes: dict[str, Attribute]) -> "_Child":
        """Trace the block."""
        return self._traces.child(name, attributes)

    def ids(self) -> tuple[str, str]:
        """Return the ids of the trace and of the server span."""
        return _ids_of(self._span)

    @property
    def traceparent(self) -> bytes:
        """What tells others of the server span. Source: W3C Trace Context, version 00."""
        trace_id, span_id = _ids_of(self._span)
        return f"00-{trace_id}-{span_id}-01".encode()

    def answered(self, method: str, route: str, status: int, **attributes: Attribute) -> None:
        """Say what became of the request, and end its span."""
        span = self._span
        span.update_name(f"{method} {route}")
        given = {"method": method, "route": route, "status": status, **attributes}
        span.set_attributes(_named(given))
        if status >= SERVER_ERRORS:
            span.set_attribute("error.type", str(status))
            span.set_status(Status(StatusCode.ERROR))
        span.end()


class _Child:
    """A span that is current while its block lasts."""

    __slots__ = ("_span", "_token")

    def __init__(self, span: AnySpan) -> None:
        self._span = span
        self._token: Token[Context] | None = None

    def __enter__(self) -> Self:
        self._token = contexts.attach(set_span_in_context(self._span))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            contexts.detach(self._token)
        if kind is not None:
            # What an error says may be secret; its kind is not.
            self._span.set_attribute("error.type", kind.__name__)
            if issubclass(kind, Exception):
                self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()

    def note(self, **attributes: Attribute) -> None:
        """Say more of it."""
        self._span.set_attributes(_named(attributes))


class _Ids(RandomIdGenerator):
    """Gives a trace the id by which it was chosen."""

    def __init__(self) -> None:
        self.next_trace_id = 0

    def generate_trace_id(self) -> int:
        """Return that id."""
        given, self.next_trace_id = self.next_trace_id, 0
        return given or super().generate_trace_id()


def _ids_of(span: AnySpan) -> tuple[str, str]:
    found = span.get_span_context()
    return f"{found.trace_id:032x}", f"{found.span_id:016x}"


def _named(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    return {STANDARD.get(name, OUR_OWN + name): value for name, value in attributes.items()}
