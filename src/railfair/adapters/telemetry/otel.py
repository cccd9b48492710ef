"""Whether the standard variables ask for traces, without loading what makes them.

Source: OpenTelemetry, environment variables of an SDK.
"""

from collections.abc import Mapping
from typing import Final

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def is_tracing_wanted(environment: Mapping[str, str]) -> bool:
    """Return whether spans have somewhere to go, and nothing in *environment* says they may not."""
    return (
        any(environment.get(name, "").strip() for name in ENDPOINTS)
        and environment.get("OTEL_SDK_DISABLED", "").strip().lower() != "true"
        and environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() != "none"
        and environment.get("OTEL_TRACES_SAMPLER", "").strip().lower() != "always_off"
    )
