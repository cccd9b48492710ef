"""What deploys RailFair is written as its tools want it, and names nothing that is not there."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml

from railfair.config import PREFIX, Settings, name_of, secrets

ROOT: Final = Path(__file__).resolve().parents[3]
DEPLOY: Final = ROOT / "deploy"
TOOLS: Final = Path(sys.executable).parent
SCRIPTS: Final = sorted(
    path for path in DEPLOY.iterdir() if path.is_file() and path.read_bytes()[:2] == b"#!"
)
HELPERS: Final = (
    DEPLOY / "lib.sh",
    DEPLOY / "prometheus" / "programs",
    DEPLOY / "alertmanager" / "start",
)
K8S: Final = DEPLOY / "k8s"
KUSTOMIZATION: Final = "kustomization.yaml"
KUBERNETES: Final = "1.32.0"
OVERRIDES: Final = ("compose.dev.yaml", "compose.production.yaml", "compose.host-network.yaml")
TEMPLATES: Final = (".env.example", "deploy/production.env", "deploy/development.env")


class Compose(yaml.SafeLoader):  # type: ignore[misc]
    """Reads what compose adds to YAML: `!reset`."""


Compose.add_constructor("!reset", lambda _loader, _node: None)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(one) for one in command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def read(name: str) -> dict[str, Any]:
    return dict(yaml.load((ROOT / name).read_text("utf-8"), Compose))  # noqa: S506 - a SafeLoader


def test_the_dockerfile_is_as_hadolint_wants_it() -> None:
    done = run(TOOLS / "hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_dockerfile_fetches_no_frontend_and_works_without_a_secret() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "# syntax=" not in text
    assert "required=true" not in text


def test_what_goes_into_an_image_is_named() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not [rule for rule in rules if ".env" in rule or "secret" in rule]


def test_there_is_a_script_for_each_thing_to_do() -> None:
    assert {path.name for path in SCRIPTS} == {
        "backup", "deploy", "migrate", "restore", "rollback", "smoke", "watch",
    }  # fmt: skip


@pytest.mark.parametrize("script", [*SCRIPTS, *HELPERS], ids=lambda path: path.name)
def test_scripts_are_as_shellcheck_wants_them(script: Path) -> None:
    done = run(TOOLS / "shellcheck", script)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_help_with_examples_from_any_folder(script: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [script, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith(f"{script.name} ")
    assert f"Examples:\n  deploy/{script.name}" in done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_refuse_what_they_do_not_know(script: Path) -> None:
    done = run(script, "--no-such-thing")
    assert done.returncode == 2
    assert done.stderr.startswith(f"{script.name}: there is no")


def services() -> dict[str, Any]:
    return dict(read("compose.yaml")["services"])


@pytest.mark.parametrize("name", sorted(services()))
def test_containers_may_do_no_more_than_they_need_to(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    is_ours = service["image"].startswith("${STACK_IMAGE")
    assert is_ours or str(service["user"]).split(":")[0] not in {"0", "root"}


@pytest.mark.parametrize("override", OVERRIDES)
def test_overrides_are_of_services_that_there_are(override: str) -> None:
    assert set(read(override)["services"]) <= set(services())


def test_only_localhost_is_served_unless_somebody_says_otherwise() -> None:
    ports = [port for one in services().values() for port in one.get("ports", ())]
    assert ports
    assert all(port.startswith(("127.0.0.1:", "${STACK_BIND:-127.0.0.1}:")) for port in ports)


def test_what_is_mounted_into_containers_is_there() -> None:
    for name in ("compose.yaml", *OVERRIDES):
        for service in read(name)["services"].values():
            for volume in service.get("volumes") or ():
                source = volume.split(":")[0]
                assert not source.startswith("./") or (ROOT / source).exists(), volume


def settings_named(text: str) -> set[str]:
    return set(re.findall(rf"\b{PREFIX}[A-Z0-9_]+\b", text))


@pytest.mark.parametrize(
    "name",
    [
        "compose.yaml",
        *OVERRIDES,
        *TEMPLATES,
        *(str(path.relative_to(ROOT)) for path in sorted(K8S.rglob("*.yaml"))),
    ],
)
def test_settings_that_are_named_exist(name: str) -> None:
    known = {name_of(field) for field in Settings.model_fields}
    known |= {name_of(field) + "_FILE" for field in secrets(Settings.model_fields)}
    assert settings_named((ROOT / name).read_text("utf-8")) - {PREFIX} <= known


def resources(file: Path) -> Iterator[dict[str, Any]]:
    for document in yaml.safe_load_all(file.read_text("utf-8")):
        yield dict(document)


KUSTOMIZATIONS: Final = sorted(K8S.rglob(KUSTOMIZATION))
PATCHES: Final = {
    path.parent / patch["path"]
    for path in KUSTOMIZATIONS
    for patch in yaml.safe_load(path.read_text("utf-8")).get("patches", ())
}
MANIFESTS: Final = sorted(set(K8S.rglob("*.yaml")) - set(KUSTOMIZATIONS) - PATCHES)


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda path: str(path.relative_to(K8S)))
def test_manifests_are_as_kubernetes_wants_them(file: Path) -> None:
    for resource in resources(file):
        kubernetes_validate.validate(resource, KUBERNETES, strict=True)


@pytest.mark.parametrize("file", KUSTOMIZATIONS, ids=lambda path: path.parent.name)
def test_kustomizations_name_what_there_is_and_all_of_it(file: Path) -> None:
    read_ = yaml.safe_load(file.read_text("utf-8"))
    named = [*read_["resources"], *(patch["path"] for patch in read_.get("patches", ()))]
    for one in named:
        target = file.parent / one
        assert target.is_file() or (target / KUSTOMIZATION).is_file(), one
    here = {path.name for path in file.parent.glob("*.yaml")} - {KUSTOMIZATION}
    assert here == {one for one in named if not one.startswith("..")}


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in MANIFESTS:
        for resource in resources(file):
            spec = resource.get("spec", {})
            spec = spec.get("jobTemplate", {}).get("spec", spec)
            if (template := spec.get("template")) is not None:
                yield resource["metadata"]["name"], template["spec"]


@pytest.mark.parametrize(
    ("name", "pod"), list(pods()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_pods_may_do_no_more_than_they_need_to(name: str, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in [*pod["containers"], *pod.get("initContainers", ())]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


def test_pods_are_asked_whether_they_live_and_whether_they_are_ready() -> None:
    (app,) = [pod for name, pod in pods() if name == "railfair"]
    (container,) = app["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"


@pytest.mark.parametrize(
    "name", ["alertmanager/alertmanager", "otel/collector", "prometheus/prometheus"]
)
def test_what_watches_is_readable(name: str) -> None:
    (file,) = DEPLOY.glob(f"{name}.y*ml")
    assert isinstance(yaml.safe_load(file.read_text("utf-8")), dict)


def test_dashboards_are_json() -> None:
    for file in (DEPLOY / "grafana" / "dashboards").glob("*.json"):
        assert json.loads(file.read_text("utf-8"))["panels"]
