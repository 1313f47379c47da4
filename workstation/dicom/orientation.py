"""Which way the patient lies in an image: letters for its edges, the plane, and angles (PS3.3 C.7.6.1.1.1)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workstation.dicom.header import InstanceHeader

_OPPOSITE = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}
_TOWARDS = (("L", "R"), ("P", "A"), ("H", "F"))
_LEAST_COMPONENT = 0.0872  # sin 5°: a direction nearer to an axis than this carries no letter for the others
_PLANE_LIMIT = 0.866  # cos 30°: a plane tilted more than this against all three is called oblique
_PLANES = ("SAGITTAL", "CORONAL", "AXIAL")

Cosines = tuple[float, float, float]


@dataclass(frozen=True)
class EdgeLetters:
    """Letters for the four edges of an image as stored; an unknown direction has none.

    ``right`` is where columns run to, ``bottom`` where rows run to.
    """

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""

    def rotated(self, quarters: int) -> EdgeLetters:
        """After turning the image ``quarters`` times 90° clockwise."""
        letters = self
        for _ in range(quarters % 4):
            letters = EdgeLetters(left=letters.bottom, top=letters.left, right=letters.top, bottom=letters.right)
        return letters

    def flipped(self) -> EdgeLetters:
        """After mirroring left to right."""
        return EdgeLetters(left=self.right, right=self.left, top=self.top, bottom=self.bottom)


def edge_letters(header: InstanceHeader) -> EdgeLetters:
    """Letters from the row and column cosines; else, as for projections, from Patient Orientation (0020,0020)."""
    if header.orientation is not None:
        along_row = direction_letters(header.orientation[:3])
        down_column = direction_letters(header.orientation[3:])
    elif len(header.patient_orientation) >= 2:
        along_row, down_column = header.patient_orientation[:2]
    else:
        return EdgeLetters()
    return EdgeLetters(opposite(along_row), along_row, opposite(down_column), down_column)


def direction_letters(cosines: Sequence[float]) -> str:
    """The direction of a unit vector in patient coordinates, strongest first, for example ``LP``."""
    strengths = sorted(
        ((abs(c), pair[0] if c > 0 else pair[1]) for c, pair in zip(cosines, _TOWARDS, strict=True)),
        key=lambda each: -each[0],
    )
    return "".join(letter for strength, letter in strengths if strength > _LEAST_COMPONENT)


def opposite(letters: str) -> str:
    """The opposite direction; letters of other schemes (quadrupeds, teeth) have none and give an empty string."""
    return "".join(_OPPOSITE.get(letter, "") for letter in letters.upper())


def plane_of(normal: Cosines | None) -> str:
    """AXIAL, CORONAL or SAGITTAL within 30° of it, else OBLIQUE; NONE without an orientation."""
    if normal is None:
        return "NONE"
    strengths = [abs(component) for component in normal]
    strongest = max(range(3), key=lambda axis: strengths[axis])
    return _PLANES[strongest] if strengths[strongest] >= _PLANE_LIMIT else "OBLIQUE"


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """Scalar product of two vectors of three."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Sequence[float], b: Sequence[float]) -> Cosines:
    """Vector product of two vectors of three: of row and column cosines, the normal."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def angle_deg(a: Sequence[float], b: Sequence[float]) -> float:
    """Angle between two lines (0 to 90 degrees), whichever way they point; 0 for a vector without length."""
    lengths = math.sqrt(dot(a, a) * dot(b, b))
    return math.degrees(math.acos(min(1.0, abs(dot(a, b)) / lengths))) if lengths else 0.0
