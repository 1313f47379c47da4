"""What goes wrong in the catalogue. No text here ever holds a UID, a name or an accession number.

UserFacingError
├── CannotOpenCatalogue   the database does not open with this key, is damaged, or is of a newer version
├── StorageFailed         the disk is full, read-only or failing
├── ReportExists          this version of a report is signed already; it never changes
└── ItemNotHeld           a report was to be signed for an item that the reader does not hold
SomethingMissing
└── ObjectNotStored       an image that was asked for is not in the store
RuntimeError (ours)
├── CatalogueClosed       work was handed in after close()
├── ImpossibleMove        a claim was to make a move its table does not have
└── UnknownItem           a work item was named that was never put
"""

from __future__ import annotations

from workstation.foundation.errors import SomethingMissing, UserFacingError


class CannotOpenCatalogue(UserFacingError):
    """The database does not open with this key, is damaged, or is of a newer version."""


class StorageFailed(UserFacingError):
    """The disk is full, read-only or failing."""

    def __init__(
        self,
        what: str = "The data folder could not be written or read.",
        advice: str = "Make room on its disk, or look after the disk, then try again.",
    ) -> None:
        super().__init__(what, advice)


class ReportExists(UserFacingError):
    """This version of a report is signed already; it never changes."""


class ItemNotHeld(UserFacingError):
    """A report was to be signed for an item that its author does not hold."""

    def __init__(self) -> None:
        super().__init__(
            "An item of this case is not yours any more. Nothing was signed.",
            "What you have written is kept as a draft.",
        )


class ObjectNotStored(SomethingMissing):
    """An image that was asked for is not in the store."""

    def __init__(self) -> None:
        super().__init__("An image is not stored on this computer.", "It will be fetched when the site can be reached.")


class CatalogueClosed(RuntimeError):
    """Work was handed in after close()."""


class ImpossibleMove(RuntimeError):
    """A claim was to make a move its table does not have."""


class UnknownItem(RuntimeError):
    """A work item was named that was never put."""
