"""`/openapi.json`: the API describes itself, in OpenAPI 3.1."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import jsonschema_rs
import pytest

ERRORS: Final = Path(__file__).resolve().parents[2] / "docs" / "errors.md"

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
PATHS = {
    "/api/predict": {"get", "post"},
    "/api/predict/batch": {"post"},
    "/api/stations": {"get"},
    "/api/stations/{code}": {"get"},
    "/api/routes/{origin}/{destination}/stats": {"get"},
    "/api/statistics": {"get"},
    "/health": {"get"},
    "/health/live": {"get"},
    "/health/ready": {"get"},
}


@pytest.fixture(scope="module")
def description(api: httpx.Client) -> Any:
    answer = api.get("/openapi.json")
    assert answer.status_code == 200
    assert "json" in answer.headers["Content-Type"]
    return answer.json()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def referred(description: Any, node: Any) -> Any:
    """Return *node*, or what it refers to."""
    found = description if "$ref" in node else node
    for part in node.get("$ref", "#/").removeprefix("#/").split("/"):
        found = found[part] if part else found
    return found


def operations(description: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method in METHODS & item.keys():
            yield path, item[method]


def test_it_is_openapi_3_1_with_title_and_version(description: Any) -> None:
    assert description["openapi"].startswith("3.1.")
    assert description["info"]["title"] == "RailFair"
    assert description["info"]["version"]


def test_it_lists_what_is_served(description: Any) -> None:
    served = {path: METHODS & item.keys() for path, item in description["paths"].items()}
    assert PATHS.items() <= served.items()


def test_operations_have_ids_of_their_own_and_responses(description: Any) -> None:
    ids = [operation["operationId"] for _, operation in operations(description)]
    assert len(ids) == len(set(ids))
    for _, operation in operations(description):
        assert operation["summary"]
        for response in operation["responses"].values():
            assert referred(description, response)["description"]


def test_the_parameters_of_a_path_are_those_that_its_operations_describe(description: Any) -> None:
    for path, operation in operations(description):
        described = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert described == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_every_reference_leads_somewhere(description: Any) -> None:
    for reference in references(description):
        assert referred(description, {"$ref": reference})


def test_every_error_of_the_docs_is_described_as_a_problem_with_an_example(
    description: Any,
) -> None:
    sections = re.findall(r"^## ([a-z-]+)$", ERRORS.read_text("utf-8"), re.MULTILINE)
    told = {
        referred(description, example)["value"]["type"].removeprefix("/problems/")
        for response in description["components"]["responses"].values()
        for example in response["content"]["application/problem+json"]["examples"].values()
    }
    assert len(sections) > 20
    assert set(sections) <= told


def test_problems_of_the_description_are_of_the_status_that_they_stand_at(
    description: Any,
) -> None:
    for _, operation in operations(description):
        for status, response in operation["responses"].items():
            content = referred(description, response).get("content", {})
            for example in content.get("application/problem+json", {}).get("examples", {}).values():
                assert str(referred(description, example)["value"]["status"]) == status


def test_examples_of_answers_are_as_the_description_wants_them(description: Any) -> None:
    checked = 0
    for _, operation in operations(description):
        for response in operation["responses"].values():
            content = response.get("content", {}).get("application/json", {})
            if "example" in content:
                schema = {**content["schema"], "components": description["components"]}
                jsonschema_rs.validator_for(schema).validate(content["example"])
                checked += 1
    assert checked >= 20


def test_the_prediction_names_its_parameters(description: Any) -> None:
    described = {one["name"] for one in description["paths"]["/api/predict"]["get"]["parameters"]}
    wanted = {"origin", "destination", "date", "time", "toc", "limit", "include_fares", "railcard"}
    assert wanted | {"observed_at", "observed_delay_min"} == described
