"""A span for each statement that is sent for a request that is traced."""

from typing import Any, Final

from sqlalchemy import Connection, ExecutionContext, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from railfair.ports.tracing import TRACER, span

LONGEST: Final = 1_000
"""Characters of a statement that are told: its text alone, never the values that go with it."""
SPAN: Final = "railfair_span"
"""Where the execution of a statement has its span."""
SYSTEMS: Final = {"sqlite": "sqlite", "postgresql": "postgresql"}
"""Names of databases. Source: OpenTelemetry, `db.system.name`."""


def trace_statements(engine: AsyncEngine) -> None:
    """Trace what is sent over connections of *engine*."""
    system = SYSTEMS.get(engine.dialect.name, "other_sql")

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _before(
        _connection: Connection,
        _cursor: Any,
        statement: str,
        _parameters: Any,
        context: ExecutionContext | None,
        _executemany: bool,
    ) -> None:
        if context is not None and TRACER.get() is not None:
            verb = statement.split(None, 1)[0].upper()
            begun = span(f"db.{verb}", system=system, statement=statement[:LONGEST])
            begun.__enter__()
            setattr(context, SPAN, begun)

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def _after(
        _connection: Connection,
        _cursor: Any,
        _statement: str,
        _parameters: Any,
        context: ExecutionContext | None,
        _executemany: bool,
    ) -> None:
        if (begun := getattr(context, SPAN, None)) is not None:
            begun.__exit__(None, None, None)

    @event.listens_for(engine.sync_engine, "handle_error")
    def _failed(failure: ExceptionContext) -> None:
        if (begun := getattr(failure.execution_context, SPAN, None)) is not None:
            error = failure.original_exception
            begun.__exit__(type(error), error, error.__traceback__)
