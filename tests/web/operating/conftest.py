"""A seat with tabs, as the tests of sockets have it."""

from tests.web.sockets.conftest import room  # noqa: F401
