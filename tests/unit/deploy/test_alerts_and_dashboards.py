"""Alerts, their receivers and dashboards are as their tools want them, and lead to the runbook."""

import json
import os
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from support.prometheus import ROOT, programs, rules

PROMETHEUS: Final = ROOT / "deploy" / "prometheus"
ALERTMANAGER: Final = ROOT / "deploy" / "alertmanager"
GRAFANA: Final = ROOT / "deploy" / "grafana"
DASHBOARDS: Final = sorted((GRAFANA / "dashboards").glob("*.json"))
ALERTS: Final = [rule for rule in rules() if "alert" in rule]
SEVERITIES: Final = {"critical", "warning"}


def checked(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_its_configuration_and_rules() -> None:
    checked(programs() / "promtool", "check", "config", PROMETHEUS / "prometheus.yml")


@pytest.mark.parametrize("name", ["faults", "feeds", "promises"])
def test_faults_are_told_of_and_health_is_not(name: str) -> None:
    checked(programs() / "promtool", "test", "rules", ROOT / "tests" / "alerts" / f"{name}.yml")


def test_each_alert_is_tested() -> None:
    tests = "".join(file.read_text("utf-8") for file in (ROOT / "tests" / "alerts").glob("*.yml"))
    fired = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:", tests))
    assert fired == {alert["alert"] for alert in ALERTS}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_alert_leads_to_its_section_of_the_runbook(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in SEVERITIES
    assert alert["annotations"].keys() == {"summary", "description", "runbook_url"}
    page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    assert anchor == alert["alert"].lower()
    _, _, after = (ROOT / page).read_text("utf-8").partition(f"\n## {alert['alert']}\n")
    section = after.partition("\n## ")[0]
    for part in ("Users notice", "onfirm", "o**:", "Who else"):
        assert part in section


def test_links_within_the_runbook_lead_somewhere() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    sections = {title.lower() for title in re.findall(r"^## (\w+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= sections
    assert sections == {alert["alert"].lower() for alert in ALERTS}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"ALERTS_SMTP": "mail.example.org:587", "ALERTS_SMTP_USER": "o'neil",
         "ALERTS_PAGE_EMAIL": "night@example.org", "ALERTS_TICKET_EMAIL": "day@example.org"},
    ],
    ids=["shown only", "told"],
)  # fmt: skip
def test_receivers_come_from_settings_and_secrets_stay_in_their_files(
    settings: dict[str, str], tmp_path: Path
) -> None:
    written = tmp_path / "alertmanager.yml"
    if settings:
        (tmp_path / "page_url").write_text("https://hooks.example.org/secret")
    text = checked(
        ALERTMANAGER / "start", "--print",
        ALERTS_CONFIG=str(written), ALERTS_SECRETS=str(tmp_path), **settings,
    )  # fmt: skip
    assert text == written.read_text("utf-8")
    assert "hooks.example.org" not in text
    assert ("page_url" in text) == ("night@example.org" in text) == bool(settings)
    checked(programs() / "amtool", "check-config", written)
    for severity, receiver in (("critical", "page"), ("warning", "ticket")):
        route = checked(
            programs() / "amtool", "config", "routes", "test", f"--config.file={written}",
            f"severity={severity}",
        )  # fmt: skip
        assert route.strip() == receiver


def test_an_address_without_a_mail_server_is_refused() -> None:
    done = subprocess.run(
        [ALERTMANAGER / "start", "--print"], capture_output=True, text=True, check=False,
        env={**os.environ, "ALERTS_PAGE_EMAIL": "night@example.org"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "ALERTS_SMTP" in done.stderr


def test_dashboards_are_those_that_are_built() -> None:
    built = runpy.run_path(str(GRAFANA / "build.py"))["dashboards"]()
    assert built == {file.name: file.read_text("utf-8") for file in DASHBOARDS}


def test_dashboards_are_told_apart() -> None:
    read = [json.loads(file.read_text("utf-8")) for file in DASHBOARDS]
    assert len({one["uid"] for one in read}) == len({one["title"] for one in read}) == len(read)


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_panels_say_what_they_show(file: Path) -> None:
    panels = json.loads(file.read_text("utf-8"))["panels"]
    assert len({one["id"] for one in panels}) == len({one["title"] for one in panels})
    assert len(panels) == len({one["id"] for one in panels})
    for one in panels:
        assert one["title"]
        assert one["description"]
        if one["type"] != "text":
            assert one["fieldConfig"]["defaults"]["unit"]
            assert one["fieldConfig"]["defaults"]["thresholds"]["steps"]
            assert one["datasource"]["uid"] == "prometheus"
            assert one["links"]
            assert all(target["expr"] and target["legendFormat"] for target in one["targets"])
