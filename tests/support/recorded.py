"""Records examples of answers for `/openapi.json` from a service over the small demo railway.

Run `python -m support.recorded URL`; lists keep their first entry only.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import httpx

from railfair.entrypoints.http.description import EXAMPLES, operations

MOST_ENTRIES: Final = 1
DAY: Final = "2026-11-24"
ENDS: Final = {"origin": "NRW", "destination": "LST"}
VALUES: Final[dict[str, dict[str, Any]]] = {
    "/api/predict": {**ENDS, "date": DAY, "time": "08:00", "limit": 1},
    "/api/fares/compare": {**ENDS, "date": DAY, "time": "08:00", "railcard": "YNG"},
    "/api/fares/trends": {**ENDS, "ticket": "SOS"},
    "/api/journey/plan": {
        "origin": "NRW", "destination": "BRI", "depart_after": f"{DAY}T08:00", "limit": 1,
    },
    "/api/stations": {"q": "norw"},
    "/api/stations/{code}/departures": {"date": DAY, "time": "08:00"},
    "/api/feedback": {**ENDS, "date": "2026-11-20", "time": "08:00", "as_forecast": True},
    "/api/preferences": {"railcard": "YNG", "favourites": ["NRW"]},
}  # fmt: skip
"""What is asked for in an example."""
UNRECORDED: Final = ("/api/admin/", "/health")
"""These say how this moment was, or need a key."""


def recorded(client: httpx.Client) -> dict[str, Any]:
    """Return an answer of each operation of the service, by method and path."""
    found: dict[str, Any] = {}
    for path, method, operation in operations(client.get("/openapi.json").json()):
        if path.startswith(UNRECORDED) or method == "delete":
            continue
        address = path.format(code="NRW", **ENDS)
        values = VALUES.get(path, {})
        if path == "/api/predict/batch":
            values = {"requests": [VALUES["/api/predict"]]}
        has_body = "requestBody" in operation
        answer = client.request(
            method,
            address,
            json=values if has_body else None,
            params=None if has_body else values,
        )
        answer.raise_for_status()
        found[f"{method} {path}"] = _shortened(answer.json())
    return found


def _shortened(value: Any) -> Any:
    match value:
        case dict():
            return {name: _shortened(one) for name, one in value.items()}
        case list():
            return [_shortened(one) for one in value[:MOST_ENTRIES]]
        case _:
            return value


def main() -> None:
    """Write the examples that the service at the address given answers with."""
    with httpx.Client(base_url=sys.argv[1], timeout=60) as client:
        text = json.dumps(recorded(client), ensure_ascii=False, indent=1)
    Path(EXAMPLES).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
