from __future__ import annotations

import pytest
from django.test import Client

from tests.signing_in import browser_of


@pytest.fixture
def greta(classroom) -> Client:
    return browser_of(classroom.greta)
