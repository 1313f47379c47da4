"""Which check stands for which other: tables, because people will argue about them."""

from __future__ import annotations

COVERS: dict[str, frozenset[str]] = {
    "daily": frozenset({"daily"}),
    "weekly-visual": frozenset({"weekly-visual", "daily"}),
    "monthly": frozenset({"monthly", "daily"}),
    "quarterly": frozenset({"quarterly", "monthly", "weekly-visual", "daily"}),
    "half-yearly": frozenset({"half-yearly", "quarterly", "monthly", "weekly-visual", "daily"}),
    "annual": frozenset({"acceptance", "annual", "half-yearly", "quarterly", "monthly", "weekly-visual", "daily"}),
    "acceptance": frozenset({"acceptance", "annual", "half-yearly", "quarterly", "monthly", "weekly-visual", "daily"}),
}
"""A finished check counts for these tasks of the schedule. Any other (``calibration``, single tests) only for itself.

The monthly check has no patterns judged by eye: it does not stand for the weekly visual one. Annual and acceptance
checks are made of the same tests: for a display that was in use before it had records, the annual one stands for both.
"""

AS_GOOD_IN_ANY_CHECK = frozenset(
    {
        "max_contrast_deviation",
        "luminance_min",
        "luminance_max",
        "luminance_ratio",
        "jnd_fit_slope",
        "jnd_lum",
        "luminance_drift",
        "contrast_drift",
        "ratio_drift",
        "ambient_ratio",
        "room_illuminance",
        "brightness_change",
        "dead_pixels",
    }
)
"""Measured in the same way by every check that measures it at all, so that a narrower one may heal it.

Uniformity is not among them (five places or nine), nor what was seen by eye (one pattern or many).
"""

RESPONSE_METRIC = "max_contrast_deviation"
"""What a check has when it measured the luminance response through the display LUT, as images go."""


def covers(done: str, wanted: str) -> bool:
    """Whether a finished check ``done`` counts as ``wanted``: the same one or a wider one."""
    return done == wanted or wanted in COVERS.get(done, frozenset())


def may_heal(metric: str, later: str, failed: str) -> bool:
    """Whether passing ``metric`` in the check ``later`` ends a failure of it in the check ``failed``."""
    return covers(later, failed) or metric in AS_GOOD_IN_ANY_CHECK
