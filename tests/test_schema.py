"""The API against its own description: whatever is asked, no 5xx, and no answer that the OpenAPI does not tell of."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lessons.models import Attempt, Member, Observation
from lessons.tokens import make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kafka")]

OF_EACH_OPERATION = settings(
    max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip


@dataclass
class Asker:
    """Somebody with a script; the paths that are asked for are real ones of the class every other time."""

    token: str
    known: dict[str, object]

    def ask(self, case: schemathesis.Case, *, known: bool, checks: list) -> int:
        if known:
            case.path_parameters |= {name: self.known[name] for name in case.path_parameters.keys() & self.known.keys()}
        headers = {"Authorization": f"Bearer {self.token}"}
        return case.call_and_validate(headers=headers, checks=checks).status_code


@pytest.fixture(autouse=True)
def _rows_of_the_test_stay_in_sight():
    """As Django's own test client does: the end of a request would close the connection that the test's rows are in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(params=["student", "grader", "stranger"])
def asker(request, classroom) -> Asker:
    members: dict[str, Member] = {
        "student": classroom.alice, "grader": classroom.greta, "stranger": classroom.charlie,
    }  # fmt: skip
    seen = Observation.objects.create(member=classroom.alice, exercise="an.exercise", version=1, data={"a": [1, None]})
    for state in Attempt.State.values:
        Attempt.objects.create(member=classroom.alice, exercise="an.exercise", observation=seen, state=state)
    known = {"class_slug": classroom.klass.slug, "evidence_id": seen.pk, "name": "test1p", "partition": 0}
    return Asker(make_token(members[request.param], "fuzz", days=1)[1], known)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_no_request_gets_a_5xx_or_an_answer_that_is_not_described(asker, mode):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS
    for result in schema.get_all_operations():
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
            continue  # there is nothing to get wrong

        @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
        @OF_EACH_OPERATION
        def ask(case, known):
            asker.ask(case, known=known, checks=checks)

        ask()
