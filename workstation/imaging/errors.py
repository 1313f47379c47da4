"""What goes wrong while pixels are read.

BadInput
└── CannotDecode    pixel data that are damaged, contradict their header, or use a codec we do not have
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput


class CannotDecode(BadInput):
    """Pixels that cannot be shown. The text says why, never whose they are."""

    def __init__(self, why: str) -> None:
        super().__init__(f"An image cannot be shown: {why}.", "Ask the site to send it again.")
