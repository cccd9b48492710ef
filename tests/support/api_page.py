"""Writes `docs/api.md`, the reference of the API, from what `/openapi.json` says: `make docs`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from railfair.config import Settings
from railfair.entrypoints.http.app import Opened, litestar_app
from railfair.entrypoints.http.description import described, operations

type Node = Mapping[str, Any]

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "api.md"
HEAD: Final = """# The API

Every address, what it takes, an example of what it answers, and the [errors](errors.md) that it may
answer with. `make docs` writes this page from `/openapi.json`, which says the same to programs, in
OpenAPI 3.1; a running service shows it at `/docs`. The [guide](guide.md) goes by task.

- Parameters that are not known are passed over; one that can be meant once and is given twice is
  a 422. An empty one counts as not given. A parameter in **bold** has to be given.
- A body is JSON, and may hold numbers as text; null stands for what is not given.
- A HEAD is answered as the GET is, without the body; OPTIONS tells which methods there are.
- Most answers have an `ETag`; ask with `If-None-Match` and get a 304 while they are the same.
- No key is needed but for `/api/admin`; one is sent as `X-API-Key` or `Authorization: Bearer`.
- Examples are of the demo railway, with only the first entry of each list.
- Not listed: `/metrics` (see [observability](observability.md)), `/openapi.json`, `/docs`.
"""


def page(schema: Node) -> str:
    """Return the page about what *schema*, an OpenAPI description, describes."""
    parts = [HEAD]
    for tag in schema["tags"]:
        parts += [f"## {tag['name']}\n", f"{tag['description']}\n"]
        for path, method, operation in operations(cast("dict[str, Any]", schema)):
            if operation["tags"] == [tag["name"]]:
                parts += _operation(schema, path, method, operation)
    return "\n".join(parts)


def _operation(schema: Node, path: str, method: str, operation: Node) -> Iterator[str]:
    yield f"### `{method.upper()} {path}`\n"
    yield f"**{operation['summary']}**. {operation.get('description', '')}\n"
    if rows := [_row(one["name"], one["required"], one) for one in operation.get("parameters", [])]:
        yield "\n".join(["| parameter | form | |", "|---|---|---|", *rows]) + "\n"
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        members = _of(schema, body["schema"])
        needed = members.get("required", [])
        rows = [
            _row(name, name in needed, {"schema": one})
            for name, one in members["properties"].items()
        ]
        yield "\n".join(["| member of the body | form | |", "|---|---|---|", *rows]) + "\n"
        if "example" in body:
            yield f"For example\n\n{_json(body['example'])}\n"
    for status, answer in operation["responses"].items():
        yield from _answer(status, answer)
    yield _errors(schema, operation) + "\n"


def _answer(status: str, answer: Node) -> Iterator[str]:
    content = answer.get("content", {})
    if status.startswith("2"):
        forms = ", ".join(f"`{form}`" for form in content) or "nothing"
        yield f"Answers {status} with {forms}.\n"
    example = content.get("application/json", {}).get("example")
    if example is not None:
        yield f"<details><summary>Example</summary>\n\n{_json(example)}\n\n</details>\n"


def _errors(schema: Node, operation: Node) -> str:
    told = []
    for status, answer in operation["responses"].items():
        content = _of(schema, answer).get("content", {}).get("application/problem+json", {})
        codes = sorted(
            {
                _of(schema, one)["value"]["type"].removeprefix("/problems/")
                for one in content.get("examples", {}).values()
            }
        )
        if codes:
            told.append(f"{status} {', '.join(map(_linked, codes))}")
    return f"Errors: {'; '.join(told)}."


def _linked(code: str) -> str:
    text = (PAGE.parent / "errors.md").read_text("utf-8")
    return f"[{code}](errors.md#{code})" if f"\n## {code}\n" in text else code


def _row(name: str, is_needed: bool, parameter: Node) -> str:
    form = _form(parameter["schema"]).replace("|", "\\|")
    return f"| {f'**`{name}`**' if is_needed else f'`{name}`'} | {form} | {_told(parameter)} |"


def _told(parameter: Node) -> str:
    return str(parameter.get("description", "")).replace("|", "\\|")


def _form(schema: Node) -> str:
    """Return in a few words which values *schema* allows."""
    if "anyOf" in schema:
        return _form(schema["anyOf"][0])
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema:
        found = ", ".join(f"`{one}`" for one in schema["enum"])
    elif schema.get("type") == "array":
        found = f"at most {schema['maxItems']} of: {_form(schema['items'])}"
    elif "minimum" in schema:
        found = f"{schema['minimum']} to {schema['maximum']}"
    elif "exclusiveMinimum" in schema:
        found = f"between {schema['exclusiveMinimum']} and {schema['exclusiveMaximum']}"
    elif schema.get("type") == "boolean":
        found = "`true` or `false`"
    elif schema.get("format") == "date":
        found = "a date, `2026-11-24`"
    elif "pattern" in schema:
        found = ", ".join(
            [f"`{schema['pattern']}`", *(f"`{one}`" for one in schema.get("examples", []))]
        )
    else:
        found = f"text of up to {schema['maxLength']} characters"
    return found + (f" (`{schema['default']}`)" if "default" in schema else "")


def _of(schema: Node, node: Node) -> Node:
    """Return *node*, or what it refers to."""
    found: Any = schema if "$ref" in node else node
    for part in node.get("$ref", "#").split("/")[1:]:
        found = found[part]
    return cast("Node", found)


def _json(value: Any) -> str:
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=1)}\n```"


def description() -> dict[str, Any]:
    """Return what a service says at `/openapi.json`."""
    app = litestar_app(cast("Opened", None), Settings())
    return described(app.openapi_schema.to_schema())


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(description()), "utf-8")


if __name__ == "__main__":
    main()
