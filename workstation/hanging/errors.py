"""What can go wrong in this package.

BadInput
├── WrongProtocol      a hanging protocol file (all of its faults named at once)
└── WrongScreens       a screens file
SomethingMissing
└── NoScreen           there is no screen to hang anything on
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput, SomethingMissing


class WrongProtocol(BadInput):
    """One or more hanging protocol files are not what they must be."""


class WrongScreens(BadInput):
    """A screens file is not what it must be."""


class NoScreen(SomethingMissing):
    """There is no screen to hang anything on."""
