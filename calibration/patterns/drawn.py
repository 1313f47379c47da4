"""What a drawing function gives back, and the words every pattern made after a report carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.patterns.canvas import Canvas, Sheet
from calibration.patterns.places import Box

LABEL_MISSING = "The screen is too small for the label in the picture: it is synthetic, drawn by Lightbox."


@dataclass(frozen=True, eq=False)
class Drawn:
    """Levels, (rows, columns), with what `Pattern` says about them."""

    values: NDArray[np.uint16]
    notes: tuple[str, ...] = ()
    answer: str = ""
    target: Box | None = None


def acknowledged(kind: str, report: str) -> str:
    """The label of a pattern made after a report's description: synthetic, whose, after what."""
    return (
        f"Lightbox {kind} · synthetic · drawn by Lightbox from the description in {report}, not the report's own file"
    )


def label(canvas: Canvas, box: Box, text: str, level: int, largest: int) -> tuple[str, ...]:
    """Write the label; the note to add when there is no room for it."""
    return () if canvas.fitting_text(box, text, level, largest) else (LABEL_MISSING,)


def label_size(sheet: Sheet) -> int:
    """Size of a label's type: 13 px of a 1024 px picture, readable on small and on large screens."""
    return max(11, round(13 * sheet.scale))
