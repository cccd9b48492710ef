"""Writes the dashboards from what is said here: `python deploy/grafana/build.py`.

A panel is a title, a sentence, a unit, queries with the names of their lines, and thresholds.
"""

import json
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = Path(__file__).resolve().parent / "dashboards"
SOURCE: Final = {"type": "prometheus", "uid": "prometheus"}
HERE: Final = '{job="railfair",instance=~"$instance"}'
BY: Final = 'job="railfair",instance=~"$instance"'
COLOURS: Final = ("green", "orange", "red")
WIDTH, HEIGHT, ACROSS = 8, 7, 3
RUNBOOK: Final = "railfair-runbook"
HTTP: Final = "http_server_request_duration_seconds"
ANSWER: Final = "railfair_answer_duration_seconds"
SHARE: Final = "percentunit"

type Query = tuple[str, str]


def panel(
    title: str,
    about: str,
    unit: str,
    *queries: Query,
    at: tuple[float, ...] = (),
    kind: str = "timeseries",
    is_reversed: bool = False,
) -> dict[str, Any]:
    """Return a panel; *at* are the values from which it is orange and red, or up to which."""
    colours = (*reversed(COLOURS[: len(at) + 1]),) if is_reversed else COLOURS[: len(at) + 1]
    steps = [
        {"color": colour, "value": value}
        for colour, value in zip(colours, (None, *at), strict=True)
    ]
    defaults: dict[str, Any] = {
        "unit": unit,
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    if kind == "timeseries":
        defaults["custom"] = {
            "fillOpacity": 10,
            "thresholdsStyle": {"mode": "line" if at else "off"},
        }
    return {
        "type": kind,
        "title": title,
        "description": about,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "links": [{"title": "Runbook", "url": f"/d/{RUNBOOK}"}],
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": expr, "legendFormat": name}
            for n, (expr, name) in enumerate(queries)
        ],
    }


def rate(name: str, by: str, more: str = "") -> str:
    """Return a count a second, 0 where nothing was counted yet."""
    return f"sum by ({by}) (rate({name}{{{BY}{more}}}[5m])) or vector(0)"


def quantile(share: float, name: str, by: str, more: str = "") -> str:
    """Return the time within which that *share* is answered."""
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({name}_bucket{{{BY}{more}}}[5m])))"


