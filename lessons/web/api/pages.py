"""How long lists are split into pages."""

from ninja import Field, Schema
from ninja.pagination import LimitOffsetPagination

MOST_AT_ONCE = 500


class Pages(LimitOffsetPagination):
    """`limit` and `offset`; the largest offset is the largest integer of the database."""

    class Input(Schema):
        limit: int = Field(100, ge=1, le=MOST_AT_ONCE)
        offset: int = Field(0, ge=0, lt=2**31)
