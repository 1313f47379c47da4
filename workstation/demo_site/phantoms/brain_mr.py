"""A brain as MR sequences show it, with a temporal lesion, white-matter lesions and a small fresh infarct."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workstation.demo_site.phantoms.fields import Ellipsoid, Field, Plane, SmoothField, paint
from workstation.demo_site.phantoms.head import HeadPhantom, HeadShape
from workstation.demo_site.phantoms.tissues import ADC, DWI, FLAIR, T1, T2, HeadTissues

TEMPORAL_LESION = Ellipsoid((-42, 10, -8), (10, 14, 9), 12)
"""Right temporal lobe."""
INFARCT = Ellipsoid((25.5, 10.0, 27.0), (6.0, 10.0, 7.0), 14)
"""Left corona radiata."""
WHITE_MATTER_LESIONS = (
    Ellipsoid((-19, -34, 24), (3.0, 4.6, 3.6), 24),
    Ellipsoid((20, -36, 27), (2.6, 3.6, 3.4), -20),
    Ellipsoid((-22, 22, 29), (3.4, 5.2, 4.0), -16),
    Ellipsoid((-29, -8, 36), (2.6, 3.2, 3.6)),
    Ellipsoid((27, -22, 41), (2.4, 3.0, 3.6)),
    Ellipsoid((-25, 14, 45), (2.2, 2.8, 3.6)),
    Ellipsoid((24, 38, 33), (2.4, 3.2, 3.4)),
)


@dataclass(frozen=True)
class Weighting:
    """How one MR sequence shows the tissues; ``infarct`` is the signal of brain hours after a stroke."""

    tissues: HeadTissues
    infarct: float


WEIGHTINGS = {
    "T1": Weighting(T1, 505),
    "T2": Weighting(T2, 560),
    "FLAIR": Weighting(FLAIR, 690),
    "DWI": Weighting(DWI, 880),
    "ADC": Weighting(ADC, 390),
}
"""By name; signal from 0 to about 1000, ADC in 10^-6 mm²/s."""


class BrainAnatomy:
    """One person's brain, the same in every sequence."""

    def __init__(self, seed: int) -> None:
        self.shape = HeadShape(seed)
        self._seed = seed

    @cached_property
    def rough(self) -> SmoothField:
        """Makes the edges of lesions uneven."""
        return SmoothField(self._seed + 9, 6.0)


class BrainMrPhantom:
    """A brain in one weighting, in slices as thick as those of a scanner."""

    def __init__(self, anatomy: BrainAnatomy, weighting: Weighting) -> None:
        self._anatomy = anatomy
        self._weighting = weighting
        self._head = HeadPhantom(anatomy.shape, weighting.tissues, lesion=TEMPORAL_LESION)

    def slab_values(self, plane: Plane, thickness_mm: float, samples: int = 3) -> Field:
        """Mean over a slice's thickness, (rows, columns) float32: partial volume as in a real slice, without noise."""
        offsets = (np.arange(samples) + 0.5) / samples - 0.5
        total: Field = np.zeros(plane.shape, np.float32)
        for offset in offsets:
            total += self._values(Plane(plane.x, plane.y, plane.z + float(offset) * thickness_mm))
        return total / np.float32(samples)

    def _values(self, plane: Plane) -> Field:
        image = self._head.slice_values(plane)
        if not 10 < plane.z < 60:
            return image
        opacity = np.clip(0.85 + 0.15 * self._anatomy.rough.on(plane), 0, 1)
        for lesion in WHITE_MATTER_LESIONS:
            paint(image, plane, lesion, self._weighting.tissues.lesion, edge_mm=2.2, within=opacity)
        paint(image, plane, INFARCT, self._weighting.infarct, edge_mm=3.0, within=opacity)
        return image
