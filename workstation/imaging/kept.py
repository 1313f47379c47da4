"""What one viewport keeps from one picture to the next, so that only what has changed is made anew.

Dragging a window, panning a reduced image, writing other texts: none of them interpolates again. One buffer of each
kind a viewport; what it holds of a frame goes when the next one is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Made = TypeVar("Made")


class Kept:
    """The last thing made of each kind. For one thread; results must not be written to."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[object, Any]] = {}

    def get(self, kind: str, key: object, make: Callable[[], Made]) -> Made:
        """What was made last for an equal key, or made now."""
        last = self._last.get(kind)
        if last is not None and last[0] == key:
            return cast(Made, last[1])
        made = make()
        self._last[kind] = (key, made)
        return made


class SameMask:
    """A mask as a key: equal to another with the same pixels. The padding of a stack is mostly the same throughout."""

    __hash__ = None  # type: ignore[assignment]  # compared only

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self._mask = mask

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SameMask):
            return NotImplemented
        return self._mask is other._mask or np.array_equal(self._mask, other._mask)
