"""The site below a path of its host; the whole of it is played in `tests/browser/test_behind_nginx.py`."""

from __future__ import annotations

import pytest

from kafkaclass.under_path import UnderPath, as_path


@pytest.mark.parametrize(
    ("typed", "path"),
    [("", "/"), ("/", "/"), ("kafka", "/kafka/"), ("/kafka", "/kafka/"), ("/a/b/", "/a/b/"), ("//kafka//", "/kafka/")],
)
def test_a_path_has_its_slashes_however_it_was_typed(typed: str, path: str):
    assert as_path(typed) == path


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("/kafka/join/", "/kafka/join/"), ("/join/", "/kafka/join/"), ("/", "/kafka/"), ("/kafka", "/kafka"),
        ("/kafkaesque/", "/kafka/kafkaesque/"),
    ],
)  # fmt: skip
async def test_what_a_proxy_took_off_is_there_again(asked: str, found: str):
    seen: list[str] = []

    async def application(scope, receive, send) -> None:
        seen.append(scope["path"])

    await UnderPath(application, "/kafka/")({"type": "http", "path": asked}, None, None)
    assert seen == [found]
