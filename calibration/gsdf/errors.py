"""What goes wrong between a measured response and a display LUT.

BadInput
├── WrongSpace         a series of P-values where DDLs are needed, or the other way round
└── UnusableResponse   levels are missing, or the luminance does not rise
"""

from __future__ import annotations

from calibration.readings.reading import Series, Space
from workstation.foundation.errors import BadInput


class WrongSpace(BadInput):
    """A series was measured in the other space than the one needed."""


class UnusableResponse(BadInput):
    """No display LUT can be made from this response."""


_WHY = {
    Space.DDL: (
        "These readings were taken through the display LUT (P-values); a LUT is made from the bare display (DDLs).",
        "Measure the response again with a calibration check.",
    ),
    Space.P_VALUE: (
        "These readings were taken past the display LUT (DDLs); conformance is judged as images are shown (P-values).",
        "Measure again with a luminance check.",
    ),
}


def require_space(series: Series, wanted: Space) -> None:
    """Raise `WrongSpace` unless ``series`` was measured in ``wanted``."""
    if series.space is not wanted:
        raise WrongSpace(*_WHY[wanted])
