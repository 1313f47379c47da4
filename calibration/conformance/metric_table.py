"""Every quantity a rule may speak of: its name, unit, and where its uncertainty comes from. One table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from calibration.conformance.verdict import Quantity


class Basis(Enum):
    """What a quantity's uncertainty is made of."""

    REPEATABILITY = "repeatability"
    """Relative to other readings of the same meter: its certificate cancels."""
    CERTIFICATE = "certificate"
    """Absolute: the certificate's uncertainty, together with repeatability."""
    COUNTED = "counted"
    """Counted, entered or known: no uncertainty."""


@dataclass(frozen=True)
class Metric:
    """One kind of quantity.

    Attributes
    ----------
    unit
        The only unit that values and limits of it are given in. ``fraction``: 0.1 is 10 %; ``ratio``: one luminance
        over another; ``du'v'``: distance in the CIE 1976 diagram.
    about
        One sentence of help: how it is calculated.
    """

    name: str
    title: str
    unit: str
    basis: Basis
    about: str


_R, _C, _N = Basis.REPEATABILITY, Basis.CERTIFICATE, Basis.COUNTED

# fmt: off
_TABLE = (
    Metric("max_contrast_deviation", "Contrast response: greatest deviation", "fraction", _R,
           "max |k|: contrast per JND of each step against the GSDF's between the measured ends, with ambient light."),
    Metric("luminance_min", "Luminance of black, L'min", "cd/m²", _C, "Level 0 with ambient light."),
    Metric("luminance_max", "Luminance of white, L'max", "cd/m²", _C, "The greatest level with ambient light."),
    Metric("luminance_ratio", "Luminance ratio, L'max / L'min", "ratio", _R, "Both with ambient light."),
    Metric("ambient_luminance", "Reflected ambient light, Lamb", "cd/m²", _C, "What the dark screen gives back."),
    Metric("ambient_ratio", "Ambient ratio, Lamb / Lmin", "ratio", _R, "Lmin without ambient light."),
    Metric("jnd_fit_slope", "JND per P-value: slope (FIT)", "fraction", _R,
           "PS3.14 Annex C: change of JNDs per P-value from black to white, as a fraction of their mean."),
    Metric("jnd_lum", "JND per P-value: spread (LUM)", "JND", _R,
           "PS3.14 Annex C: standard deviation of JNDs per P-value (of 256) over the intervals."),
    Metric("uniformity_mld", "Uniformity, greatest difference (MLD)", "%", _R,
           "200 (max - min) / (max + min) over the places, as the meter read; the worst level."),
    Metric("uniformity_ludm", "Uniformity, deviation from median (LUDM)", "%", _R,
           "100 max |L - median| / median over the places; the worst level."),
    Metric("uniformity_corner", "Uniformity, corners against centre", "%", _R,
           "100 max |L - centre| / centre over the other places; the worst level."),
    Metric("white_u", "White point, u'", "u'v'", _R, "CIE 1976, at the greatest level."),
    Metric("white_v", "White point, v'", "u'v'", _R, "CIE 1976, at the greatest level."),
    Metric("white_point_distance", "White point: distance from D65", "du'v'", _R, "At the greatest level."),
    Metric("colour_tracking", "Greys: greatest distance from D65", "du'v'", _R, "Over levels of 5 cd/m² or more."),
    Metric("colour_uniformity", "Colour uniformity", "du'v'", _R, "Greatest distance between two places of a level."),
    Metric("between_luminance", "L'max between monitors", "%", _R, "200 (max - min) / (max + min) over the monitors."),
    Metric("between_colour", "White point between monitors", "du'v'", _R, "Greatest distance between two monitors."),
    Metric("luminance_drift", "L'max against the baseline", "%", _R, "100 |L'max - baseline| / baseline."),
    Metric("luminance_min_change", "L'min against the baseline", "cd/m²", _R, "|L'min - baseline|."),
    Metric("ratio_drift", "Luminance ratio against the baseline", "%", _R, "100 |ratio - baseline| / baseline."),
    Metric("contrast_drift", "Contrast deviation against the baseline", "fraction", _R, "|max |k| - baseline|."),
    Metric("brightness_change", "Brightness setting against the baseline", "%", _N, "DDC/CI, of the panel's scale."),
    Metric("warm_up_drift", "Luminance while warming up", "%", _R,
           "100 (max - min) / mean over the last five minutes of the warm-up series."),
    Metric("dead_pixels", "Pixel defects", "pixels", _N, "Counted by a person."),
    Metric("visual_failures", "Visual tests not passed", "answers", _N, "Answers that are not good."),
    Metric("room_illuminance", "Light on the screen", "lux", _C, "From a meter with a diffuser, or entered."),
    Metric("pixel_pitch", "Pixel pitch", "mm", _N, "From the display's EDID."),
    Metric("pixels", "Pixels", "megapixel", _N, "Width x height, in millions."),
    Metric("hours", "Hours of use", "h", _N, "DDC/CI."),
)
# fmt: on

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _TABLE})
"""Name → metric, in the order of reports."""


def quantity(
    metric: str,
    value: float,
    uncertainty: float | None = None,
    detail: str = "",
    *,
    repeatability: float | None = None,
) -> Quantity:
    """A quantity in the unit that the table gives.

    Raises
    ------
    ValueError
        For a metric that the table does not have, or a number that is none.
    """
    if metric not in METRICS:
        raise ValueError(f"{metric} is no metric")
    if not math.isfinite(value) or not math.isfinite(uncertainty or 0.0):
        raise ValueError(f"{metric} is not a finite number")
    return Quantity(metric, float(value), METRICS[metric].unit, uncertainty, detail, repeatability)
