"""What goes wrong with meters.

UserFacingError
├── MeterMissing        no such meter, program or port                                (exit 3)
└── MeterFault          it is there, but gave no reading; the step may be tried again (exit 2)
    ├── MeterSilent     it did not answer in time
    ├── MeterGone       it was unplugged or switched off
    ├── ImpossibleReading  what it said cannot be a luminance
    └── MeterCannot     it cannot measure this kind of thing
"""

from __future__ import annotations

from workstation.foundation.errors import SomethingMissing, UserFacingError


class MeterMissing(SomethingMissing):
    """No such meter, program or port."""


class MeterFault(UserFacingError):
    """The meter gave no usable reading."""


class MeterSilent(MeterFault):
    """The meter did not answer in time."""


class MeterGone(MeterFault):
    """The meter was unplugged or switched off."""


class ImpossibleReading(MeterFault):
    """What the meter said cannot be a luminance."""


class MeterCannot(MeterFault):
    """The meter cannot measure this kind of thing."""
