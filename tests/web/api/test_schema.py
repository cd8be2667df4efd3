"""The API against its own description: whatever is asked, no 5xx, and no answer that the OpenAPI does not tell of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lessons.classroom.limits import LimitSettings
from lessons.classroom.models import Attempt, Member, Observation
from lessons.classroom.people.tokens import make_token
from lessons.classroom.perform import perform
from lessons.classroom.process import ProcessSettings
from lessons.course.acts import ACTIONS

set_hypothesis_home_dir(django_settings.DATA_DIR / "hypothesis")  # and not beside manage.py
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kafka", "rows_stay_in_sight")]

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
REQUESTS_OF_AN_OPERATION = {"student": 2, "grader": 1, "stranger": 1}


@pytest.fixture
def rows_stay_in_sight() -> Iterator[None]:
    """As Django's own test client does: the end of a request would close the connection that the test's rows are in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@dataclass
class Asker:
    """Somebody with a script."""

    role: str
    token: str
    real: dict[str, object]  # what stands in the paths of the class that is asked for

    def ask(self, case: schemathesis.Case, *, real: bool) -> None:
        if real:
            case.path_parameters |= {name: self.real[name] for name in case.path_parameters.keys() & self.real.keys()}
        checks = [*CHECKS, negative_data_rejection] if is_wrong_beside_its_path(case) else CHECKS
        # The client within the process asks for compressed answers, and does not unpack them.
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Encoding": "identity"}
        case.call_and_validate(headers=headers, checks=checks)


def is_wrong_beside_its_path(case: schemathesis.Case) -> bool:
    parts = case.meta.components
    wrong = {place for place in parts if parts[place].mode is GenerationMode.NEGATIVE}
    return bool(wrong & {ParameterLocation.QUERY, ParameterLocation.BODY})


@pytest.fixture
def process_settings() -> ProcessSettings:
    """Or most answers would be that this is too fast."""
    return ProcessSettings(limits=LimitSettings(most_acts=10_000))


@pytest.fixture(params=REQUESTS_OF_AN_OPERATION)
def asker(request, classroom) -> Asker:
    members: dict[str, Member] = {
        "student": classroom.alice, "grader": classroom.greta, "stranger": classroom.charlie,
    }  # fmt: skip
    for kind in ("create-topic", "produce"):
        perform(members[request.param], ACTIONS[kind].model_validate(ACTIONS[kind].example), act_id=uuid4())
    seen = Observation.objects.create(member=classroom.alice, exercise="an.exercise", version=1, data={"a": [1, None]})
    for state in Attempt.State.values:
        Attempt.objects.create(member=classroom.alice, exercise="an.exercise", observation=seen, state=state)
    real = {"class_slug": classroom.klass.slug, "evidence_id": seen.pk, "name": "test1p", "partition": 0}
    return Asker(request.param, make_token(members[request.param], "fuzz", days=1)[1], real)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_no_request_gets_a_5xx_or_an_answer_that_is_not_described(asker, mode):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for result in schema.get_all_operations():
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
            continue  # there is nothing to get wrong

        @given(case=operation.as_strategy(generation_mode=mode), real=st.sampled_from([True, True, False]))
        @settings(
            max_examples=REQUESTS_OF_AN_OPERATION[asker.role], derandomize=True, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def ask(case, real):
            asker.ask(case, real=real)

        ask()