SERVED: Final = ',http_route!~"/health.*|/metrics"'
SLO: Final = (
    panel(
        "Budget left", "Of the bad requests that 30 days may have; below 0 a promise is broken.",
        SHARE, ("slo:budget_left:30d", "{{slo}}"), at=(0.0, 0.25), kind="stat", is_reversed=True,
    ),
    panel(
        "Available, last hour", "Requests not answered with 5xx; 99.9 % are promised.",
        SHARE, ('1 - slo:burn{slo="availability",window="1h"} * 0.001', "available"),
        at=(0.999, 0.9995), kind="stat", is_reversed=True,
    ),
    panel(
        "Alerts", "What somebody is being told of.", "none",
        ('count by (alertname, severity) (ALERTS{alertstate="firing"}) or vector(0)',
         "{{alertname}} {{severity}}"), at=(1,), kind="stat",
    ),
    panel(
        "Burn, 5 minutes", "How many times faster than allowed requests go bad, just now.",
        "none", ('slo:burn{window="5m"}', "{{slo}}"), at=(1, 14.4),
    ),
    panel(
        "Burn, 1 hour", "From 14.4 on, with that of 5 minutes, it is an alert.",
        "none", ('slo:burn{window="1h"}', "{{slo}}"), at=(1, 14.4),
    ),
    panel(
        "Burn, 3 days", "From 1 on the promise of 30 days will not be kept.",
        "none", ('slo:burn{window="3d"}', "{{slo}}"), at=(1, 3),
    ),
)  # fmt: skip
SERVICE: Final = (
    panel("Instances", "1 for each that answers.", "none",
          (f"up{HERE}", "{{instance}}"), at=(1,), kind="stat", is_reversed=True),
    panel("Requests", "A second, by what is asked for.", "reqps",
          (rate(f"{HTTP}_count", "http_route", SERVED), "{{http_route}}")),
    panel("Failures", "Share of requests answered with 5xx.", SHARE,
          ((f"({rate(f'{HTTP}_count', 'job', SERVED + ',http_response_status_code=~"5.."')})"
           f" / scalar(sum(rate({HTTP}_count{{{BY}{SERVED}}}[5m])))"), "5xx"), at=(0.001, 0.0144)),
    panel("95 % answered within", "By what is asked for.", "s",
          (quantile(0.95, HTTP, "http_route", SERVED), "{{http_route}}"), at=(0.1,)),
    panel("Forecasts: 95 % within", "Kept: 30 ms, made: 50 ms.", "s",
          (quantile(0.95, ANSWER, "outcome", ',http_route="/api/predict"'), "{{outcome}}"),
          at=(0.03, 0.05)),
    panel("Problems", "Answers a second that are problems, by code.", "reqps",
          (rate("railfair_problems_total", "code"), "{{code}}")),
    panel("In work", "Requests being answered, of each worker.", "none",
          (f"http_server_active_requests{HERE}", "{{instance}} {{worker}}"), at=(64,)),
    panel("Event loop", "Longest delay of what was due, of each worker.", "s",
          (f"railfair_event_loop_lag_seconds{HERE}", "{{instance}} {{worker}}"), at=(0.1, 0.25)),
    panel("Memory", "Of all workers, as a share of what they may take.", SHARE,
          ((f"sum by (instance) (process_resident_memory_bytes{HERE})"
           f" / on (instance) railfair_memory_limit_bytes{HERE}"), "{{instance}}"), at=(0.7, 0.85)),
    panel("Processor", "Cores that each worker keeps busy.", "none",
          (f"rate(process_cpu_seconds_total{HERE}[5m])", "{{instance}} {{worker}}")),
    panel("Workers", "How long each has run: a short line is one that was replaced.", "s",
          (f"time() - process_start_time_seconds{HERE}", "{{instance}} {{worker}}")),
    panel("Degraded", "Answers a second that are not whole, by what is missing.", "reqps",
          (rate("railfair_degraded_answers_total", "reason"), "{{reason}}")),
)  # fmt: skip
DEPENDENCIES: Final = (
    panel("Redis", "1 if a breaker is not closed: answers are not shared.", "none",
          (f'max by (instance) (railfair_redis_breaker_state{{{BY},state!="closed"}}) or vector(0)',
           "{{instance}}"), at=(1,), kind="stat"),
    panel("Redis, failures", "A second that it did not answer in time, and openings.", "ops",
          (rate("railfair_redis_failures_total", "instance"), "failures {{instance}}"),
          (rate("railfair_redis_breaker_openings_total", "instance"), "openings {{instance}}")),
    panel("Kept answers", "Share of answers that were kept, by kind.", SHARE,
          ((f'sum by (kind) (rate(railfair_cache_requests_total{{{BY},outcome=~"hit|stale"}}[5m]))'
           f" / sum by (kind) (rate(railfair_cache_requests_total{HERE}[5m]))"), "{{kind}}")),
    panel("Database", "1 if it answers each instance.", "none",
          (f"railfair_db_up{HERE}", "{{instance}}"), at=(1,), kind="stat", is_reversed=True),
    panel("Database, time", "How long it takes to tell what is loaded.", "s",
          (f"railfair_db_read_duration_seconds{HERE}", "{{instance}}"), at=(0.05, 0.25)),
    panel("Connections", "In use, and who waits for one.", "none",
          (f'sum by (instance) (railfair_db_pool_connections{{{BY},state="in_use"}})',
           "in use {{instance}}"),
          (f"sum by (instance) (railfair_db_pool_waiting{HERE})", "waiting {{instance}}"),
          (f"sum by (instance) (railfair_db_pool_limit{HERE})", "at most {{instance}}")),
    panel("Feeds, age", "How long ago each was imported.", "s",
          (f"min by (kind) (railfair_feed_age_seconds{HERE})", "{{kind}}"),
          at=(691200,), kind="stat"),
    panel("Jobs, failures", "How often each failed since it last ended well.", "none",
          (f"max by (exported_job) (railfair_job_consecutive_failures{HERE}) or vector(0)",
           "{{exported_job}}"), at=(1, 3), kind="stat"),
    panel("Tasks", "In how many workers what should run by itself does.", "none",
          (f"sum by (task) (railfair_task_running{HERE})", "{{task}}"),
          at=(1,), kind="stat", is_reversed=True),
)  # fmt: skip
BUSINESS: Final = (
    panel("Routes", "Questions a second about those that are asked about most.", "reqps",
          ("topk(10, " + rate("railfair_route_requests_total", "origin, destination") + ")",
           "{{origin}} {{destination}}")),
    panel("Forecasts", "Trains forecast a second, by how far to trust it.", "ops",
          (rate("railfair_forecasts_total", "confidence"), "{{confidence}}")),
    panel("Savings found", "Pounds an hour that the cheapest tickets save.", "currencyGBP",
          (f"sum(rate(railfair_savings_found_pence_total{HERE}[5m])) * 36 or vector(0)", "saved")),
    panel("Fares", "Tested a second, by whether they are good on the trip.", "ops",
          (rate("railfair_fares_compared_total", "verdict"), "{{verdict}}")),
    panel("Plans", "A second, by whether journeys were found.", "ops",
          (rate("railfair_plans_total", "outcome"), "{{outcome}}")),
    panel("Journeys", "Shown a second.", "ops",
          (rate("railfair_journeys_planned_total", "job"), "journeys")),
)  # fmt: skip


