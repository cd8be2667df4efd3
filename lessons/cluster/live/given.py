"""How many records the viewers of one hub got."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Given:
    """Since the hub was made; used in its event loop alone."""

    delivered: int = 0
    left_out: int = 0  # a viewer had fallen too far behind, and was told so
