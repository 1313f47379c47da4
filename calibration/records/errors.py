"""What can go wrong with records.

UserFacingError
├── RecordsDamaged       the file of records is no database any more, or was written by a newer program
├── RecordsNotWritten    disk full, no permission, disk failing, another program holds the file for too long
├── AnotherCheckRuns     somebody else is measuring the same display
└── BadInput
    └── BadExport        an exported file of records does not verify, or is no such file
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput, UserFacingError


class RecordsDamaged(UserFacingError):
    """The file of records cannot be read. It is left as it is."""


class RecordsNotWritten(UserFacingError):
    """Nothing was written."""


class AnotherCheckRuns(UserFacingError):
    """A check of the same display is under way in another window or program."""


class BadExport(BadInput):
    """A file is no export of records, or it was changed after it was written. Nothing of it was taken."""