def dashboard(uid: str, title: str, panels: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return a dashboard with its panels in rows of three."""
    placed = [
        {
            "id": number + 1,
            "gridPos": {
                "x": number % ACROSS * WIDTH, "y": number // ACROSS * HEIGHT,
                "w": WIDTH, "h": HEIGHT,
            },
            **one,
        }
        for number, one in enumerate(panels)
    ]  # fmt: skip
    instance = {
        "name": "instance", "label": "Instance", "type": "query", "datasource": SOURCE,
        "query": 'label_values(up{job="railfair"}, instance)', "refresh": 2,
        "multi": True, "includeAll": True, "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }  # fmt: skip
    return {
        "uid": uid,
        "title": f"RailFair: {title}",
        "tags": ["railfair"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [instance] if "$instance" in json.dumps(placed) else []},
        "links": [
            {"title": "RailFair", "type": "dashboards", "tags": ["railfair"], "asDropdown": True}
        ],
        "panels": placed,
    }


def runbook() -> dict[str, Any]:
    """Return docs/runbook.md, to be read where the figures are."""
    text = {
        "type": "text",
        "title": "Runbook",
        "description": "docs/runbook.md",
        "options": {"mode": "markdown", "content": (ROOT / "docs/runbook.md").read_text("utf-8")},
    }
    made = dashboard(RUNBOOK, "runbook", (text,))
    made["panels"][0]["gridPos"].update(w=24, h=30)
    return made


def dashboards() -> dict[str, str]:
    """Return the dashboards as they are written, by the names of their files."""
    made = {
        "slo": dashboard("railfair-slo", "promises", SLO),
        "service": dashboard("railfair-service", "service", SERVICE),
        "dependencies": dashboard("railfair-dependencies", "dependencies", DEPENDENCIES),
        "business": dashboard("railfair-business", "business", BUSINESS),
        "runbook": runbook(),
    }
    return {
        f"{name}.json": json.dumps(one, indent=1, ensure_ascii=False) + "\n"
        for name, one in made.items()
    }


if __name__ == "__main__":
    for name, text in dashboards().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
