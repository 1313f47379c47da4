"""What can stop a reader's action.

UserFacingError
├── NotNow            the action is not possible in the present state: says why
└── WrongPassword     the password given at signing was not accepted
"""

from __future__ import annotations

from workstation.foundation.errors import UserFacingError


class NotNow(UserFacingError):
    """The action is not possible now; the text says why and what to do."""


class WrongPassword(UserFacingError):
    """Re-authentication at signing failed; nothing was signed."""
