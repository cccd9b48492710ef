"""Where the time of a request goes: spans of what is done for it.

Only requests that are traced have a tracer, which every task begun for them inherits. For all
others `span` does nothing, at the price of one look-up.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import TracebackType
from typing import Final, Protocol, Self

type Attribute = str | bool | int | float
"""What a span may say of itself; never what a person has said or is."""


class Span(Protocol):
    """Something that is being done."""

    def note(self, **attributes: Attribute) -> None:
        """Say more of it."""
        ...


class Tracer(Protocol):
    """Traces what is done for one request."""

    def span(
        self, name: str, attributes: dict[str, Attribute]
    ) -> AbstractContextManager[Span, None]:
        """Trace the block as *name*, within the span in which it is."""
        ...

    def ids(self) -> tuple[str, str]:
        """Return the ids of the trace and of its outermost span here, in hexadecimal."""
        ...


class RequestTrace(Tracer, Protocol):
    """The trace of one request: what is done in its block belongs to it."""

    def __enter__(self) -> Self:
        """Make it what is done from here on belongs to."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End that; its span is ended by `answered`."""
        ...

    @property
    def traceparent(self) -> bytes:
        """What tells others of its span. Source: W3C Trace Context."""
        ...

    def answered(self, method: str, route: str, status: int, **attributes: Attribute) -> None:
        """Say what became of the request, and end its span."""
        ...


class Traces(Protocol):
    """Decides which requests are traced."""

    def begin(self, method: str, headers: Mapping[bytes, bytes]) -> RequestTrace | None:
        """Begin to trace a request with these *headers*, or return `None` if it is not to be."""
        ...

    def close(self) -> None:
        """Send what has not been sent yet, for a few seconds at most."""
        ...


class _Untraced:
    """Tells nobody."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def note(self, **attributes: Attribute) -> None:
        """Do nothing."""


UNTRACED: Final = _Untraced()
TRACER: Final[ContextVar[Tracer | None]] = ContextVar("tracer", default=None)
"""That of the request for which this is done."""


def span(name: str, **attributes: Attribute) -> AbstractContextManager[Span, None]:
    """Trace the block as *name* if it is done for a request that is traced.

    Names are of what is done (`cache.get`); attributes are few and known beforehand.
    """
    tracer = TRACER.get()
    return UNTRACED if tracer is None else tracer.span(name, attributes)
