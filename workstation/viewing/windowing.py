"""Dragging a window with the mouse."""

from __future__ import annotations

import math

from workstation.dicom.voi import VoiFunction, Window

_PIXELS_TO_E_FOLD = 250.0  # a drag of this many pixels makes the window e times as wide
_PIXELS_PER_WIDTH = 400.0  # a drag of this many pixels moves the centre by one width
_WIDEST = 2.0**24


def dragged_window(window: Window, dx: float, dy: float, *, is_reversed: bool) -> Window:
    """``window`` after a drag: right widens, up brightens, in steps that suit narrow and wide windows alike.

    Parameters
    ----------
    dx, dy
        Device pixels, right and down.
    is_reversed
        Greater values are shown darker, so that a higher centre brightens.
    """
    narrowest = 1.0 if window.function is VoiFunction.LINEAR else 1e-3
    width = min(max(window.width * math.exp(dx / _PIXELS_TO_E_FOLD), narrowest), _WIDEST)
    towards = -dy if is_reversed else dy
    return Window(window.center + towards * width / _PIXELS_PER_WIDTH, width, window.function)
