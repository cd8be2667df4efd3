"""What the OpenAPI says about every operation: its refusals, and an example answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lessons.web.api.schemas import Problem

MEANINGS = {
    200: "The answer.",
    400: "The body is not JSON.",
    401: "You are not signed in, or the token is not valid.",
    403: "To change something, send the pages' CSRF token, or use a token instead of the session.",
    404: "It does not exist, or you have no access to it. Both get the same answer.",
    409: "Kafka refused, or the `act_id` belongs to another act.",
    413: "The request is too large.",
    422: "The request is not well-formed, or the app refused it; `advice` says what to try.",
    429: "Too many acts or reads at once; `advice` says how long to wait.",
    202: "Still running: ask for the act later.",
    503: "Kafka or the database did not answer, and nothing has happened.",
    504: "Kafka did not answer in time, or its answer could not be stored: nobody knows yet what has happened.",
}
PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def describe(openapi: dict[str, Any]) -> dict[str, Any]:
    """Add refusals and examples to `openapi`, and return it."""
    schemas = openapi["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(problem.pop("$defs", {}), Problem=problem)
    for method, operation in _operations(openapi):
        answers = operation["responses"]
        for status in _refusals(method, operation):
            answers.setdefault(status, {"content": PROBLEM})
        for status, answer in answers.items():
            answer["description"] = MEANINGS[status]
        operation["responses"] = dict(sorted(answers.items()))
        answered = answers[200]["content"]["application/json"]
        answered["example"] = _example(answered["schema"], schemas)
    return openapi


def _operations(openapi: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in openapi["paths"].values():
        yield from path.items()


def _refusals(method: str, operation: dict[str, Any]) -> Iterator[int]:
    yield from (401, 503)
    if any(parameter["in"] == "path" for parameter in operation["parameters"]):
        yield 404
    if operation["parameters"]:
        yield 422
    if method == "post":
        yield from (400, 403, 413)


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example of this schema, made from the schemas' own examples."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    if "items" in schema.get("properties", {}):  # a page
        return {"items": _example(schema["properties"]["items"], schemas), "count": 1}
    return {}
