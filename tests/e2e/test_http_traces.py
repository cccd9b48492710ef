"""Traces of the real server at a real receiver: connected, chosen by heads, never in the way."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from e2e.conftest import Demo, settings_for
from e2e.test_lifecycle import until
from support.command import Service, free_port, serving
from support.otlp import Receiver, ancestors, attributes, receiving
from support.redis_server import redis_server

TRIP = "origin=NRW&destination=BRI"
PLAN = f"/api/journey/plan?{TRIP}&depart_after=2026-11-24T08:00"
PREDICT = "/api/predict?origin=NRW&destination=LST&date=2026-11-24&time=08:00"
PARENT = "00f067aa0ba902b7"
SERVER = 2


def parent_of(trace_id: str, flags: str) -> dict[str, str]:
    return {"traceparent": f"00-{trace_id}-{PARENT}-{flags}"}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def traced(
    demo: Demo, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Serve with traces of those only who ask for one."""
    folder = tmp_path_factory.mktemp("traced")
    with redis_server(folder) as redis:
        settings = {
            **settings_for(demo.database),
            "RAILFAIR_REDIS_URL": redis.url,
            **receiver.settings(OTEL_TRACES_SAMPLER="parentbased_always_off"),
        }
        with serving(settings, folder) as service:
            yield service


def lines_of(service: Service, request_id: str) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in service.log.read_text().splitlines() if line[:1] == "{"]
    return [line for line in lines if line.get("request_id") == request_id]


def test_a_plan_is_one_connected_trace_from_the_server_to_the_forecast(
    traced: Service, receiver: Receiver
) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = httpx.get(traced.url + PLAN, headers=parent_of(trace_id, "01"), timeout=30)
    assert answer.status_code == 200
    version, its_trace, its_span, flags = answer.headers["traceparent"].split("-")
    assert (version, its_trace, flags) == ("00", trace_id, "01")
    until(lambda: any(span.span_id.hex() == its_span for span in receiver.spans))
    spans = receiver.of_trace(trace_id)
    (server,) = [span for span in spans if span.kind == SERVER]
    assert server.name == "GET /api/journey/plan"
    assert server.parent_span_id.hex() == PARENT
    assert (server.span_id.hex(), attributes(server)["http.response.status_code"]) == (
        its_span,
        200,
    )
    assert attributes(server)["railfair.cache.outcome"] == "MISS"
    around = {span.name: ancestors(span, spans) for span in spans}
    within = [server.name, "cache.get", "answer.make", "storage.read"]
    for name in ("planner.search", "forecast.journeys", "pricing.journeys", "db.SELECT"):
        assert around[name][:4] == within, name
    assert around["redis.call"][0] == server.name
    assert all(ancestors(span, spans)[:1] == [server.name] for span in spans if span != server)
    statements = [attributes(span)["db.query.text"] for span in spans if span.name == "db.SELECT"]
    assert statements
    assert not any("NRW" in statement for statement in statements)
    request_id = answer.headers["x-request-id"]
    until(lambda: bool(lines_of(traced, request_id)))
    (line,) = lines_of(traced, request_id)
    assert (line["trace_id"], line["span_id"], line["cache"]) == (trace_id, its_span, "MISS")


def test_a_hit_is_traced_as_well_where_its_caller_traces(
    traced: Service, receiver: Receiver
) -> None:
    httpx.get(traced.url + PREDICT)
    trace_id = "5bf92f3577b34da6a3ce929d0e0e4736"
    answer = httpx.get(traced.url + PREDICT, headers=parent_of(trace_id, "01"))
    assert answer.headers["x-cache"] == "HIT"
    until(lambda: bool(receiver.of_trace(trace_id)))
    (span,) = receiver.of_trace(trace_id)
    assert span.name == "GET /api/predict"
    assert attributes(span)["railfair.cache.outcome"] == "HIT"


@pytest.mark.parametrize("headers", [{}, parent_of("6bf92f3577b34da6a3ce929d0e0e4736", "00"),
                                     {"traceparent": "no parent"}])  # fmt: skip
def test_who_does_not_ask_for_a_trace_gets_none(
    traced: Service, receiver: Receiver, headers: dict[str, str]
) -> None:
    before = {span.trace_id for span in receiver.spans}
    answer = httpx.get(traced.url + PREDICT, headers=headers)
    assert "traceparent" not in answer.headers
    request_id = answer.headers["x-request-id"]
    until(lambda: bool(lines_of(traced, request_id)))
    assert "trace_id" not in lines_of(traced, request_id)[0]
    last = uuid4().hex
    httpx.get(traced.url + PREDICT, headers=parent_of(last, "01"))
    until(lambda: bool(receiver.of_trace(last)))
    assert {span.trace_id.hex() for span in receiver.spans} - {one.hex() for one in before} == {
        last
    }


def test_an_error_is_told_by_its_kind_and_nothing_of_it_is_said(
    traced: Service, receiver: Receiver
) -> None:
    trace_id = "8bf92f3577b34da6a3ce929d0e0e4736"
    path = "/api/predict?origin=NRW&destination=XXX&date=2026-11-24&time=08:00"
    assert httpx.get(traced.url + path, headers=parent_of(trace_id, "01")).status_code == 404
    until(lambda: any(span.kind == SERVER for span in receiver.of_trace(trace_id)))
    spans = receiver.of_trace(trace_id)
    errors = {attributes(span).get("error.type") for span in spans} - {None}
    assert errors == {"UnknownStation"}
    told = str([list(attributes(span).values()) for span in spans])
    assert "XXX" not in told
    assert not any(span.events for span in spans)


def test_what_was_not_sent_when_it_is_told_to_stop_is_sent_then(
    demo: Demo, receiver: Receiver, tmp_path: Path
) -> None:
    settings = {**settings_for(demo.database),
                **receiver.settings(OTEL_BSP_SCHEDULE_DELAY="600000")}  # fmt: skip
    with serving(settings, tmp_path) as service:
        sent = {httpx.get(service.url + PREDICT).headers["traceparent"] for _ in range(6)}
        assert service.stop() == 0
    until(lambda: all(receiver.of_trace(one.split("-")[1]) for one in sent))


def test_without_its_receiver_requests_are_answered_all_the_same_and_it_stops(
    demo: Demo, tmp_path: Path
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    settings = {**settings_for(demo.database), "OTEL_EXPORTER_OTLP_ENDPOINT": nobody,
                "OTEL_BSP_SCHEDULE_DELAY": "20"}  # fmt: skip
    with serving(settings, tmp_path) as service:
        for _ in range(50):
            assert httpx.get(service.url + PREDICT).status_code == 200
        assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()
