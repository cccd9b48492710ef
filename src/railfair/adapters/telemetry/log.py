"""Logs, by structlog: readable on a terminal, JSON elsewhere; always on standard error."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(*, level: str, form: str) -> None:
    """Set up logging once a process; *form* is `console`, `json` or `auto`."""
    is_console = form == "console" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if is_console
        else structlog.processors.JSONRenderer(serializer=_json)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries that log in their own way may speak up when something is wrong.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)


def _json(line: dict[str, Any], default: Callable[[Any], Any], **_: Any) -> str:
    return msgspec.json.encode(line, enc_hook=default).decode()


def logger(name: str) -> Any:
    """Return the logger of the part *name*."""
    return structlog.get_logger(part=name)
