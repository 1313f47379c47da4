"""What goes wrong while pixels are read or volumes are made of them.

UserFacingError
├── BadInput
│   └── CannotDecode    pixel data that are damaged, contradict their header, or use a codec we do not have
└── CannotReformat      a stack of which no volume can be made
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput, UserFacingError


class CannotDecode(BadInput):
    """Pixels that cannot be shown. The text says why, never whose they are."""

    def __init__(self, why: str, advice: str = "Ask the site to send it again.") -> None:
        super().__init__(f"An image cannot be shown: {why}.", advice)
        self.why = why


class CannotReformat(UserFacingError):
    """A stack of which no volume can be made. The text says why."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This series cannot be reformatted: {why}.")
