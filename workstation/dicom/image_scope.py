"""Which pictures a part of an object speaks of: Referenced Image Sequence with its frames (PS3.3 10.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.dicom.values import AnyDataset, items, numbers, text


@dataclass(frozen=True)
class ImageScope:
    """SOP Instance UIDs, each with its frames counted from 0; no frames means all of them.

    A scope without any image holds for whatever the whole object refers to.
    """

    images: tuple[tuple[str, frozenset[int]], ...] = field(default=(), repr=False)

    def includes(self, sop_uid: str, frame: int) -> bool:
        """Whether it speaks of this picture."""
        return not self.images or self.names(sop_uid, frame)

    def names(self, sop_uid: str, frame: int) -> bool:
        """Whether it names this very picture."""
        return any(uid == sop_uid and (not frames or frame in frames) for uid, frames in self.images)

    @property
    def sop_uids(self) -> frozenset[str]:
        """Every instance it names."""
        return frozenset(uid for uid, _ in self.images)


def scope_of(*holders: AnyDataset) -> ImageScope:
    """The Referenced Image Sequences of these items, together."""
    found = [
        (text(item, "ReferencedSOPInstanceUID"), _frames(item))
        for holder in holders
        for item in items(holder, "ReferencedImageSequence")
    ]
    return ImageScope(tuple((uid, frames) for uid, frames in found if uid))


def _frames(item: AnyDataset) -> frozenset[int]:
    return frozenset(int(each) - 1 for each in numbers(item, "ReferencedFrameNumber"))
