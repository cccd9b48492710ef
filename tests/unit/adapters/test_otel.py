"""Which requests are traced, and what is said of them."""

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    DEFAULT_ON,
    Decision,
    ParentBased,
    TraceIdRatioBased,
)

from railfair.adapters.telemetry.otel import is_tracing_wanted
from railfair.adapters.telemetry.traces import OtlpTraces
from railfair.ports.tracing import TRACER, UNTRACED, span
from support.otlp import Receiver, ancestors, attributes, receiving

TRACE_ID, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


@pytest.mark.parametrize(
    ("environment", "is_wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "True"}, False),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "false"}, True),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, False),
        ({**ENDPOINT, "OTEL_TRACES_SAMPLER": "always_off"}, False),
    ],
)
def test_traces_are_made_where_they_have_somewhere_to_go(
    environment: dict[str, str], is_wanted: bool
) -> None:
    assert is_tracing_wanted(environment) is is_wanted


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as receiver:
        for name, value in receiver.settings().items():
            monkeypatch.setenv(name, value)
        yield receiver


def parent(flags: str) -> dict[bytes, bytes]:
    return {b"traceparent": f"00-{TRACE_ID}-{PARENT}-{flags}".encode()}


def test_without_a_tracer_a_span_is_nothing() -> None:
    assert TRACER.get() is None
    with span("anything", number=1) as nothing:
        nothing.note(more=2)
    assert nothing is UNTRACED


def test_the_sampler_decides_and_its_decision_is_that_of_the_id(receiver: Receiver) -> None:
    half = TraceIdRatioBased(0.5)
    traces = OtlpTraces("1", half)
    begun = [traces.begin("GET", {}) for _ in range(200)]
    traced = [one for one in begun if one is not None]
    assert 50 < len(traced) < 150
    for one in traced:
        decision = half.should_sample(None, int(one.ids()[0], 16), "GET").decision
        assert decision is Decision.RECORD_AND_SAMPLE
    traces.close()


@pytest.mark.parametrize(
    ("sampler", "flags", "is_traced"),
    [
        (ParentBased(ALWAYS_OFF), "01", True),
        (DEFAULT_ON, "00", False),
        (ALWAYS_ON, "00", True),
        (ALWAYS_OFF, "01", False),
    ],
)
def test_what_the_caller_decided_counts_for_samplers_that_ask(
    receiver: Receiver, sampler: ParentBased, flags: str, is_traced: bool
) -> None:
    traces = OtlpTraces("1", sampler)
    begun = traces.begin("GET", parent(flags))
    assert (begun is not None) is is_traced
    if begun is not None:
        assert begun.ids()[0] == TRACE_ID
    traces.close()


async def test_tasks_inherit_what_they_are_done_for(receiver: Receiver) -> None:
    traces = OtlpTraces("1", ALWAYS_ON)
    trace = traces.begin("GET", {})
    assert trace is not None

    async def inner() -> None:
        with span("inner"):
            pass

    with trace:
        with span("outer", number=3) as outer:
            await asyncio.gather(*(asyncio.create_task(inner()) for _ in range(2)))
            outer.note(cache="MISS")
        with pytest.raises(LookupError, match="secret"), span("failing"):
            raise LookupError("secret")
    trace.answered("GET", "/api/predict", 503)
    assert TRACER.get() is None
    traces.close()
    async with asyncio.timeout(20):
        while len(receiver.spans) < 5:  # noqa: ASYNC110 - a thread fills it
            await asyncio.sleep(0.01)
    spans = {one.name: one for one in receiver.spans}
    server = "GET /api/predict"
    assert ancestors(spans["inner"], receiver.spans) == [server, "outer"]
    assert attributes(spans["outer"]) == {"railfair.number": 3, "railfair.cache.outcome": "MISS"}
    assert attributes(spans["failing"]) == {"error.type": "LookupError"}
    assert "secret" not in str(receiver.spans)
    assert attributes(spans[server])["error.type"] == "503"
