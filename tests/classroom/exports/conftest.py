from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def greta(classroom) -> Client:
    client = Client()
    client.force_login(classroom.greta.user, backend="django.contrib.auth.backends.ModelBackend")
    return client
