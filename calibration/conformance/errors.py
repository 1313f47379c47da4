"""What goes wrong before anything can be judged.

BadInput
└── UnusableSeries     a series lacks levels, is not a rising luminance, or holds numbers that are none
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput


class UnusableSeries(BadInput):
    """Nothing can be judged from this series."""
