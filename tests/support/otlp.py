"""A receiver of traces, and the spans that it got."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span
from oteltap.oteltap_core import OtelTapCore, OtelTapFlags

from support.command import free_port

POLL_MS = 50


@dataclass(slots=True)
class Receiver:
    """Spans received at *url*, in the order in which they came."""

    url: str
    spans: list[Span] = field(default_factory=list)

    def of_trace(self, trace_id: str) -> list[Span]:
        return [span for span in list(self.spans) if span.trace_id.hex() == trace_id]

    def settings(self, **others: str) -> dict[str, str]:
        """Return the variables that have traces sent here, at once."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url, "OTEL_BSP_SCHEDULE_DELAY": "20", **others,
        }  # fmt: skip


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive what is sent by OTLP over HTTP while the block lasts."""
    port = free_port()
    status, handle = OtelTapCore.oteltap_start_receiving_http_protobuf(
        port, OtelTapFlags.NONE, None, None, None
    )
    assert status >= 0, status
    receiver = Receiver(f"http://127.0.0.1:{port}")
    enough = threading.Event()

    def poll() -> None:
        while not enough.is_set():
            _, data = OtelTapCore.oteltap_poll_trace(handle, POLL_MS)
            if data is not None:
                receiver.spans.append(Span.FromString(data))

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield receiver
    finally:
        enough.set()
        thread.join()
        OtelTapCore.oteltap_stop_receiving(handle)


def attributes(span: Span) -> dict[str, Any]:
    return {
        one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value")
        for one in span.attributes
    }


def ancestors(span: Span, spans: Sequence[Span]) -> list[str]:
    """Return the names of the spans around *span*, the outermost first."""
    by_id = {one.span_id: one for one in spans}
    found: list[str] = []
    while (parent := by_id.get(span.parent_span_id)) is not None:
        found.insert(0, parent.name)
        span = parent
    return found


def matching(spans: Sequence[Span], is_it: Callable[[Span], bool]) -> list[Span]:
    return [span for span in spans if is_it(span)]
