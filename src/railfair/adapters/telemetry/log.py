"""Logs, by structlog: readable on a terminal, JSON elsewhere; always on standard error."""

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict

from railfair.ports.tracing import TRACER

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(*, level: str, form: str) -> None:
    """Set up logging once a process; *form* is `console`, `json` or `auto`."""
    is_console = _is_console(form)
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if is_console
        else structlog.processors.JSONRenderer(serializer=_json)
    )
    said: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[_traced, *said, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries that log in their own way may speak up when something is wrong, in our form.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_of_library, *said],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class RequestLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is told of a request: nothing of who asked, or for what."""

    part: str = msgspec.field(default_factory=lambda: "http")
    event: str = msgspec.field(default_factory=lambda: "request")
    level: str = msgspec.field(default_factory=lambda: "info")
    timestamp: datetime | None = None
    method: str
    route: str
    status: int
    took_ms: float
    request_id: str
    cache: str = ""
    problem: str = ""
    key: str = ""
    trace_id: str = ""
    span_id: str = ""


def request_lines(*, level: str, form: str) -> Callable[[RequestLine], None]:
    """Return what writes the lines of requests as `configure` was told to write others.

    There are as many as of all others together a thousand times, so they take a shorter way.
    """
    if LEVELS[level] > LEVELS["info"]:
        return lambda _: None
    if _is_console(form):
        log = structlog.get_logger(part="http")
        return lambda line: log.info("request", **_told(line))
    encode = msgspec.json.Encoder().encode

    def write(line: RequestLine) -> None:
        line.timestamp = datetime.fromtimestamp(time.time(), UTC)
        sys.stderr.buffer.write(encode(line) + b"\n")
        sys.stderr.buffer.flush()

    return write


def _told(line: RequestLine) -> dict[str, Any]:
    told = msgspec.structs.asdict(line)
    ours = {"part", "event", "level", "timestamp"}
    return {name: value for name, value in told.items() if value != "" and name not in ours}


def _is_console(form: str) -> bool:
    return form == "console" or (form == "auto" and sys.stderr.isatty())


def _traced(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Add the trace of the request for which this is said, if it is traced."""
    tracer = TRACER.get()
    if tracer is not None:
        line["trace_id"], line["span_id"] = tracer.ids()
    return line


def _of_library(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Name the library that speaks."""
    line["part"] = line["_record"].name
    return line


def _json(line: dict[str, Any], default: Callable[[Any], Any], **_: Any) -> str:
    return msgspec.json.encode(line, enc_hook=default).decode()


def logger(name: str) -> Any:
    """Return the logger of the part *name*."""
    return structlog.get_logger(part=name)
