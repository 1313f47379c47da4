"""A straight line through points, and how sure its slope is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Student's t, two-sided 95 %, for 1 to 30 degrees of freedom; 1.96 is the limit for many.
_T_95 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


@dataclass(frozen=True)
class Fit:
    """``value = centre_value + slope * (x - centre_x)``.

    Attributes
    ----------
    slope_uncertainty, centre_uncertainty
        Half widths of the intervals of 95 % of the slope, and of the line at ``centre_x`` (the mean of x).
    count
        Points it goes through.
    """

    centre_x: float
    centre_value: float
    slope: float
    slope_uncertainty: float
    centre_uncertainty: float
    count: int

    @property
    def is_significant(self) -> bool:
        """Whether the slope differs from zero by more than its uncertainty."""
        return abs(self.slope) > self.slope_uncertainty

    def value_at(self, x: float) -> float:
        """The line at ``x``."""
        return self.centre_value + self.slope * (x - self.centre_x)

    def half_width_at(self, x: float) -> float:
        """Half width of the line's band of 95 % at ``x``."""
        return math.hypot(self.centre_uncertainty, self.slope_uncertainty * (x - self.centre_x))

    def crossing(self, level: float) -> float | None:
        """Where the line meets ``level``; None for a level line."""
        return self.centre_x + (level - self.centre_value) / self.slope if self.slope else None

    def band_crossings(self, level: float) -> tuple[float, float]:
        """Where the two edges of the band meet ``level``, the earlier first. The slope must be significant."""
        gap = level - self.centre_value
        # Both edges at once: (gap - slope x)² = centre_uncertainty² + (slope_uncertainty x)².
        a = self.slope**2 - self.slope_uncertainty**2
        half_b = -gap * self.slope
        c = gap**2 - self.centre_uncertainty**2
        root = math.sqrt(max(half_b**2 - a * c, 0.0))
        return self.centre_x + (-half_b - root) / a, self.centre_x + (-half_b + root) / a


def fit_line(x: Sequence[float], y: Sequence[float], sigmas: Sequence[float | None]) -> Fit | None:
    """The line of least squares; None when all x are the same or there are fewer than three points.

    Parameters
    ----------
    sigmas
        Standard uncertainty of each y; None where unknown. The line is as uncertain as the scatter about it says
        (Student's t, n - 2 degrees of freedom), and never less than these say: few points may lie on a line by chance.
    """
    at, values = np.asarray(x, np.float64), np.asarray(y, np.float64)
    spread = float(np.sum((at - at.mean()) ** 2)) if at.size else 0.0
    if at.size < 3 or spread <= 0:
        return None
    centre = float(at.mean())
    slope = float(np.sum((at - centre) * (values - values.mean())) / spread)
    left = values - values.mean() - slope * (at - centre)
    scatter = math.sqrt(float(np.sum(left**2)) / (at.size - 2))
    known = np.array([each or 0.0 for each in sigmas])
    slope_known = 1.96 * math.sqrt(float(np.sum(((at - centre) * known) ** 2))) / spread
    centre_known = 1.96 * math.sqrt(float(np.sum(known**2))) / at.size
    t = student_t_95(at.size - 2)
    return Fit(
        centre,
        float(values.mean()),
        slope,
        max(t * scatter / math.sqrt(spread), slope_known),
        max(t * scatter / math.sqrt(at.size), centre_known),
        int(at.size),
    )


def student_t_95(freedom: int) -> float:
    """Student's t for an interval of 95 % with ``freedom`` (≥ 1) degrees of freedom."""
    return _T_95[freedom - 1] if freedom <= len(_T_95) else 1.96 + 2.4 / freedom
