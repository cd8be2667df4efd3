"""What the OpenAPI says of every operation alike: how it refuses, and an example of how it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lessons.web.api.schemas import Problem

WORDS = {
    200: "What was asked for.",
    400: "The body is no JSON.",
    401: "Nobody is signed in, or the token opens nothing.",
    403: "What changes something needs the pages' CSRF token, or a token of one's own in its place.",
    404: "There is no such thing, or it is not yours: both are answered alike.",
    409: "Kafka refused; or the act's id belongs to another act.",
    413: "The request is too long.",
    422: "The request is not well-formed, or the app refused it; the words say what to try.",
    429: "Too many acts at once; the words say how long to wait.",
    503: "Kafka or the database did not answer.",
}
PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def describe(openapi: dict[str, Any]) -> dict[str, Any]:
    """Adds it, and returns the same."""
    schemas = openapi["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(problem.pop("$defs", {}), Problem=problem)
    for method, operation in _operations(openapi):
        answers = operation["responses"]
        for status in _refusals(method, operation):
            answers.setdefault(status, {"content": PROBLEM})
        for status, answer in answers.items():
            answer["description"] = WORDS[status]
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
    """Made of the schemas' own examples."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    if "items" in schema.get("properties", {}):  # a page
        return {"items": _example(schema["properties"]["items"], schemas), "count": 1}
    return {}
